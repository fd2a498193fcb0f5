//! Listeners get copies; what goes on is the same with them and without.

use super::*;
use crate::tap::{Kind, Side, Sides, Slice, Tap, tap};

/// Two parties, of which the first may be listened to.
struct Conversation {
    a: Bench,
    b: Bench,
}

impl Conversation {
    fn new(codecs: [Codec; 2]) -> Self {
        let [a, b] = codecs.map(|codec| Bench::new(settings(codec)));
        Self { a, b }
    }

    fn tap(&mut self, sides: Sides) -> Tap {
        let (end, tap) = tap(self.a.now, sides);
        self.a.leg.add_tap(end);
        tap
    }

    /// What `to` sends when `from` has said something, as a thread does it.
    fn say(from: &mut Bench, to: &mut Bench, payload_type: u8, payload: &[u8]) -> Option<Vec<u8>> {
        let mut packet = from.packet(payload_type, payload);
        let heard = from.hear(&packet)?;
        from.leg.tap_heard(from.now, &heard, &packet);
        let outgoing = if to.leg.recodes(&heard) {
            let mut pcm = [0; 5_760];
            let sound = from.leg.decode(&heard, &packet, to.leg.heard_rate(), &mut pcm)?;
            packet.resize(2_000, 0);
            to.leg.relay_sound(to.now, &heard, sound, &mut packet)?
        } else {
            to.leg.relay(to.now, &heard, &mut packet)?
        };
        packet.truncate(outgoing.length);
        to.leg.tap_sent(to.now, &packet);
        Some(packet)
    }

    /// Everything that both send in a second: what they say, and a prompt.
    fn second(&mut self) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        for n in 0..50_u8 {
            let [hers, his] = [&self.a, &self.b].map(|party| party.leg.spoken.payload_type().unwrap());
            sent.extend(Self::say(&mut self.a, &mut self.b, hers, &[n; 160]));
            sent.extend(Self::say(&mut self.b, &mut self.a, his, &[n ^ 0x55; 160]));
            self.a.pass(20);
            self.b.pass(20);
        }
        self.a.leg.play(Pcm::new(8_000, vec![900; 800]).into(), 1.into());
        for packet in self.a.ticks(5) {
            self.a.leg.tap_sent(self.a.now, &packet);
            sent.push(packet);
        }
        sent
    }
}

fn drain(tap: &mut Tap) -> Vec<(Slice, Vec<u8>)> {
    let mut payload = [0; 4_000];
    let next = || tap.next(&mut payload).map(|(slice, length)| (slice, payload[..length].to_vec()));
    std::iter::from_fn(next).collect()
}

#[test]
fn what_goes_on_is_the_same_bit_for_bit_with_a_listener_and_without() {
    for codecs in [[Codec::Pcmu, Codec::Pcmu], [Codec::Pcmu, Codec::Pcma], [Codec::Pcma, Codec::G722]] {
        let (mut alone, mut heard) = (Conversation::new(codecs), Conversation::new(codecs));
        let (both, one) = (heard.tap(Sides::Both), heard.tap(Sides::Only(Side::Write)));
        let sent = alone.second();
        assert_eq!(sent.len(), 105, "{codecs:?}");
        assert_eq!(sent, heard.second(), "{codecs:?}");
        drop((both, one));
        heard.a.leg.attend(heard.a.now);
        assert!(!heard.a.leg.is_tapped());
        assert_eq!(alone.second(), heard.second(), "{codecs:?}");
    }
}

#[test]
fn a_listener_gets_every_packet_with_its_time() {
    let mut call = Conversation::new([Codec::Pcmu, Codec::Pcma]);
    let (mut both, mut said) = (call.tap(Sides::Both), call.tap(Sides::Only(Side::Read)));
    call.second();
    let (both, said) = (drain(&mut both), drain(&mut said));
    assert_eq!((both.len(), said.len()), (105, 50));
    assert!(said.iter().all(|(slice, _)| slice.side == Side::Read));
    for (n, (slice, payload)) in said.iter().enumerate() {
        assert_eq!(slice.kind, Kind::Encoded(Codec::Pcmu));
        assert_eq!((slice.at, &payload[..]), (Duration::from_millis(20 * n as u64), &[n as u8; 160][..]));
    }
    // What the other said, as it went out: in the codec of the listener's leg.
    let mut second = [0x55 ^ 1; 160];
    g711::alaw_to_ulaw(&mut second);
    assert_eq!((both[3].0.side, &both[3].1[..]), (Side::Write, &second[..]));
    // The prompt goes on in the same stream.
    assert_eq!(both[104].0.ssrc, both[3].0.ssrc);
}

#[test]
fn keys_and_what_is_not_heard_are_no_sound() {
    let mut call = Conversation::new([Codec::Pcmu, Codec::Pcmu]);
    let mut tap = call.tap(Sides::Both);
    let mut key = [0; 4];
    rtp::telephone_event::Event { code: 5, end: false, volume: 10, duration: 160 }.write(&mut key);
    assert!(Conversation::say(&mut call.a, &mut call.b, 96, &key).is_some());
    call.a.leg.configure(call.a.now, LegSettings { direction: Direction::Inactive, ..settings(Codec::Pcmu) });
    assert!(Conversation::say(&mut call.a, &mut call.b, 0, &[1; 160]).is_none());
    assert_eq!(drain(&mut tap), []);
}
