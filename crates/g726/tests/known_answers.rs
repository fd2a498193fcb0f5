//! The whole codec on speech-like and on overloaded input. The sums below also come of another implementation that is
//! held to be exact, spandsp's (`g726_init` with linear samples). Where a decoder's output is too loud for 16 bits
//! spandsp's turns over and ours clips, so that there the codes alone are compared.

use g726::{Decoder, Encoder, Packing, Rate};

type Sum = (u32, u32);

/// Octets of the voice, samples of them, octets of the noise.
const ANSWERS: [(Rate, Packing, Sum, Sum, Sum); 8] = [
    (
        Rate::Kbps16,
        Packing::LowFirst,
        (860_820, 3_307_695_402),
        (6_988_364, 4_159_377_493),
        (511_484, 1_016_890_711),
    ),
    (
        Rate::Kbps16,
        Packing::HighFirst,
        (867_792, 3_322_326_183),
        (6_988_364, 4_159_377_493),
        (511_088, 1_016_884_324),
    ),
    (
        Rate::Kbps24,
        Packing::LowFirst,
        (2_356_747, 1_913_323_142),
        (5_108_191, 1_784_086_254),
        (857_152, 2_571_586_492),
    ),
    (
        Rate::Kbps24,
        Packing::HighFirst,
        (2_361_169, 1_919_326_593),
        (5_108_191, 1_784_086_254),
        (853_186, 2_570_049_183),
    ),
    (
        Rate::Kbps32,
        Packing::LowFirst,
        (2_957_762, 3_531_119_446),
        (5_089_781, 1_023_209_146),
        (1_078_969, 5_540_031),
    ),
    (
        Rate::Kbps32,
        Packing::HighFirst,
        (2_981_717, 3_676_131_496),
        (5_089_781, 1_023_209_146),
        (1_073_284, 3_779_166),
    ),
    (
        Rate::Kbps40,
        Packing::LowFirst,
        (3_650_326, 4_275_138_360),
        (5_086_741, 979_995_270),
        (1_330_692, 2_373_979_981),
    ),
    (
        Rate::Kbps40,
        Packing::HighFirst,
        (3_640_486, 10_097_519),
        (5_086_741, 979_995_270),
        (1_328_435, 2_328_532_176),
    ),
];

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

fn encoded(rate: Rate, packing: Packing, pcm: &[i16]) -> Vec<u8> {
    let mut octets = vec![0; pcm.len() / 160 * rate.frame_octets()];
    assert_eq!(Encoder::with(rate, packing).encode(pcm, &mut octets), octets.len());
    octets
}

#[test]
fn the_same_comes_of_another_implementation() {
    let loud: Vec<i16> = noise().take(16_000).map(|noise| (noise >> 16) as i16).collect();
    let voice = voice();
    for (rate, packing, octets, samples, loud_octets) in ANSWERS {
        let coded = encoded(rate, packing, &voice);
        assert_eq!(sum(coded.iter().copied()), octets, "{rate:?} {packing:?}");
        assert_eq!(sum(encoded(rate, packing, &loud)), loud_octets, "{rate:?} {packing:?}");

        let mut heard = vec![0; voice.len()];
        assert_eq!(Decoder::with(rate, packing).decode(&coded, &mut heard), heard.len());
        assert_eq!(sum(heard.into_iter().flat_map(i16::to_le_bytes)), samples, "{rate:?} {packing:?}");
    }
}
