//! MP3, FLAC, Ogg Vorbis and Ogg Opus: files, and streams that go on.
//!
//! The readers themselves are of others (`symphonia`, and `opus-pure` in `crates/opus`); none of their types is seen here.

mod foreign;
mod reader;

pub use reader::MusicReader;

use std::io::Read;

use crate::error::AudioError;
use crate::pcm::Pcm;
use crate::resample::Resampler;
use crate::wav;

/// Samples of the longest sound that is read into memory.
pub(crate) const MOST_SAMPLES: usize = (wav::MAX_BYTES / 2) as usize;

/// Reads a whole file. It is brought to `rate` as it comes, so that what is kept takes no more room than what is heard.
///
/// # Errors
/// [`AudioError::Music`] for what is no music, [`AudioError::TooLarge`] for what does not end.
pub fn read(source: impl Read + Send + Sync + 'static, rate: Option<u32>) -> Result<Pcm, AudioError> {
    let mut reader = MusicReader::new(source.take(wav::MAX_BYTES))?;
    let mut sound = Gathered { rate, samples: Vec::new(), resampler: None };
    while let Some((samples, rate)) = reader.next_samples()? {
        sound.add(samples, rate)?;
    }
    match sound.rate {
        Some(rate) if !sound.samples.is_empty() => Ok(Pcm::new(rate, sound.samples)),
        _ => Err(AudioError::Music("there is no sound in it".to_owned())),
    }
}

/// Samples at one rate, from sound whose rate may change.
struct Gathered {
    rate: Option<u32>,
    samples: Vec<i16>,
    resampler: Option<Resampler>,
}

impl Gathered {
    fn add(&mut self, samples: &[i16], rate: u32) -> Result<(), AudioError> {
        let wanted = *self.rate.get_or_insert(rate);
        let length = self.samples.len();
        if rate == wanted {
            self.samples.extend_from_slice(samples);
        } else {
            let known = self.resampler.take().filter(|resampler| resampler.from() == rate);
            let resampler = match known {
                Some(resampler) => resampler,
                None => Resampler::new(rate, wanted).map_err(|_| AudioError::UnsupportedRate(rate))?,
            };
            let resampler = self.resampler.insert(resampler);
            self.samples.resize(length + resampler.output_length(samples.len()), 0);
            let written = resampler.process(samples, &mut self.samples[length..]).written;
            self.samples.truncate(length + written);
        }
        match self.samples.len() > MOST_SAMPLES {
            true => Err(AudioError::TooLarge { limit: wav::MAX_BYTES }),
            false => Ok(()),
        }
    }
}
