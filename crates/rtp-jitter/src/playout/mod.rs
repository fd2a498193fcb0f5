#[cfg(test)]
mod tests;

use core::time::Duration;

use crate::config::{Config, ConfigError};
use crate::decoder::Decoder;
use crate::packet::{Decision, Insertion, PacketInfo, Stretch};
use crate::queue::PacketQueue;
use crate::sound::concealment::Extension;
use crate::sound::line::SampleLine;
use crate::sound::stretching;
use crate::statistics::{Statistics, VoipMetrics};

/// Longest sound of a packet, in milliseconds.
const LONGEST_PACKET: usize = 120;

/// Longest piece that is filled at once, in milliseconds; longer ones are filled in pieces.
const LONGEST_PIECE: usize = 20;

/// A jitter buffer with sound: packets in, and at each tick exactly as many samples as are asked for.
///
/// What is missing is concealed, the delay is changed by leaving out or repeating pitch periods, and clocks that differ are
/// brought together in the same way. Nothing is allocated after [`Playout::new`].
///
/// A media thread calls [`Playout::insert`] for each packet and [`Playout::fill`] for each tick. Ticks may have any length;
/// those of 10 ms make the delay 5 ms shorter than those of 20 ms.
#[derive(Clone, Debug)]
pub struct Playout<D> {
    queue: PacketQueue,
    decoder: D,
    rate: u32,
    clock_rate: u32,
    line: SampleLine,
    extension: Extension,
}

/// What a piece of sound was made of, in samples. What was begun by an earlier call is counted there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Made up for what is missing.
    pub concealed: usize,
    /// Before the stream, or in a pause of the talker.
    pub silent: usize,
}

impl<D: Decoder> Playout<D> {
    /// For sound of `sample_rate` samples a second: 8,000 to 48,000 in steps of 8,000. It need not be the rate of
    /// timestamps: G.722 has 16,000 and a clock of 8,000.
    ///
    /// # Errors
    /// What the configuration or the rate cannot mean.
    pub fn new(config: Config, sample_rate: u32, decoder: D) -> Result<Self, ConfigError> {
        let (line, extension) = sound_of(sample_rate)?;
        Ok(Self {
            clock_rate: config.clock_rate,
            queue: PacketQueue::new(config)?,
            decoder,
            rate: sample_rate,
            line,
            extension,
        })
    }

    /// Decodes to another rate from now on, which [`Playout::new`] allows. Packets that wait still do, in time; what was decoded
    /// and not played yet is left out, less than a packet. Allocates.
    ///
    /// # Errors
    /// What the rate cannot mean; then nothing changes.
    pub fn decode_to(&mut self, sample_rate: u32, decoder: D) -> Result<(), ConfigError> {
        let (line, extension) = sound_of(sample_rate)?;
        (self.line, self.extension, self.rate, self.decoder) = (line, extension, sample_rate, decoder);
        Ok(())
    }

    /// Takes in a packet that came at `now`.
    pub fn insert(&mut self, now: Duration, info: PacketInfo, payload: &[u8]) -> Insertion {
        self.queue.insert(now, info, payload)
    }

    /// Fills `out` with the sound that is to be heard from `now` on.
    pub fn fill(&mut self, now: Duration, out: &mut [i16]) -> Filled {
        let mut filled = Filled::default();
        for piece in out.chunks_mut(LONGEST_PIECE * self.rate as usize / 1_000) {
            while self.line.unplayed() < piece.len() {
                self.make_sound(now, piece.len(), &mut filled);
            }
            self.line.play(piece);
        }
        filled
    }

    /// The packets behind it.
    pub fn queue(&self) -> &PacketQueue {
        &self.queue
    }

    /// The decoder.
    pub fn decoder(&self) -> &D {
        &self.decoder
    }

    /// The decoder, to be told of what was negotiated anew.
    pub fn decoder_mut(&mut self) -> &mut D {
        &mut self.decoder
    }

    /// Sound that is decoded and waits to be played. It adds to how long packets waited.
    pub fn unplayed(&self) -> Duration {
        Duration::from_micros(self.line.unplayed() as u64 * 1_000_000 / u64::from(self.rate))
    }

    /// Forgets the stream; the next packet begins another. Counters stay.
    pub fn reset(&mut self) {
        self.queue.reset();
    }

    /// What was done so far.
    pub fn statistics(&self) -> Statistics {
        let statistics = self.queue.statistics();
        Statistics { delay: statistics.delay + self.unplayed(), ..statistics }
    }

    /// The same as RTCP XR reports it (RFC 3611 §4.7).
    pub fn voip_metrics(&self) -> VoipMetrics {
        self.queue.voip_metrics()
    }

