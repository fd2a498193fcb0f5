use std::io::{Chain, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use opus::OggReader;

use super::foreign::Foreign;
use crate::error::AudioError;

/// Octets that tell what it is.
const START: u64 = 36;

/// Reads music piece by piece, as it comes: MP3, FLAC, Ogg Vorbis, Ogg Opus. Which of them it is shows in its first octets.
///
/// Several channels become one. Damaged packets are passed over. Blocks where its source does.
pub struct MusicReader(Kind);

type Source<R> = Chain<Cursor<Vec<u8>>, R>;

enum Kind {
    Opus(Box<OggReader<Box<dyn Read + Send + Sync>>>),
    Other(Box<Foreign>),
}

impl MusicReader {
    /// Reads as much as is needed to know what it is.
    ///
    /// # Errors
    /// [`AudioError::Music`] where it is none of the kinds that are known, [`AudioError::Io`] of the source.
    pub fn new(mut source: impl Read + Send + Sync + 'static) -> Result<Self, AudioError> {
        let mut start = Vec::new();
        source.by_ref().take(START).read_to_end(&mut start)?;
        let is_opus = OggReader::<&[u8]>::begins_so(&start);
        let source: Source<_> = Cursor::new(start).chain(source);
        guarded(|| {
            Ok(Self(match is_opus {
                true => Kind::Opus(Box::new(OggReader::new(Box::new(source) as _).map_err(opus_error)?)),
                false => Kind::Other(Box::new(Foreign::new(source)?)),
            }))
        })
    }

    /// The next samples, perhaps none, and their rate; `None` at the end.
    ///
    /// # Errors
    /// [`AudioError::Music`] for what cannot be gone on with.
    pub fn next_samples(&mut self) -> Result<Option<(&[i16], u32)>, AudioError> {
        guarded(move || match &mut self.0 {
            Kind::Opus(reader) => {
                Ok(reader.next_samples().map_err(opus_error)?.map(|samples| (samples, opus::CLOCK_RATE)))
            }
            Kind::Other(reader) => reader.next_samples(),
        })
    }
}

fn opus_error(error: opus::OggError) -> AudioError {
    AudioError::Music(error.to_string())
}

/// What others have written may panic where ours does not; a file must not end a call.
fn guarded<T>(work: impl FnOnce() -> Result<T, AudioError>) -> Result<T, AudioError> {
    // After a panic the reader is not used again: whoever gets the error lets it go.
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(AudioError::Music("its reader has failed".to_owned())))
}
