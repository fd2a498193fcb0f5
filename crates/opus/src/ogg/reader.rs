use std::io::Read;

use opus_pure::{OggOpusReader, OggPacket, OpusDecoder, Trim};

use crate::MAX_TICKS;

/// Samples a second of what is read.
const RATE: i32 = 48_000;

/// Why a file or stream of Opus cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("not readable as Ogg Opus: {0}")]
pub struct OggError(String);

impl OggError {
    fn of(error: opus_pure::Error) -> Self {
        Self(error.to_string())
    }
}

/// Reads Ogg Opus (RFC 7845), from its first page on, as one channel of 48 kHz.
///
/// What the encoder has put in front and the last frame is filled up with is left out. Surround sound is refused.
pub struct OggReader<R: Read> {
    pages: OggOpusReader<R>,
    packet: OggPacket,
    decoder: OpusDecoder,
    trim: Trim,
    block: Box<[i16]>,
}

impl<R: Read> OggReader<R> {
    /// Whether a file that begins so is one of Opus rather than of Vorbis or FLAC. 36 octets are enough.
    pub fn begins_so(start: &[u8]) -> bool {
        start.starts_with(b"OggS") && start.get(28..36) == Some(b"OpusHead")
    }

    /// Reads the headers.
    ///
    /// # Errors
    /// [`OggError`] where they are missing, damaged, or tell of more than two channels.
    pub fn new(source: R) -> Result<Self, OggError> {
        let pages = OggOpusReader::new(source).map_err(OggError::of)?;
        let head = pages.head();
        if head.mapping_family != 0 {
            return Err(OggError("it has more than two channels".to_owned()));
        }
        let mut decoder = OpusDecoder::new(RATE, 1).map_err(OggError::of)?;
        decoder.gain_q8 = i32::from(head.output_gain_q8);
        let trim = Trim::new(head, RATE, 1).map_err(OggError::of)?;
        Ok(Self { pages, packet: OggPacket::default(), decoder, trim, block: vec![0; MAX_TICKS].into() })
    }

    /// The samples of the next packet, perhaps none; `None` at the end.
    ///
    /// # Errors
    /// [`OggError`] for damaged pages. A packet that makes no sense is passed over.
    pub fn next_samples(&mut self) -> Result<Option<&[i16]>, OggError> {
        if !self.pages.read_packet_into(&mut self.packet).map_err(OggError::of)? {
            return Ok(None);
        }
        let decoded = self.decoder.decode_s16(&self.packet.data, MAX_TICKS, &mut self.block).unwrap_or(0);
        Ok(Some(self.trim.keep(&self.packet, &self.block[..decoded])))
    }
}

#[cfg(test)]
mod tests {
    use opus_pure::{Application, OggOpusWriter, OpusEncoder, OpusHead};

    use super::*;

    /// A second of a tone, as a file.
    fn file() -> Vec<u8> {
        let mut encoder = OpusEncoder::new(RATE, 1, Application::Audio).unwrap();
        let head = OpusHead::for_encoder(&encoder, 48_000);
        let mut writer = OggOpusWriter::new(Vec::new(), head).unwrap();
        for packet in 0..50 {
            let at = |n: usize| ((packet * 960 + n) as f64 * 0.05).sin() as f32 * 0.4;
            let sound: Vec<f32> = (0..960).map(at).collect();
            let mut payload = [0; 1_500];
            let octets = encoder.encode(&sound, 960, &mut payload).unwrap();
            writer.write_packet(&payload[..octets]).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn a_file_is_read_to_its_end() {
        let file = file();
        assert!(OggReader::<&[u8]>::begins_so(&file));
        let mut reader = OggReader::new(&file[..]).unwrap();
        let mut heard = Vec::new();
        while let Some(samples) = reader.next_samples().unwrap() {
            heard.extend_from_slice(samples);
        }
        assert!((46_000..=48_000).contains(&heard.len()), "{}", heard.len());
        assert!(heard[10_000..].iter().any(|sample| *sample > 8_000));
    }

    #[test]
    fn what_is_damaged_ends_with_an_error() {
        let mut file = file();
        assert!(OggReader::new(&file[..20]).is_err());
        let middle = file.len() / 2;
        file[middle] ^= 0xff;
        let mut reader = OggReader::new(&file[..]).unwrap();
        let ended = loop {
            match reader.next_samples() {
                Ok(Some(_)) => {}
                other => break other.map(|_| ()),
            }
        };
        assert!(ended.is_err());
    }
}
