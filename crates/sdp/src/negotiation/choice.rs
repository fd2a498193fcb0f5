//! Which codecs and events two sides have in common.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::NegotiationError;
use super::formats::Format;
use super::local::Preference;
use super::negotiated::CommonCodec;
use super::packing::same_packing;
use crate::codec::Codec;

/// A codec of ours as it goes into the comparison. No number: the answerer takes the offerer's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ours<'a> {
    pub(super) codec: &'a Codec,
    pub(super) fmtp: Option<&'a str>,
    pub(super) payload_type: Option<u8>,
}

/// The codecs in common, each once, without events.
pub(super) fn common(ours: &[Ours<'_>], theirs: &[Format], preference: Preference) -> Vec<CommonCodec> {
    let mut used = alloc::vec![false; ours.len()];
    let mut pairs: Vec<(usize, usize)> = Vec::with_capacity(ours.len());
    for (at, their) in theirs.iter().enumerate().filter(|(_, their)| !their.codec.is_telephone_event()) {
        if let Some(our) = (0..ours.len()).find(|our| !used[*our] && fits(&ours[*our], their)) {
            used[our] = true;
            pairs.push((our, at));
        }
    }
    if preference == Preference::Local {
        pairs.sort_unstable();
    }
    pairs.into_iter().map(|(our, at)| pair(&ours[our], &theirs[at])).collect()
}

fn pair(our: &Ours<'_>, their: &Format) -> CommonCodec {
    CommonCodec {
        codec: our.codec.clone(),
        send_payload_type: their.payload_type,
        receive_payload_type: our.payload_type.unwrap_or(their.payload_type),
        fmtp: their.fmtp.clone(),
    }
}

fn fits(our: &Ours<'_>, their: &Format) -> bool {
    *our.codec == their.codec && same_packing(our.codec, our.fmtp, their.fmtp.as_deref())
}

/// The first codec that carries speech, or why there is none.
pub(super) fn speech<'c>(
    common: &'c [CommonCodec],
    ours: &[Ours<'_>],
    theirs: &[Format],
) -> Result<&'c CommonCodec, NegotiationError> {
    common.iter().find(|common| !common.codec.is_auxiliary()).ok_or_else(|| NegotiationError::NoCommonCodec {
        theirs: names(theirs.iter().map(|format| &format.codec)),
        ours: names(ours.iter().map(|our| our.codec)),
    })
}

/// The events for a codec with this clock: on the same clock, else on 8 kHz.
pub(super) fn event_for(clock_rate: u32, events: &[Format]) -> Option<&Format> {
    event_among(clock_rate, events, |_| true)
}

/// The same among those that are `wanted`.
pub(super) fn event_among(
    clock_rate: u32,
    events: &[Format],
    wanted: impl Fn(&Format) -> bool,
) -> Option<&Format> {
    let on = |rate| {
        let on_it = |event: &&Format| {
            event.codec.clock_rate == rate && event.codec.is_telephone_event() && wanted(event)
        };
        events.iter().find(on_it)
    };
    on(clock_rate).or_else(|| on(8000))
}

/// The events that go with any of `codecs`, one for each clock.
pub(super) fn events_for(codecs: &[CommonCodec], events: &[Format]) -> Vec<Format> {
    let mut chosen: Vec<Format> = Vec::new();
    for common in codecs.iter().filter(|common| !common.codec.is_auxiliary()) {
        if let Some(event) = event_for(common.codec.clock_rate, events)
            && !chosen.contains(event)
        {
            chosen.push(event.clone());
        }
    }
    chosen
}

/// Codecs as a list for people, the first few of them.
fn names<'a>(codecs: impl Iterator<Item = &'a Codec>) -> String {
    let mut list = String::new();
    for (number, codec) in codecs.filter(|codec| !codec.is_auxiliary()).take(8).enumerate() {
        let name = super::error::excerpt(&codec.name);
        // Writing to a string cannot fail.
        let _ = write!(list, "{}{name}/{}", if number == 0 { "" } else { ", " }, codec.clock_rate);
    }
    if list.is_empty() { String::from("none") } else { list }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(payload_type: u8, codec: Codec) -> Format {
        Format { payload_type, codec, fmtp: None }
    }

    #[test]
    fn events_follow_the_clock_of_the_codec() {
        let events = [format(96, Codec::telephone_event(48_000)), format(101, Codec::TELEPHONE_EVENT)];
        assert_eq!(event_for(48_000, &events).map(|e| e.payload_type), Some(96));
        assert_eq!(event_for(8000, &events).map(|e| e.payload_type), Some(101));
        assert_eq!(event_for(16_000, &events).map(|e| e.payload_type), Some(101));
        assert_eq!(event_for(8000, &events[..1]), None);
    }

    #[test]
    fn preference_decides_the_order() {
        let (pcma, pcmu) = (Codec::PCMA, Codec::PCMU);
        let ours = [&pcma, &pcmu].map(|codec| Ours { codec, fmtp: None, payload_type: None });
        let theirs = [format(0, Codec::PCMU), format(8, Codec::PCMA)];
        let first = |preference| common(&ours, &theirs, preference)[0].codec.clone();
        assert_eq!(first(Preference::Local), Codec::PCMA);
        assert_eq!(first(Preference::Remote), Codec::PCMU);
    }
}
