use crate::segment::segment_and_step;

/// The octet of silence: positive zero.
pub const SILENCE: u8 = 0xFF;

/// Added to a magnitude on the 16-bit scale, it makes the eight segments start at powers of two.
const BIAS: i32 = 33 * 4;

/// The largest magnitude that still has a code of its own; louder ones clip (the virtual decision value 8,159).
const CLIP: i32 = 32_635;

/// Linear sample by octet.
static LINEAR: [i16; 256] = linear_table();

/// Encodes one linear sample of 16 bits, the 14-bit scale of tables 2a and 2b times four.
///
/// The intervals include their lower end on the number line, as in the ITU's reference software (G.191): +4 is
/// above the first decision value, −4 is not.
///
/// ```
/// assert_eq!(g711::ulaw::encode_sample(0), g711::ulaw::SILENCE);
/// assert_eq!(g711::ulaw::encode_sample(i16::MAX), 0x80);
/// assert_eq!(g711::ulaw::encode_sample(i16::MIN), 0x00);
/// ```
#[inline]
pub const fn encode_sample(sample: i16) -> u8 {
    let sample = sample as i32;
    let negative = sample >> 15; // 0 or −1
    let magnitude = sample ^ negative;
    let clipped = if magnitude < CLIP { magnitude } else { CLIP };
    let number = segment_and_step(clipped + BIAS) as u8;
    let sign = (negative as u8 & 0x80) ^ 0x80;
    sign | (number ^ 0x7F)
}

/// Decodes one octet to a linear sample of 16 bits, the 14-bit scale of tables 2a and 2b times four
/// (−32,124 to 32,124).
#[inline]
pub fn decode_sample(octet: u8) -> i16 {
    LINEAR[octet as usize]
}

/// Encodes linear PCM (mono, 16 bits, 8 kHz in telephony) to an octet for each sample.
///
/// Works on as many samples as both slices hold and returns their count. Does not allocate.
///
/// ```
/// let mut payload = [0; 160]; // 20 ms
/// assert_eq!(g711::ulaw::encode(&[0; 160], &mut payload), 160);
/// assert_eq!(payload, [0xFF; 160]);
/// ```
pub fn encode(pcm: &[i16], payload: &mut [u8]) -> usize {
    for (octet, &sample) in payload.iter_mut().zip(pcm) {
        *octet = encode_sample(sample);
    }
    pcm.len().min(payload.len())
}

/// Decodes a payload to linear PCM, a sample for each octet (RTP use: RFC 3551 §4.5.14).
///
/// Works on as many samples as both slices hold and returns their count. Does not allocate.
pub fn decode(payload: &[u8], pcm: &mut [i16]) -> usize {
    for (sample, &octet) in pcm.iter_mut().zip(payload) {
        *sample = decode_sample(octet);
    }
    payload.len().min(pcm.len())
}

const fn linear_table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let number = !(octet as u8) & 0x7F;
        let (segment, step) = (number >> 4, number as i16 & 0x0F);
        let magnitude = (((2 * step + 33) << segment) - 33) * 4;
        table[octet] = if octet & 0x80 == 0 { -magnitude } else { magnitude };
        octet += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{CLIP, decode_sample, encode_sample};

    /// Decision values of table 2a, column 5, on the 14-bit scale: start and step of each segment.
    const SEGMENTS: [(i32, i32); 8] =
        [(-1, 2), (31, 4), (95, 8), (223, 16), (479, 32), (991, 64), (2_015, 128), (4_063, 256)];

    /// The decision value under value number `n`; the first is 0 in place of −1.
    fn decision(number: i32) -> i32 {
        let (start, step) = SEGMENTS[number as usize / 16];
        (start + step * (number % 16)).max(0)
    }

    #[test]
    fn decision_values_part_the_numbers() {
        for number in 0..128 {
            let code = !(number as u8);
            let lowest = decision(number) * 4;
            let highest = if number == 127 { 32_767 } else { decision(number + 1) * 4 - 1 };
            for sample in lowest..=highest {
                assert_eq!(encode_sample(sample as i16), code, "sample {sample}");
                assert_eq!(encode_sample((-1 - sample) as i16), code & 0x7F, "sample {}", -1 - sample);
            }
        }
    }

    #[test]
    fn output_values_are_those_of_the_table() {
        // Table 2a, column 8 (14-bit scale), by character signal.
        for (octet, value) in [
            (0x80, 8_031),
            (0x8F, 4_191),
            (0x9F, 2_079),
            (0xAF, 1_023),
            (0xBF, 495),
            (0xCF, 231),
            (0xDF, 99),
            (0xEF, 33),
            (0xFE, 2),
            (0xFF, 0),
        ] {
            assert_eq!(decode_sample(octet), value * 4);
            assert_eq!(decode_sample(octet & 0x7F), -value * 4);
        }
    }

    #[test]
    fn each_output_value_lies_in_its_interval_and_encodes_to_its_octet() {
        for octet in 0..=255 {
            let again = encode_sample(decode_sample(octet));
            let expected = if octet == 0x7F { 0xFF } else { octet }; // the two zeros sound the same
            assert_eq!(again, expected);
        }
    }

    #[test]
    fn every_sample_comes_back_within_half_a_step() {
        for sample in i16::MIN..=i16::MAX {
            let octet = encode_sample(sample);
            let half_step = 4 << ((!octet >> 4) & 7);
            let wanted = i32::from(sample).clamp(-CLIP, CLIP);
            let error = (i32::from(decode_sample(octet)) - wanted).abs();
            assert!(error <= half_step, "sample {sample}: off by {error}, half a step is {half_step}");
        }
    }

    #[test]
    fn louder_never_sounds_quieter() {
        let mut last = i16::MIN;
        for sample in i16::MIN..=i16::MAX {
            let decoded = decode_sample(encode_sample(sample));
            assert!(decoded >= last);
            last = decoded;
        }
    }
}
