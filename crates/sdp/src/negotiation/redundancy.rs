//! Redundant data (RFC 2198): `red`, whose parameters are the payload types of what it carries.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::formats::Format;
use super::negotiated::{CommonCodec, RedundantAudio};
use super::payload_types::PayloadTypes;
use crate::codec::Codec;

/// Codecs of a stream of sound that are agreed on with redundancy.
const MOST: usize = 2;

/// Packets that a packet may repeat, at most.
const MOST_REPEATED: usize = 3;

/// The payload type of redundant data that we would like in our own offers.
const WANTED: u8 = 121;

/// The most generations that are read, the first one among them.
const GENERATIONS: usize = 8;

/// True for redundant data.
pub(super) fn is_red(codec: &Codec) -> bool {
    codec.is_named("red")
}

/// The payload types that a `red` carries (RFC 2198 §5); `None` where that is not said, or not in order.
pub(super) fn carried(fmtp: Option<&str>) -> Option<Vec<u8>> {
    let numbers: Option<Vec<u8>> =
        fmtp?.split('/').take(GENERATIONS).map(|number| number.trim_ascii().parse().ok()).collect();
    numbers.filter(|numbers| numbers.iter().all(|number| *number < 128))
}

/// Whether every format that a `red` carries is among `formats`.
pub(super) fn is_carried_by(fmtp: Option<&str>, formats: &[Format]) -> bool {
    let among = |number: &u8| formats.iter().any(|format| format.payload_type == *number);
    carried(fmtp).is_some_and(|numbers| numbers.iter().all(among))
}

/// The parameters with other numbers: `renumbered` knows the new one of each.
pub(super) fn renumber(fmtp: Option<&str>, renumbered: impl Fn(u8) -> Option<u8>) -> Option<String> {
    let mut list = String::new();
    for (at, number) in carried(fmtp)?.into_iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(list, "{}{}", if at == 0 { "" } else { "/" }, renumbered(number)?);
    }
    Some(list)
}

/// What of the redundant data in an offer of sound can be had: that of one codec each, which is among those in `common`, repeated in
/// the same one or in others that are.
pub(super) fn answered(theirs: &[Format], common: &[CommonCodec]) -> Vec<RedundantAudio> {
    let mut agreed: Vec<RedundantAudio> = Vec::new();
    for red in theirs.iter().filter(|format| is_red(&format.codec)) {
        let Some(Carried { number, others, repeated }) = read(red.fmtp.as_deref()) else { continue };
        let speech = |number: u8| {
            common.iter().find(|common| {
                common.send_payload_type == number
                    && !common.codec.is_auxiliary()
                    && common.codec.clock_rate == red.codec.clock_rate
            })
        };
        let is_known = others.iter().all(|number| speech(*number).is_some());
        let Some(codec) = speech(number).filter(|_| is_known && agreed.len() < MOST) else { continue };
        if agreed.iter().any(|known| known.codec == codec.codec) {
            continue;
        }
        agreed.push(RedundantAudio {
            format: red.codec.clone(),
            codec: codec.codec.clone(),
            send_payload_type: red.payload_type,
            receive_payload_type: red.payload_type,
            carries: number,
            others,
            repeated,
            preferred: is_before(theirs, red.payload_type, number),
        });
    }
    agreed
}

/// How an answer says so: beside the numbers of the offer, ours are the same.
pub(super) fn answer_format(agreed: &RedundantAudio) -> Format {
    Format {
        payload_type: agreed.receive_payload_type,
        codec: agreed.format.clone(),
        fmtp: Some(match agreed.others.as_slice() {
            [] => repeat(agreed.carries, agreed.repeated),
            others => list(core::iter::once(agreed.carries).chain(others.iter().copied())),
        }),
    }
}