    /// Appends at least one sample to what is there for a piece of `length`.
    fn make_sound(&mut self, now: Duration, length: usize, filled: &mut Filled) {
        let needed = length - self.line.unplayed();
        let as_ticks = |samples| ticks(samples, self.rate, self.clock_rate);
        let longest = LONGEST_PACKET * self.rate as usize / 1_000;
        match self.queue.next(now, as_ticks(needed), as_ticks(length)) {
            Decision::Decode { packet, skip, stretch } => {
                let pcm = self.line.room(longest);
                let count = self.decoder.decode(packet.info.payload_type, packet.payload, pcm).min(pcm.len());
                if count == 0 {
                    let lost = samples(packet.ticks.saturating_sub(skip), self.rate, self.clock_rate);
                    self.queue.decoded(0);
                    filled.concealed += self.conceal(lost.clamp(1, longest));
                    return;
                }
                self.queue.decoded(ticks(count, self.rate, self.clock_rate));
                self.append(count, samples(skip, self.rate, self.clock_rate), stretch);
            }
            Decision::Lost { ticks: gap, next } => {
                if let Some((payload_type, payload)) = next {
                    let pcm = self.line.room(longest);
                    let count = self.decoder.recover(payload_type, payload, pcm).min(pcm.len());
                    if count > 0 {
                        self.queue.decoded(ticks(count, self.rate, self.clock_rate));
                        self.append(count, 0, Stretch::Keep);
                        return;
                    }
                }
                filled.concealed += self.conceal(samples(gap, self.rate, self.clock_rate).max(1));
            }
            Decision::Wait => filled.concealed += self.conceal(needed),
            Decision::Silence { comfort_noise } => {
                let level = comfort_noise.and_then(|noise| noise.first().copied());
                filled.silent += self.silence(needed, level);
            }
        }
    }

    /// Makes sound of a packet out of the first `count` samples of the room.
    fn append(&mut self, count: usize, skip: usize, stretch: Stretch) {
        let count = self.line.append(count, skip);
        self.join(count);
        self.extension.noise.listen(self.line.last(count));
        self.stretch(count, stretch);
    }

    /// Joins the last `count` samples to what was made up before them.
    fn join(&mut self, count: usize) {
        // All of them may have been skipped.
        if count == 0 || !self.extension.is_active() {
            return;
        }
        let (extension, line) = (&mut self.extension, &mut self.line);
        // The extension remembers what it needs; what is known is not looked at again.
        extension.join(&[], line.last(count));
    }

    fn stretch(&mut self, count: usize, stretch: Stretch) {
        let rate = self.rate;
        let limit = |ticks: u32| samples(ticks.min(self.clock_rate), rate, self.clock_rate);
        let before = self.line.unplayed();
        match stretch {
            Stretch::Keep => return,
            Stretch::Accelerate { most, urgent } => {
                let most = limit(most);
                self.line
                    .resize(|sound, end| stretching::accelerate(sound, end - count, end, most, rate, urgent));
            }
            Stretch::Expand { about } => {
                let about = limit(about);
                self.line.room(LONGEST_PIECE * rate as usize / 1_000);
                self.line.resize(|sound, end| stretching::expand(sound, end - count, end, about, rate));
            }
        }
        let after = self.line.unplayed();
        if after != before {
            let changed = ticks(after.abs_diff(before), rate, self.clock_rate) as i32; // 15 ms at most
            self.queue.stretched(if after < before { -changed } else { changed });
        }
    }

    fn conceal(&mut self, count: usize) -> usize {
        let by_codec = !self.extension.is_active() && self.decoder.conceal(self.line.room(count));
        if !by_codec {
            self.extend(count);
        }
        self.line.append(count, 0)
    }

    /// Sound dies away into noise or silence, however abruptly packets end.
    fn silence(&mut self, count: usize, level: Option<u8>) -> usize {
        self.extend(count);
        if let Some(level) = level
            && self.extension.is_faded()
        {
            let room = self.line.room(count);
            self.extension.noise.write(room, level);
        }
        self.line.append(count, 0)
    }

    /// Writes `count` samples that go on from the last ones into the room.
    fn extend(&mut self, count: usize) {
        self.line.room(count);
        let (known, room) = self.line.known_and_room(count);
        self.extension.extend(known, room);
    }
}

/// Room for sound of that rate, and what goes on from it.
fn sound_of(rate: u32) -> Result<(SampleLine, Extension), ConfigError> {
    let extension = Extension::new(rate)?;
    // A packet, what is left of a tick, and what a stretch may add.
    let unplayed = (LONGEST_PACKET + LONGEST_PIECE + 20) * rate as usize / 1_000;
    Ok((SampleLine::new(Extension::history(rate), unplayed), extension))
}

/// Samples as ticks of timestamps.
fn ticks(samples: usize, rate: u32, clock_rate: u32) -> u32 {
    let ticks = samples as u64 * u64::from(clock_rate) / u64::from(rate);
    u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// Ticks of timestamps as samples.
fn samples(ticks: u32, rate: u32, clock_rate: u32) -> usize {
    (u64::from(ticks) * u64::from(rate) / u64::from(clock_rate)) as usize
}
