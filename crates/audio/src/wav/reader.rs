use std::io::Read;

use super::header::{self, Encoding, WavInfo};
use crate::error::AudioError;
use crate::format::FileFormat;
use crate::pcm::Pcm;

/// How much of a file [`probe`] looks at: the `fmt ` chunk comes early.
const PROBE_BYTES: u64 = 4_096;

/// Most octets of GSM that are decoded: 320 samples stand in 65 of them, so that the sound is as large as that of other files.
pub(crate) const MAX_GSM_BYTES: u64 = super::MAX_BYTES / 10;

/// Reads a WAV file from memory.
///
/// Unknown chunks are passed over, and of several `fmt ` chunks the first counts. A data size of 0 or one that goes beyond the end, as streams and interrupted
/// recorders leave it, means "to the end of the file"; an unfinished sample at the end is left out. Channels
/// are averaged.
///
/// # Errors
/// [`AudioError::Malformed`] and the `Unsupported` ones of [`AudioError`].
pub fn read(bytes: &[u8]) -> Result<Pcm, AudioError> {
    let mut info = None;
    let mut chunks = Chunks::open(bytes)?;
    while let Some(chunk) = chunks.next() {
        match chunk.id {
            b"fmt " if info.is_none() => info = Some(header::parse(chunk.body)?),
            b"data" => {
                let info: WavInfo =
                    info.ok_or(AudioError::Malformed("its data comes before its `fmt ` chunk"))?;
                if info.encoding == Encoding::Gsm && chunk.body.len() as u64 > MAX_GSM_BYTES {
                    return Err(AudioError::TooLarge { limit: MAX_GSM_BYTES });
                }
                return Ok(Pcm { rate: info.rate, samples: samples(&info, chunks.data(chunk)) });
            }
            _ => {}
        }
    }
    Err(AudioError::Malformed("it has no `data` chunk"))
}

/// Reads a WAV file from anywhere, at most [`MAX_BYTES`](super::MAX_BYTES) of it.
///
/// # Errors
/// [`AudioError::TooLarge`], [`AudioError::Io`], and what [`read`] says.
pub fn read_from(reader: impl Read) -> Result<Pcm, AudioError> {
    FileFormat::Wav.read(reader)
}

/// Looks at the header alone, for its rate.
///
/// # Errors
/// As [`read`]; also when the `fmt ` chunk is not within the first 4096 octets.
pub fn probe(reader: impl Read) -> Result<WavInfo, AudioError> {
    let mut head = Vec::new();
    reader.take(PROBE_BYTES).read_to_end(&mut head)?;
    let mut chunks = Chunks::open(&head)?;
    while let Some(chunk) = chunks.next() {
        if chunk.id == b"fmt " {
            return header::parse(chunk.body);
        }
    }
    Err(AudioError::Malformed("it has no `fmt ` chunk"))
}

/// The chunks of a RIFF file, in order. Chunks have an even length in the file.
struct Chunks<'a> {
    rest: &'a [u8],
}

#[derive(Clone, Copy)]
struct Chunk<'a> {
    id: &'a [u8; 4],
    /// Size as the file states it; the body may be shorter.
    size: u32,
    body: &'a [u8],
}

