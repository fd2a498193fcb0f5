//! Both sub-bands, past the filters: what is done for the one is done for the other in the same breath.

use wide::i16x8;

use crate::pair::{Pair, higher, pair, spread};
use crate::predictor::Predictors;
use crate::scale::Scales;
use crate::{higher_band, lower_band};

/// What a signal of a sub-band may have at most: 15 bits (clause 6.2.1.6, LIMIT).
const LEAST: i16x8 = i16x8::new([-16_384; 8]);
const MOST: i16x8 = i16x8::new([16_383; 8]);

/// Keeps signals of sub-bands within their 15 bits.
#[inline(always)]
pub(crate) fn limit(samples: i16x8) -> i16x8 {
    samples.max(LEAST).min(MOST)
}

/// One direction of both sub-bands.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    predictors: Predictors,
    scales: Scales,
}

impl Bands {
    pub(crate) const fn new() -> Self {
        Self { predictors: Predictors::new(), scales: Scales::new() }
    }

    /// The octet of a sample of each sub-band, of 15 bits.
    #[inline(always)]
    pub(crate) fn encode(&mut self, samples: Pair) -> u8 {
        let differences = samples.saturating_sub(self.predictors.prediction());
        let of_lower = lower_band::quantize(differences, self.scales.lower());
        let of_higher = higher_band::quantize(higher(differences), self.scales.higher());
        let differences = (
            of_lower.difference(self.scales.lower()),
            higher_band::difference(of_higher, self.scales.higher()),
        );
        self.advance((of_lower.weight(), higher_band::weight(of_higher)), differences);
        of_higher << 6 | of_lower.code()
    }

    /// The samples of an octet, in which the lower sub-band sounds as [`audible`](lower_band::audible) says.
    #[inline(always)]
    pub(crate) fn decode(&mut self, octet: u8, audible: &[i16; 64]) -> Pair {
        let of_lower = lower_band::difference(octet, self.scales.lower());
        let of_higher = higher_band::difference(octet >> 6, self.scales.higher());
        let audible = lower_band::scaled(audible[usize::from(octet & 63)], self.scales.lower());
        let samples = limit(self.predictors.prediction().saturating_add(pair(audible, of_higher)));
        let weights = (lower_band::weight(octet), higher_band::weight(octet >> 6));
        self.advance(weights, (of_lower, of_higher));
        samples
    }

    /// What both ends do with an octet alike: with what it does to both scales, and the differences that it stands for.
    #[inline(always)]
    fn advance(&mut self, weights: (i16, i16), (of_lower, of_higher): (i32, i32)) {
        self.scales.adapt(weights.0, weights.1);
        self.predictors.update(spread(of_lower, of_higher));
    }
}
