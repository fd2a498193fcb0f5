//! What all those hear who hear the same: encoded once.

use audio::{Resampler, mix};
use slab::Slab;

use super::bands::{BandId, Bands, samples};
use crate::codec::{Encoder, MOST_SAMPLES};
use crate::leg::Tuning;

/// Octets of the longest payload that 20 ms become: L16 at 48 kHz.
const LONGEST: usize = 1_920;

/// Names what some members share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShareId(usize);

/// Everything that is shared in a room.
#[derive(Default)]
pub(super) struct Shares(Slab<Share>);

/// The sound of a room for everybody who says nothing and speaks one codec.
struct Share {
    tuning: Tuning,
    band: BandId,
    /// Samples a second of what is encoded.
    rate: u32,
    encoder: Box<dyn Encoder>,
    /// Where the codec has another rate than the band.
    resampler: Option<Resampler>,
    payload: Box<[u8; LONGEST]>,
    length: usize,
    /// The turn that the payload is of.
    turn: u64,
    members: usize,
}

impl Shares {
    /// A part in the sound for this codec at the rate of this band. `None` where it cannot be shared. Not within a turn.
    pub(super) fn join(&mut self, tuning: Tuning, band: BandId) -> Option<ShareId> {
        let tuning = tuning.of_listener();
        let found = self.0.iter_mut().find(|(_, share)| share.tuning == tuning && share.band == band);
        if let Some((id, share)) = found {
            share.members += 1;
            return Some(ShareId(id));
        }
        if u32::from(tuning.ms) != super::bands::TURN {
            return None;
        }
        let rate = tuning.codec.encoding_rate(band.rate(), &tuning.opus);
        let resampler = match band.rate() == rate {
            true => None,
            false => Some(Resampler::new(band.rate(), rate).ok()?),
        };
        let encoder = tuning.codec.encoder_of(rate, &tuning.opus)?;
        let payload = Box::new([0; LONGEST]);
        let share = Share { tuning, band, rate, encoder, resampler, payload, length: 0, turn: 0, members: 1 };
        Some(ShareId(self.0.insert(share)))
    }

    /// A member leaves.
    pub(super) fn leave(&mut self, id: ShareId) {
        let Some(share) = self.0.get_mut(id.0) else { return };
        share.members -= 1;
        if share.members == 0 {
            self.0.remove(id.0);
        }
    }

    /// The payload of this turn: encoded when the first one asks for it.
    pub(super) fn payload(&mut self, id: ShareId, turn: u64, bands: &Bands) -> &[u8] {
        let Some(share) = self.0.get_mut(id.0) else { return &[] };
        if share.turn != turn {
            share.turn = turn;
            share.encode(bands);
        }
        &share.payload[..share.length]
    }
}

impl Share {
    fn encode(&mut self, bands: &Bands) {
        let (mut mixed, mut resampled) = ([0_i16; MOST_SAMPLES / 6], [0_i16; MOST_SAMPLES / 6]);
        let mixed = &mut mixed[..self.band.frame()];
        mix::saturate(bands.total(self.band), mixed);
        let sound = match &mut self.resampler {
            None => mixed,
            Some(resampler) => {
                let frame = &mut resampled[..samples(self.rate)];
                let written = resampler.process(mixed, frame).written;
                &mut frame[..written]
            }
        };
        self.length = self.encoder.encode(sound, &mut self.payload[..]);
    }
}
