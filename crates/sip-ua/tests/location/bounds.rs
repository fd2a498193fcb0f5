//! Whatever a zone holds, a search ends, asks a bounded number of questions, and repeats itself given the
//! same numbers.

use std::cell::RefCell;
use std::time::Duration;

use proptest::prelude::*;
use sip_parser::Uri;
use sip_ua::location::{
    Answer, Destination, Family, LookupError, Naptr, Question, Reach, Record, RecordKind, Search, Srv,
};
use sip_ua::transport::Protocol;

use crate::zone::{Zone, locate};

/// One question for services, eight for their servers, two for each of sixteen hosts, and eight aliases of
/// each.
const MOST_QUESTIONS: usize = (1 + 8 + 32) * 9;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(_sip\\._udp|_sips\\._tcp|a|b|c)\\.example\\.com\\.?",
        Just(String::new()),
        Just(".".to_owned()),
        ".{0,12}",
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let service = prop_oneof!["SIPS?\\+D2[UTWSX]", ".{0,6}"];
    let naptr = (0u16..3, 0u16..3, "[sSuaP]?", service, "(!.!.!)?", name()).prop_map(
        |(order, preference, flags, service, regexp, replacement)| {
            Record::Naptr(Naptr { order, preference, flags, service, regexp, replacement })
        },
    );
    let srv = (0u16..4, any::<u16>(), any::<u16>(), name())
        .prop_map(|(priority, weight, port, target)| Record::Srv(Srv { priority, weight, port, target }));
    prop_oneof![
        naptr,
        srv,
        any::<[u8; 4]>().prop_map(|octets| Record::A(octets.into())),
        any::<[u8; 16]>().prop_map(|octets| Record::Aaaa(octets.into())),
        name().prop_map(Record::Cname),
    ]
}

fn answer() -> impl Strategy<Value = Result<Answer, LookupError>> {
    let records = prop::collection::vec(record(), 0..80);
    prop_oneof![
        8 => records.prop_map(|records| Ok(Answer { records, ttl: Duration::from_secs(60) })),
        1 => Just(Err(LookupError::NoSuchName { ttl: None })),
        1 => Just(Err(LookupError::Failed("nobody answers".to_owned()))),
    ]
}

fn uri() -> impl Strategy<Value = String> {
    "sips?:(bob@)?(a\\.example\\.com|192\\.0\\.2\\.1|\\[::1\\])(:50[67]0)?(;transport=(udp|tcp|tls|ws|wss|sctp))?(;maddr=(b\\.example\\.com|192\\.0\\.2\\.2))?"
}

fn reach() -> impl Strategy<Value = Reach> {
    let protocol =
        prop::sample::select(vec![Protocol::Udp, Protocol::Tcp, Protocol::Tls, Protocol::Ws, Protocol::Wss]);
    let family = prop::sample::select(vec![Family::V4, Family::V6]);
    prop::collection::vec((protocol, family), 0..6).prop_map(Reach::from_iter)
}

/// A search whose answers are drawn from `answers`; what it asked and found, as text.
fn run(uri: &str, reach: &Reach, answers: &[Result<Answer, LookupError>], seed: u64) -> (usize, String) {
    let uri = Uri::parse(uri).expect("the strategy makes URIs");
    let destination = match Destination::of(&uri) {
        Ok(destination) => destination,
        Err(error) => return (0, error.to_string()),
    };
    let mut state = seed;
    let chance = move |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % (most + 1)
    };
    let mut search = Search::new(destination, reach.clone(), Box::new(chance));
    let mut asked = 0;
    while let Some(question) = search.poll_question() {
        let drawn = &answers[asked % answers.len()];
        asked += 1;
        assert!(asked <= MOST_QUESTIONS, "{question} is one too many");
        search.handle_answer(&question, drawn.clone());
    }
    let outcome = search.poll_outcome().expect("a search without questions has an outcome");
    if let Ok(servers) = &outcome {
        assert!((1..=32).contains(&servers.len()));
    }
    (asked, format!("{outcome:?}"))
}

proptest! {
    #[test]
    fn any_records_lead_to_an_end(
        uri in uri(), reach in reach(), answers in prop::collection::vec(answer(), 1..12), seed in any::<u64>(),
    ) {
        let first = run(&uri, &reach, &answers, seed);
        prop_assert_eq!(first, run(&uri, &reach, &answers, seed));
    }
}

#[test]
fn aliases_that_go_round_end() {
    let zone = Zone::new()
        .with("A a.example.com", Record::Cname("b.example.com".to_owned()))
        .with("A b.example.com", Record::Cname("a.example.com".to_owned()));
    let found = locate(&zone, "sip:a.example.com:5060");
    assert_eq!(found.asked.len(), 9);
    assert!(
        found.error().starts_with("no address was found for a.example.com (A a.example.com: an alias of b")
    );
}

#[test]
fn a_zone_full_of_servers_is_cut_short() {
    let mut zone = Zone::new();
    for host in 0..100 {
        zone = zone.srv("_sip._udp.example.com", &format!("1 1 5060 h{host}.example.com"));
        for address in 0..100 {
            zone = zone.a(&format!("h{host}.example.com"), &format!("192.0.{host}.{address}"));
        }
    }
    let found = locate(&zone, "sip:example.com;transport=udp");
    assert_eq!((found.asked.len(), found.servers().len()), (17, 32));
}

#[test]
fn answers_to_what_was_not_asked_are_ignored() {
    let asked = RefCell::new(Vec::new());
    let uri = Uri::parse("sip:example.com:5060").expect("a URI");
    let destination = Destination::of(&uri).expect("a destination");
    let reach = Reach::from_iter([(Protocol::Udp, Family::V4)]);
    let mut search = Search::new(destination, reach, Box::new(|most| most));
    let forged = Question::new(RecordKind::A, "other.example");
    let address = |last| {
        let records = vec![Record::A([192, 0, 2, last].into())];
        Ok(Answer { records, ttl: Duration::from_secs(1) })
    };
    search.handle_answer(&forged, address(66));
    assert!(search.poll_outcome().is_none());
    while let Some(question) = search.poll_question() {
        asked.borrow_mut().push(question.to_string());
        search.handle_answer(&question, address(1));
        search.handle_answer(&question, address(66));
    }
    let servers = search.poll_outcome().expect("an outcome").expect("a server");
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0].address, ([192, 0, 2, 1], 5060).into());
    assert_eq!(asked.into_inner(), ["A example.com"]);
}
