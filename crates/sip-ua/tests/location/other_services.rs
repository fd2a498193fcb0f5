//! Servers of services other than SIP (RFC 2782).

use std::sync::Arc;

use sip_ua::location::{Locator, Lookup, Question, Record, Resolver};

use crate::zone::Zone;

/// A name server that knows a zone.
struct Knowing(Zone);

impl Resolver for Knowing {
    fn lookup(&self, question: Question) -> Lookup<'_> {
        Box::pin(async move { self.0.answer(&question) })
    }
}

async fn servers(zone: Zone) -> Result<Vec<String>, String> {
    let found = Locator::new(Arc::new(Knowing(zone))).service("_agi._tcp.example.com").await;
    found.map(|found| found.iter().map(ToString::to_string).collect()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn servers_stand_in_the_order_of_their_records_each_with_all_its_addresses() {
    let zone = Zone::new()
        .srv("_agi._tcp.example.com", "20 0 4573 spare.example.com")
        .srv("_agi._tcp.example.com", "10 0 4000 main.example.com")
        .a("main.example.com", "192.0.2.1")
        .aaaa("main.example.com", "2001:db8::1")
        .with("A spare.example.com", Record::Cname("host.example.com".to_owned()))
        .a("host.example.com", "192.0.2.2");
    assert_eq!(
        servers(zone).await,
        Ok(vec!["192.0.2.1:4000".to_owned(), "[2001:db8::1]:4000".to_owned(), "192.0.2.2:4573".to_owned()])
    );
}

#[tokio::test]
async fn what_was_looked_up_is_told_where_there_is_none() {
    let error = servers(Zone::new()).await.expect_err("no records");
    assert!(error.contains("no address was found for _agi._tcp.example.com (SRV _agi._tcp"), "{error}");
    // The domain says that it has no such service.
    let error = servers(Zone::new().srv("_agi._tcp.example.com", "0 0 0 .")).await.expect_err("no service");
    assert!(error.contains("1 record"), "{error}");
    let circle = Zone::new()
        .srv("_agi._tcp.example.com", "0 0 1 a.example.com")
        .with("A a.example.com", Record::Cname("a.example.com".to_owned()));
    assert!(servers(circle).await.is_err());
}

#[tokio::test]
async fn of_more_servers_than_are_looked_at_the_best_are() {
    let mut zone = Zone::new().a("host.example.com", "192.0.2.1");
    for place in (1..=100).rev() {
        zone = zone.srv("_agi._tcp.example.com", &format!("{place} 0 {} host.example.com", 4000 + place));
    }
    let found = servers(zone).await.expect("servers");
    assert_eq!(found[..2], ["192.0.2.1:4001", "192.0.2.1:4002"]);
}
