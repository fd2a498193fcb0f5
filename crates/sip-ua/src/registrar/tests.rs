use std::time::UNIX_EPOCH;

use bytes::Bytes;

use super::*;
use crate::transport::Protocol;

const NOW: SystemTime = UNIX_EPOCH;
const AOR: &str = "alice";

fn policy(max_contacts: usize) -> AorPolicy {
    AorPolicy { max_contacts, ..AorPolicy::default() }
}

fn flow() -> Flow {
    Flow {
        protocol: Protocol::Udp,
        local: ([192, 0, 2, 9], 5060).into(),
        remote: ([198, 51, 100, 1], 1024).into(),
    }
}

fn at(seconds: u64) -> SystemTime {
    NOW + Duration::from_secs(seconds)
}

/// A REGISTER with these lines; `cseq` names the Call-ID too: `1` or `2@other`.
fn message(cseq: &str, lines: &[&str]) -> Message {
    let (number, call) = cseq.split_once('@').unwrap_or((cseq, "call"));
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let text = format!(
        "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n\
         From: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: {call}\r\n\
         CSeq: {number} REGISTER\r\nUser-Agent: phone/1\r\n{lines}Content-Length: 0\r\n\r\n"
    );
    Message::parse(Bytes::from(text)).expect("well formed")
}

struct Scene(Registrar, AorPolicy);

impl Scene {
    fn new(max_contacts: usize) -> Scene {
        Scene(Registrar::new(), policy(max_contacts))
    }

    fn register(
        &mut self,
        seconds: u64,
        cseq: &str,
        lines: &[&str],
    ) -> Result<RegisterOutcome, RegisterError> {
        self.0.register(at(seconds), AOR, &message(cseq, lines), &flow(), &self.1)
    }

    #[track_caller]
    fn contacts(&mut self, seconds: u64, cseq: &str, lines: &[&str]) -> Vec<String> {
        let outcome = self.register(seconds, cseq, lines).expect("accepted");
        let contacts = outcome.headers.into_iter().filter(|(name, _)| name == "Contact");
        contacts.map(|(_, value)| value).collect()
    }
}

fn kinds(changes: &[BindingChange]) -> Vec<String> {
    let kind = |change: &BindingChange| match change {
        BindingChange::Added(binding) => format!("+{}", binding.contact_uri),
        BindingChange::Refreshed(binding) => format!("={}", binding.contact_uri),
        BindingChange::Removed { binding, reason } => format!("-{} {reason:?}", binding.contact_uri),
    };
    changes.iter().map(kind).collect()
}

const DESK: &str = "Contact: <sip:alice@10.0.0.1:5060>";
const SOFT: &str = "Contact: <sip:alice@10.0.0.2:5060>";

#[test]
fn a_contact_lives_as_long_as_it_was_granted() {
    let mut scene = Scene::new(2);
    let outcome = scene.register(0, "1", &[DESK]).expect("accepted");
    assert_eq!(outcome.headers[0], ("Contact".into(), "<sip:alice@10.0.0.1:5060>;expires=3600".into()));
    assert_eq!(outcome.headers[1], ("Date".into(), "Thu, 01 Jan 1970 00:00:00 GMT".into()));
    assert_eq!(kinds(&outcome.changes), ["+sip:alice@10.0.0.1:5060"]);
    assert_eq!(scene.contacts(100, "2", &[]), ["<sip:alice@10.0.0.1:5060>;expires=3500"]);
    assert_eq!(scene.0.next_expiry(), Some(at(3600)));
    assert!(scene.0.expire(at(3599)).is_empty());
    assert_eq!(kinds(&scene.0.expire(at(3600))), ["-sip:alice@10.0.0.1:5060 Expired"]);
    assert_eq!((scene.0.next_expiry(), scene.0.contacts(AOR).len()), (None, 0));
}

#[test]
fn the_contact_says_more_than_the_header() {
    let mut scene = Scene::new(2);
    let soft = format!("{SOFT};expires=600;q=0.5");
    let contacts = scene.contacts(0, "1", &["Expires: 1200", DESK, &soft]);
    let expected = [
        "<sip:alice@10.0.0.1:5060>;expires=1200".to_owned(),
        "<sip:alice@10.0.0.2:5060>;q=0.500;expires=600".to_owned(),
    ];
    assert_eq!(contacts, expected);
}

