//! Writing sound files of every format as the sound comes, so that they can be played whenever the writing ends.

mod encoder;
mod format;
mod ogg_opus;

use std::io::{Read, Seek, SeekFrom, Write};

use crate::au;
use crate::error::AudioError;
use crate::wav::{Head, LOOKED_AT, WavInfo};
use encoder::Encoder;
pub use format::WrittenFormat;

/// Octets that are kept back at most before they are written.
const KEPT_BACK: usize = 64 << 10;

/// Writes a sound file as the sound comes.
///
/// What is written is kept back until [`flush`](SoundWriter::flush), or until it is much. After a flush the file is whole: what a
/// head says of sizes holds, and it can be played to the last frame that was full. Sound goes out before the head that tells of
/// it, so whoever is ended at any moment leaves what the last flush left, or more.
///
/// ```
/// use audio::{SoundWriter, WrittenFormat};
/// let mut file = std::io::Cursor::new(Vec::new());
/// let mut writer = SoundWriter::create(&mut file, WrittenFormat::Wav(8_000), 1)?;
/// writer.write(&[1, -2, 3])?;
/// writer.finish()?;
/// assert_eq!(audio::wav::read(file.get_ref())?.samples, [1, -2, 3]);
/// # Ok::<(), audio::AudioError>(())
/// ```
#[derive(Debug)]
pub struct SoundWriter<W> {
    inner: W,
    format: WrittenFormat,
    channels: u16,
    encoder: Encoder,
    head: Option<Head>,
    /// Octets that wait for the next flush.
    waiting: Vec<u8>,
    /// Octets of sound in the file.
    written: u64,
}

impl<W: Write + Seek> SoundWriter<W> {
    /// Starts a file at the beginning of `inner`, which is empty. Two `channels` stand side by side: samples alternate.
    ///
    /// # Errors
    /// [`AudioError::UnsupportedChannels`] for more than two, or two in a format that has one; [`AudioError::Io`].
    pub fn create(inner: W, format: WrittenFormat, channels: u16) -> Result<SoundWriter<W>, AudioError> {
        let head = head(format, channels)?;
        let mut waiting = Vec::new();
        let encoder = Encoder::new(format, channels, &mut waiting);
        if format == WrittenFormat::Au {
            waiting.extend(au::ulaw_head());
        }
        let mut writer = SoundWriter { inner, format, channels, encoder, head, waiting, written: 0 };
        writer.flush()?;
        Ok(writer)
    }

    /// Its format.
    pub fn format(&self) -> WrittenFormat {
        self.format
    }

    /// Adds samples.
    ///
    /// # Errors
    /// [`AudioError::TooLarge`] at 4 GiB of a WAV file, which is the limit of the format; [`AudioError::Io`].
    pub fn write(&mut self, samples: &[i16]) -> Result<(), AudioError> {
        self.encoder.encode(samples, &mut self.waiting);
        if self.waiting.len() >= KEPT_BACK { self.flush() } else { Ok(()) }
    }

    /// Makes the file whole up to here and hands it to the writer below.
    ///
    /// # Errors
    /// As [`write`](SoundWriter::write).
    pub fn flush(&mut self) -> Result<(), AudioError> {
        self.encoder.flush(&mut self.waiting);
        let written = self.written + self.waiting.len() as u64;
        let Some(head) = &mut self.head else {
            self.inner.write_all(&self.waiting)?;
            self.waiting.clear();
            self.written = written;
            return Ok(self.inner.flush()?);
        };
        let limit = u32::MAX - head.length() - 1;
        let data = u32::try_from(written).ok().filter(|data| *data < limit);
        let data = data.ok_or(AudioError::TooLarge { limit: u32::MAX.into() })?;
        if data % 2 == 1 {
            self.waiting.push(0); // a chunk has an even length; what comes next takes this place
        }
        self.inner.write_all(&self.waiting)?;
        self.waiting.clear();
        self.written = written;
        self.inner.seek(SeekFrom::Start(0))?;
        let told = head.telling(data);
        self.inner.write_all(told)?;
        let end = u64::from(head.length()) + written;
        self.inner.seek(SeekFrom::Start(end))?;
        Ok(self.inner.flush()?)
    }

    /// Fills the last frame, makes the file whole, and gives back what it was written to.
    ///
    /// # Errors
    /// As [`write`](SoundWriter::write).
    pub fn finish(mut self) -> Result<W, AudioError> {
        self.encoder.finish(&mut self.waiting);
        self.flush()?;
        Ok(self.inner)
    }
}

