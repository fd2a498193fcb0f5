//! What stands between two parties that could talk directly.

use std::fmt;
use std::net::IpAddr;

use media_bridge::{CodecPayload, EventPayload};

use super::{PartyMedia, streams};

/// Why the media of two parties stays with the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Something here needs the audio or the keys.
    Needed,
    /// The media of one party cannot leave: it is not agreed on yet, not allowed to, or its phone refused.
    Kept,
    /// One party has put the call on hold.
    Held,
    /// They speak different codecs.
    Codec,
    Keys,
    /// One sends keys as events that the other does not understand.
    Events,
    /// One numbers its formats otherwise than the other.
    PayloadTypes,
    /// One is reached by IPv4 and the other by IPv6.
    Family,
    /// One is inside our network and the other beyond our translator.
    Translator,
    /// One is behind a translator of its own.
    Nat,
    /// A list keeps one from talking to the other.
    Access,
    /// One has video or text that the other has not, or numbers its formats otherwise.
    Streams,
    /// One was found behind a translator by its audio, and where its video or text comes from is not known.
    Unfound,
    /// They change their addresses each time they are told the other's.
    Restless,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Needed => "the audio or the keys are needed here",
            Self::Kept => "the media of one party may not or cannot leave",
            Self::Held => "the call is on hold",
            Self::Keys => "keys are listened for in the sound of one of the parties",
            Self::Codec => "the parties speak different codecs",
            Self::Events => "only one of the parties knows telephone-event",
            Self::PayloadTypes => "the parties number their payload formats differently",
            Self::Family => "one party is reached by IPv4 and the other by IPv6",
            Self::Translator => "one party is inside local_net and the other outside",
            Self::Nat => "a party is behind a translator (disable_direct_media_on_nat)",
            Self::Access => "a list keeps one party from the other",
            Self::Streams => "the parties have no common video or text, or number its formats differently",
            Self::Unfound => "a party with video or text is behind a translator",
            Self::Restless => "the parties change their addresses each time",
        })
    }
}

/// The first thing that keeps the media of `a` and `b` here, as far as it is about the two of them.
pub(super) fn obstacle(a: &PartyMedia, b: &PartyMedia) -> Option<Obstacle> {
    let (here, there) = (a.place(), b.place());
    let stands = [
        (a.held || b.held, Obstacle::Held),
        (a.listened_to || b.listened_to, Obstacle::Keys),
        (a.codec != b.codec, Obstacle::Codec),
        (a.telephone_event.is_some() != b.telephone_event.is_some(), Obstacle::Events),
        (!alike(codec_numbers(a), codec_numbers(b)), Obstacle::PayloadTypes),
        (!alike(event_numbers(a), event_numbers(b)), Obstacle::PayloadTypes),
        (!streams::go_together(a, b), Obstacle::Streams),
        (!of_one_family(a, b), Obstacle::Family),
        (a.outside != b.outside, Obstacle::Translator),
        (behind_nat(a) || behind_nat(b), Obstacle::Nat),
        (is_unfound(a) || is_unfound(b), Obstacle::Unfound),
        (!lets_in(a, there.rtp.ip()) || !lets_in(b, here.rtp.ip()), Obstacle::Access),
        (!lets_streams_in(a, b) || !lets_streams_in(b, a), Obstacle::Access),
    ];
    stands.into_iter().find_map(|(stands, obstacle)| stands.then_some(obstacle))
}

/// Whether both use one number both ways. A phone may understand only the number that it named itself, and send the one
/// that it was asked for: then neither description fits the other phone.
fn alike(a: Option<Numbers>, b: Option<Numbers>) -> bool {
    a == b && a.is_none_or(|numbers| numbers.send == numbers.receive)
}

/// The payload types of one format: what a phone wants to get, and what it was asked to send.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Numbers {
    send: u8,
    receive: u8,
}

fn codec_numbers(party: &PartyMedia) -> Option<Numbers> {
    let CodecPayload { send, receive, .. } = party.payload_types;
    Some(Numbers { send, receive })
}

