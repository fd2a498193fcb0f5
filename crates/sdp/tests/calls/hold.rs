//! Hold and resume, from either side and in every spelling.

use sdp::negotiation::{Negotiated, Negotiator};
use sdp::{Codec, Direction};

use crate::{local, phone};

const TALK: &str = "m=audio 4000 RTP/AVP 8";

fn reoffer(session: &mut Negotiator, offer: &str) -> (String, Negotiated) {
    session.answer(offer.as_bytes(), &local(&[Codec::PCMA])).unwrap()
}

fn talking() -> Negotiator {
    let mut session = Negotiator::new(1, "-");
    let (_, agreed) = reoffer(&mut session, &phone(TALK));
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::SendRecv, false));
    session
}

#[test]
fn sendonly_is_answered_recvonly() {
    let mut session = talking();
    let (text, agreed) = reoffer(&mut session, &phone(&format!("{TALK}\na=sendonly")));
    assert!(text.contains("a=recvonly\r\n"));
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::RecvOnly, true));
    assert!(agreed.remote.is_some());
    let (text, agreed) = reoffer(&mut session, &phone(TALK));
    assert!(text.contains("a=sendrecv\r\n"));
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::SendRecv, false));
}

#[test]
fn inactive_is_answered_inactive() {
    let (text, agreed) = reoffer(&mut talking(), &phone(&format!("{TALK}\na=inactive")));
    assert!(text.contains("a=inactive\r\n"));
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::Inactive, true));
}

#[test]
fn a_direction_of_the_session_holds_for_the_stream_unless_it_has_its_own() {
    let held = phone(TALK).replace("t=0 0\n", "t=0 0\na=sendonly\n");
    assert!(reoffer(&mut talking(), &held).1.remote_hold);
    let own = held.replace(TALK, &format!("{TALK}\na=sendrecv"));
    assert!(!reoffer(&mut talking(), &own).1.remote_hold);
}

#[test]
fn a_black_hole_is_hold() {
    for hole in ["IP4 0.0.0.0", "IP6 ::"] {
        let offer = phone(TALK).replace("c=IN IP4 192.0.2.9", &format!("c=IN {hole}"));
        let (text, agreed) = reoffer(&mut talking(), &offer);
        assert_eq!((agreed.remote, agreed.remote_rtcp, agreed.remote_hold), (None, None, true));
        assert_eq!(agreed.direction, Direction::RecvOnly);
        assert!(text.contains("a=recvonly\r\n"));
    }
}

#[test]
fn a_closed_stream_is_hold_and_can_be_opened_again() {
    let mut session = talking();
    let (text, agreed) = reoffer(&mut session, &phone("m=audio 0 RTP/AVP 8"));
    assert!(text.contains("m=audio 0 RTP/AVP 8\r\n"));
    assert_eq!((agreed.remote, agreed.direction, agreed.remote_hold), (None, Direction::Inactive, true));
    let (_, agreed) = reoffer(&mut session, &phone(TALK));
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::SendRecv, false));
}

#[test]
fn we_offer_plain_media_in_place_of_a_stream_that_was_closed_as_encrypted() {
    let mut session = talking();
    reoffer(&mut session, &phone("m=audio 0 RTP/SAVP 8"));
    assert!(session.offer(&local(&[Codec::PCMA])).contains("m=audio 10000 RTP/AVP 8 101\r\n"));
}

#[test]
fn our_own_hold_is_not_the_peer_s() {
    let mut session = talking();
    let mut media = local(&[Codec::PCMA]);
    media.direction = Direction::SendOnly;
    assert!(session.offer(&media).contains("a=sendonly\r\n"));
    let agreed = session.accept(phone(&format!("{TALK}\na=recvonly")).as_bytes()).unwrap();
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::SendOnly, false));
    let agreed = session.accept(phone(&format!("{TALK}\na=inactive")).as_bytes()).unwrap();
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::Inactive, true));
}

#[test]
fn an_answer_can_hold_too() {
    let mut session = Negotiator::new(1, "-");
    session.offer(&local(&[Codec::PCMA]));
    let agreed = session.accept(phone(&format!("{TALK}\na=sendonly")).as_bytes()).unwrap();
    assert_eq!((agreed.direction, agreed.remote_hold), (Direction::RecvOnly, true));
}

#[test]
fn we_may_close_the_stream_ourselves() {
    let mut session = talking();
    assert!(session.offer(&local(&[])).contains("m=audio 0 RTP/AVP 0\r\n"));
    let agreed = session.accept(phone("m=audio 0 RTP/AVP 0").as_bytes()).unwrap();
    assert_eq!((agreed.remote, agreed.direction, agreed.remote_hold), (None, Direction::Inactive, false));
}
