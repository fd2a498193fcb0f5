//! Who listens to a room without being in it: recordings.

use std::time::Instant;

use audio::mix;

use super::bands::{BandId, Bands};
use crate::tap::{Kind, Side, Slice, TapEnd};

/// Samples of a turn at the highest rate.
const LONGEST: usize = 960;

/// All listeners of a room.
#[derive(Default)]
pub(super) struct Taps(Vec<RoomTap>);

struct RoomTap {
    end: TapEnd,
    band: BandId,
}

impl Taps {
    /// One more listens, at that rate or the next one below. Not within a turn.
    pub(super) fn add(&mut self, end: TapEnd, rate: u32, bands: &mut Bands) {
        let band = BandId::of(rate);
        bands.enter(band);
        self.0.push(RoomTap { end, band });
    }

    /// Lets them hear what all members say together at this turn. Where nobody says anything nothing is passed on, which is
    /// silence to those who listen.
    pub(super) fn listen(&mut self, now: Instant, turn: u64, bands: &Bands) {
        if self.0.is_empty() || !bands.sound() {
            return;
        }
        for tap in &mut self.0 {
            let (mut mixed, mut octets) = ([0_i16; LONGEST], [0_u8; 2 * LONGEST]);
            let mixed = &mut mixed[..tap.band.frame()];
            mix::saturate(bands.total(tap.band), mixed);
            let pairs = octets.as_chunks_mut::<2>().0;
            pairs.iter_mut().zip(mixed.iter()).for_each(|(pair, sample)| *pair = sample.to_le_bytes());
            let rate = tap.band.rate();
            let slice = Slice {
                side: Side::Read,
                kind: Kind::Linear { rate, clock: rate },
                ssrc: 0,
                // Of a turn's number only what fits counts, as in every timestamp.
                timestamp: (turn as u32).wrapping_mul(mixed.len() as u32),
                at: tap.end.since(now),
            };
            tap.end.push(&slice, &octets[..2 * mixed.len()]);
        }
    }

    /// The highest rate that one of them listens at; 0 where there is none.
    pub(super) fn best_rate(&self) -> u32 {
        self.0.iter().map(|tap| tap.band.rate()).max().unwrap_or(0)
    }

    /// Forgets those who are gone, and says whether somebody is.
    pub(super) fn look_after(&mut self, bands: &mut Bands) -> bool {
        let before = self.0.len();
        self.0.retain(|tap| {
            let stays = !tap.end.is_abandoned();
            if !stays {
                bands.leave(tap.band);
            }
            stays
        });
        self.0.len() != before
    }
}
