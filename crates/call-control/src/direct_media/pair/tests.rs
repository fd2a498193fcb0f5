//! Channels of a technology that only notes what it is told.

use std::sync::mpsc::{Receiver, Sender, channel};

use media_bridge::{Codec, MediaConfig, MediaEngine};

use super::*;
use crate::call::{DialplanPosition, Direction};
use crate::cause::HangupCause;
use crate::identity::CallerId;
use crate::switchboard::Switchboard;
use crate::technology::{ChannelSpec, Driver, Report};

/// What a channel's technology was told: the port to send to, 0 for ours, and hang-ups.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Port(u16),
    HangUp,
}
use Told::{HangUp, Port};

struct Notes(Mutex<Sender<Told>>);

impl Notes {
    fn note(&self, told: Told) {
        let _ = self.0.lock().unwrap().send(told);
    }
}

impl Driver for Notes {
    fn ring(&self) {}
    fn progress(&self) {}
    fn answer(&self) {}
    fn route_media(&self, route: MediaRoute) {
        self.note(Port(route.place().map_or(0, |place| place.rtp.port())));
    }
    fn hangup(&self, _: HangupCause) {
        self.note(HangUp);
    }
}

struct Party {
    call: Call,
    told: Receiver<Told>,
}

impl Party {
    /// What came since the last look.
    fn told(&self) -> Vec<Told> {
        self.told.try_iter().collect()
    }

    fn media(&self, port: u16, change: impl FnOnce(&mut PartyMedia)) {
        let mut media = PartyMedia::new(([192, 0, 2, 1], port).into(), Codec::Pcmu);
        change(&mut media);
        self.call.report(Report::Media(Some(Box::new(media))));
    }
}

fn switchboard() -> Switchboard {
    Switchboard::builder(MediaEngine::start(MediaConfig::default()).unwrap()).build()
}

/// A channel that is up, with its media at this port.
fn party(board: &Switchboard, port: u16) -> Party {
    let (sender, told) = channel();
    let call = board.create_channel(ChannelSpec {
        technology: "NOTES",
        resource: port.to_string(),
        direction: Direction::Inbound,
        caller: CallerId::default(),
        dialed: String::new(),
        context: String::new(),
        language: "en".to_owned(),
        variables: Vec::new(),
        call_id: None,
        linked_id: None,
        leg: None,
        driver: Box::new(Notes(Mutex::new(sender))),
    });
    call.report(Report::Answered);
    let party = Party { call, told };
    party.media(port, |_| ());
    party
}

#[test]
fn who_is_hung_up_after_a_bridge_hears_nothing_else() {
    let board = switchboard();
    let (a, b) = (party(&board, 1), party(&board, 2));
    let pair = Pair::join(&a.call, &b.call);
    assert_eq!((a.told(), b.told()), (vec![Port(2)], vec![Port(1)]));
    assert!(a.call.is_media_direct());
    b.call.report(Report::Ended(HangupCause::NORMAL));
    pair.part();
    a.call.hangup(HangupCause::NORMAL);
    assert_eq!((a.told(), b.told()), (vec![HangUp], vec![]));
}

#[test]
fn what_begins_after_a_bridge_brings_the_audio_back() {
    let board = switchboard();
    let (a, b) = (party(&board, 1), party(&board, 2));
    let part = |party: &Party| {
        let pair = Pair::join(&a.call, &b.call);
        drop((a.told(), b.told()));
        pair.part();
        assert_eq!(party.told(), []);
    };
    part(&a);
    a.call.start_application(DialplanPosition::default(), "Echo", "");
    assert_eq!(a.told(), [Port(0)]);
    a.call.start_application(DialplanPosition::default(), "NoOp", "");
    assert_eq!(a.told(), [], "it is back already");
    part(&a);
    let anchor = a.call.keep_media();
    assert_eq!(a.told(), [Port(0)]);
    drop(anchor);
    assert_eq!(a.told(), []);
    part(&b);
    b.call.play_indication("ring");
    assert_eq!(b.told(), [Port(0)]);
}

#[test]
fn who_needs_the_audio_keeps_it_as_long() {
    let board = switchboard();
    let (a, b) = (party(&board, 1), party(&board, 2));
    let listener = b.call.keep_media();
    let _pair = Pair::join(&a.call, &b.call);
    assert_eq!((a.told(), b.told()), (vec![], vec![]));
    let recorder = b.call.keep_media();
    drop(listener);
    assert_eq!(a.told(), []);
    drop(recorder);
    assert_eq!((a.told(), b.told()), (vec![Port(2)], vec![Port(1)]));
    let _again = a.call.keep_media();
    assert_eq!((a.told(), b.told()), (vec![Port(0)], vec![Port(0)]));
}

#[test]
fn a_party_goes_from_one_bridge_to_the_next_without_a_stop() {
    let board = switchboard();
    let (a, b, c) = (party(&board, 1), party(&board, 2), party(&board, 3));
    let first = Pair::join(&a.call, &b.call);
    drop((a.told(), b.told()));
    let second = Pair::join(&a.call, &c.call);
    assert_eq!((a.told(), c.told()), (vec![Port(3)], vec![Port(1)]));
    // What comes late of the former partner does not concern it any more.
    b.media(9, |_| ());
    assert_eq!(a.told(), []);
    first.part();
    a.media(7, |_| ());
    assert_eq!(c.told(), [Port(7)]);
    second.part();
}

#[test]
fn a_party_whose_media_cannot_leave_is_told_nothing() {
    let board = switchboard();
    let (a, b) = (party(&board, 1), party(&board, 2));
    a.call.report(Report::Media(None));
    let pair = Pair::join(&a.call, &b.call);
    assert_eq!((a.told(), b.told()), (vec![], vec![]));
    a.media(4, |_| ());
    assert_eq!((a.told(), b.told()), (vec![Port(2)], vec![Port(4)]));
    a.media(4, |media| media.held = true);
    assert_eq!((a.told(), b.told()), (vec![Port(0)], vec![Port(0)]));
    pair.part();
}

#[test]
fn packets_from_elsewhere_are_remembered_with_the_place() {
    let board = switchboard();
    let (a, b) = (party(&board, 1), party(&board, 2));
    a.media(1, |media| media.symmetric = true);
    a.call.report(Report::HeardFrom(([203, 0, 113, 9], 61).into()));
    let _pair = Pair::join(&a.call, &b.call);
    assert_eq!(b.told(), [Port(61)]);
    a.media(1, |media| media.symmetric = true);
    assert_eq!(b.told(), [], "the same description again");
    a.media(5, |media| media.symmetric = true);
    assert_eq!(b.told(), [Port(5)], "a new one is believed until packets come");
}
