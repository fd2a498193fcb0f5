//! The body of the fuzz target `media_leg`, kept here so that it always compiles.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtp::Packet;
use rtp::srtp::{Inbound, MasterKey, Suite};

use crate::codec::{Codec, MOST_SAMPLES};
use crate::keys::LegKeys;
use crate::leg::{Heard, LegCore, Seed};
use crate::passage::{Passage, PassedFormat, PassedRole, PictureRequest};
use crate::settings::{
    CodecPayload, ComfortNoise, Direction, EventPayload, ExtendedReports, LegSettings, RedundantPayloads,
};
use crate::statistics::Counters;

/// SSRC of the stream that the listening leg sends.
const OURS: u32 = 0x0BAD_CAFE;

/// Two legs that are bridged: one hears datagrams, the other sends on what can be sent on, while time passes and settings
/// change.
///
/// The input is a row of steps: an octet that says what happens, and for a datagram its length and its octets.
///
/// # Panics
/// When a packet that is sent on is no RTP packet of the listening leg's stream.
pub fn leg(data: &[u8]) {
    let peer = SocketAddr::from(([192, 0, 2, 1], 4_000));
    let mut now = Instant::now();
    let mut talker = new_leg(now, 1);
    let mut listener = new_leg(now, OURS);
    let mut pictures = [passing_leg(now, 1, peer), passing_leg(now, OURS, peer)];
    let mut rest = data;
    while let Some((&step, tail)) = rest.split_first() {
        rest = tail;
        now += Duration::from_millis(u64::from(step >> 4) * 5);
        match step & 0x0F {
            0..=9 => {
                let Some((&length, tail)) = rest.split_first() else { return };
                let (datagram, tail) = tail.split_at(usize::from(length).min(tail.len()));
                rest = tail;
                let from = if step & 1 == 0 { peer } else { SocketAddr::from(([198, 51, 100, 1], 9)) };
                relay(now, &mut talker, &mut listener, from, datagram);
                carry(now, &mut pictures, from, datagram);
            }
            10 => {
                let digits_in_sound = step & 0x10 == 0;
                let settings = changing(settings(peer, Codec::Pcmu, Direction::SendRecv));
                talker.configure(now, LegSettings { digits_in_sound, ..settings });
            }
            11 => {
                let codec = Codec::ALL[usize::from(step >> 4) % Codec::ALL.len()];
                talker.configure(now, settings(peer, codec, Direction::RecvOnly));
            }
            12 => {
                let digits_elsewhere = step & 0x10 == 0;
                let settings = settings(peer, Codec::Pcma, Direction::SendRecv);
                listener.configure(now, LegSettings { digits_elsewhere, ..settings });
            }
            13 if step & 0x10 != 0 => listener.protect((step & 0x20 != 0).then(keys)),
            13 => {
                let codec = Codec::ALL[usize::from(step >> 4) % Codec::ALL.len()];
                listener.configure(now, LegSettings::new(Some(peer), codec));
            }
            15 if step & 0x10 == 0 => {
                let ptime_ms = u16::from(step >> 5) * 10;
                let keepalive = Some(Duration::from_millis(100));
                let settings = LegSettings {
                    repack: true,
                    ptime_ms,
                    keepalive,
                    ..LegSettings::new(Some(peer), Codec::Pcma)
                };
                listener.configure(now, settings);
            }
            14 => listener.play(audio::Pcm::new(8_000, vec![1; 300]).into(), 1.into()),
            _ => turn(now, &mut listener),
        }
    }
    turn(now + Duration::from_secs(8), &mut listener);
    talker.close();
}

fn keys() -> LegKeys {
    #[expect(clippy::expect_used, reason = "the suite wants 30 octets")]
    let key = |octet| MasterKey::new(Suite::AesCm128HmacSha1_80, &[octet; 30]).expect("30 octets");
    LegKeys { send: key(1), receive: key(2), receive_mki: None }
}

fn new_leg(now: Instant, ssrc: u32) -> LegCore {
    let seed = Seed { ssrc, sequence: 65_530, timestamp: u32::MAX - 100, name: 7, opened: Duration::ZERO };
    LegCore::new(now, seed, Arc::new(Counters::default()), Box::new(|_| {}))
}

