//! Lines that find each other by names, in a zone of the test.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where its call fails")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use call_control::HangupCause;
use call_control::OriginateError;
use call_control::sip::{Line, RegistrationError};
use sip_ua::location::{Answer, Lookup, LookupError, Question, Record, Resolver, Srv};
use sip_ua::transport::Protocol;
use tokio::time::timeout;

/// Longest wait for anything that should happen at once.
const SOON: Duration = Duration::from_secs(10);

/// `example.com` with two TCP servers: one where nobody listens, and one at that port.
struct Zone(u16);

impl Resolver for Zone {
    fn lookup(&self, question: Question) -> Lookup<'_> {
        let server = |priority, target: &str| {
            Record::Srv(Srv { priority, weight: 0, port: self.0, target: target.to_owned() })
        };
        let records = match question.to_string().as_str() {
            "SRV _sip._tcp.example.com" => {
                vec![server(2, "alive.example.com"), server(1, "dead.example.com")]
            }
            "A dead.example.com" => vec![Record::A([127, 0, 0, 2].into())],
            "A alive.example.com" => vec![Record::A([127, 0, 0, 1].into())],
            _ => Vec::new(),
        };
        let found = !records.is_empty();
        let answer = Answer { records, ttl: Duration::from_secs(60) };
        Box::pin(async move { found.then_some(answer).ok_or(LookupError::NoSuchName { ttl: None }) })
    }
}

async fn line_in(zone: Zone) -> (Line, SocketAddr) {
    let builder = Line::builder().listen(([127, 0, 0, 1], 0).into()).media_ports(30_000..=39_999);
    let builder = builder.account("alice", "wonderland").resolver(Arc::new(zone));
    let line = builder.open().await.unwrap();
    let address = line.local_address(Protocol::Tcp).unwrap();
    (line, address)
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(SOON, what).await.expect("it happens within ten seconds")
}

#[tokio::test]
async fn a_call_finds_the_server_that_is_alive() {
    let (mut callee, address) = line_in(Zone(0)).await;
    let answering = tokio::spawn(async move {
        let call = callee.next_call().await.expect("the line is open");
        call.answer().await.unwrap();
        call.hung_up().await
    });
    let (caller, _) = line_in(Zone(address.port())).await;
    let call = soon(caller.call("sip:bob@example.com")).await.unwrap();
    soon(call.until_up()).await.unwrap();
    call.hangup(HangupCause::NORMAL);
    assert_eq!(soon(answering).await.unwrap(), HangupCause::NORMAL);
}

#[tokio::test]
async fn a_registration_finds_the_server_that_is_alive() {
    // A line keeps no registrations, and says so: that is how we know that it was reached.
    let (registrar, address) = line_in(Zone(0)).await;
    let (line, _) = line_in(Zone(address.port())).await;
    for registrar in ["example.com", "sip:example.com;transport=tcp"] {
        let refused = soon(line.register(registrar, 60)).await.unwrap_err();
        assert!(matches!(refused, RegistrationError::Refused { status: 405, .. }), "{refused}");
    }
    let numeric = registrar.local_address(Protocol::Udp).unwrap();
    let refused = soon(line.register(numeric, 60)).await.unwrap_err();
    assert!(matches!(refused, RegistrationError::Refused { status: 405, .. }), "{refused}");
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_told_with_all_that_was_looked_up() {
    let (line, _) = line_in(Zone(0)).await;
    let Err(OriginateError::Unreachable { contact, reason }) = line.call("sip:bob@nowhere.example").await
    else {
        panic!("it cannot be reached")
    };
    assert_eq!(contact, "nowhere.example");
    let expected = "no address was found for nowhere.example (NAPTR nowhere.example: no such name; \
                    SRV _sip._udp.nowhere.example: no such name; SRV _sip._tcp.nowhere.example: no such name; \
                    A nowhere.example: no such name)";
    assert_eq!(reason, expected);
    let error = line.register("tls.example.com;transport=tls", 60).await.unwrap_err().to_string();
    assert!(
        error.starts_with("cannot register at tls.example.com;transport=tls: no TLS transport"),
        "{error}"
    );
}
