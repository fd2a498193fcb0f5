//! The files of a recording, and what is written of the sound.

use std::fs::{File, OpenOptions};
use std::time::Duration;

use audio::{AudioError, Resampler, SoundWriter, WrittenFormat, mix};

use super::plan::{Content, RecordError, RecordingPlan, Track};
use super::recording::Change;
use crate::tap::Side;

/// Open files, and how the sound reaches them.
pub(super) struct Files {
    outlets: Vec<Outlet>,
    rate: u32,
    volumes: [i8; 2],
    /// Samples that are left out yet.
    skip: u64,
    paused: bool,
    muted: [bool; 2],
    over: bool,
    written: u64,
    sides: [Vec<i16>; 2],
    mixed: Vec<i16>,
}

/// One file.
struct Outlet {
    track: Track,
    writer: SoundWriter<File>,
    /// Where it has another rate than the recording: for the left, and for the right.
    resamplers: Option<[Resampler; 2]>,
}

impl Files {
    /// Opens the files for sound of `rate`.
    pub(super) fn open(plan: &RecordingPlan, rate: u32) -> Result<Self, RecordError> {
        let outlets = plan.tracks.iter().map(|track| Outlet::open(track, rate));
        Ok(Self {
            outlets: outlets.collect::<Result<_, _>>()?,
            rate,
            volumes: [plan.read_volume, plan.write_volume],
            skip: u64::try_from(plan.skip.as_millis()).unwrap_or(u64::MAX).saturating_mul(rate.into())
                / 1_000,
            paused: plan.paused,
            muted: [false; 2],
            over: false,
            written: 0,
            sides: Default::default(),
            mixed: Vec::new(),
        })
    }

    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Paused(paused) => self.paused = paused,
            Change::Muted(Side::Read, muted) => self.muted[0] = muted,
            Change::Muted(Side::Write, muted) => self.muted[1] = muted,
            Change::End { .. } => self.over = true,
        }
    }

    /// Writes what was said and heard in the same time.
    pub(super) fn write(&mut self, said: &[i16], heard: &[i16]) -> Result<(), RecordError> {
        if self.paused || self.over {
            return Ok(());
        }
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(said.len());
        self.skip -= skipped as u64;
        let (Some(said), Some(heard)) = (said.get(skipped..), heard.get(skipped..)) else { return Ok(()) };
        self.written += said.len() as u64;
        let [read, write] = &mut self.sides;
        let said = adjusted(said, self.volumes[0], self.muted[0], read);
        let heard = adjusted(heard, self.volumes[1], self.muted[1], write);
        for outlet in &mut self.outlets {
            outlet.write(said, heard, &mut self.mixed)?;
        }
        Ok(())
    }

    /// Hands everything to the system, so that the files can be played to here whatever happens.
    pub(super) fn make_whole(&mut self) -> Result<(), RecordError> {
        self.outlets
            .iter_mut()
            .try_for_each(|outlet| outlet.writer.flush().map_err(|source| problem(&outlet.track, source)))
    }

    /// How long the sound is that was written.
    pub(super) fn duration(&self) -> Duration {
        let rate = u64::from(self.rate.max(1));
        Duration::from_secs(self.written / rate)
            + Duration::from_nanos(self.written % rate * 1_000_000_000 / rate)
    }

    /// Makes the files whole to their last sample, but for so much of the end, and closes them.
    pub(super) fn finish(self, without: Duration) -> Result<(), RecordError> {
        let mut result = Ok(());
        let written = self.duration();
        for Outlet { track, writer, .. } in self.outlets {
            let finished = finish(writer, without.min(written)).map_err(|source| problem(&track, source));
            result = result.and(finished);
        }
        result
    }
}

impl Outlet {
    fn open(track: &Track, rate: u32) -> Result<Self, RecordError> {
        let format = WrittenFormat::of(&track.path);
        let format = format.ok_or_else(|| RecordError::UnknownFormat(track.path.clone()))?;
        let channels = if track.content == Content::Stereo { 2 } else { 1 };
        let writer = open(track).and_then(|file| match track.append {
            true => SoundWriter::append(file, format, channels),
            false => SoundWriter::create(file, format, channels),
        });
        let writer = writer.map_err(|source| problem(track, source))?;
        let resamplers = match format.rate() == rate {
            true => None,
            false => {
                let anew = || Resampler::new(rate, format.rate());
                let unsupported = |_| problem(track, AudioError::UnsupportedRate(format.rate()));
                Some([anew().map_err(unsupported)?, anew().map_err(unsupported)?])
            }
        };
        Ok(Self { track: track.clone(), writer, resamplers })
    }

    fn write(&mut self, said: &[i16], heard: &[i16], mixed: &mut Vec<i16>) -> Result<(), RecordError> {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let (said, heard) = match &mut self.resamplers {
            Some([one, two]) => (resampled(one, said, &mut left), resampled(two, heard, &mut right)),
            None => (said, heard),
        };
        let sound = match self.track.content {
            Content::Read => said,
            Content::Write => heard,
            Content::Mixed => {
                mixed.clear();
                mixed.extend_from_slice(said);
                mix::add(mixed, heard);
                mixed
            }
            Content::Stereo => {
                mixed.clear();
                mixed.extend(said.iter().zip(heard).flat_map(|(said, heard)| [*said, *heard]));
                mixed
            }
        };
        self.writer.write(sound).map_err(|source| problem(&self.track, source))
    }
}

fn finish(writer: SoundWriter<File>, without: Duration) -> Result<(), AudioError> {
    if without.is_zero() {
        return writer.finish().map(drop);
    }
    let samples = without.as_millis() * u128::from(writer.format().rate()) / 1_000;
    let (file, length) = writer.finish_without(u64::try_from(samples).unwrap_or(u64::MAX))?;
    Ok(file.set_len(length)?)
}

/// Opens the file of a track, and makes its folder.
fn open(track: &Track) -> Result<File, AudioError> {
    if let Some(folder) = track.path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    Ok(options.read(true).write(true).create(true).truncate(!track.append).open(&track.path)?)
}

fn problem(track: &Track, source: AudioError) -> RecordError {
    RecordError::File { path: track.path.clone(), source }
}

/// Sound at its volume, which is written to `place` unless it stays as it is.
fn adjusted<'s>(sound: &'s [i16], volume: i8, muted: bool, place: &'s mut Vec<i16>) -> &'s [i16] {
    if !muted && volume == 0 {
        return sound;
    }
    place.clear();
    let times = |sample: i16| match volume {
        _ if muted => 0,
        1.. => i32::from(sample).saturating_mul(1 << volume.min(15)).clamp(i16::MIN.into(), i16::MAX.into())
            as i16,
        _ => sample / (1 << volume.unsigned_abs().min(14)),
    };
    place.extend(sound.iter().map(|sample| times(*sample)));
    place
}

fn resampled<'s>(resampler: &mut Resampler, sound: &[i16], place: &'s mut Vec<i16>) -> &'s [i16] {
    place.resize(resampler.output_length(sound.len()), 0);
    let written = resampler.process(sound, place).written;
    place.truncate(written);
    place
}
