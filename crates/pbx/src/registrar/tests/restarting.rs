//! What was acknowledged is there after the end of the process, however that came.

use super::*;

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, DESK, 600).unwrap();
    let known = first.contacts("100");
    let left = after_a_kill(folder.path());
    let second = Registrations::open(left.path(), quiet()).unwrap();
    let kept = second.contacts("100");
    assert_eq!((kept.len(), &kept[0].contact_uri, kept[0].flow), (1, &known[0].contact_uri, flow()));
    // It knows the Call-ID and counts on: a REGISTER that is played again is refused.
    assert_eq!(second.try_register(1, DESK, 600), Err(500));
    second.try_register(2, DESK, 600).unwrap();
}

#[tokio::test]
async fn a_phone_that_came_by_a_connection_has_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    let browser = Flow { protocol: Protocol::Wss, ..flow() };
    first.register("100", policy(), &request(1, SOFT, 600), &browser).unwrap();
    first.try_register(2, DESK, 600).unwrap();
    let left = after_a_kill(folder.path());
    assert_eq!(Registrations::open(left.path(), quiet()).unwrap().uris(), [DESK]);
    assert_eq!(stored(left.path()), [DESK]);
    first.disconnected(&browser);
    assert_eq!(first.uris(), [DESK]);
    assert_eq!(stored(folder.path()), [DESK]);
}

#[tokio::test]
async fn a_phone_that_left_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, DESK, 600).unwrap();
    first.try_register(2, DESK, 0).unwrap();
    let left = after_a_kill(folder.path());
    assert!(Registrations::open(left.path(), quiet()).unwrap().all().is_empty());
}

#[tokio::test]
async fn two_spellings_of_a_contact_are_one_on_the_disk_too() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, "sip:100@Phone.example.com", 600).unwrap();
    first.try_register(2, "sip:100@phone.example.com", 600).unwrap();
    assert_eq!(stored(folder.path()), ["sip:100@phone.example.com"]);
    first.try_register(3, "sip:100@PHONE.example.com", 0).unwrap();
    assert!(stored(folder.path()).is_empty());
}

#[tokio::test]
async fn what_ended_meanwhile_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registrations::open(folder.path(), quiet()).unwrap();
    first.try_register(1, DESK, 600).unwrap();
    first.try_register(2, SOFT, 3_600).unwrap();
    let left = after_a_kill(folder.path());
    let later = SystemTime::now() + Duration::from_secs(1_000);
    let store = Journaled::open(left.path(), SqliteBindings::open(left.path()).unwrap()).unwrap();
    let second = Registrations::with_clock(store, quiet(), Box::new(move || later)).unwrap();
    assert_eq!(second.uris(), [SOFT]);
    second.flush();
    assert_eq!(stored(left.path()), [SOFT]);
}

/// The contacts of a folder as a process keeps them that lives by one clock while that of the wall tells something else.
fn by_clocks(folder: &Path, steady: SystemTime, wall: SystemTime) -> Arc<Registrations> {
    let store = Journaled::open(folder, SqliteBindings::open(folder).unwrap()).unwrap();
    let store = Dated { store, steady: Box::new(move || steady), wall: Box::new(move || wall) };
    Registrations::with_clock(store, quiet(), Box::new(move || steady)).unwrap()
}

#[tokio::test]
async fn a_clock_that_is_set_while_phones_are_registered_ends_none_of_them() {
    let (begin, days) = (SystemTime::now(), Duration::from_secs(5 * 24 * 3_600));
    for set in [begin + days, begin - days] {
        let folder = tempfile::tempdir().unwrap();
        let first = by_clocks(folder.path(), begin, set);
        first.try_register(1, DESK, 600).unwrap();
        assert_eq!(first.all()[0].remaining(first.now()), 600);
        let left = after_a_kill(folder.path());
        let later = set + Duration::from_secs(100);
        let second = by_clocks(left.path(), later, later);
        assert_eq!(second.all()[0].remaining(later), 500);
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_before_the_start_prolongs_nothing() {
    let (begin, days) = (SystemTime::now(), Duration::from_secs(5 * 24 * 3_600));
    let folder = tempfile::tempdir().unwrap();
    by_clocks(folder.path(), begin, begin).try_register(1, DESK, 600).unwrap();
    let left = after_a_kill(folder.path());
    let second = by_clocks(left.path(), begin - days, begin - days);
    assert_eq!(second.all()[0].remaining(begin - days), 600);
}

#[tokio::test]
async fn a_process_that_ends_well_leaves_everything_in_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let registrations = Registrations::open(folder.path(), quiet()).unwrap();
    registrations.try_register(1, DESK, 600).unwrap();
    registrations.close();
    assert_eq!(SqliteBindings::open(folder.path()).unwrap().load().unwrap()[0].contact_uri, DESK);
    // Another one may begin; this one takes nothing any more, and what is known stays known.
    let next = Registrations::open(folder.path(), quiet()).unwrap();
    assert_eq!(registrations.try_register(2, DESK, 600), Err(500));
    assert_eq!((registrations.uris(), next.uris()), (vec![DESK.to_owned()], vec![DESK.to_owned()]));
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("ipbx.sqlite3")).unwrap();
    let refused = Registrations::open(folder.path(), quiet()).err().unwrap();
    assert!(refused.to_string().contains("ipbx.sqlite3"), "{refused}");
}

#[tokio::test]
async fn a_store_that_is_damaged_is_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ipbx.sqlite3"), "no database".repeat(100)).unwrap();
    let registrations = Registrations::open(folder.path(), quiet()).unwrap();
    registrations.try_register(1, DESK, 600).unwrap();
    assert_eq!(stored(after_a_kill(folder.path()).path()), [DESK]);
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().contains("damaged")).count(), 1);
}