#[test]
fn wishes_are_held_to_the_limits() {
    let mut scene = Scene::new(1);
    assert!(scene.contacts(0, "1", &["Expires: 5", DESK])[0].ends_with("expires=60"));
    assert!(scene.contacts(0, "2", &["Expires: 99999", DESK])[0].ends_with("expires=7200"));
    assert!(scene.contacts(0, "3", &["Expires: soon", DESK])[0].ends_with("expires=3600"));
}

#[test]
fn a_phone_refreshes_and_leaves() {
    let mut scene = Scene::new(1);
    scene.contacts(0, "1", &[DESK]);
    let outcome = scene.register(1000, "2", &[DESK]).expect("accepted");
    assert_eq!(kinds(&outcome.changes), ["=sip:alice@10.0.0.1:5060"]);
    assert_eq!(scene.0.next_expiry(), Some(at(4600)));
    let leaves = format!("{DESK};expires=0");
    let outcome = scene.register(1001, "3", &[&leaves]).expect("accepted");
    assert_eq!(kinds(&outcome.changes), ["-sip:alice@10.0.0.1:5060 Unregistered"]);
    assert_eq!(outcome.headers.len(), 1);
    assert!(scene.register(1002, "4", &[&leaves]).expect("accepted").changes.is_empty());
}

#[test]
fn the_star_removes_all() {
    let mut scene = Scene::new(2);
    scene.contacts(0, "1", &[DESK, SOFT]);
    for lines in [&["Contact: *"][..], &["Contact: *", "Expires: 5"], &["Contact: *", DESK, "Expires: 0"]] {
        assert_eq!(scene.register(1, "2", lines).map_err(|error| error.status()), Err(400));
    }
    let outcome = scene.register(2, "3", &["Contact: *", "Expires: 0"]).expect("accepted");
    assert_eq!(outcome.changes.len(), 2);
    assert!(scene.0.contacts(AOR).is_empty());
}

#[test]
fn no_more_than_the_address_takes() {
    let mut none = Scene::new(0);
    assert_eq!(none.register(0, "1", &[DESK]), Err(RegisterError::TooManyContacts(0)));
    assert!(none.contacts(0, "2", &[]).is_empty());
    let mut one = Scene::new(1);
    one.contacts(0, "1", &[DESK]);
    assert_eq!(one.register(1, "1@other", &[SOFT]).map_err(|error| error.status()), Err(403));
    assert_eq!(one.0.contacts(AOR)[0].contact_uri, "sip:alice@10.0.0.1:5060");
    // A phone that moves from one contact to another needs no second place.
    let leaves = format!("{DESK};expires=0");
    assert_eq!(one.contacts(2, "2", &[&leaves, SOFT]), ["<sip:alice@10.0.0.2:5060>;expires=3600"]);
}

#[test]
fn a_newer_contact_may_take_the_place_of_the_oldest() {
    let mut scene = Scene::new(2);
    scene.1.remove_existing = true;
    scene.contacts(0, "1", &[DESK]);
    scene.contacts(1, "1@soft", &[SOFT]);
    scene.contacts(2, "2", &[DESK]);
    let outcome = scene.register(3, "1@third", &["Contact: <sip:alice@10.0.0.3>"]).expect("accepted");
    assert_eq!(kinds(&outcome.changes), ["+sip:alice@10.0.0.3", "-sip:alice@10.0.0.2:5060 Replaced"]);
    let too_many = ["Contact: <sip:a@1.1.1.1>", "Contact: <sip:a@1.1.1.2>", "Contact: <sip:a@1.1.1.3>"];
    assert_eq!(scene.register(4, "1@many", &too_many), Err(RegisterError::TooManyContacts(2)));
}

