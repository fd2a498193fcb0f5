//! The whole codec, filters included, on two seconds that are anything but regular. The sums below also come of another
//! implementation, ffmpeg's (`ffmpeg -f s16le -ar 16000 -i signal -f g722 octets`, and back with
//! `-bits_per_codeword` of 8, 7 and 6).

use g722::{Decoder, Encoder, Mode};

/// A buzz whose pitch wanders, with noise, in syllables; of integers alone, so that it is the same everywhere.
fn signal() -> Vec<i16> {
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

/// Fletcher's sum, of 32 bits each.
fn sum(octets: impl IntoIterator<Item = u8>) -> (u32, u32) {
    octets.into_iter().fold((1, 0), |(sum, sums), octet| {
        let sum = sum.wrapping_add(u32::from(octet));
        (sum, sum.wrapping_add(sums))
    })
}

fn decoded(octets: &[u8], mode: Mode) -> (u32, u32) {
    let mut pcm = vec![0; 2 * octets.len()];
    Decoder::with_mode(mode).decode(octets, &mut pcm);
    sum(pcm.into_iter().flat_map(i16::to_le_bytes))
}

#[test]
fn the_same_comes_of_another_implementation() {
    let mut octets = vec![0; 16_000];
    Encoder::new().encode(&signal(), &mut octets);
    assert_eq!(sum(octets.iter().copied()), (2_982_197, 3_473_030_003));
    assert_eq!(decoded(&octets, Mode::Kbps64), (7_206_037, 3_271_722_633));
    assert_eq!(decoded(&octets, Mode::Kbps56), (7_243_049, 207_353_037));
    assert_eq!(decoded(&octets, Mode::Kbps48), (7_241_090, 3_883_321_023));
}