impl<'a> Chunks<'a> {
    fn open(bytes: &'a [u8]) -> Result<Chunks<'a>, AudioError> {
        match bytes {
            // RF64 (EBU Tech 3306) states a data size of 2^32 − 1, which is "beyond the end" here.
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', rest @ ..]
            | [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', rest @ ..] => Ok(Chunks { rest }),
            [] => Err(AudioError::Malformed("it is empty")),
            _ => Err(AudioError::Malformed("it does not start with a RIFF/WAVE header")),
        }
    }

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (id, rest) = self.rest.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let size = u32::from_le_bytes(*size);
        let length = rest.len().min(size as usize);
        let (body, after) = rest.split_at(length);
        self.rest = if length % 2 == 1 { after.get(1..).unwrap_or_default() } else { after };
        Some(Chunk { id, size, body })
    }

    /// The octets of a data chunk, whatever its stated size: a size of 0 with something behind it that is not
    /// made of chunks is a stream.
    fn data(&self, chunk: Chunk<'a>) -> &'a [u8] {
        if chunk.size == 0 && !self.only_chunks_follow() { self.rest } else { chunk.body }
    }

    fn only_chunks_follow(&self) -> bool {
        let mut chunks = Chunks { rest: self.rest };
        while let Some(chunk) = chunks.next() {
            let named = chunk.id.iter().all(|octet| octet.is_ascii_graphic() || *octet == b' ');
            if !named || chunk.body.len() != chunk.size as usize {
                return false;
            }
        }
        chunks.rest.is_empty()
    }
}

fn samples(info: &WavInfo, data: &[u8]) -> Vec<i16> {
    let channels = info.channels;
    match info.encoding {
        Encoding::Unsigned8 => mono(channels, data, |[octet]: [u8; 1]| (i16::from(octet) - 128) << 8),
        Encoding::Signed16 => mono(channels, data, i16::from_le_bytes),
        Encoding::Signed24 => mono(channels, data, |[low, middle, high]: [u8; 3]| {
            rounded(i32::from_le_bytes([0, low, middle, high]))
        }),
        Encoding::Signed32 => mono(channels, data, |octets| rounded(i32::from_le_bytes(octets))),
        Encoding::Float32 => mono(channels, data, |octets| unit(f32::from_le_bytes(octets).into())),
        Encoding::Float64 => mono(channels, data, |octets| unit(f64::from_le_bytes(octets))),
        Encoding::Ulaw => mono(channels, data, |[octet]: [u8; 1]| g711::ulaw::decode_sample(octet)),
        Encoding::Alaw => mono(channels, data, |[octet]: [u8; 1]| g711::alaw::decode_sample(octet)),
        Encoding::Gsm => gsm_blocks(data),
    }
}

/// Decodes blocks of two frames; what is left of one at the end is left out.
fn gsm_blocks(data: &[u8]) -> Vec<i16> {
    let mut decoder = gsm::Decoder::new();
    let mut samples = vec![0; data.len() / gsm::WAV49_OCTETS * gsm::WAV49_SAMPLES];
    let decoded = decoder.decode_wav49(data, &mut samples);
    samples.truncate(decoded);
    samples
}

/// Decodes samples of `N` octets and averages those of one moment.
pub(crate) fn mono<const N: usize>(channels: u16, data: &[u8], decode: impl Fn([u8; N]) -> i16) -> Vec<i16> {
    let samples = data.as_chunks::<N>().0;
    if channels == 1 {
        return samples.iter().map(|octets| decode(*octets)).collect();
    }
    let moments = samples.chunks_exact(usize::from(channels.max(1)));
    let channels = i32::from(channels.max(1));
    moments
        .map(|moment| {
            let sum: i32 = moment.iter().map(|octets| i32::from(decode(*octets))).sum();
            (sum / channels) as i16
        })
        .collect()
}

/// The upper 16 of 32 bits, rounded.
pub(crate) fn rounded(sample: i32) -> i16 {
    (sample.saturating_add(0x8000) >> 16) as i16
}

/// From full scale at 1; what is louder clips, and what is no number is silence.
pub(crate) fn unit(sample: f64) -> i16 {
    (sample * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAV file of these chunks.
    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
        for (id, body) in chunks {
            file.extend(*id);
            file.extend((body.len() as u32).to_le_bytes());
            file.extend(*body);
            file.extend(vec![0; body.len() % 2]);
        }
        let size = file.len() as u32 - 8;
        file[4..8].copy_from_slice(&size.to_le_bytes());
        file
    }

    fn fmt(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
        let block = channels * bits.div_ceil(8);
        let mut fmt = Vec::new();
        fmt.extend(tag.to_le_bytes());
        fmt.extend(channels.to_le_bytes());
        fmt.extend(rate.to_le_bytes());
        fmt.extend((rate * u32::from(block)).to_le_bytes());
        fmt.extend(block.to_le_bytes());
        fmt.extend(bits.to_le_bytes());
        fmt
    }

    fn decoded(tag: u16, bits: u16, data: &[u8]) -> Vec<i16> {
        read(&file(&[(b"fmt ", &fmt(tag, 1, 8_000, bits)), (b"data", data)])).unwrap().samples
    }

    #[test]
    fn every_encoding_comes_out_linear() {
        assert_eq!(decoded(1, 8, &[0, 128, 255]), [-32_768, 0, 32_512]);
        assert_eq!(decoded(1, 16, &[0x34, 0x12, 0, 0x80]), [0x1234, -32_768]);
        assert_eq!(
            decoded(1, 24, &[0x80, 0x34, 0x12, 0x7f, 0x34, 0x12, 0xff, 0xff, 0x7f]),
            [0x1235, 0x1234, 32_767]
        );
        assert_eq!(decoded(1, 32, &[0, 0, 0x34, 0x12]), [0x1234]);
        let floats: Vec<u8> = [0.5_f32, -1.0, 2.0, f32::NAN].iter().flat_map(|f| f.to_le_bytes()).collect();
        assert_eq!(decoded(3, 32, &floats), [16_384, -32_768, 32_767, 0]);
        let doubles: Vec<u8> = [-0.25_f64].iter().flat_map(|f| f.to_le_bytes()).collect();
        assert_eq!(decoded(3, 64, &doubles), [-8_192]);
        assert_eq!(decoded(7, 8, &[0xff, 0x80]), [0, 32_124]);
        assert_eq!(decoded(6, 8, &[0xd5]), [8]);
    }

    #[test]
    fn stereo_is_averaged() {
        let fmt = fmt(1, 2, 44_100, 16);
        let data: Vec<u8> =
            [100_i16, 300, -32_768, -32_768, 7].iter().flat_map(|s| s.to_le_bytes()).collect();
        let pcm = read(&file(&[(b"fmt ", &fmt), (b"data", &data)])).unwrap();
        assert_eq!(pcm, Pcm::new(44_100, vec![200, -32_768]));
    }

    #[test]
    fn unknown_chunks_are_passed_over() {
        let fmt = fmt(1, 1, 8_000, 16);
        let chunks: [(&[u8; 4], &[u8]); 4] =
            [(b"LIST", b"odd"), (b"fmt ", &fmt), (b"fact", &[0; 4]), (b"data", &[5, 0])];
        assert_eq!(read(&file(&chunks)).unwrap().samples, [5]);
    }

    #[test]
    fn the_first_of_several_formats_counts() {
        let (ulaw, linear) = (fmt(7, 1, 16_000, 8), fmt(1, 1, 8_000, 16));
        let bytes = file(&[(b"fmt ", &ulaw), (b"fmt ", &linear), (b"data", &[0xff, 0x80])]);
        assert_eq!(read(&bytes).unwrap(), Pcm::new(16_000, vec![0, 32_124]));
        assert_eq!(probe(bytes.as_slice()).unwrap().rate, 16_000);
    }

    #[test]
    fn extensible_names_its_encoding_in_a_guid() {
        let mut fmt = fmt(0xfffe, 1, 48_000, 24);
        fmt.extend([22, 0, 24, 0, 4, 0, 0, 0, 1, 0]);
        fmt.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
        let pcm = read(&file(&[(b"fmt ", &fmt), (b"data", &[0, 0, 1])])).unwrap();
        assert_eq!(pcm, Pcm::new(48_000, vec![256]));
        fmt[39] = 0;
        let error = read(&file(&[(b"fmt ", &fmt), (b"data", &[0, 0, 1])])).unwrap_err();
        assert!(matches!(error, AudioError::UnsupportedEncoding { tag: 0xfffe, .. }), "{error}");
    }

    #[test]
    fn blocks_of_gsm_come_out_as_sound() {
        let tone: Vec<i16> = (0..640).map(|n| ((f64::from(n) * 0.3).sin() * 8_000.0) as i16).collect();
        let mut data = [0; 130];
        assert_eq!(gsm::Encoder::new().encode_wav49(&tone, &mut data), 130);
        let mut format = fmt(0x31, 1, 8_000, 0);
        format[12..14].copy_from_slice(&65_u16.to_le_bytes());
        let read = read(&file(&[(b"fmt ", &format), (b"data", &data[..129])])).unwrap();
        assert_eq!((read.rate, read.samples.len()), (8_000, 320), "half a block is left out");
        let loudest = read.samples[160..].iter().map(|sample| sample.abs()).max();
        assert!(loudest.is_some_and(|loudest| (6_000..10_000).contains(&loudest)), "{loudest:?}");
    }

    #[test]
    fn twenty_four_bits_may_sit_in_four_octets() {
        let mut fmt = fmt(1, 1, 8_000, 24);
        fmt[12] = 4;
        let pcm = read(&file(&[(b"fmt ", &fmt), (b"data", &[0, 0, 0x34, 0x12])])).unwrap();
        assert_eq!(pcm.samples, [0x1234]);
    }

    #[test]
    fn a_stream_has_no_size() {
        let fmt = fmt(1, 1, 8_000, 16);
        let mut stream = file(&[(b"fmt ", &fmt), (b"data", &[])]);
        let size_at = stream.len() - 4;
        stream.extend([1, 0, 2, 0, 3]);
        assert_eq!(read(&stream).unwrap().samples, [1, 2]);
        stream[size_at..size_at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&stream).unwrap().samples, [1, 2]);
    }

    #[test]
    fn no_sound_is_no_stream() {
        let fmt = fmt(1, 1, 8_000, 16);
        let empty = file(&[(b"fmt ", &fmt), (b"data", &[]), (b"LIST", b"INFOISFT")]);
        assert_eq!(read(&empty).unwrap().samples, [0; 0]);
    }

    #[test]
    fn an_error_says_what_to_do() {
        let text = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
        assert!(text(b"").contains("empty"));
        assert!(text(b"ID3").contains("RIFF/WAVE"));
        assert!(text(&file(&[(b"data", &[0; 4])])).contains("before"));
        assert!(text(&file(&[(b"fmt ", &fmt(1, 1, 8_000, 16))])).contains("no `data`"));
        assert!(text(&file(&[(b"fmt ", &[1, 0])])).contains("16 octets"));
        assert!(text(&file(&[(b"fmt ", &fmt(0x11, 1, 8_000, 0))])).contains("sox"));
        assert!(text(&file(&[(b"fmt ", &fmt(1, 9, 8_000, 16))])).contains("9 channels"));
        assert!(text(&file(&[(b"fmt ", &fmt(1, 0, 8_000, 16))])).contains("0 channels"));
        assert!(text(&file(&[(b"fmt ", &fmt(1, 1, 1, 16))])).contains("1 Hz"));
    }

    #[test]
    fn probe_reads_no_more_than_the_head() {
        let bytes = file(&[(b"fmt ", &fmt(7, 1, 16_000, 8)), (b"data", &[0; 9_000])]);
        let info = probe(bytes.as_slice()).unwrap();
        assert_eq!(info, WavInfo { rate: 16_000, channels: 1, encoding: Encoding::Ulaw });
        assert!(probe(&bytes[..12]).is_err());
    }
}