#[test]
fn an_old_message_changes_nothing() {
    let mut scene = Scene::new(1);
    scene.contacts(0, "5", &[DESK]);
    let leaves = format!("{DESK};expires=0");
    for cseq in ["5", "4"] {
        let refused = scene.register(1, cseq, &[&leaves]);
        assert_eq!(refused.map_err(|error| error.status()), Err(500));
        let refused = scene.register(1, cseq, &["Contact: *", "Expires: 0"]);
        assert_eq!(refused.map_err(|error| error.status()), Err(500));
    }
    assert_eq!(scene.0.contacts(AOR).len(), 1);
    scene.contacts(2, "1@restarted", &[DESK]);
    assert_eq!(scene.0.contacts(AOR)[0].cseq, 1);
}

#[test]
fn a_refusal_hides_no_expiry() {
    let mut scene = Scene::new(1);
    scene.contacts(0, "1", &["Expires: 60", DESK]);
    assert!(scene.register(100, "2", &["Contact: *"]).is_err());
    let outcome = scene.register(101, "3", &[SOFT]).expect("the place is free");
    let expected = ["-sip:alice@10.0.0.1:5060 Expired", "+sip:alice@10.0.0.2:5060"];
    assert_eq!(kinds(&outcome.changes), expected);
}

#[test]
fn equal_contacts_are_one() {
    let mut scene = Scene::new(2);
    scene.contacts(0, "1", &["Contact: <sip:alice@Example.COM:5060>"]);
    let outcome = scene.register(1, "2", &["Contact: <sip:alice@example.com:5060>"]).expect("accepted");
    assert_eq!(kinds(&outcome.changes), ["=sip:alice@example.com:5060"]);
    let twice = scene.contacts(2, "3", &[DESK, DESK]);
    assert_eq!(twice.len(), 2);
}

#[test]
fn phones_behind_nat_are_called_where_they_came_from() {
    let mut scene = Scene::new(1);
    scene.1.rewrite_contact = true;
    scene.1.support_path = true;
    scene.contacts(0, "1", &[DESK, "Path: <sip:p1;lr>, <sip:p2;lr>"]);
    let binding = scene.0.contacts(AOR)[0];
    assert_eq!(binding.received, Some(flow().remote));
    assert_eq!(binding.path, ["<sip:p1;lr>", "<sip:p2;lr>"]);
    assert_eq!(binding.user_agent.as_deref(), Some("phone/1"));
}

#[test]
fn what_was_written_down_comes_back() {
    let mut scene = Scene::new(2);
    scene.contacts(0, "1", &[DESK, SOFT]);
    let written: Vec<Binding> = scene.0.bindings().cloned().collect();
    let mut restored = Registrar::new();
    restored.restore(written.clone());
    restored.restore(written);
    assert_eq!(restored.contacts(AOR).len(), 2);
    assert_eq!(restored.next_expiry(), Some(at(3600)));
    assert_eq!(restored.remove(AOR, Some("sip:alice@10.0.0.1:5060")).len(), 1);
    assert_eq!(restored.expire(at(9999)).len(), 1);
}

#[test]
fn contacts_that_do_not_answer_make_room_first() {
    let mut scene = Scene::new(2);
    scene.1.remove_unavailable = true;
    scene.contacts(0, "1", &[DESK]);
    scene.contacts(1, "2", &[SOFT]);
    let third = "Contact: <sip:alice@10.0.0.3:5060>";
    // All are there: nothing goes, for remove_existing is off.
    assert_eq!(scene.register(2, "3", &[third]), Err(RegisterError::TooManyContacts(2)));
    scene.0.note_reachability(AOR, "sip:alice@10.0.0.2:5060", false);
    let outcome = scene.register(3, "4", &[third]).expect("there is room");
    let changes = ["-sip:alice@10.0.0.2:5060 Replaced", "+sip:alice@10.0.0.3:5060"];
    let mut kinds = kinds(&outcome.changes);
    kinds.sort();
    let mut changes = changes.map(str::to_owned).to_vec();
    changes.sort();
    assert_eq!(kinds, changes);
    // One that is heard from again counts as there.
    scene.0.note_reachability(AOR, "sip:alice@10.0.0.1:5060", false);
    scene.contacts(4, "5", &[DESK]);
    assert_eq!(scene.register(5, "6", &[SOFT]), Err(RegisterError::TooManyContacts(2)));
    assert!(scene.0.unreachable.is_empty());
}
