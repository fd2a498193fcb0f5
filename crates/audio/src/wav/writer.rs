use std::io::{Seek, SeekFrom, Write};

use super::head::Head;
use super::{Encoding, WavInfo};
use crate::error::AudioError;
use crate::pcm::Pcm;

/// Samples encoded at a time, on the stack.
const BLOCK: usize = 512;

/// Writes a mono WAV file as the sound comes.
///
/// After each [`flush`](Writer::flush) the file is whole: sizes right, playable to its last sample. Between
/// two flushes its header still tells of the earlier one, and what was written since is behind it; so a
/// recorder that flushes once a second loses at most that second.
///
/// ```
/// use audio::wav::{Encoding, Writer};
/// let mut file = std::io::Cursor::new(Vec::new());
/// let mut writer = Writer::new(&mut file, 8_000, Encoding::Signed16)?;
/// writer.write(&[1, -2, 3])?;
/// writer.finish()?;
/// assert_eq!(audio::wav::read(file.get_ref())?.samples, [1, -2, 3]);
/// # Ok::<(), audio::AudioError>(())
/// ```
#[derive(Debug)]
pub struct Writer<W: Write + Seek> {
    inner: W,
    head: Head,
    encoding: Encoding,
    /// Octets of sound so far.
    data: u32,
}

impl<W: Write + Seek> Writer<W> {
    /// Starts a file at the beginning of `inner`, with a header that tells of no sound yet.
    ///
    /// Seconds hold `rate` samples. `encoding` is [`Encoding::Signed16`], [`Encoding::Ulaw`] or
    /// [`Encoding::Alaw`]. Each 512 samples are one write to `inner`; a `BufWriter` around a file makes them fewer.
    ///
    /// # Errors
    /// [`AudioError::UnsupportedEncoding`] for another encoding, [`AudioError::UnsupportedRate`],
    /// [`AudioError::Io`].
    pub fn new(inner: W, rate: u32, encoding: Encoding) -> Result<Writer<W>, AudioError> {
        if encoding == Encoding::Gsm {
            return Err(AudioError::UnsupportedEncoding { tag: 0, bits: 0 });
        }
        let head = Head::new(WavInfo { rate, channels: 1, encoding })?;
        let mut writer = Writer { inner, head, encoding, data: 0 };
        writer.flush()?;
        Ok(writer)
    }

    /// Adds samples.
    ///
    /// # Errors
    /// [`AudioError::TooLarge`] at 4 GiB, which is the limit of the format: start another file then.
    /// [`AudioError::Io`].
    pub fn write(&mut self, samples: &[i16]) -> Result<(), AudioError> {
        for block in samples.chunks(BLOCK) {
            let mut octets = [0; 2 * BLOCK];
            let encoded = encode(self.encoding, block, &mut octets);
            let data =
                self.data.checked_add(encoded as u32).filter(|data| *data < u32::MAX - self.head.length());
            let data = data.ok_or(AudioError::TooLarge { limit: u32::MAX.into() })?;
            self.inner.write_all(&octets[..encoded])?;
            self.data = data;
        }
        Ok(())
    }

    /// Makes the file whole up to here and hands it to the writer below.
    ///
    /// # Errors
    /// [`AudioError::Io`].
    pub fn flush(&mut self) -> Result<(), AudioError> {
        if self.data % 2 == 1 {
            self.inner.write_all(&[0])?; // a chunk has an even length; the next sample takes this place
        }
        self.inner.seek(SeekFrom::Start(0))?;
        self.inner.write_all(self.head.telling(self.data))?;
        self.inner.seek(SeekFrom::Start(u64::from(self.head.length()) + u64::from(self.data)))?;
        self.inner.flush()?;
        Ok(())
    }

    /// Makes the file whole and gives back what it was written to.
    ///
    /// # Errors
    /// [`AudioError::Io`].
    pub fn finish(mut self) -> Result<W, AudioError> {
        self.flush()?;
        Ok(self.inner)
    }

    /// Samples written so far.
    pub fn samples(&self) -> u64 {
        u64::from(self.data) / self.encoding.octets() as u64
    }
}

impl Pcm {
    /// The sound as a whole WAV file.
    ///
    /// # Errors
    /// As [`Writer::new`] and [`Writer::write`].
    pub fn to_wav(&self, encoding: Encoding) -> Result<Vec<u8>, AudioError> {
        let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), self.rate, encoding)?;
        writer.write(&self.samples)?;
        Ok(writer.finish()?.into_inner())
    }
}

/// Encodes a block and says how many octets it took.
fn encode(encoding: Encoding, samples: &[i16], octets: &mut [u8]) -> usize {
    match encoding {
        Encoding::Ulaw => fill(samples, octets, |sample| [g711::ulaw::encode_sample(sample)]),
        Encoding::Alaw => fill(samples, octets, |sample| [g711::alaw::encode_sample(sample)]),
        _ => fill(samples, octets, i16::to_le_bytes),
    }
}

fn fill<const N: usize>(samples: &[i16], octets: &mut [u8], encode: impl Fn(i16) -> [u8; N]) -> usize {
    for (octets, &sample) in octets.as_chunks_mut::<N>().0.iter_mut().zip(samples) {
        *octets = encode(sample);
    }
    N * samples.len()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::wav::{probe, read};

    #[test]
    fn the_file_is_valid_after_each_flush() {
        let mut file = Cursor::new(Vec::new());
        let mut written = Vec::new();
        let mut writer = Writer::new(&mut file, 8_000, Encoding::Signed16).unwrap();
        for part in [&[1_i16, 2, 3][..], &[], &[-4; 1_000], &[5]] {
            writer.write(part).unwrap();
            writer.flush().unwrap();
            written.extend_from_slice(part);
            assert_eq!(read(writer.inner.get_ref()).unwrap(), Pcm::new(8_000, written.clone()));
        }
        assert_eq!(writer.samples(), 1_004);
    }

    #[test]
    fn what_follows_the_last_flush_is_behind_the_file() {
        let mut writer = Writer::new(Cursor::new(Vec::new()), 8_000, Encoding::Signed16).unwrap();
        writer.write(&[1, 2]).unwrap();
        writer.flush().unwrap();
        writer.write(&[3, 4]).unwrap();
        assert_eq!(read(writer.inner.get_ref()).unwrap().samples, [1, 2]);
    }

    #[test]
    fn odd_sizes_are_padded_and_the_pad_is_not_heard() {
        let mut writer = Writer::new(Cursor::new(Vec::new()), 16_000, Encoding::Ulaw).unwrap();
        for n in 1..=5 {
            writer.write(&[n * 1_000]).unwrap();
            writer.flush().unwrap();
            let bytes = writer.inner.get_ref();
            assert_eq!(bytes.len() % 2, 0);
            assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
            let pcm = read(bytes).unwrap();
            assert_eq!(pcm.samples.len(), n as usize);
            assert!((i32::from(pcm.samples[n as usize - 1]) - i32::from(n) * 1_000).abs() < 128);
        }
    }

    #[test]
    fn companded_files_say_so() {
        for encoding in [Encoding::Ulaw, Encoding::Alaw] {
            let bytes = Pcm::new(16_000, vec![0; 100]).to_wav(encoding).unwrap();
            let info = probe(bytes.as_slice()).unwrap();
            assert_eq!((info.rate, info.channels, info.encoding), (16_000, 1, encoding));
        }
        assert!(Pcm::new(16_000, vec![]).to_wav(Encoding::Float32).is_err());
        assert!(Pcm::new(0, vec![]).to_wav(Encoding::Signed16).is_err());
    }
}
