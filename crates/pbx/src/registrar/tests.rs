use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use bytes::Bytes;
use call_control::ContactChange;
use sip_ua::transport::Protocol;

use super::*;

mod expiring;
mod refusing;
mod restarting;

const DESK: &str = "sip:100@192.0.2.9:5062";
const SOFT: &str = "sip:100@192.0.2.8:5062";

fn flow() -> Flow {
    Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 9], 5062).into())
}

fn request(cseq: u32, contact: &str, expires: u32) -> Message {
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

impl Registrations {
    fn try_register(&self, cseq: u32, contact: &str, expires: u32) -> Result<(), u16> {
        self.register("100", policy(), &request(cseq, contact, expires), &flow())
            .map(drop)
            .map_err(|refused| refused.status)
    }

    fn uris(&self) -> Vec<String> {
        self.all().into_iter().map(|binding| binding.contact_uri).collect()
    }
}

/// A folder as a start after a kill finds it at this moment.
fn after_a_kill(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

/// The contacts that a start on the same folder would find.
fn stored(folder: &Path) -> Vec<String> {
    let copy = after_a_kill(folder);
    let store = SqliteBindings::open(copy.path()).unwrap();
    let mut stored = Journaled::open(copy.path(), store).unwrap().load().unwrap();
    stored.sort_by(|a, b| a.contact_uri.cmp(&b.contact_uri));
    stored.into_iter().map(|binding| binding.contact_uri).collect()
}

/// A store whose disk is full for a while.
#[derive(Clone, Default)]
struct Disk {
    full: Arc<AtomicBool>,
    rows: Arc<Mutex<Vec<StoredChange>>>,
}

impl Disk {
    fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }
}

impl BindingStore for Disk {
    fn load(&mut self) -> Result<Vec<Binding>, StoreError> {
        Ok(Vec::new())
    }

    fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Unreachable("the disk is full".to_owned()));
        }
        self.rows.lock().unwrap().extend_from_slice(changes);
        Ok(())
    }
}

#[tokio::test]
async fn all_that_happens_to_a_contact_is_told() {
    let (sender, told) = channel();
    let on_change: OnChange = Box::new(move |event| sender.send(event).unwrap());
    let registrations = Registrations::with_store(Disk::default(), on_change).unwrap();
    for (cseq, expires) in [(1, 600), (2, 700), (3, 0)] {
        registrations.try_register(cseq, DESK, expires).unwrap();
    }
    let expected = [
        ContactChange::Added { expires: 600 },
        ContactChange::Refreshed { expires: 700 },
        ContactChange::Removed { reason: "request" },
    ];
    let expected = expected.map(|change| ContactEvent { aor: "100".into(), uri: DESK.into(), change });
    assert_eq!(told.try_iter().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn hundreds_of_phones_are_in_the_store_when_it_is_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let registrations = Registrations::open(folder.path(), quiet()).unwrap();
    for phone in 0..500 {
        let (aor, contact) = (phone.to_string(), format!("sip:{phone}@192.0.2.9"));
        registrations.register(&aor, policy(), &request(1, &contact, 600), &flow()).unwrap();
    }
    assert_eq!((registrations.all().len(), stored(folder.path()).len()), (500, 500));
    registrations.flush();
    assert_eq!(SqliteBindings::open(folder.path()).unwrap().load().unwrap().len(), 500);
}

#[tokio::test]
async fn contacts_of_addresses_that_are_gone_go_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let registrations = Registrations::open(folder.path(), quiet()).unwrap();
    registrations.try_register(1, DESK, 600).unwrap();
    registrations.follow(&HashSet::from(["100".to_owned()]));
    assert_eq!(registrations.uris(), [DESK]);
    registrations.follow(&HashSet::new());
    assert!(registrations.all().is_empty() && stored(folder.path()).is_empty());
}

#[tokio::test]
async fn contacts_can_be_dropped_one_by_one_or_together() {
    let folder = tempfile::tempdir().unwrap();
    let registrations = Registrations::open(folder.path(), quiet()).unwrap();
    registrations.try_register(1, DESK, 600).unwrap();
    registrations.try_register(2, SOFT, 600).unwrap();
    assert_eq!(registrations.remove("100", Some(DESK)), 1);
    assert_eq!((registrations.uris(), stored(folder.path())), (vec![SOFT.into()], vec![SOFT.into()]));
    assert_eq!(registrations.remove("100", None), 1);
    assert_eq!(registrations.remove("100", None), 0);
    assert!(stored(folder.path()).is_empty());
}
