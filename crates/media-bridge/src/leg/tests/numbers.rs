//! Payload types that are others in each direction, and the parts of a packet beside its payload.

use super::*;
use crate::settings::CodecPayload;

/// A leg whose peer wants G.726 as 97 and events as 96, and was told 111 and 101.
fn asymmetric() -> LegSettings {
    LegSettings {
        send_payload_type: 97,
        receive_payload_type: 111,
        telephone_event: Some(EventPayload { send: 96, receive: 101, clock_rate: 8_000 }),
        ..settings(Codec::G726)
    }
}

/// The same with the numbers of another phone.
fn otherwise() -> LegSettings {
    LegSettings {
        send_payload_type: 102,
        receive_payload_type: 97,
        telephone_event: Some(EventPayload { send: 101, receive: 98, clock_rate: 8_000 }),
        ..settings(Codec::G726)
    }
}

fn number_of(packet: &[u8]) -> u8 {
    Packet::parse(packet).unwrap().payload_type()
}

fn key() -> [u8; 4] {
    Event { code: 5, end: false, volume: 10, duration: 160 }.to_bytes()
}

#[test]
fn sound_and_keys_pass_through_under_the_listeners_numbers() {
    let (mut a, mut b) = (Bench::new(asymmetric()), Bench::new(otherwise()));
    assert_eq!(number_of(&bridged(&mut a, &mut b, 111, &[1; 80]).unwrap()), 102);
    assert_eq!(number_of(&bridged(&mut b, &mut a, 97, &[1; 80]).unwrap()), 97);
    assert_eq!(number_of(&bridged(&mut a, &mut b, 101, &key()).unwrap()), 101);
    assert_eq!(number_of(&bridged(&mut b, &mut a, 98, &key()).unwrap()), 96);
    assert_eq!(a.told()[1..], [LegEvent::DigitBegan(Digit::Five)]);
}

#[test]
fn sound_that_is_encoded_here_has_the_peers_number() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(asymmetric()));
    let packet = a.packet(0, &[0x55; 160]);
    let heard = a.hear(&packet).unwrap();
    assert!(b.leg.recodes(&heard));
    let mut pcm = [0; 960];
    let sound = a.leg.decode(&heard, &packet, HIGHEST_RATE, &mut pcm).unwrap();
    let mut buffer = [0; 2_048];
    let sent = b.leg.relay_sound(b.now, &heard, sound, &mut buffer).unwrap();
    assert_eq!((number_of(&buffer[..sent.length]), sent.length), (97, 12 + 80));
    let packet = b.packet(111, &[0x55; 80]);
    let heard = b.hear(&packet).unwrap();
    let sound = b.leg.decode(&heard, &packet, HIGHEST_RATE, &mut pcm).unwrap();
    let sent = a.leg.relay_sound(a.now, &heard, sound, &mut buffer).unwrap();
    assert_eq!((number_of(&buffer[..sent.length]), sent.length), (0, 12 + 160));
}

#[test]
fn prompts_and_keys_of_ours_have_the_peers_numbers() {
    let mut a = Bench::new(asymmetric());
    a.leg.play(Pcm::new(8_000, vec![1; 160]).into(), PlayToken(1));
    assert_eq!(number_of(&a.ticks(1)[0]), 97);
    a.leg.send_digit(Digit::Five, Duration::from_millis(100));
    assert!(a.ticks(10).iter().all(|packet| number_of(packet) == 96));
}

#[test]
fn a_peer_that_sends_under_its_own_numbers_is_understood() {
    let (mut a, mut b) = (Bench::new(asymmetric()), Bench::new(otherwise()));
    assert_eq!(number_of(&bridged(&mut a, &mut b, 97, &[1; 80]).unwrap()), 102);
    assert_eq!(number_of(&bridged(&mut a, &mut b, 96, &key()).unwrap()), 101);
    assert_eq!(bridged(&mut a, &mut b, 98, &[1; 80]), None, "nobody has named it");
}

#[test]
fn what_we_have_announced_comes_before_the_peers_own_numbers() {
    // The peer wants events under the number that we take A-law under.
    let mut settings = settings(Codec::Pcmu);
    settings.alternatives[0] = Some(CodecPayload { codec: Codec::Pcma, send: 8, receive: 101 });
    let mut a = Bench::new(settings);
    let packet = a.packet(101, &[0xD5; 160]);
    let heard = a.hear(&packet).unwrap();
    assert!(matches!(heard.content, super::super::receive::Content::Audio(Codec::Pcma, _)));
}

#[test]
fn padding_goes_on_and_is_no_sound() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcma)));
    let mut packet = a.packet(0, &[0xFF; 164]);
    packet[0] |= 0x20;
    packet[12 + 160..].copy_from_slice(&[0, 0, 0, 4]);
    let heard = a.hear(&packet).unwrap();
    let sent = b.leg.relay(b.now, &heard, &mut packet).unwrap();
    let parsed = Packet::parse(&packet[..sent.length]).unwrap();
    assert_eq!((parsed.payload(), sent.length), (&[0xD5; 160][..], 12 + 164));
    assert_eq!(packet[172..], [0, 0, 0, 4], "it is not translated");
    assert_eq!(b.leg.counters.snapshot().octets_sent, 160);
}

#[test]
fn an_extension_that_nobody_agreed_on_stays_behind() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcma)));
    let plain = a.packet(0, &[0xFF; 160]);
    // A contributing source and an extension of one word.
    let optional = [0, 0, 0, 4, 0xBE, 0xDE, 0, 1, 0x10, 0x85, 0, 0];
    let mut packet = [&plain[..12], &optional, &plain[12..]].concat();
    packet[0] = 0x91;
    let heard = a.hear(&packet).unwrap();
    let sent = b.leg.relay(b.now, &heard, &mut packet).unwrap();
    let parsed = Packet::parse(&packet[..sent.length]).unwrap();
    assert_eq!((parsed.extension(), parsed.payload()), (None, &[0xD5; 160][..]));
    assert!(parsed.csrcs().eq([4]), "who was mixed into it is still so");
}

#[test]
fn markers_go_on_where_sound_does() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(codec)));
        let marked: Vec<bool> = [false, false, true, false]
            .into_iter()
            .map(|marker| {
                let mut packet = a.packet(0, &[0xFF; 160]);
                packet[1] |= u8::from(marker) << 7;
                let heard = a.hear(&packet).unwrap();
                b.leg.relay(b.now, &heard, &mut packet).unwrap();
                Packet::parse(&packet).unwrap().marker()
            })
            .collect();
        assert_eq!(marked, [true, false, true, false], "the first begins the stream");
    }
}
