use super::line::SampleLine;
use super::noise::ComfortNoise;
use super::pitch::{Direction, repetition};
use super::{crossfade, tenths};

/// Periods of the last sound that are repeated at most.
const MOST_PERIODS: usize = 3;

/// Makes up sound for what is missing, as ITU-T G.711 Appendix I does: the last pitch period goes on, after 10 ms the last
/// two of them, after 20 ms the last three, ever more quietly, until after 60 ms there is only the noise of pauses.
///
/// Other than there nothing is delayed for it: where the appendix overlaps the end of the sound with its repetition, a step
/// that may be between both is levelled out over a quarter of a period.
///
/// [`Playout`](crate::Playout) does all of this by itself; alone it serves where there is another buffer:
///
/// ```
/// use rtp_jitter::Concealment;
///
/// let mut concealment = Concealment::new(8_000)?;
/// let mut packet = [1_000; 160];
/// concealment.good(&mut packet); // each packet that came
/// let mut made_up = [0; 160];
/// concealment.lost(&mut made_up); // each that did not
/// concealment.good(&mut packet); // its beginning is joined to what was made up
/// # Ok::<(), rtp_jitter::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Concealment {
    line: SampleLine,
    extension: Extension,
}

impl Concealment {
    /// For sound of `sample_rate` samples a second: 8,000 to 48,000 in steps of 8,000.
    ///
    /// # Errors
    /// For any other rate.
    pub fn new(sample_rate: u32) -> Result<Self, crate::ConfigError> {
        let extension = Extension::new(sample_rate)?;
        Ok(Self {
            line: SampleLine::new(Extension::history(sample_rate), tenths(sample_rate, 200)),
            extension,
        })
    }

    /// Hears sound that came. What follows made-up sound is changed at its beginning, so that both are one.
    pub fn good(&mut self, sound: &mut [i16]) {
        self.extension.join(self.line.known(), sound);
        self.extension.noise.listen(sound);
        self.remember(sound);
    }

    /// Fills `sound` with what is made up for as many samples that are missing.
    pub fn lost(&mut self, sound: &mut [i16]) {
        self.extension.extend(self.line.known(), sound);
        self.remember(sound);
    }

    fn remember(&mut self, sound: &[i16]) {
        for piece in sound.chunks(64) {
            let room = self.line.room(piece.len());
            let fitting = room.len().min(piece.len());
            room[..fitting].copy_from_slice(&piece[..fitting]);
            self.line.append(fitting, 0);
            self.line.play(&mut [0; 64]);
        }
    }
}

/// The repetition of the last sound.
#[derive(Clone, Debug)]
pub(crate) struct Extension {
    rate: u32,
    /// The last pitch periods, with a piece before them.
    past: Box<[i16]>,
    /// What is repeated: one period or more, the end of which leads to its beginning.
    cycle: Box<[i16]>,
    /// Samples of a period, and periods of the cycle.
    period: usize,
    periods: usize,
    position: usize,
    /// Samples that were made up since the last sound that came.
    made_up: usize,
    /// The step at the beginning, which is levelled out.
    step: i32,
    pub(crate) noise: ComfortNoise,
}

impl Extension {
    pub(crate) fn new(rate: u32) -> Result<Self, crate::ConfigError> {
        if !(8_000..=48_000).contains(&rate) || !rate.is_multiple_of(8_000) {
            return Err(crate::ConfigError::SampleRate(rate));
        }
        Ok(Self {
            rate,
            past: vec![0; Self::history(rate)].into(),
            cycle: vec![0; MOST_PERIODS * tenths(rate, 150)].into(),
            period: tenths(rate, 50),
            periods: 1,
            position: 0,
            made_up: 0,
            step: 0,
            noise: ComfortNoise::new(),
        })
    }

    /// Samples that must be known: three periods of 15 ms and a quarter of one, as in the appendix.
    pub(crate) fn history(rate: u32) -> usize {
        tenths(rate, 490)
    }

    /// Whether something has been made up since the last sound that came.
    pub(crate) fn is_active(&self) -> bool {
        self.made_up > 0
    }

