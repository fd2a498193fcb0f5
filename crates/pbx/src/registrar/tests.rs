use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use sip_ua::transport::Protocol;

use call_control::ContactChange;

use super::*;

fn flow() -> Flow {
    Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 9], 5062).into())
}

fn register(cseq: u32, contact: &str, expires: u32) -> Message {
    let text = format!(
        "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK{cseq}\r\nMax-Forwards: 70\r\n\
         From: <sip:100@pbx>;tag=a\r\nTo: <sip:100@pbx>\r\nCall-ID: one\r\nCSeq: {cseq} REGISTER\r\n\
         Contact: <{contact}>\r\nExpires: {expires}\r\nContent-Length: 0\r\n\r\n"
    );
    Message::parse(Bytes::from(text)).unwrap()
}

fn policy() -> AorPolicy {
    AorPolicy { max_contacts: 5, ..AorPolicy::default() }
}

fn quiet() -> OnChange {
    Box::new(|_| {})
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    let answer = first.register("100", policy(), &register(1, "sip:100@192.0.2.9:5062", 600), &flow()).await;
    assert!(answer.unwrap().iter().any(|(name, value)| name == "Contact" && value.contains("192.0.2.9")));
    let known = first.contacts("100");
    // A killed process closes nothing.
    std::mem::forget(first);
    let second = Registrations::open(folder.path(), quiet()).unwrap();
    let kept = second.contacts("100");
    assert_eq!((kept.len(), &kept[0].contact_uri, kept[0].flow), (1, &known[0].contact_uri, flow()));
    // It knows the Call-ID and counts on: an older CSeq is refused.
    let replay = second.register("100", policy(), &register(1, "sip:100@192.0.2.9:5062", 600), &flow()).await;
    assert!(replay.is_err());
}

#[tokio::test]
async fn removed_contacts_stay_removed_and_all_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, told) = std::sync::mpsc::channel();
    let on_change: OnChange = Box::new(move |event| sender.send(event.change).unwrap());
    let registrations = Registrations::open(folder.path(), on_change).unwrap();
    for (cseq, expires) in [(1, 600), (2, 600), (3, 0)] {
        let request = register(cseq, "sip:100@192.0.2.9:5062", expires);
        registrations.register("100", policy(), &request, &flow()).await.unwrap();
    }
    let told: Vec<_> = told.try_iter().collect();
    let matches = matches!(
        told.as_slice(),
        [
            ContactChange::Added { .. },
            ContactChange::Refreshed { .. },
            ContactChange::Removed { reason: "request" }
        ]
    );
    assert!(matches, "{told:?}");
    assert!(Registrations::open(folder.path(), quiet()).unwrap().all().is_empty());
}

#[tokio::test]
async fn contacts_of_addresses_that_are_gone_go_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let registrations = Registrations::open(folder.path(), quiet()).unwrap();
    registrations.register("100", policy(), &register(1, "sip:100@192.0.2.9", 600), &flow()).await.unwrap();
    registrations.follow(HashSet::from(["100".to_owned()])).await;
    assert_eq!(registrations.all().len(), 1);
    registrations.follow(HashSet::new()).await;
    assert!(registrations.all().is_empty());
    assert!(Registrations::open(folder.path(), quiet()).unwrap().all().is_empty());
}

/// A store whose disk is full from some moment on.
struct FullDisk(Arc<AtomicBool>);

impl BindingStore for FullDisk {
    fn load(&mut self) -> Result<Vec<Binding>, StoreError> {
        Ok(Vec::new())
    }

    fn apply(&mut self, _: &[StoredChange]) -> Result<(), StoreError> {
        if self.0.load(Ordering::Relaxed) { Err(StoreError::Closed) } else { Ok(()) }
    }
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_and_changes_nothing() {
    let full = Arc::new(AtomicBool::new(false));
    let registrations = Registrations::with_store(FullDisk(full.clone()), quiet()).unwrap();
    registrations.register("100", policy(), &register(1, "sip:a@192.0.2.9", 600), &flow()).await.unwrap();
    full.store(true, Ordering::Relaxed);
    let refused =
        registrations.register("100", policy(), &register(2, "sip:b@192.0.2.9", 600), &flow()).await;
    assert_eq!(refused, Err(500));
    let contacts: Vec<_> = registrations.contacts("100").into_iter().map(|b| b.contact_uri).collect();
    assert_eq!(contacts, ["sip:a@192.0.2.9"]);
    full.store(false, Ordering::Relaxed);
    registrations.register("100", policy(), &register(3, "sip:b@192.0.2.9", 600), &flow()).await.unwrap();
    assert_eq!(registrations.contacts("100").len(), 2);
}

#[tokio::test]
async fn a_newer_or_broken_file_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteBindings::open(folder.path()).unwrap());
    let file = folder.path().join("ipbx.sqlite3");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let newer = Registrations::open(folder.path(), quiet()).err().unwrap();
    assert!(matches!(newer, StoreError::Newer { found: 99, .. }));
    std::fs::write(&file, "this is no database, but long enough to be looked at as one").unwrap();
    let broken = Registrations::open(folder.path(), quiet()).err().unwrap();
    assert!(broken.to_string().contains("ipbx.sqlite3"), "{broken}");
}
