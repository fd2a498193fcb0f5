//! The digital test sequences of Appendix II: the sub-bands bit by bit, past the filters.
//!
//! Two of the three inputs are made of patterns that the appendix prints, so that they are made here anew. The ITU's
//! distribution names the CRC-32 of each file, of 16-bit words with the lower octet first, and that is what is
//! compared: the inputs with the files that they stand for, the outputs with those that must come of them.

use crate::{Decoder, Encoder, Mode};

/// Words at either end of a file that say "reset" (clause II.4.5).
const RESETS: usize = 16;

/// A file of the distribution, made of the words between its ends.
fn file(words: impl IntoIterator<Item = u16>) -> Vec<u8> {
    let ends = || std::iter::repeat_n(1_u16, RESETS);
    ends().chain(words).chain(ends()).flat_map(u16::to_le_bytes).collect()
}

fn crc_32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// `T1C2.XMT`: a sample of either sub-band, at their loudest, so that everything overflows that can.
fn overflow_samples() -> Vec<u16> {
    let (high, low) = (0x7FFE, 0x8000);
    let alternating = [low, high].into_iter().cycle().take(639);
    let changeover = [0, 0xB1E0, 0xC000];
    let uneven = [low, high, low].into_iter().cycle();
    alternating.chain(changeover).chain(uneven).take(768).collect()
}

/// `T1D3.COD`: octets that no encoder would send, to move every part of a decoder through its range (clause II.3.2).
fn artificial_octets() -> Vec<u8> {
    const UPPER: [&[u8]; 8] = [b"001", b"11110000", b"1", b"1100", b"10", b"00000100", b"00101", b"11000"];
    const HIGHER_LAST: [&[u8]; 8] = [
        b"1",
        b"11111111111111110000000000000000",
        b"0",
        b"1111111100000000",
        b"0",
        b"11110000",
        b"1",
        b"1100",
    ];
    let bit = |patterns: &[&[u8]; 8], n: usize| {
        let pattern = patterns[n / 2_048];
        pattern[n % 2_048 % pattern.len()] - b'0'
    };
    let octet = |n: usize| {
        let (sequence, first_half) = (n / 256, n % 32 < 16);
        let steady = 31 - (sequence / 2) as u8;
        let lower = match sequence {
            63 => {
                if first_half {
                    0
                } else {
                    3
                }
            }
            _ if sequence % 2 == 0 || first_half => steady,
            _ => steady - 1,
        };
        bit(&UPPER, n) << 7 | bit(&HIGHER_LAST, n) << 6 | bit(&UPPER, n) << 5 | lower
    };
    (0..16_384).map(octet).collect()
}

/// The files that a decoder makes of octets: lower sub-band and higher sub-band.
fn decoded(octets: &[u8], mode: Mode) -> (u32, u32) {
    let mut decoder = Decoder::with_mode(mode);
    let (lower, higher): (Vec<u16>, Vec<u16>) = octets
        .iter()
        .map(|&octet| decoder.decode_bands(octet))
        .map(|(l, h)| ((l << 1) as u16, (h << 1) as u16))
        .unzip();
    (crc_32(&file(lower)), crc_32(&file(higher)))
}

#[test]
fn what_overflows_is_encoded_and_decoded_as_the_sequences_say() {
    let samples = overflow_samples();
    assert_eq!(crc_32(&file(samples.iter().copied())), 0x2D60_4685, "not T1C2.XMT");

    let mut encoder = Encoder::new();
    let octets: Vec<u8> =
        samples.iter().map(|&word| i32::from(word as i16) >> 1).map(|s| encoder.encode_bands(s, s)).collect();
    assert_eq!(crc_32(&file(octets.iter().map(|&octet| u16::from(octet) << 8))), 0x344E_A5D0, "not T2R2.COD");

    assert_eq!(decoded(&octets, Mode::Kbps64), (0xAF00_F31F, 0x5330_AE2E), "not T3L2.RC1, T3H2.RC0");
    assert_eq!(decoded(&octets, Mode::Kbps56), (0x9143_E92C, 0x5330_AE2E), "not T3L2.RC2, T3H2.RC0");
    assert_eq!(decoded(&octets, Mode::Kbps48), (0xAE85_5C07, 0x5330_AE2E), "not T3L2.RC3, T3H2.RC0");
}

#[test]
fn octets_that_no_encoder_sends_are_decoded_as_the_sequences_say() {
    let octets = artificial_octets();
    assert_eq!(crc_32(&file(octets.iter().map(|&octet| u16::from(octet) << 8))), 0x7398_964F, "not T1D3.COD");

    assert_eq!(decoded(&octets, Mode::Kbps64), (0xA537_4659, 0x3731_AD7F), "not T3L3.RC1, T3H3.RC0");
    assert_eq!(decoded(&octets, Mode::Kbps56), (0x687B_250A, 0x3731_AD7F), "not T3L3.RC2, T3H3.RC0");
    assert_eq!(decoded(&octets, Mode::Kbps48), (0x3605_736B, 0x3731_AD7F), "not T3L3.RC3, T3H3.RC0");
}
