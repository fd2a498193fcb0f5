/// The scale of the quantizer: one that follows speech, one that stays with data, and how much of each counts.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// A logarithm, in units of 2⁻⁹ (YU).
    fast: i32,
    /// The same in units of 2⁻¹⁵ (YL).
    slow: i32,
    /// How unsteady the signal is, on a short and on a long average (DMS, DML).
    short: i32,
    long: i32,
    /// How much the fast one counts, in units of 2⁻⁸; above 256 it is all (AP).
    speed: i32,
}

impl Scale {
    pub(crate) const fn new() -> Self {
        Self { fast: 544, slow: 34_816, short: 0, long: 0, speed: 0 }
    }

    /// The factor for the next sample, of 13 bits (LIMA, MIX).
    pub(crate) fn factor(&self) -> i32 {
        if self.speed >= 256 {
            return self.fast;
        }
        let slow = self.slow >> 6;
        let product = (self.fast - slow) * (self.speed >> 2);
        // Rounded towards nothing, as a magnitude is.
        slow + if product < 0 { (product + 63) >> 6 } else { product >> 6 }
    }

    pub(crate) const fn slow(&self) -> i32 {
        self.slow
    }

    /// Learns which magnitude came, by its weights in the rate's table, at a factor of `factor`.
    pub(crate) fn update(&mut self, factor: i32, weight: i32, unrest: i32, tone: bool, transition: bool) {
        self.fast = (factor + (((weight << 5) - factor) >> 5)).clamp(544, 5_120); // FILTD, LIMB
        self.slow += self.fast + ((-self.slow) >> 6); // FILTE
        self.short += ((unrest << 9) - self.short) >> 5; // FILTA
        self.long += ((unrest << 11) - self.long) >> 7; // FILTB

        // SUBTC, FILTC, TRIGA
        let unsteady = ((self.short << 2) - self.long).abs() >= self.long >> 3;
        self.speed = if transition {
            256
        } else {
            let aim = if factor < 1_536 || tone || unsteady { 512 } else { 0 };
            self.speed + ((aim - self.speed) >> 4)
        };
    }
}
