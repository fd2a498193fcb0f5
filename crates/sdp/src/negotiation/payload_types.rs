//! The meaning of payload types over the life of a session.

use alloc::vec::Vec;

use super::formats::Format;
use crate::codec::Codec;

/// Dynamic payload types in the order in which they are given out (RFC 3551 §6). 64 to 95 are left out: with
/// the marker bit they look like RTCP (RFC 5761 §4).
const DYNAMIC: [core::ops::RangeInclusive<u8>; 2] = [96..=127, 35..=63];

/// What each number has meant for packets that come to us. It keeps its meaning (RFC 3264 §8.3.2).
#[derive(Clone, Debug, Default)]
pub(super) struct PayloadTypes {
    bound: Vec<(u8, Codec)>,
}

impl PayloadTypes {
    /// Records what a description of ours says. At most one entry for each of 128 numbers.
    pub(super) fn bind(&mut self, formats: &[Format]) {
        for Format { payload_type, codec, .. } in formats {
            match self.bound.iter_mut().find(|(number, _)| number == payload_type) {
                Some((_, meaning)) => meaning.clone_from(codec),
                None => self.bound.push((*payload_type, codec.clone())),
            }
        }
    }

    /// Keeps a dynamic number that has no meaning yet for `codec`, which has no number yet. Others are left as they are.
    pub(super) fn reserve(&mut self, payload_type: u8, codec: Codec) {
        let is_free = self.bound.iter().all(|(number, meaning)| *number != payload_type && *meaning != codec);
        if is_free && DYNAMIC.iter().any(|range| range.contains(&payload_type)) {
            self.bound.push((payload_type, codec));
        }
    }

    /// A number for `codec` that is not in `taken`: one that it had before, the `wanted` one among them first, else `wanted`, else
    /// the one of RFC 3551, else a free dynamic one. `None` when all are used up.
    pub(super) fn assign(&self, codec: &Codec, wanted: Option<u8>, taken: &[Format]) -> Option<u8> {
        let before = self.bound.iter().filter(|(_, meaning)| meaning == codec).map(|(number, _)| *number);
        let same = wanted
            .filter(|number| self.bound.iter().any(|(bound, meaning)| (bound, meaning) == (number, codec)));
        same.into_iter()
            .chain(before)
            .chain(wanted)
            .chain(codec.static_payload_type())
            .chain(DYNAMIC.into_iter().flatten())
            .find(|number| self.may_mean(*number, codec) && taken.iter().all(|t| t.payload_type != *number))
    }

    fn may_mean(&self, number: u8, codec: &Codec) -> bool {
        let meaning = self.bound.iter().find(|(bound, _)| *bound == number).map(|(_, meaning)| meaning);
        match meaning {
            Some(meaning) => meaning == codec,
            None if DYNAMIC.iter().any(|range| range.contains(&number)) => true,
            None => Codec::from_static(number).is_some_and(|meaning| meaning == *codec),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(payload_type: u8, codec: Codec) -> Format {
        Format { payload_type, codec, fmtp: None }
    }

    #[test]
    fn a_number_keeps_its_meaning() {
        let mut numbers = PayloadTypes::default();
        numbers.bind(&[format(96, Codec::OPUS)]);
        assert_eq!(numbers.assign(&Codec::OPUS, Some(107), &[]), Some(96));
        assert_eq!(numbers.assign(&Codec::G726_32, Some(96), &[]), Some(97));
    }

    #[test]
    fn a_number_is_kept_for_one_meaning() {
        let mut numbers = PayloadTypes::default();
        numbers.reserve(97, Codec::OPUS);
        assert_eq!(numbers.assign(&Codec::G726_32, Some(97), &[]), Some(96));
        assert_eq!(numbers.assign(&Codec::OPUS, Some(96), &[]), Some(97));
        // What is bound, static or no dynamic number stays as it is.
        numbers.reserve(97, Codec::G726_32);
        numbers.reserve(98, Codec::OPUS);
        numbers.reserve(0, Codec::PCMA);
        numbers.reserve(72, Codec::PCMA);
        assert_eq!(numbers.bound, [(97, Codec::OPUS)]);
    }

    #[test]
    fn a_wrong_wish_is_not_granted() {
        let numbers = PayloadTypes::default();
        assert_eq!(numbers.assign(&Codec::OPUS, Some(8), &[]), Some(96));
        assert_eq!(numbers.assign(&Codec::OPUS, Some(72), &[]), Some(96));
        assert_eq!(numbers.assign(&Codec::PCMA, Some(200), &[]), Some(8));
        assert_eq!(numbers.assign(&Codec::PCMA, Some(97), &[]), Some(97));
    }

    #[test]
    fn taken_numbers_are_passed_over_and_may_run_out() {
        let numbers = PayloadTypes::default();
        let mut taken = Vec::new();
        while let Some(number) = numbers.assign(&Codec::OPUS, Some(101), &taken) {
            taken.push(format(number, Codec::OPUS));
        }
        assert_eq!(taken.len(), 61);
        assert_eq!(taken[0].payload_type, 101);
    }
}
