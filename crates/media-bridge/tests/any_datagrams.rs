//! Two bridged legs take any packets of sound and of keys, in any order and among anything else that happens to a leg.

use proptest::prelude::*;

/// A packet as the legs of [`media_bridge::fuzzing::leg`] read it, behind a step of their time.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    let key = (0_u8..18, any::<bool>(), 0_u16..2_000).prop_map(|(code, end, duration)| {
        let [high, low] = duration.to_be_bytes();
        (96, vec![code, u8::from(end) << 7 | 10, high, low])
    });
    let sound = prop_oneof![Just(0_u8), Just(8), Just(13), any::<u8>()];
    let payload = prop_oneof![3 => key, 2 => sound.prop_map(|kind| (kind, vec![0x55; 80]))];
    let numbers = (0_u16..50, 0_u32..6, prop_oneof![9 => Just(9_u32), 1 => any::<u32>()]);
    (payload, numbers, 0_u8..16).prop_map(|((kind, payload), (sequence, moment, ssrc), passed)| {
        let header =
            [&[0x80, kind][..], &sequence.to_be_bytes(), &(moment * 800).to_be_bytes(), &ssrc.to_be_bytes()]
                .concat();
        let length = (header.len() + payload.len()) as u8;
        [&[passed << 4, length][..], &header, &payload].concat()
    })
}

proptest! {
    #[test]
    fn legs_take_any_packets(steps in prop::collection::vec(
        prop_oneof![6 => packet(), 1 => (10_u8..16, 0_u8..16).prop_map(|(step, more)| vec![more << 4 | step])],
        0..80,
    )) {
        media_bridge::fuzzing::leg(&steps.concat());
    }

    #[test]
    fn legs_take_any_octets(octets in prop::collection::vec(any::<u8>(), 0..600)) {
        media_bridge::fuzzing::leg(&octets);
    }
}