fn event_numbers(party: &PartyMedia) -> Option<Numbers> {
    party.telephone_event.map(|EventPayload { send, receive, .. }| Numbers { send, receive })
}

/// Whether a party that does not want that is seen elsewhere than it says it is.
fn behind_nat(party: &PartyMedia) -> bool {
    let elsewhere = |ip: IpAddr| ip.to_canonical() != party.rtp.ip().to_canonical();
    let heard = party.heard_from.map(|from| from.ip());
    party.avoids_nat && [party.signalling, heard].into_iter().flatten().any(elsewhere)
}

fn of_one_family(a: &PartyMedia, b: &PartyMedia) -> bool {
    let is_ipv4 = a.place().rtp.is_ipv4();
    b.place().rtp.is_ipv4() == is_ipv4
        && a.streams.iter().chain(&b.streams).all(|stream| stream.rtp.is_ipv4() == is_ipv4)
}

/// Only of its audio it is known where it comes from.
fn is_unfound(party: &PartyMedia) -> bool {
    !party.streams.is_empty() && party.found().is_some()
}

fn lets_streams_in(party: &PartyMedia, other: &PartyMedia) -> bool {
    other.streams.iter().all(|stream| lets_in(party, stream.rtp.ip()))
}

fn lets_in(party: &PartyMedia, address: IpAddr) -> bool {
    party.peers.iter().all(|list| list.permits(address))
}

#[cfg(test)]
mod tests {
    use media_bridge::Codec;
    use sip_ua::guard::{AccessList, Network};

    use super::*;

    fn at(address: &str) -> PartyMedia {
        let mut party = PartyMedia::new(address.parse().unwrap(), Codec::Pcmu);
        party.telephone_event = Some(EventPayload::narrow(101));
        party
    }

    fn between(change: impl Fn(&mut PartyMedia)) -> Option<Obstacle> {
        let (mut a, b) = (at("192.0.2.1:4000"), at("192.0.2.2:4000"));
        change(&mut a);
        let found = obstacle(&a, &b);
        assert_eq!(found, obstacle(&b, &a), "it does not matter who is first");
        found
    }

    #[test]
    fn two_phones_of_one_kind_may_talk() {
        assert_eq!(between(|_| ()), None);
    }

    #[test]
    fn different_formats_stay_here() {
        let other = |payload| between(|a| a.telephone_event = payload);
        assert_eq!(between(|a| a.codec = Codec::Pcma), Some(Obstacle::Codec));
        assert_eq!(between(|a| a.listened_to = true), Some(Obstacle::Keys));
        assert_eq!(other(None), Some(Obstacle::Events));
        assert_eq!(other(Some(EventPayload::narrow(96))), Some(Obstacle::PayloadTypes));
        assert_eq!(
            other(Some(EventPayload { receive: 101, ..EventPayload::narrow(96) })),
            Some(Obstacle::PayloadTypes)
        );
        let both_ways = Numbers { send: 97, receive: 98 };
        assert!(!alike(Some(both_ways), Some(both_ways)), "each would send what the other does not know");
    }

    #[test]
    fn phones_without_events_understand_each_other() {
        let (mut a, mut b) = (at("192.0.2.1:4000"), at("192.0.2.2:4000"));
        (a.telephone_event, b.telephone_event) = (None, None);
        assert_eq!(obstacle(&a, &b), None);
    }

    #[test]
    fn who_cannot_reach_the_other_stays_here() {
        assert_eq!(between(|a| a.rtp = "[2001:db8::1]:4000".parse().unwrap()), Some(Obstacle::Family));
        assert_eq!(between(|a| a.outside = true), Some(Obstacle::Translator));
        assert_eq!(between(|a| a.held = true), Some(Obstacle::Held));
        let (mut a, mut b) = (at("198.51.100.1:4000"), at("198.51.100.2:4000"));
        (a.outside, b.outside) = (true, true);
        assert_eq!(obstacle(&a, &b), None, "both are out there");
    }