fn settings(peer: SocketAddr, codec: Codec, direction: Direction) -> LegSettings {
    let telephone_event = Some(EventPayload { send: 101, receive: 96, clock_rate: 8_000 });
    let comfort_noise = Some(ComfortNoise { send: 13, receive: 13 });
    let extended_reports = ExtendedReports { voip_metrics: true, round_trip: true };
    let redundancy = RedundantPayloads {
        send: 121,
        receive: 120,
        carries: codec.static_payload_type().unwrap_or(96),
        generations: 2,
        preferred: false,
    };
    LegSettings {
        telephone_event,
        comfort_noise,
        redundancy: [Some(redundancy), None],
        extended_reports,
        direction,
        symmetric: true,
        signalling: Some(peer.ip()),
        ..LegSettings::new(Some(peer), codec)
    }
}

/// Settings with another codec that the peer may change to.
fn changing(mut settings: LegSettings) -> LegSettings {
    settings.alternatives[0] = Some(CodecPayload { codec: Codec::Pcma, send: 8, receive: 8 });
    settings
}

fn relay(now: Instant, talker: &mut LegCore, listener: &mut LegCore, from: SocketAddr, datagram: &[u8]) {
    talker.hear_rtcp(now, from, datagram);
    if talker.is_redundant(datagram) {
        return relay_redundant(now, talker, listener, from, datagram);
    }
    let Some(heard) = talker.hear(now, from, datagram) else { return };
    if !talker.was_recovered(&heard) {
        relay_heard(now, talker, listener, &heard, datagram);
    }
}

/// The same for redundant data, with what was lost.
fn relay_redundant(
    now: Instant,
    talker: &mut LegCore,
    listener: &mut LegCore,
    from: SocketAddr,
    datagram: &[u8],
) {
    let mut packet = datagram.to_vec();
    let Some(length) = talker.take_primary(&mut packet) else { return };
    packet.truncate(length);
    let Some(heard) = talker.hear(now, from, &packet) else { return };
    let Some(lost) = talker.hear_redundant(&heard, datagram) else { return };
    for lost in lost {
        let found = [&lost.header.to_bytes()[..], lost.data].concat();
        if let Some(heard) = talker.hear_lost(lost.header, 12..found.len()) {
            relay_heard(now, talker, listener, &heard, &found);
        }
    }
    let heard = Heard { redundant: true, ..heard };
    relay_heard(now, talker, listener, &heard, &packet);
}

fn relay_heard(now: Instant, talker: &mut LegCore, listener: &mut LegCore, heard: &Heard, datagram: &[u8]) {
    let mut buffer = [0; 8_192];
    talker.farewell(&mut buffer);
    talker.begin_noise(heard, datagram);
    talker.end_noise(heard);
    if heard.ends_former_key() {
        listener.end_forwarded();
    }
    let mut ends = 0;
    while let Some(outgoing) = listener.missed_end(now, &mut buffer) {
        let sent = Packet::parse(&buffer[..outgoing.length]).map(|packet| packet.ssrc());
        assert_eq!(sent, Ok(OURS), "the end of a key is a packet of ours");
        ends += 1;
    }
    assert!(ends <= 3, "a key ends three times");
    let mut pcm = [0; MOST_SAMPLES];
    if let Some((noise, sound)) = talker.play_out(now, listener.heard_rate(), &mut pcm) {
        listener.relay_sound(now, &noise, sound, &mut buffer);
    }
    let mut sound = (&[][..], 0);
    if talker.listens(heard) || listener.recodes(heard) {
        let Some(decoded) = talker.decode(heard, datagram, listener.heard_rate(), &mut pcm) else { return };
        listener.press_heard(now, &talker.listen(decoded));
        sound = decoded;
    }
    let outgoing = if listener.recodes(heard) {
        listener.relay_sound(now, heard, sound, &mut buffer)
    } else {
        let packet = &mut buffer[..datagram.len()];
        packet.copy_from_slice(datagram);
        listener.relay(now, heard, packet)
    };
    if let Some(outgoing) = outgoing {
        let outgoing = listener.with_redundancy(&mut buffer, outgoing);
        let sent = Packet::parse(&buffer[..outgoing.length]).map(|packet| packet.ssrc());
        assert_eq!(sent, Ok(OURS), "what is sent on is a packet of ours");
        check_protection(listener, &mut buffer, outgoing.length);
    }
    while let Some(outgoing) = listener.next_repacked(now, &mut buffer) {
        let sent = Packet::parse(&buffer[..outgoing.length]).map(|packet| packet.ssrc());
        assert_eq!(sent, Ok(OURS), "what is put together is a packet of ours");
    }
}

