//! The whole codec on speech-like, on overloaded, and on senseless input. The sums below also come of another
//! implementation that is held to be exact, libgsm, as `sox` has it (`sox -t raw -r 8000 -e signed -b 16 -c 1 signal
//! frames.gsm`, `sox -t raw … signal -e gsm file.wav`, and back).

use gsm::{Decoder, Encoder, FRAME_OCTETS};

/// A buzz whose pitch wanders, with noise, in syllables; of integers alone, so that it is the same everywhere.
fn voice() -> Vec<i16> {
    let (mut noise, mut phase) = (1_u32, 0_i32);
    let sample = |n: i32| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        phase = (phase + 400 + n / 8 % 900) % 65_536;
        let buzz = (phase - 32_768).abs() - 16_384;
        let hiss = (noise >> 18) as i32 - 8_192;
        let loudness = (n % 6_000 - 3_000).abs() * (n / 6_000 % 3) / 2; // 0 to 3,000
        (((buzz * 3 + hiss) / 4 * loudness) / 3_200) as i16
    };
    (0..32_000).map(sample).collect()
}

fn noise() -> impl Iterator<Item = u32> {
    std::iter::successors(Some(1_u32), |noise| {
        Some(noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))
    })
    .skip(1)
}

/// Fletcher's sum, of 32 bits each.
fn sum(octets: impl IntoIterator<Item = u8>) -> (u32, u32) {
    octets.into_iter().fold((1, 0), |(sum, sums), octet| {
        let sum = sum.wrapping_add(u32::from(octet));
        (sum, sum.wrapping_add(sums))
    })
}

fn encoded(pcm: &[i16]) -> Vec<u8> {
    let mut octets = vec![0; pcm.len() / 160 * 33];
    assert_eq!(Encoder::new().encode(pcm, &mut octets), octets.len());
    octets
}

fn decoded(octets: &[u8]) -> (u32, u32) {
    let mut pcm = vec![0; octets.len() / 33 * 160];
    assert_eq!(Decoder::new().decode(octets, &mut pcm), pcm.len());
    sum(pcm.into_iter().flat_map(i16::to_le_bytes))
}

#[test]
fn a_voice_is_encoded_and_decoded_as_elsewhere() {
    let octets = encoded(&voice());
    assert_eq!(sum(octets.iter().copied()), (749_384, 2_347_841_060));
    assert_eq!(decoded(&octets), (5_465_200, 204_778_041));
}

#[test]
fn what_overflows_is_encoded_and_decoded_as_elsewhere() {
    let loud: Vec<i16> = noise().take(16_000).map(|noise| (noise >> 16) as i16).collect();
    let octets = encoded(&loud);
    assert_eq!(sum(octets.iter().copied()), (485_547, 801_711_123));
    assert_eq!(decoded(&octets), (4_042_733, 25_220_896));
}

#[test]
fn frames_that_no_encoder_sends_are_decoded_as_elsewhere() {
    let mut octets: Vec<u8> = noise().take(100 * FRAME_OCTETS).map(|noise| (noise >> 24) as u8).collect();
    octets.iter_mut().step_by(FRAME_OCTETS).for_each(|octet| *octet = 0xD0 | *octet & 0x0F);
    assert_eq!(decoded(&octets), (4_171_510, 2_713_428_757));
}

#[test]
fn files_are_written_and_read_as_elsewhere() {
    let mut octets = vec![0; 6_500];
    assert_eq!(Encoder::new().encode_wav49(&voice(), &mut octets), 6_500);
    assert_eq!(sum(octets.iter().copied()), (721_545, 2_233_182_618));
    let mut pcm = vec![0; 32_000];
    assert_eq!(Decoder::new().decode_wav49(&octets, &mut pcm), 32_000);
    assert_eq!(sum(pcm.into_iter().flat_map(i16::to_le_bytes)), (5_465_200, 204_778_041));
}