    #[test]
    fn translators_matter_to_those_who_say_so() {
        let signalled = |address: &str| Some(address.parse().unwrap());
        assert_eq!(between(|a| a.signalling = signalled("203.0.113.9")), None);
        let wary = |signalling: &str, heard: Option<&str>| {
            between(|a| {
                a.avoids_nat = true;
                a.signalling = signalled(signalling);
                a.heard_from = heard.map(|from| from.parse().unwrap());
            })
        };
        assert_eq!(wary("203.0.113.9", None), Some(Obstacle::Nat));
        assert_eq!(wary("192.0.2.1", None), None);
        assert_eq!(wary("192.0.2.1", Some("192.0.2.1:4000")), None);
        assert_eq!(wary("192.0.2.1", Some("203.0.113.9:61000")), Some(Obstacle::Nat));
    }

    #[test]
    fn video_goes_with_the_audio_or_keeps_it_here() {
        let at_port = |address: &str| {
            let mut party = at(address);
            party.streams = vec![super::super::StreamPlace {
                kind: crate::streams::StreamKind::Video,
                rtp: address.replace(":4000", ":5000").parse().unwrap(),
                rtcp: None,
                formats: vec![sdp::negotiation::CodecOffer {
                    payload_type: 98,
                    ..sdp::Codec::new("VP8", 90_000, 1).into()
                }],
                feedback: crate::streams::Feedback::default(),
                bandwidth: None,
            }];
            party
        };
        let (a, b) = (at_port("192.0.2.1:4000"), at_port("192.0.2.2:4000"));
        let between = |change: &dyn Fn(&mut PartyMedia)| {
            let mut a = a.clone();
            change(&mut a);
            let found = obstacle(&a, &b);
            assert_eq!(found, obstacle(&b, &a), "it does not matter who is first");
            found
        };
        assert_eq!(between(&|_| ()), None);
        assert_eq!(between(&|a| a.streams.clear()), Some(Obstacle::Streams));
        assert_eq!(between(&|a| a.streams[0].formats.clear()), Some(Obstacle::Streams), "it stays here");
        let elsewhere = "[2001:db8::1]:5000".parse().unwrap();
        assert_eq!(between(&|a| a.streams[0].rtp = elsewhere), Some(Obstacle::Family));
        let found = |a: &mut PartyMedia| {
            (a.symmetric, a.heard_from) = (true, Some("203.0.113.9:61000".parse().unwrap()));
        };
        assert_eq!(between(&found), Some(Obstacle::Unfound));
        let mut list = AccessList::closed("office");
        list.push(true, Network::parse("192.0.2.2").unwrap());
        let strict = |port: &str| {
            let (mut a, mut b) = (a.clone(), b.clone());
            a.peers = vec![list.clone()];
            b.streams[0].rtp = port.parse().unwrap();
            obstacle(&a, &b)
        };
        assert_eq!(strict("192.0.2.2:5000"), None);
        assert_eq!(strict("192.0.2.3:5000"), Some(Obstacle::Access), "the list counts for each stream");
    }

    #[test]
    fn a_symmetric_party_is_where_it_was_heard() {
        let mut a = at("10.0.0.5:4000");
        (a.rtcp, a.heard_from) =
            (Some("10.0.0.5:4001".parse().unwrap()), Some("203.0.113.9:61000".parse().unwrap()));
        assert_eq!(a.place().rtp, "10.0.0.5:4000".parse().unwrap());
        a.symmetric = true;
        assert_eq!((a.place().rtp, a.place().rtcp), ("203.0.113.9:61000".parse().unwrap(), None));
    }

    #[test]
    fn lists_keep_parties_apart() {
        let mut list = AccessList::closed("office");
        list.push(true, Network::parse("198.51.100.0/24").unwrap());
        assert_eq!(between(|a| a.peers = vec![list.clone()]), Some(Obstacle::Access));
        let mut wider = list.clone();
        wider.push(true, Network::parse("192.0.2.2").unwrap());
        assert_eq!(between(|a| a.peers = vec![wider.clone()]), None);
    }
}
