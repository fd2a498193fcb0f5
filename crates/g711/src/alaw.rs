use crate::segment::segment_and_step;

/// The octet of silence: the smallest positive value, as A-law has no zero.
pub const SILENCE: u8 = 0xD5;

/// The even bits, inverted on the line (G.711 §3.2, table 1a note 2).
const EVEN_BITS: u8 = 0x55;

/// Linear sample by octet.
static LINEAR: [i16; 256] = linear_table();

/// Encodes one linear sample of 16 bits, the 13-bit scale of tables 1a and 1b times eight.
///
/// The intervals include their lower end on the number line, as in the ITU's reference software (G.191): +16 is
/// above the first decision value, −16 is not.
///
/// ```
/// assert_eq!(g711::alaw::encode_sample(0), g711::alaw::SILENCE);
/// assert_eq!(g711::alaw::encode_sample(i16::MAX), 0xAA);
/// assert_eq!(g711::alaw::encode_sample(i16::MIN), 0x2A);
/// ```
#[inline]
pub const fn encode_sample(sample: i16) -> u8 {
    let sample = sample as i32;
    let negative = sample >> 15; // 0 or −1
    let magnitude = sample ^ negative;
    // The first two segments have the same step, so the first is linear.
    let number = if magnitude < 256 { magnitude >> 4 } else { segment_and_step(magnitude) } as u8;
    let sign = (negative as u8 & 0x80) ^ 0x80;
    (sign | number) ^ EVEN_BITS
}

/// Decodes one octet to a linear sample of 16 bits, the 13-bit scale of tables 1a and 1b times eight
/// (−32,256 to 32,256).
#[inline]
pub fn decode_sample(octet: u8) -> i16 {
    LINEAR[octet as usize]
}

/// Encodes linear PCM (mono, 16 bits, 8 kHz in telephony) to an octet for each sample.
///
/// Works on as many samples as both slices hold and returns their count. Does not allocate.
pub fn encode(pcm: &[i16], payload: &mut [u8]) -> usize {
    for (octet, &sample) in payload.iter_mut().zip(pcm) {
        *octet = encode_sample(sample);
    }
    pcm.len().min(payload.len())
}

/// Decodes a payload to linear PCM, a sample for each octet (RTP use: RFC 3551 §4.5.14).
///
/// Works on as many samples as both slices hold and returns their count. Does not allocate.
///
/// ```
/// let mut pcm = [0; 160]; // 20 ms
/// assert_eq!(g711::alaw::decode(&[g711::alaw::SILENCE; 160], &mut pcm), 160);
/// assert_eq!(pcm, [8; 160]); // as quiet as A-law can be
/// ```
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
        let number = (octet as u8 ^ EVEN_BITS) & 0x7F;
        let (segment, step) = (number >> 4, number as i16 & 0x0F);
        let value = if segment == 0 { 2 * step + 1 } else { (2 * step + 33) << (segment - 1) };
        let magnitude = value * 8;
        table[octet] = if octet & 0x80 == 0 { -magnitude } else { magnitude };
        octet += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{decode_sample, encode_sample};

    /// Decision values of table 1a, column 5, on the 13-bit scale (0 to 4,096): start and step of each segment.
    const SEGMENTS: [(i32, i32); 8] =
        [(0, 2), (32, 2), (64, 4), (128, 8), (256, 16), (512, 32), (1_024, 64), (2_048, 128)];

    /// The decision value under the value with `number` (0 to 127).
    fn decision(number: i32) -> i32 {
        let (start, step) = SEGMENTS[number as usize / 16];
        start + step * (number % 16)
    }

    #[test]
    fn decision_values_part_the_numbers() {
        for number in 0..128 {
            let code = (0x80 | number as u8) ^ 0x55;
            let lowest = decision(number) * 8;
            let highest = if number == 127 { 32_767 } else { decision(number + 1) * 8 - 1 };
            for sample in lowest..=highest {
                assert_eq!(encode_sample(sample as i16), code, "sample {sample}");
                assert_eq!(encode_sample((-1 - sample) as i16), code ^ 0x80, "sample {}", -1 - sample);
            }
        }
    }

    #[test]
    fn output_values_are_those_of_the_table() {
        // Table 1a, column 8 (13-bit scale), by character signal before the even bits are inverted.
        for (signal, value) in [
            (0xFF, 4_032),
            (0xF0, 2_112),
            (0xE0, 1_056),
            (0xD0, 528),
            (0xC0, 264),
            (0xB0, 132),
            (0xA0, 66),
            (0x90, 33),
            (0x80, 1),
        ] {
            let octet: u8 = signal ^ 0x55;
            assert_eq!(decode_sample(octet), value * 8);
            assert_eq!(decode_sample(octet ^ 0x80), -value * 8);
        }
    }

    #[test]
    fn each_output_value_encodes_to_its_octet() {
        for octet in 0..=255 {
            assert_eq!(encode_sample(decode_sample(octet)), octet);
        }
    }

    #[test]
    fn every_sample_comes_back_within_half_a_step() {
        for sample in i16::MIN..=i16::MAX {
            let octet = encode_sample(sample);
            let segment = ((octet ^ 0x55) >> 4) & 7;
            let half_step = 8 << segment.saturating_sub(1);
            let error = (i32::from(decode_sample(octet)) - i32::from(sample)).abs();
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