    /// Whether nothing is left of the last sound.
    pub(crate) fn is_faded(&self) -> bool {
        self.made_up >= tenths(self.rate, 600)
    }

    /// Goes on where `known` ends.
    pub(crate) fn extend(&mut self, known: &[i16], out: &mut [i16]) {
        if self.made_up == 0 {
            self.begin(known);
        }
        let millisecond = tenths(self.rate, 10);
        let mut rest = out;
        while !rest.is_empty() {
            let periods = (self.made_up / (10 * millisecond) + 1).min(MOST_PERIODS);
            if periods != self.periods {
                self.make_cycle(periods);
            }
            // Up to where the number of periods may change.
            let count = (10 * millisecond - self.made_up % (10 * millisecond)).min(rest.len());
            let (piece, tail) = rest.split_at_mut(count);
            self.repeat(piece);
            rest = tail;
        }
    }

    /// Joins sound that came to what was made up before it.
    pub(crate) fn join(&mut self, known: &[i16], sound: &mut [i16]) {
        if self.made_up == 0 {
            return;
        }
        let millisecond = tenths(self.rate, 10);
        let tens = self.made_up / (10 * millisecond);
        let overlap = (self.period / 4 + tens * 4 * millisecond).min(10 * millisecond).min(sound.len());
        for (at, sample) in sound.iter_mut().enumerate().take(overlap) {
            let mut made_up = [0];
            self.extend(known, &mut made_up);
            *sample = crossfade(made_up[0], *sample, at, overlap);
        }
        self.made_up = 0;
    }

    fn begin(&mut self, known: &[i16]) {
        let length = self.past.len();
        self.past.copy_from_slice(&known[known.len() - length..]);
        let piece = tenths(self.rate, 200);
        let lags = tenths(self.rate, 50)..=tenths(self.rate, 150);
        let stride = (self.rate / 8_000) as usize;
        let found = repetition(&self.past, length - piece, piece, lags, Direction::Earlier, stride);
        // Sound that does not repeat itself is repeated in long pieces, which is heard the least.
        let longest = tenths(self.rate, 150);
        self.period = found.filter(|found| found.likeness > 0.3).map_or(longest, |found| found.lag);
        self.position = 0;
        self.make_cycle(1);
        let [.., last] = *self.past else { return };
        self.step = i32::from(last) - i32::from(self.past[length - 1 - self.period]);
    }

    /// Makes a cycle of the last periods. Its last quarter of a period crosses over to what came before its beginning, so
    /// that it can be repeated without a step.
    fn make_cycle(&mut self, periods: usize) {
        // The position in the last period stays what it was.
        let in_period = self.position % self.period;
        self.periods = periods;
        self.position = (periods - 1) * self.period + in_period;
        if periods == 1 {
            self.position = in_period;
        }
        let (length, quarter) = (periods * self.period, self.period / 4);
        let begin = self.past.len() - length;
        let cycle = &mut self.cycle[..length];
        cycle.copy_from_slice(&self.past[begin..]);
        for at in 0..quarter {
            let sample = &mut cycle[length - quarter + at];
            *sample = crossfade(*sample, self.past[begin - quarter + at], at, quarter);
        }
    }

    fn repeat(&mut self, out: &mut [i16]) {
        let length = self.periods * self.period;
        let quarter = (self.period / 4) as i32;
        let (full, silent) = (tenths(self.rate, 100), tenths(self.rate, 600));
        let before = self.made_up;
        for sample in &mut *out {
            let made_up = self.made_up as i32;
            let levelled =
                if made_up < quarter { self.step * (quarter - made_up) / (quarter + 1) } else { 0 };
            let gain = (silent.saturating_sub(self.made_up)).min(silent - full) as i32;
            let sound = (i32::from(self.cycle[self.position]) + levelled) * gain / (silent - full) as i32;
            *sample = sound.clamp(-32_768, 32_767) as i16;
            self.position = (self.position + 1) % length;
            // It need not be counted further than to where nothing changes any more.
            self.made_up = (self.made_up + 1).min(2 * silent);
        }
        let noisy = before.saturating_sub(full) * 256 / (silent - full);
        self.noise.add_floor(out, noisy as u32);
    }
}
