//! Who listens to a leg without taking part: each packet is copied as it is, and goes on untouched.

use std::time::Instant;

use rtp::{Header, Packet};

use super::LegCore;
use super::receive::{Content, Heard};
use crate::codec::MOST_SAMPLES;
use crate::tap::{Kind, Side, Slice, TapEnd};

impl LegCore {
    /// Copies what comes and goes to one more listener.
    pub(crate) fn add_tap(&mut self, end: TapEnd) {
        self.taps.push(end);
    }

    /// Whether somebody listens.
    #[inline]
    pub(crate) fn is_tapped(&self) -> bool {
        !self.taps.is_empty()
    }

    /// Forgets listeners that are gone.
    pub(super) fn look_after_taps(&mut self) {
        self.taps.retain(|tap| !tap.is_abandoned());
    }

    /// What the peer has said.
    #[inline]
    pub(crate) fn tap_heard(&mut self, now: Instant, heard: &Heard, packet: &[u8]) {
        if self.taps.is_empty() {
            return;
        }
        let Content::Audio(codec, range) = &heard.content else { return };
        let Some(payload) = packet.get(range.clone()) else { return };
        let stream = (heard.header.ssrc, heard.header.timestamp);
        self.tap(now, (Side::Read, Kind::Encoded(*codec)), stream, payload);
    }

    /// Noise that is made of what the peer has said of its pause: 20 ms at 8 kHz.
    pub(super) fn tap_noise(&mut self, now: Instant, header: &Header, sound: &[i16]) {
        if self.taps.is_empty() {
            return;
        }
        let mut octets = [0; 320];
        for (place, sample) in octets.as_chunks_mut().0.iter_mut().zip(sound) {
            *place = sample.to_le_bytes();
        }
        self.tap(
            now,
            (Side::Read, Kind::Linear { rate: 8_000, clock: 8_000 }),
            (header.ssrc, header.timestamp),
            &octets,
        );
    }

    /// What goes to the peer: a packet before it is protected.
    pub(crate) fn tap_sent(&mut self, now: Instant, packet: &[u8]) {
        if std::mem::take(&mut self.tapped) {
            return;
        }
        let Ok(packet) = Packet::parse(packet) else { return };
        let header = packet.header();
        let Some(codec) = self.spoken.codec() else { return };
        if self.spoken.payload_type() == Some(header.payload_type) {
            let stream = (header.ssrc, header.timestamp);
            self.tap(now, (Side::Write, Kind::Encoded(codec)), stream, packet.payload());
        }
    }

    /// What goes to the peer with the next packet, before it was changed. Timestamps count by `clock`.
    pub(super) fn tap_samples(&mut self, now: Instant, header: &Header, sound: (&[i16], u32), clock: u32) {
        let (sound, rate) = sound;
        let mut octets = [0; 2 * MOST_SAMPLES];
        let pairs = octets.as_chunks_mut::<2>().0;
        pairs.iter_mut().zip(sound).for_each(|(pair, sample)| *pair = sample.to_le_bytes());
        let payload = octets.get(..2 * sound.len()).unwrap_or_default();
        let kind = Kind::Linear { rate, clock };
        self.tap(now, (Side::Write, kind), (header.ssrc, header.timestamp), payload);
        self.tapped = true;
    }

    fn tap(&mut self, now: Instant, (side, kind): (Side, Kind), stream: (u32, u32), payload: &[u8]) {
        let (ssrc, timestamp) = stream;
        for tap in self.taps.iter_mut().filter(|tap| tap.wants(side)) {
            let at = tap.since(now);
            tap.push(&Slice { side, kind, ssrc, timestamp, at }, payload);
        }
    }
}
