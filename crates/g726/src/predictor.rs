use crate::Rate;
use crate::floating::Floating;

/// Two poles and six zeros, which adapt by the signs of what came. Coefficients count in 2⁻¹⁴.
#[derive(Clone, Debug)]
pub(crate) struct Predictor {
    poles: [i32; 2],
    zeros: [i32; 6],
    /// The last quantized differences and reconstructed samples, newest first.
    differences: [Floating; 6],
    reconstructed: [Floating; 2],
    /// Whether the last samples without the poles' part were negative, newest first.
    partial_negative: [bool; 2],
    /// Whether the signal is so narrow that it may be data (TD).
    tone: bool,
}

/// What comes next, as far as the past tells.
#[derive(Clone, Copy)]
pub(crate) struct Estimate {
    /// By all (SE).
    pub(crate) signal: i32,
    /// By the zeros alone (SEZ).
    from_zeros: i32,
}

/// What was sent or received: a difference, and the sample that it makes of the estimate.
#[derive(Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) negative: bool,
    pub(crate) magnitude: i32,
    pub(crate) sample: i32,
}

impl Predictor {
    pub(crate) const fn new() -> Self {
        Self {
            poles: [0; 2],
            zeros: [0; 6],
            differences: [Floating::ZERO; 6],
            reconstructed: [Floating::ZERO; 2],
            partial_negative: [false; 2],
            tone: false,
        }
    }

    /// ACCUM. Its sums have 16 bits and wrap, and each lose their last one.
    pub(crate) fn estimate(&self) -> Estimate {
        let products = |past: &[Floating], coefficients: &[i32]| -> i32 {
            past.iter().zip(coefficients).map(|(past, &coefficient)| past.times(coefficient)).sum()
        };
        let zeros = products(&self.differences, &self.zeros);
        let all = zeros + products(&self.reconstructed, &self.poles);
        Estimate { signal: i32::from(all as i16) >> 1, from_zeros: i32::from(zeros as i16) >> 1 }
    }

    pub(crate) const fn tone(&self) -> bool {
        self.tone
    }

    /// Whether a difference is so large for a scale that data has changed its tone (TRANS).
    pub(crate) fn is_transition(&self, magnitude: i32, slow_scale: i32) -> bool {
        let (exponent, fraction) = (slow_scale >> 15, (slow_scale >> 10) & 0x1F);
        let threshold = if exponent > 9 { 31 << 10 } else { (32 + fraction) << exponent };
        self.tone && magnitude > (threshold + (threshold >> 1)) >> 1
    }

    /// Learns what was heard; a transition makes it forget its coefficients.
    pub(crate) fn update(&mut self, rate: Rate, estimate: Estimate, heard: Heard, transition: bool) {
        let difference = if heard.negative { -heard.magnitude } else { heard.magnitude };
        let partial = i32::from((estimate.from_zeros + difference) as i16); // ADDC
        if transition {
            (self.poles, self.zeros, self.tone) = ([0; 2], [0; 6], false);
        } else {
            self.adapt_poles(partial);
            self.adapt_zeros(rate, heard);
            self.tone = self.poles[1] < -11_776;
        }
        self.partial_negative = [partial < 0, self.partial_negative[0]];
        self.differences.copy_within(..5, 1);
        self.differences[0] = Floating::new(heard.negative, heard.magnitude);
        self.reconstructed =
            [Floating::new(heard.sample < 0, heard.sample.abs() & 0x7FFF), self.reconstructed[0]];
    }

    /// UPA2, LIMC, UPA1, LIMD.
    fn adapt_poles(&mut self, partial: i32) {
        let [first, second] = self.poles;
        let mut next = [first - (first >> 8), second - (second >> 7)];
        if partial != 0 {
            let unlike = self.partial_negative.map(|negative| negative != (partial < 0));
            let turned = if unlike[0] { first } else { -first };
            next[1] += match turned {
                ..-8_191 => -256,
                8_192.. => 255,
                small => small >> 5,
            };
            next[1] += if unlike[1] { -128 } else { 128 };
            next[0] += if unlike[0] { -192 } else { 192 };
        }
        next[1] = next[1].clamp(-12_288, 12_288);
        let bound = 15_360 - next[1];
        next[0] = next[0].clamp(-bound, bound);
        self.poles = next;
    }

    /// UPB.
    fn adapt_zeros(&mut self, rate: Rate, heard: Heard) {
        let leak = if rate == Rate::Kbps40 { 9 } else { 8 };
        for (zero, past) in self.zeros.iter_mut().zip(&self.differences) {
            *zero -= *zero >> leak;
            if heard.magnitude != 0 {
                *zero += if past.negative == heard.negative { 128 } else { -128 };
            }
        }
    }
}
