use std::fs::File;
use std::path::Path;
use std::time::Duration;

use crate::error::AudioError;
use crate::format::FileFormat;

/// Linear sound: mono, signed 16 bit, at some rate.
///
/// Share one between players with an `Arc`: a prompt is decoded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcm {
    /// Samples a second.
    pub rate: u32,
    /// The samples, full scale at ±32768.
    pub samples: Vec<i16>,
}

impl Pcm {
    /// Sound from samples that are already there.
    pub fn new(rate: u32, samples: Vec<i16>) -> Pcm {
        Pcm { rate, samples }
    }

    /// `length` of digital silence.
    pub fn silence(rate: u32, length: Duration) -> Pcm {
        let samples = (u128::from(rate) * length.as_millis() / 1_000) as usize;
        Pcm { rate, samples: vec![0; samples] }
    }

    /// Reads a sound file; its extension tells the format (see [`FileFormat`]).
    ///
    /// ```no_run
    /// let welcome = audio::Pcm::open("welcome.wav")?.resampled(8_000);
    /// # Ok::<(), audio::AudioError>(())
    /// ```
    ///
    /// # Errors
    /// [`AudioError::UnknownFormat`] when the extension says nothing, [`AudioError::File`] when the file cannot
    /// be read, and what the format's reader says.
    pub fn open(path: impl AsRef<Path>) -> Result<Pcm, AudioError> {
        let path = path.as_ref();
        let format =
            FileFormat::of(path).ok_or_else(|| AudioError::UnknownFormat { path: path.to_path_buf() })?;
        let file =
            File::open(path).map_err(|source| AudioError::File { path: path.to_path_buf(), source })?;
        match format.read(file) {
            Err(AudioError::Io(source)) => Err(AudioError::File { path: path.to_path_buf(), source }),
            other => other,
        }
    }

    /// The same sound at another rate; returned as it is when it has that rate already.
    pub fn resampled(self, rate: u32) -> Pcm {
        if self.rate == rate { self } else { crate::resample(&self, rate) }
    }

    /// How long it plays.
    pub fn duration(&self) -> Duration {
        match self.rate {
            0 => Duration::ZERO,
            rate => {
                Duration::from_nanos((self.samples.len() as u128 * 1_000_000_000 / u128::from(rate)) as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_and_silence_agree() {
        let silence = Pcm::silence(44_100, Duration::from_millis(2_500));
        assert_eq!(silence.samples.len(), 110_250);
        assert_eq!(silence.duration(), Duration::from_millis(2_500));
        assert_eq!(Pcm::new(0, vec![1, 2]).duration(), Duration::ZERO);
    }

    #[test]
    fn an_unknown_extension_is_named_with_the_known_ones() {
        let error = Pcm::open("/nowhere/hello.xyz").unwrap_err().to_string();
        assert!(error.contains("/nowhere/hello.xyz") && error.contains("sln16"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Pcm::open("/nowhere/hello.wav").unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/hello.wav: "), "{error}");
    }
}
