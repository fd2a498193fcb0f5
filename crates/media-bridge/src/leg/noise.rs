//! Comfort noise (RFC 3389): what a peer describes in its pauses, passed on to who has it too, and made here for others.

use std::time::Instant;

use audio::comfort_noise::{Description, Generator};
use rtp::Header;

use super::LegCore;
use super::receive::{Content, Heard};
use crate::codec::Codec;

/// Milliseconds between two turns of the wheel, each of which plays as much.
const TURN: u16 = 20;

/// The clock of comfort noise under payload type 13, and the rate of the noise that is made (RFC 3551 table 4).
const RATE: u32 = 8_000;

/// A pause of the peer, and how it sounds.
pub(super) struct Noise {
    generator: Generator,
    /// The header of what is made next, as if it had come so.
    next: Header,
}

impl LegCore {
    /// Whether a description of noise may go on to this leg's peer as it came. What is said around it may be translated.
    pub(crate) fn takes_noise(&self, heard: &Heard) -> bool {
        let agreed = self.settings.is_some_and(|settings| settings.comfort_noise.is_some());
        agreed && (self.clock_rate(), heard.clock_rate) == (RATE, RATE)
    }

    /// The peer describes a pause: until it speaks again there is noise.
    pub(crate) fn begin_noise(&mut self, heard: &Heard, packet: &[u8]) {
        let Content::Noise(range) = &heard.content else { return };
        let described = packet.get(range.clone()).map(Description::parse);
        let Some(Ok(description)) = described else {
            return self.counters.malformed.add(1);
        };
        match &mut self.noise {
            Some(noise) => noise.generator.describe(description),
            None => {
                // Another stream than that of the peer, for it has other numbers.
                let next = Header { ssrc: !heard.header.ssrc, marker: true, ..Header::default() };
                self.noise = Some(Box::new(Noise { generator: Generator::new(description), next }));
            }
        }
    }

    /// The peer speaks again, if it has paused.
    #[inline]
    pub(crate) fn end_noise(&mut self, heard: &Heard) {
        if self.noise.is_some() && matches!(heard.content, Content::Audio(..)) {
            self.noise = None;
        }
    }

    /// The next 20 ms of a pause, as if they had been heard. `None` while there is none.
    pub(super) fn next_noise<'p>(
        &mut self,
        now: Instant,
        pcm: &'p mut [i16],
    ) -> Option<(Heard, (&'p [i16], u32))> {
        let noise = self.noise.as_mut()?;
        let sound = pcm.get_mut(..Codec::L16.samples(TURN))?;
        noise.generator.fill(sound);
        let header = noise.next;
        noise.next = Header {
            sequence: header.sequence.wrapping_add(1),
            timestamp: header.timestamp.wrapping_add(sound.len() as u32),
            marker: false,
            ..header
        };
        self.tap_noise(now, &header, sound);
        let content = Content::Audio(Codec::L16, 0..0);
        let heard = Heard { header, clock_rate: RATE, content, released: None, redundant: false };
        Some((heard, (sound, RATE)))
    }
}

impl Noise {
    /// Fills a silence of any rate.
    pub(super) fn fill(&mut self, sound: &mut [i16]) {
        self.generator.fill(sound);
    }
}
