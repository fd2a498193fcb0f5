//! One locator for many calls: what one of them asks, the others need not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sip_parser::Uri;
use sip_ua::location::{Answer, Destination, Locator, Lookup, LookupError, Question, Resolver};
use tokio::task::JoinSet;

use crate::zone::{Zone, usual};

/// A name server that takes its time.
struct Slow {
    zone: Zone,
    asked: AtomicUsize,
}

impl Slow {
    fn serving(zone: Zone) -> Arc<Slow> {
        Arc::new(Slow { zone, asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Resolver for Slow {
    fn lookup(&self, question: Question) -> Lookup<'_> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.zone.answer(&question)
        })
    }
}

fn zone(address: &str) -> Zone {
    Zone::new()
        .naptr("example.com", "SIP+D2U 1 1 _sip._udp.example.com")
        .srv("_sip._udp.example.com", "1 1 5060 a.example.com")
        .a("a.example.com", address)
}

async fn locate(locator: &Locator) -> String {
    let destination = Destination::of(&Uri::parse("sip:example.com").expect("a URI")).expect("a host");
    let servers = locator.locate(&destination, &usual()).await.expect("a server");
    servers[0].address.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_calls_at_once_ask_each_question_once() {
    let resolver = Slow::serving(zone("192.0.2.1"));
    let locator = Arc::new(Locator::new(resolver.clone()));
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let locator = locator.clone();
        calls.spawn(async move { locate(&locator).await });
    }
    let found = calls.join_all().await;
    assert!(found.iter().all(|address| address == "192.0.2.1:5060"));
    assert_eq!(resolver.asked(), 3);
}

/// The names that browsers register with (RFC 7118 section 5, RFC 6761 section 6.4).
#[tokio::test(start_paused = true)]
async fn nobody_is_asked_for_names_that_are_invalid() {
    let resolver = Slow::serving(zone("192.0.2.1"));
    let locator = Locator::new(resolver.clone());
    let uri = Uri::parse("sip:web@df7jal23ls0d.INVALID").expect("a URI");
    let destination = Destination::of(&uri).expect("a host");
    let error = locator.locate(&destination, &usual()).await.expect_err("nothing is there");
    assert!(error.to_string().contains("no such name"), "{error}");
    assert_eq!(resolver.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_loses_interest_takes_nothing_from_the_others() {
    let resolver = Slow::serving(zone("192.0.2.1"));
    let locator = Arc::new(Locator::new(resolver.clone()));
    let first = tokio::time::timeout(Duration::from_millis(50), locate(&locator)).await;
    assert!(first.is_err());
    assert_eq!(locate(&locator).await, "192.0.2.1:5060");
    assert_eq!(resolver.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn another_resolver_is_believed_at_once() {
    let (old, new) = (Slow::serving(zone("192.0.2.1")), Slow::serving(zone("192.0.2.2")));
    let locator = Arc::new(Locator::new(old));
    assert_eq!(locate(&locator).await, "192.0.2.1:5060");
    locator.set_resolver(new.clone());
    assert_eq!(locate(&locator).await, "192.0.2.2:5060");
    // An answer of the old one that comes late changes nothing.
    let late = Slow::serving(zone("192.0.2.3"));
    locator.set_resolver(late);
    let _ = tokio::time::timeout(Duration::from_millis(50), locate(&locator)).await;
    locator.set_resolver(new);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(locate(&locator).await, "192.0.2.2:5060");
}

/// A name server that goes away.
struct Leaving {
    zone: Zone,
    gone: AtomicBool,
}

impl Resolver for Leaving {
    fn lookup(&self, question: Question) -> Lookup<'_> {
        Box::pin(async move {
            if self.gone.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            let answer = self.zone.answer(&question)?;
            Ok(Answer { ttl: Duration::from_millis(1), ..answer })
        })
    }
}

#[tokio::test(start_paused = true)]
async fn servers_are_still_known_when_the_name_server_is_gone() {
    let leaving = Arc::new(Leaving { zone: zone("192.0.2.1"), gone: AtomicBool::new(false) });
    let locator = Locator::new(leaving.clone());
    assert_eq!(locate(&locator).await, "192.0.2.1:5060");
    leaving.gone.store(true, Ordering::Relaxed);
    // Lifetimes are counted on the real clock, waits on the paused one.
    std::thread::sleep(Duration::from_millis(5));
    let began = tokio::time::Instant::now();
    assert_eq!(locate(&locator).await, "192.0.2.1:5060");
    assert!(began.elapsed() < Duration::from_secs(6), "three questions, 1.8 s for each");
    // When the lookups have failed, nobody waits any more.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let began = tokio::time::Instant::now();
    assert_eq!(locate(&locator).await, "192.0.2.1:5060");
    assert_eq!(began.elapsed(), Duration::ZERO);
}

/// One that never answers, and one that falls over.
struct Broken {
    panics: bool,
}

impl Resolver for Broken {
    fn lookup(&self, _question: Question) -> Lookup<'_> {
        let panics = self.panics;
        Box::pin(async move {
            assert!(!panics, "this resolver falls over");
            std::future::pending::<Result<Answer, LookupError>>().await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_is_broken_makes_an_error_and_no_hang() {
    for (panics, words) in [(false, "no answer in time"), (true, "the lookup broke off")] {
        let locator = Locator::new(Arc::new(Broken { panics }));
        for _ in 0..2 {
            let destination = Destination::of(&Uri::parse("sip:a.example:5060").expect("a URI"));
            let outcome = locator.locate(&destination.expect("a host"), &usual()).await;
            let error = outcome.expect_err("nobody answers").to_string();
            assert_eq!(error, format!("no address was found for a.example (A a.example: {words})"));
        }
    }
}
