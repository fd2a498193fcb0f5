//! What was acknowledged is there after the end of the process, however that came.

use super::*;

/// Forgets the registrations as a kill does: nothing is closed, nothing is said to the writer.
fn kill(registrations: Arc<Registrations>) {
    std::mem::forget(registrations);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, DESK, 600).await.unwrap();
    let known = first.contacts("100");
    kill(first);
    let second = Registrations::open(folder.path(), quiet()).unwrap();
    let kept = second.contacts("100");
    assert_eq!((kept.len(), &kept[0].contact_uri, kept[0].flow), (1, &known[0].contact_uri, flow()));
    // It knows the Call-ID and counts on: a REGISTER that is played again is refused.
    assert_eq!(second.try_register(1, DESK, 600).await, Err(500));
    second.try_register(2, DESK, 600).await.unwrap();
}

#[tokio::test]
async fn a_phone_that_left_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, DESK, 600).await.unwrap();
    first.try_register(2, DESK, 0).await.unwrap();
    kill(first);
    assert!(Registrations::open(folder.path(), quiet()).unwrap().all().is_empty());
}

#[tokio::test]
async fn two_spellings_of_a_contact_are_one_on_the_disk_too() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, "sip:100@Phone.example.com", 600).await.unwrap();
    first.try_register(2, "sip:100@phone.example.com", 600).await.unwrap();
    assert_eq!(stored(folder.path()), ["sip:100@phone.example.com"]);
    first.try_register(3, "sip:100@PHONE.example.com", 0).await.unwrap();
    assert!(stored(folder.path()).is_empty());
}

#[tokio::test]
async fn what_ended_meanwhile_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, DESK, 600).await.unwrap();
    first.try_register(2, SOFT, 3_600).await.unwrap();
    kill(first);
    let later = SystemTime::now() + Duration::from_secs(1_000);
    let store = SqliteBindings::open(folder.path()).unwrap();
    let second = Registrations::with_clock(store, quiet(), Box::new(move || later)).unwrap();
    assert_eq!(second.uris(), [SOFT]);
    second.flush().await;
    assert_eq!(stored(folder.path()), [SOFT]);
}

#[tokio::test]
async fn what_nobody_waited_for_is_written_before_a_flush_ends() {
    let folder = tempfile::tempdir().unwrap();
    let registrations = Registrations::open(folder.path(), quiet()).unwrap();
    let begun = registrations.begin(SystemTime::now(), "100", policy(), &request(1, DESK, 600), &flow());
    drop(begun);
    registrations.flush().await;
    assert_eq!(stored(folder.path()), [DESK]);
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ipbx.sqlite3"), "no database".repeat(100)).unwrap();
    let refused = Registrations::open(folder.path(), quiet()).err().unwrap();
    assert!(refused.to_string().contains("ipbx.sqlite3"), "{refused}");
}
