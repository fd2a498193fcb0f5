//! What is said at each rate, and what those hear of it who hear at another.
//!
//! Voices are added at the rate that they come at. A rate's total has the sums of all others, resampled once for everybody:
//! a member's own voice is in it as it came, and can be taken out again to the last bit.

use audio::{Resampler, mix};

/// Samples a second that there are calls with.
const RATES: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

/// Milliseconds of a turn.
pub(super) const TURN: u32 = 20;

/// Names the band of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BandId(usize);

impl BandId {
    /// The band of the highest rate that is not above `rate`; the lowest one where there is none.
    pub(super) fn of(rate: u32) -> Self {
        Self(RATES.iter().rposition(|known| *known <= rate).unwrap_or(0))
    }

    /// Samples a second.
    pub(super) fn rate(self) -> u32 {
        RATES[self.0]
    }

    /// Samples of a turn.
    pub(super) fn frame(self) -> usize {
        samples(self.rate())
    }
}

/// Samples of a turn at this rate.
pub(super) fn samples(rate: u32) -> usize {
    (rate * TURN / 1_000) as usize
}

/// Every rate that somebody speaks or hears at.
#[derive(Default)]
pub(super) struct Bands([Option<Box<Band>>; RATES.len()]);

struct Band {
    /// Members that hear at this rate.
    listeners: usize,
    /// What is said at this rate.
    sum: Box<[i32]>,
    /// That, and what is said at others.
    total: Box<[i32]>,
    /// Whether anything is said at this rate at this turn.
    sounds: bool,
    /// Whether the last turn's sound has not come out of the resamplers yet.
    rings: bool,
    /// Whether the total is more than the sum.
    mixed: bool,
    /// To the other rates.
    resamplers: [Option<Box<Resampler>>; RATES.len()],
    /// The sum on its way to another rate.
    clipped: Box<[i16]>,
    resampled: Box<[i16]>,
}

impl Band {
    fn new(rate: u32) -> Self {
        let frame = samples(rate);
        Self {
            listeners: 0,
            sum: vec![0; frame].into(),
            total: vec![0; frame].into(),
            sounds: false,
            rings: false,
            mixed: false,
            resamplers: Default::default(),
            clipped: vec![0; frame].into(),
            resampled: vec![0; frame].into(),
        }
    }
}

impl Bands {
    /// Makes room for a rate. Not within a turn, for it allocates.
    pub(super) fn open(&mut self, id: BandId) {
        if self.0[id.0].is_some() {
            return;
        }
        let mut band = Band::new(id.rate());
        for (other, place) in self.0.iter_mut().enumerate() {
            let Some(known) = place else { continue };
            let resampler = |from, to| Resampler::new(from, to).ok().map(Box::new);
            known.resamplers[id.0] = resampler(RATES[other], id.rate());
            band.resamplers[other] = resampler(id.rate(), RATES[other]);
        }
        self.0[id.0] = Some(Box::new(band));
    }

    /// A member hears at that rate from now on. Not within a turn.
    pub(super) fn enter(&mut self, id: BandId) {
        self.open(id);
        if let Some(band) = &mut self.0[id.0] {
            band.listeners += 1;
        }
    }

    /// And now no more.
    pub(super) fn leave(&mut self, id: BandId) {
        if let Some(band) = &mut self.0[id.0] {
            band.listeners -= 1;
        }
    }

    /// Begins a turn, in which nobody has said anything yet.
    pub(super) fn begin(&mut self) {
        for band in self.0.iter_mut().flatten() {
            band.mixed = false;
            if band.sounds {
                band.sum.fill(0);
            }
            band.sounds = false;
        }
    }

    /// Somebody says that.
    pub(super) fn add(&mut self, id: BandId, frame: &[i16]) {
        let Some(band) = &mut self.0[id.0] else { return };
        mix::accumulate(&mut band.sum, frame);
        band.sounds = true;
    }

    /// Everybody has spoken: adds up what is heard at each rate.
    pub(super) fn mix(&mut self) {
        for from in 0..RATES.len() {
            let Some(mut band) = self.0[from].take() else { continue };
            if band.sounds || band.rings {
                let was_ringing = band.rings && !band.sounds;
                mix::saturate(&band.sum, &mut band.clipped);
                for to in 0..RATES.len() {
                    self.bring_over(&mut band, to);
                }
                band.rings = !was_ringing;
            }
            self.0[from] = Some(band);
        }
    }

