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
fn contacts_that_cannot_be_called_are_refused() {
    let mut scene = Scene::new(3);
    for uri in ["tel:+33123456789", "mailto:alice@example.com", "http://10.0.0.1/"] {
        let contact = format!("Contact: <{uri}>");
        let refused = scene.register(0, "1", &[DESK, &contact]);
        assert_eq!(refused, Err(RegisterError::NotCallable(uri.to_owned())));
        assert_eq!(refused.map_err(|error| error.status()), Err(400));
        assert!(scene.0.contacts(AOR).is_empty(), "nothing has changed");
        assert!(scene.contacts(0, "1", &[&contact, "Expires: 0"]).is_empty());
    }
    assert_eq!(scene.contacts(0, "1", &["Contact: <sips:alice@10.0.0.1>", SOFT]).len(), 2);
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
    scene.contacts(0, "1", &[DESK, "Path: <sip:p1;lr>, <sip:p2;lr>", "Supported: path"]);
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

const INSTANCE: &str = "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"";

#[test]
fn a_flow_is_replaced_by_the_newer_one_and_stands_beside_another() {
    let mut scene = Scene::new(3);
    let flow = |host: &str, reg_id: u32| format!("Contact: <sip:a@{host}>;{INSTANCE};reg-id={reg_id}");
    let outbound = "Supported: path, outbound";
    let first = scene.register(0, "1", &[&flow("10.0.0.1", 1), outbound]).expect("accepted");
    assert!(first.headers.contains(&("Require".to_owned(), "outbound".to_owned())));
    let shown = format!("<sip:a@10.0.0.1>;expires=3600;{INSTANCE};reg-id=1");
    assert_eq!(first.headers[0], ("Contact".to_owned(), shown));
    // Over a datagram socket there is no keep-alive that we would answer.
    assert!(!first.headers.iter().any(|(name, _)| name == "Flow-Timer"));
    // Another flow with the same Contact is another binding.
    scene.register(1, "2@b", &[&flow("10.0.0.1", 2), outbound]).expect("accepted");
    assert_eq!(scene.0.contacts(AOR).len(), 2);
    // The phone has moved: the first flow comes from another address, under another Call-ID.
    let moved = scene.register(2, "1@c", &[&flow("10.0.0.7", 1), outbound]).expect("accepted");
    assert_eq!(kinds(&moved.changes), ["-sip:a@10.0.0.1 Replaced", "+sip:a@10.0.0.7"]);
    assert_eq!(scene.0.contacts(AOR).len(), 2);
    // One that does not ask for outbound is bound by its Contact, as ever.
    let plain = scene.register(3, "1@d", &[&flow("10.0.0.9", 1)]).expect("accepted");
    assert_eq!(kinds(&plain.changes), ["+sip:a@10.0.0.9"]);
    let gone = scene.register(4, "2@c", &[&format!("{};expires=0", flow("10.0.0.8", 1)), outbound]);
    assert_eq!(kinds(&gone.expect("accepted").changes), ["-sip:a@10.0.0.7 Unregistered"]);
    // What was written down keeps the flows apart.
    let mut again = Registrar::new();
    again.restore(scene.0.bindings().cloned());
    assert_eq!(again.contacts(AOR).len(), 2);
}

#[test]
fn outbound_over_a_proxy_that_keeps_no_flows_is_refused() {
    let mut scene = Scene::new(3);
    scene.1.support_path = true;
    let contact = format!("Contact: <sip:a@10.0.0.1>;{INSTANCE};reg-id=1");
    let supported = "Supported: path, outbound";
    let refused = scene.register(0, "1", &[&contact, supported, "Path: <sip:edge.example.com;lr>"]);
    assert_eq!(refused.as_ref().map_err(RegisterError::status), Err(439));
    scene.register(1, "2", &[&contact, supported, "Path: <sip:edge.example.com;lr;ob>"]).expect("accepted");
    // The proxy that is first on the way is the last in the Path.
    let path = "Path: <sip:core.example.com;lr>, <sip:edge.example.com;lr;ob>";
    scene.register(2, "3", &[&contact, supported, path]).expect("accepted");
    assert_eq!(
        scene
            .register(3, "4", &[&contact, supported, "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK2"])
            .map_err(|e| e.status())
            .err(),
        Some(439)
    );
}

#[test]
fn a_path_is_kept_for_those_who_know_of_it() {
    let mut scene = Scene::new(1);
    let path = "Path: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>";
    // Where Path means nothing to the policy, it is passed over.
    scene.register(0, "1", &[DESK, path]).expect("accepted");
    assert!(scene.0.contacts(AOR)[0].path.is_empty());
    scene.1.support_path = true;
    let refused = scene.register(1, "2", &[DESK, path]).expect_err("a phone that does not know");
    assert_eq!(
        (refused.status(), refused.headers()),
        (420, vec![("Unsupported".to_owned(), "path".to_owned())])
    );
    for (cseq, knows) in [("3", "Supported: gruu, PATH"), ("4", "Require: path")] {
        let outcome = scene.register(2, cseq, &[DESK, path, knows]).expect("accepted");
        let told: Vec<_> = outcome.headers.iter().filter(|(name, _)| name == "Path").collect();
        assert_eq!(told.len(), 2);
        assert_eq!(scene.0.contacts(AOR)[0].path, ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"]);
    }
}

#[test]
fn a_wish_that_is_too_short_may_be_refused() {
    let mut scene = Scene::new(1);
    scene.1.refuse_brief = true;
    let refused = scene.register(0, "1", &[DESK, "Expires: 59"]).expect_err("too brief");
    assert_eq!(
        (refused.status(), refused.headers()),
        (423, vec![("Min-Expires".to_owned(), "60".to_owned())])
    );
    assert!(scene.0.contacts(AOR).is_empty());
    scene.register(1, "2", &[DESK, "Expires: 60"]).expect("long enough");
    scene.register(2, "3", &[DESK, "Expires: 0"]).expect("it goes");
    assert!(scene.0.contacts(AOR).is_empty());
}

#[test]
fn an_instance_is_found_by_both_of_its_addresses() {
    let mut scene = Scene::new(3);
    scene.0 = Registrar::with_key(&["a secret"]);
    let contact = format!("{DESK};{INSTANCE}");
    // Told to those who ask.
    assert!(!scene.contacts(0, "1", &[&contact])[0].contains("gruu"));
    scene.contacts(1, "2", &[SOFT]);
    let told = scene.contacts(2, "3", &[&contact, "Supported: gruu"]);
    let told = told.iter().find(|contact| contact.contains("10.0.0.1")).expect("it is told of");
    let address = sip_parser::NameAddr::parse(told).expect("well formed");
    let of = |name| {
        let uri = address.param(name).flatten().expect("it is told").to_owned();
        Gruu::of(&Uri::parse(&uri).expect("a URI")).expect("a GRUU")
    };
    let public = address.param("pub-gruu").flatten();
    assert_eq!(public, Some("sip:alice@example.com;gr=urn:uuid:00000000-0000-1000-8000-000A95A0E128"));
    for gruu in [of("pub-gruu"), of("temp-gruu")] {
        let found = scene.0.instance(&gruu);
        let uris: Vec<&str> = found.iter().map(|binding| binding.contact_uri.as_str()).collect();
        assert_eq!(uris, ["sip:alice@10.0.0.1:5060"], "{gruu:?}");
    }
    // Nobody finds it by a word that was made up, and the temporary address ends with its Call-ID.
    let made_up = Gruu::Temporary { user: "gruu-00000000000000000000000000000000".to_owned() };
    assert!(scene.0.instance(&made_up).is_empty());
    let temporary = of("temp-gruu");
    scene.contacts(3, "1@new", &[&contact]);
    assert!(scene.0.instance(&temporary).is_empty());
}

fn connection(port: u16) -> Flow {
    Flow { protocol: Protocol::Tls, remote: ([198, 51, 100, 1], port).into(), ..flow() }
}

#[test]
fn a_contact_that_came_by_a_connection_ends_with_it() {
    let mut registrar = Registrar::new();
    let mut policy = AorPolicy { rewrite_contact: true, ..policy(5) };
    let mut register = |aor: &str, cseq: &str, uri: &str, flow: &Flow, policy: &AorPolicy| {
        let contact = format!("Contact: <{uri}>;expires=600");
        registrar.register(NOW, aor, &message(cseq, &[&contact]), flow, policy).expect("accepted");
    };
    register("alice", "1@a", "sips:alice@10.0.0.2", &connection(1), &policy);
    register("alice", "1@b", "sips:desk@10.0.0.3", &connection(2), &policy);
    register("bob", "1@c", "sips:bob@10.0.0.2", &connection(1), &policy);
    // This one came back before its old connection was known to be gone.
    register("carol", "1@d", "sips:carol@10.0.0.4", &connection(1), &policy);
    register("carol", "2@d", "sips:carol@10.0.0.4", &connection(3), &policy);
    register("dave", "1@e", "sip:dave@10.0.0.5", &flow(), &policy);
    policy.rewrite_contact = false;
    register("erin", "1@f", "sips:erin@10.0.0.6:5061", &connection(1), &policy);
    let mut gone = kinds(&registrar.disconnected(&connection(1)));
    gone.sort();
    assert_eq!(gone, ["-sips:alice@10.0.0.2 Disconnected", "-sips:bob@10.0.0.2 Disconnected"]);
    let mut left: Vec<&str> = registrar.bindings().map(|binding| &binding.contact_uri[..]).collect();
    left.sort_unstable();
    assert_eq!(
        left,
        ["sip:dave@10.0.0.5", "sips:carol@10.0.0.4", "sips:desk@10.0.0.3", "sips:erin@10.0.0.6:5061"]
    );
    for other in [connection(1), connection(4), flow()] {
        assert!(registrar.disconnected(&other).is_empty());
    }
    assert_eq!(registrar.remove("alice", None).len(), 1);
    assert!(registrar.disconnected(&connection(2)).is_empty(), "it is known no more");
    assert_eq!(registrar.disconnected(&connection(3)).len(), 1);
}