/// A leg that passes on a codec and redundant data of it.
fn passing_leg(now: Instant, ssrc: u32, peer: SocketAddr) -> LegCore {
    let format = |name, receive, role| PassedFormat { name, send: 99 - name as u8, receive, role };
    let formats = vec![
        format(1, 96, PassedRole::Data),
        format(2, 97, PassedRole::Redundant),
        format(3, 98, PassedRole::Correction),
    ];
    let passage = Passage { formats, clock_rate: 90_000, pictures: PictureRequest::Full };
    let mut leg = new_leg(now, ssrc);
    leg.configure_passage(now, settings(peer, Codec::Pcmu, Direction::SendRecv), passage);
    leg
}

/// The same between legs that pass on what comes: packets go one way, and what is said of them the other.
fn carry(now: Instant, [camera, screen]: &mut [LegCore; 2], from: SocketAddr, datagram: &[u8]) {
    let (mut buffer, length) = ([0; 8_192], datagram.len());
    screen.hear_rtcp(now, from, datagram);
    if screen.has_feedback()
        && let Some(outgoing) = screen.carry_feedback(datagram, camera, &mut buffer[..512])
    {
        assert!(rtp::rtcp::Compound::parse(&buffer[..outgoing.length]).is_ok());
    }
    let Some(heard) = camera.hear(now, from, datagram) else { return };
    buffer[..length].copy_from_slice(datagram);
    let Some(blocks) = camera.blocks(&heard, &buffer[..length]) else { return };
    if let Some(outgoing) = screen.relay_passed(now, &heard, &blocks, &mut buffer[..length]) {
        let (before, sent) = (Packet::parse(datagram), Packet::parse(&buffer[..outgoing.length]));
        let told = |packet: &Packet<'_>| (packet.marker(), packet.payload().len());
        assert_eq!(sent.as_ref().map(Packet::ssrc), Ok(OURS), "what is passed on is a packet of ours");
        assert_eq!(before.as_ref().map(told), sent.as_ref().map(told), "and as long as it was");
    }
}

/// What a protected leg sends can be read by who has its key, and is none of the peer's packets.
fn check_protection(listener: &mut LegCore, buffer: &mut [u8], length: usize) {
    let plain = buffer[..length].to_vec();
    let Some(protected) = listener.protected(buffer, length).filter(|packet| packet.len() > length) else {
        return;
    };
    let (mut packet, mut reflected) = (protected.to_vec(), protected.to_vec());
    // Only a stream that has rolled over is not heard by somebody new.
    if Inbound::new(&keys().send).unprotect_rtp(&mut packet) == Ok(length) {
        assert_eq!(packet[..length], plain);
    }
    assert!(listener.unprotect(&mut reflected).is_none(), "our key is not the peer's");
}

/// The wheel turns, and a second may be over.
fn turn(now: Instant, leg: &mut LegCore) {
    let mut buffer = [0; 8_192];
    leg.tick();
    while leg.next_packet(now, &mut buffer).is_some() {}
    leg.attend(now);
    leg.keep_alive(now, &mut buffer);
    if let Some(report) = leg.report(now, &mut buffer) {
        assert!(rtp::rtcp::Compound::parse(&buffer[..report.length]).is_ok());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_row_of_steps_breaks_a_bridge(data in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            super::leg(&data);
        }
    }
}
