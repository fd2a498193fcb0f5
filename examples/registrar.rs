//! A registrar with one account, `alice` with the secret `wonderland`:
//! `cargo run -p examples --example registrar -- 127.0.0.1:5060`. Register a phone there and see its contact.

use std::error::Error;
use std::time::{Instant, SystemTime};

use sip_parser::{Message, Method};
use sip_ua::digest::{ChallengeTerms, Credentials, Secret, Verdict, Verifier};
use sip_ua::registrar::{AorPolicy, Registrar};
use sip_ua::transport::{Flow, ListenConfig, Protocol};
use sip_ua::user_agent::{Reply, UaEvent, UserAgentConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:5060".to_owned()).parse()?;
    let listen = vec![ListenConfig::new(Protocol::Udp, address), ListenConfig::new(Protocol::Tcp, address)];
    let (server, mut events) = sip_ua::bind(UserAgentConfig::new("registrar/1"), listen).await?;
    println!("registrar at {address}: user alice, secret wonderland");
    let mut desk = Desk {
        registrar: Registrar::new(),
        verifier: Verifier::new(),
        terms: ChallengeTerms::new("example"),
        alice: [Credentials::new("alice", Secret::plain("wonderland"))],
    };
    while let Some(event) = events.recv().await {
        if let UaEvent::Request { id, message, flow } = event {
            let reply = match message.method() {
                Some(Method::Register) => desk.register(&message, &flow),
                Some(Method::Options) => Reply::status(200),
                _ => Reply::status(404),
            };
            server.respond(id, reply);
        }
    }
    Ok(())
}

/// Who is who, and who is where.
struct Desk {
    registrar: Registrar,
    verifier: Verifier,
    terms: ChallengeTerms,
    alice: [Credentials; 1],
}

impl Desk {
    fn register(&mut self, request: &Message, flow: &Flow) -> Reply {
        let now = Instant::now();
        let verdict = self.verifier.verify_request(now, &self.terms, request, &self.alice);
        if verdict != Verdict::Accepted {
            let challenges = self.verifier.challenge(now, &self.terms, verdict == Verdict::Stale);
            return challenges.into_iter().fold(Reply::status(401), |r, c| r.header("WWW-Authenticate", c));
        }
        let policy = AorPolicy { max_contacts: 5, ..AorPolicy::default() };
        match self.registrar.register(SystemTime::now(), "alice", request, flow, &policy) {
            Ok(outcome) => {
                println!("alice: {:?}", outcome.changes);
                outcome.headers.into_iter().fold(Reply::status(200), |r, (name, value)| r.header(name, value))
            }
            Err(refusal) => Reply::status(refusal.status()),
        }
    }
}
