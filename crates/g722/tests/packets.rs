//! Packets of any length and content: nothing is lost between them, and nothing is written that does not fit.

use g722::{Decoder, Encoder, Mode};
use proptest::prelude::*;

proptest! {
    #[test]
    fn cuts_between_packets_are_not_heard(pcm in prop::collection::vec(any::<i16>(), 0..1_000), cut in 0_usize..500) {
        let (mut whole, mut parts) = (vec![0; 500], vec![0; 500]);
        let count = Encoder::new().encode(&pcm, &mut whole);
        prop_assert_eq!(count, pcm.len() / 2);

        let mut encoder = Encoder::new();
        let (first, second) = pcm.split_at((2 * cut).min(pcm.len()));
        let early = encoder.encode(first, &mut parts);
        encoder.encode(second, &mut parts[early..]);
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn any_octets_are_audio(octets in prop::collection::vec(any::<u8>(), 0..1_000)) {
        g722::fuzzing::g722_decoder(&octets);
    }
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let pcm: Vec<i16> = (0..320).map(|n| (n * 37 % 2_000) as i16).collect();
    let (mut encoder, mut payload) = (Encoder::new(), [0xAA; 160]);
    assert_eq!(encoder.encode(&pcm, &mut payload[..159]), 0);
    assert_eq!(payload, [0xAA; 160]);
    assert_eq!(encoder.encode(&pcm, &mut payload), 160);
    let mut expected = [0; 160];
    Encoder::new().encode(&pcm, &mut expected);
    assert_eq!(payload, expected);

    let (mut decoder, mut heard) = (Decoder::new(), [7; 320]);
    assert_eq!(decoder.decode(&payload, &mut heard[..319]), 0);
    assert_eq!(heard, [7; 320]);
    assert_eq!(decoder.decode(&payload, &mut heard), 320);
    let mut expected = [0; 320];
    Decoder::new().decode(&payload, &mut expected);
    assert_eq!(heard, expected);
}

#[test]
fn an_odd_sample_is_left_out() {
    let mut payload = [0; 2];
    assert_eq!(Encoder::new().encode(&[1, 2, 3], &mut payload), 1);
    assert_eq!(Encoder::new().encode(&[1], &mut payload), 0);
    assert_eq!(Decoder::with_mode(Mode::Kbps48).decode(&[], &mut []), 0);
}