    /// Adds what is said in `band` to the total of another rate.
    fn bring_over(&mut self, band: &mut Band, to: usize) {
        let (Some(resampler), Some(there)) = (&mut band.resamplers[to], &mut self.0[to]) else { return };
        if there.listeners == 0 {
            return;
        }
        let written = resampler.process(&band.clipped, &mut there.resampled).written;
        if !there.mixed {
            there.total.copy_from_slice(&there.sum);
            there.mixed = true;
        }
        mix::accumulate(&mut there.total, &there.resampled[..written]);
    }

    /// What is heard at that rate by those who say nothing.
    pub(super) fn total(&self, id: BandId) -> &[i32] {
        match &self.0[id.0] {
            Some(band) if band.mixed => &band.total,
            Some(band) => &band.sum,
            None => &[],
        }
    }

    /// Whether there is anything to hear: somebody speaks, or what was said has not come out of the resamplers yet.
    pub(super) fn sound(&self) -> bool {
        self.0.iter().flatten().any(|band| band.sounds || band.mixed)
    }
}

#[cfg(test)]
mod tests {
    use audio::goertzel::amplitude;

    use super::*;

    fn sine(rate: u32, frequency: f64, turn: usize) -> Vec<i16> {
        let start = turn * samples(rate);
        let step = std::f64::consts::TAU * frequency / f64::from(rate);
        (start..start + samples(rate)).map(|n| (8_000.0 * (step * n as f64).sin()) as i16).collect()
    }

    #[test]
    fn everybody_hears_everybody_at_their_own_rate() {
        let mut bands = Bands::default();
        let (narrow, wide, full) = (BandId::of(8_000), BandId::of(16_000), BandId::of(48_000));
        [narrow, wide, full].into_iter().for_each(|band| bands.enter(band));
        let mut heard = [const { Vec::<i16>::new() }; 3];
        for turn in 0..25 {
            bands.begin();
            bands.add(narrow, &sine(8_000, 500.0, turn));
            bands.add(full, &sine(48_000, 1_200.0, turn));
            bands.add(full, &sine(48_000, 6_000.0, turn));
            bands.mix();
            assert!(bands.sound());
            for (heard, band) in heard.iter_mut().zip([narrow, wide, full]) {
                let mut frame = vec![0; band.frame()];
                mix::saturate(bands.total(band), &mut frame);
                heard.extend(frame);
            }
        }
        for (heard, rate, audible) in [
            (&heard[0], 8_000, [true, true, false]),
            (&heard[1], 16_000, [true; 3]),
            (&heard[2], 48_000, [true; 3]),
        ] {
            let steady = &heard[heard.len() / 2..];
            for (frequency, audible) in [500.0, 1_200.0, 6_000.0].into_iter().zip(audible) {
                if frequency * 2.0 < f64::from(rate) {
                    let found = amplitude(steady, rate, frequency);
                    assert_eq!(
                        (7_500.0..8_500.0).contains(&found),
                        audible,
                        "{frequency} at {rate}: {found}"
                    );
                }
            }
            assert!(amplitude(steady, rate, 2_000.0) < 300.0, "nothing folds over at {rate}");
        }
    }

    #[test]
    fn what_was_said_at_another_rate_rings_out_and_then_it_is_silent() {
        let mut bands = Bands::default();
        bands.enter(BandId::of(8_000));
        bands.enter(BandId::of(16_000));
        bands.begin();
        bands.add(BandId::of(8_000), &[5_000; 160]);
        bands.mix();
        assert!(bands.sound());
        bands.begin();
        bands.mix();
        assert!(bands.sound(), "the filter has some left");
        assert!(bands.total(BandId::of(16_000)).iter().any(|sample| *sample != 0));
        assert!(bands.total(BandId::of(8_000)).iter().all(|sample| *sample == 0));
        for _ in 0..3 {
            bands.begin();
            bands.mix();
            assert!(!bands.sound());
            assert!(bands.total(BandId::of(16_000)).iter().all(|sample| *sample == 0));
        }
    }

    #[test]
    fn rates_that_no_call_has_are_those_below() {
        assert_eq!(
            [0, 8_000, 12_000, 44_100, 96_000].map(|rate| BandId::of(rate).rate()),
            [8_000, 8_000, 8_000, 32_000, 48_000]
        );
    }
}
