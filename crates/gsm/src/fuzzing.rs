//! What the fuzz targets run; here so that it always compiles.

use crate::{Decoder, Encoder, FRAME_OCTETS, FRAME_SAMPLES, Frame, WAV49_OCTETS, WAV49_SAMPLES};

/// Frames that are tried of an input.
const MAX_FRAMES: usize = 16;

/// Any octets are speech in both framings: they are written as they were read, what they say can be said again, and
/// the framing is not heard.
///
/// # Panics
/// When one of these does not hold.
pub fn gsm_frames(data: &[u8]) {
    let (blocks, _) = data.as_chunks::<WAV49_OCTETS>();
    let (mut files, mut rtp, mut again) = (Decoder::new(), Decoder::new(), Encoder::new());
    for block in blocks.iter().take(MAX_FRAMES / 2) {
        let pair = Frame::pair_from_wav49(block);
        assert_eq!(Frame::pair_to_wav49(&pair), *block);
        let (mut heard, mut same) = ([0; WAV49_SAMPLES], [0; WAV49_SAMPLES]);
        assert_eq!(files.decode_wav49(block, &mut heard), WAV49_SAMPLES);
        assert_eq!(rtp.decode(pair.map(|frame| frame.to_rtp()).as_flattened(), &mut same), WAV49_SAMPLES);
        assert!(heard == same);
        assert_eq!(again.encode(&heard, &mut [0; 2 * FRAME_OCTETS]), 2 * FRAME_OCTETS);
    }

    let mut pcm = [0; MAX_FRAMES * FRAME_SAMPLES];
    let payload = &data[..data.len().min(MAX_FRAMES * FRAME_OCTETS)];
    let samples = Decoder::new().decode(payload, &mut pcm);
    assert!(samples.is_multiple_of(FRAME_SAMPLES) && samples / FRAME_SAMPLES <= payload.len() / FRAME_OCTETS);
    for octets in payload.as_chunks().0 {
        assert!(Frame::from_rtp(octets).is_none_or(|frame| frame.to_rtp() == *octets));
    }
}