impl<W: Read + Write + Seek> SoundWriter<W> {
    /// Ends the file without its last `samples` of each channel, as near as frames allow. Returns what it was written to, and how many
    /// octets of it are the file: what is behind them is to be cut off.
    ///
    /// # Errors
    /// As [`write`](SoundWriter::write).
    pub fn finish_without(mut self, samples: u64) -> Result<(W, u64), AudioError> {
        self.encoder.finish(&mut self.waiting);
        self.flush()?;
        if self.format == WrittenFormat::OggOpus {
            let end = ogg_opus::cut(&mut self.inner, samples)?;
            return Ok((self.inner, end));
        }
        let (frame, octets) = self.format.frame();
        let cut = samples / frame * octets * u64::from(self.channels);
        // Here it counts as sound.
        let head = if self.format == WrittenFormat::Au { au::ulaw_head().len() as u64 } else { 0 };
        self.written = self.written.saturating_sub(cut).max(head);
        let start = self.head.as_ref().map_or(0, |head| u64::from(head.length()));
        self.inner.seek(SeekFrom::Start(start + self.written))?;
        self.flush()?;
        let padding = if self.head.is_some() { self.written % 2 } else { 0 };
        Ok((self.inner, start + self.written + padding))
    }

    /// Goes on at the end of a file of the same format; begins one where `inner` is empty.
    ///
    /// # Errors
    /// [`AudioError::Malformed`] for a file that holds sound of another kind, or something behind its sound;
    /// [`AudioError::Io`].
    pub fn append(mut inner: W, format: WrittenFormat, channels: u16) -> Result<SoundWriter<W>, AudioError> {
        let length = inner.seek(SeekFrom::End(0))?;
        if length == 0 {
            return SoundWriter::create(inner, format, channels);
        }
        if format == WrittenFormat::OggOpus {
            let encoder = Encoder::of_opus(ogg_opus::go_on(&mut inner, channels)?);
            let head = head(format, channels)?;
            return Ok(SoundWriter {
                inner,
                format,
                channels,
                encoder,
                head,
                waiting: Vec::new(),
                written: 0,
            });
        }
        let (head, written) = match head(format, channels)? {
            None => {
                if format == WrittenFormat::Au {
                    check_au(&mut inner)?;
                }
                let block = format.frame().1 * u64::from(channels);
                (None, length - length % block)
            }
            Some(new) => {
                inner.seek(SeekFrom::Start(0))?;
                let mut bytes = Vec::new();
                Read::by_ref(&mut inner).take(LOOKED_AT as u64).read_to_end(&mut bytes)?;
                let other = AudioError::Malformed("the file to go on with is no WAV file of the same kind");
                let (found, stated) =
                    Head::of(&bytes).filter(|(found, _)| found.info() == new.info()).ok_or(other)?;
                let behind = length.saturating_sub(found.length().into());
                if behind > u64::from(stated) + u64::from(stated % 2)
                    && stated != 0
                    && is_more(&found, stated, &mut inner)?
                {
                    return Err(AudioError::Malformed(
                        "something stands behind the sound of the file to go on with",
                    ));
                }
                let written = behind.min(stated.into());
                (Some(found), written - written % (format.frame().1 * u64::from(channels)))
            }
        };
        let start = head.as_ref().map_or(0, |head| u64::from(head.length()));
        inner.seek(SeekFrom::Start(start + written))?;
        let mut waiting = Vec::new();
        let encoder = Encoder::new(format, channels, &mut waiting);
        Ok(SoundWriter { inner, format, channels, encoder, head, waiting, written })
    }
}

/// Whether the file can be gone on with as it is: of mu-law at 8 kHz, with an end that is where it ends.
fn check_au<W: Read + Seek>(inner: &mut W) -> Result<(), AudioError> {
    inner.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    inner.take(LOOKED_AT as u64).read_to_end(&mut bytes)?;
    let other = "the file to go on with is not of mu-law at 8 kHz, or tells its size";
    if au::takes_ulaw(&bytes) { Ok(()) } else { Err(AudioError::MalformedAu(other)) }
}

/// Whether what stands behind the sound that a head tells of is another chunk, rather than sound of a recorder that was ended.
fn is_more<W: Read + Seek>(head: &Head, stated: u32, inner: &mut W) -> Result<bool, AudioError> {
    inner.seek(SeekFrom::Start(u64::from(head.length()) + u64::from(stated) + u64::from(stated % 2)))?;
    let mut id = Vec::new();
    inner.take(4).read_to_end(&mut id)?;
    Ok(id.len() == 4 && id.iter().all(|octet| octet.is_ascii_graphic() || *octet == b' '))
}

/// The head of a new file; `None` for formats without one.
fn head(format: WrittenFormat, channels: u16) -> Result<Option<Head>, AudioError> {
    if channels != 1 && !(channels == 2 && format.has_stereo()) {
        return Err(AudioError::UnsupportedChannels(channels));
    }
    let info = format.in_wav().map(|encoding| WavInfo { rate: format.rate(), channels, encoding });
    info.map(Head::new).transpose()
}

#[cfg(test)]
mod tests;
