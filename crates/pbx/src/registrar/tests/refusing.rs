//! What cannot be written is refused, and takes nothing else with it.

use super::*;

#[tokio::test]
async fn what_cannot_be_written_is_refused_and_changes_nothing() {
    let disk = Disk::default();
    let registrations = Registrations::with_store(disk.clone(), quiet()).unwrap();
    registrations.try_register(1, DESK, 600).unwrap();
    let known = registrations.all();
    disk.fill(true);
    for (cseq, contact, expires) in [(2, SOFT, 600), (3, DESK, 700), (4, DESK, 0)] {
        assert_eq!(registrations.try_register(cseq, contact, expires), Err(500));
        assert_eq!(registrations.all(), known, "{contact} {expires}");
    }
    disk.fill(false);
    registrations.try_register(2, SOFT, 600).unwrap();
    assert_eq!(registrations.uris(), [SOFT, DESK]);
    let rows = disk.rows.lock().unwrap().clone();
    assert!(
        matches!(&rows[..], [StoredChange::Put(_), StoredChange::Put(soft)] if soft.contact_uri == SOFT),
        "{rows:?}"
    );
}

#[tokio::test]
async fn a_phone_that_only_asks_needs_no_disk() {
    let disk = Disk::default();
    let registrations = Registrations::with_store(disk.clone(), quiet()).unwrap();
    registrations.try_register(1, DESK, 600).unwrap();
    disk.fill(true);
    let text = "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\nFrom: <sip:100@pbx>;tag=a\r\n\
                To: <sip:100@pbx>\r\nCall-ID: two\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n";
    let asks = Message::parse(Bytes::from(text)).unwrap();
    let headers = registrations.register("100", policy(), &asks, &flow()).unwrap();
    assert!(headers[0].1.starts_with("<sip:100@192.0.2.9:5062>;expires="), "{headers:?}");
}

#[tokio::test]
async fn a_refused_refresh_leaves_the_older_expiry_to_come() {
    let disk = Disk::default();
    let (clock, registrations) = at_will(disk.clone());
    registrations.try_register(1, DESK, 600).unwrap();
    disk.fill(true);
    *clock.lock().unwrap() += Duration::from_secs(300);
    assert_eq!(registrations.try_register(2, DESK, 600), Err(500));
    assert_eq!(registrations.until_next_expiry(), Some(Duration::from_secs(300)));
}

/// Registrations that live by a clock that is set by hand.
fn at_will(disk: Disk) -> (Arc<Mutex<SystemTime>>, Arc<Registrations>) {
    let now = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH));
    let hand = now.clone();
    let clock: Clock = Box::new(move || *hand.lock().unwrap());
    (now, Registrations::with_clock(disk, quiet(), clock).unwrap())
}