/// What we offer beside these formats: redundant data of the first codec on each clock.
pub(super) fn offered(formats: &[Format], numbers: &PayloadTypes) -> Vec<Format> {
    let mut all = formats.to_vec();
    let mut offered: Vec<Format> = Vec::new();
    for speech in formats.iter().filter(|format| !format.codec.is_auxiliary()) {
        let codec = Codec::new("red", speech.codec.clock_rate, speech.codec.channels);
        let is_new = offered.iter().all(|red| red.codec.clock_rate != codec.clock_rate);
        if !is_new || offered.len() == MOST {
            continue;
        }
        let Some(payload_type) = numbers.assign(&codec, Some(WANTED), &all) else { continue };
        let red = Format { payload_type, codec, fmtp: Some(repeat(speech.payload_type, 1)) };
        all.push(red.clone());
        offered.push(red);
    }
    offered
}

/// What an answer says of the redundant data that we have offered.
pub(super) fn accepted(own: &[Format], theirs: &[Format]) -> Vec<RedundantAudio> {
    let mut agreed: Vec<RedundantAudio> = Vec::new();
    for our in own.iter().filter(|format| is_red(&format.codec)) {
        let Some(Carried { number, .. }) = read(our.fmtp.as_deref()) else { continue };
        let Some(carried) = own.iter().find(|format| format.payload_type == number) else { continue };
        let Some(their) = theirs.iter().find(|format| format.codec == our.codec) else { continue };
        // One that says nothing takes what was offered.
        let named = their.fmtp.as_deref().map_or_else(
            || {
                theirs.iter().find(|format| format.codec == carried.codec).map(|format| Carried {
                    number: format.payload_type,
                    others: Vec::new(),
                    repeated: 1,
                })
            },
            |fmtp| read(Some(fmtp)),
        );
        let Some(Carried { number: named, others, repeated }) = named else { continue };
        // We have asked for one codec alone.
        let (others, repeated) = (Vec::new(), if others.is_empty() { repeated } else { 0 });
        if !theirs.iter().any(|format| format.payload_type == named && format.codec == carried.codec) {
            continue;
        }
        agreed.push(RedundantAudio {
            format: our.codec.clone(),
            codec: carried.codec.clone(),
            send_payload_type: their.payload_type,
            receive_payload_type: our.payload_type,
            carries: named,
            others,
            repeated,
            preferred: is_before(theirs, their.payload_type, named),
        });
    }
    agreed
}

/// What a description says of redundant data.
struct Carried {
    /// The payload type of the codec.
    number: u8,
    /// Those of what is repeated, where any is in another codec.
    others: Vec<u8>,
    /// How many packets it may repeat in the same codec.
    repeated: u8,
}

fn read(fmtp: Option<&str>) -> Option<Carried> {
    let numbers = carried(fmtp)?;
    let (number, others) = numbers.split_first()?;
    Some(match others.iter().all(|other| other == number) {
        true => {
            let repeated = others.len().clamp(1, MOST_REPEATED) as u8;
            Carried { number: *number, others: Vec::new(), repeated }
        }
        false => Carried { number: *number, others: others.to_vec(), repeated: 0 },
    })
}

fn repeat(number: u8, repeated: u8) -> String {
    list(core::iter::repeat_n(number, usize::from(repeated) + 1))
}

fn list(numbers: impl Iterator<Item = u8>) -> String {
    let mut list = String::new();
    for (at, number) in numbers.enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(list, "{}{number}", if at == 0 { "" } else { "/" });
    }
    list
}

/// Whether a description names one payload type before another: it would rather have that one.
fn is_before(formats: &[Format], one: u8, other: u8) -> bool {
    let place = |number| formats.iter().position(|format| format.payload_type == number);
    place(one) < place(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_written_anew() {
        assert_eq!(carried(Some("98/98/98")), Some(vec![98, 98, 98]));
        assert_eq!(carried(Some("98/x")), None);
        assert_eq!(carried(Some("200")), None);
        assert_eq!(carried(None), None);
        let to = |number| (number == 98).then_some(100);
        assert_eq!(renumber(Some("98/98"), to).as_deref(), Some("100/100"));
        assert_eq!(renumber(Some("98/97"), to), None);
    }
}
