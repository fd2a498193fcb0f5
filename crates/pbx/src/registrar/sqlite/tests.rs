use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use sip_ua::transport::{Flow, Protocol};

use super::*;
use crate::registrar::store::testing::any_binding;

fn binding(uri: &str) -> Binding {
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    Binding {
        aor: "100".to_owned(),
        contact_uri: uri.to_owned(),
        expires_at: at(2_000_000_000),
        refreshed_at: at(1_900_000_000),
        call_id: "call".to_owned(),
        cseq: 1,
        q: 1000,
        flow: Flow::new(Protocol::Tcp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 9], 40_000).into()),
        user_agent: None,
        received: None,
        path: Vec::new(),
        instance: None,
        reg_id: None,
    }
}

fn put(binding: Binding) -> StoredChange {
    StoredChange::Put(Box::new(binding))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_contact_comes_back_as_it_was(binding in any_binding()) {
        let connection = Connection::open_in_memory().unwrap();
        let mut store = SqliteBindings { connection, path: PathBuf::new() };
        store.attempt(make_schema).unwrap();
        store.apply(&[put(binding.clone())]).unwrap();
        prop_assert_eq!(store.load().unwrap(), [binding]);
    }
}

#[test]
fn a_full_disk_costs_the_transaction_and_no_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteBindings::open(folder.path()).unwrap();
    store.apply(&[put(binding("sip:small@192.0.2.9"))]).unwrap();
    let pages = |store: &mut SqliteBindings, pages: u32| {
        store.attempt(|c| c.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))).unwrap();
    };
    pages(&mut store, 1);
    let large = put(Binding { user_agent: Some("x".repeat(100_000)), ..binding("sip:large@192.0.2.9") });
    let changes = [
        StoredChange::Remove {
            aor: "100".to_owned(),
            contact_uri: "sip:small@192.0.2.9".to_owned(),
            slot: String::new(),
        },
        large,
    ];
    let full = store.apply(&changes).unwrap_err();
    assert!(matches!(full, StoreError::Full { .. }), "{full}");
    assert!(full.to_string().contains("ipbx.sqlite3 is full"), "{full}");
    assert_eq!(store.load().unwrap(), [binding("sip:small@192.0.2.9")]);
    pages(&mut store, 1_000);
    store.apply(&changes).unwrap();
    assert_eq!(store.load().unwrap().len(), 1);
}

#[test]
fn one_odd_row_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteBindings::open(folder.path()).unwrap();
    store.apply(&[put(binding("sip:good@192.0.2.9")), put(binding("sip:odd@192.0.2.9"))]).unwrap();
    for odd in ["local = 'nowhere'", "cseq = -1", "q = 99999", "protocol = 'pigeon'"] {
        let odd = format!("UPDATE contact SET {odd} WHERE uri = 'sip:odd@192.0.2.9'");
        store.connection.execute(&odd, []).unwrap();
        assert_eq!(store.load().unwrap(), [binding("sip:good@192.0.2.9")], "{odd}");
        store.apply(&[put(binding("sip:odd@192.0.2.9"))]).unwrap();
        assert_eq!(store.load().unwrap().len(), 2);
    }
}

#[test]
fn the_log_is_written_ahead_and_synced_at_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteBindings::open(folder.path()).unwrap();
    let journal: String =
        store.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    let synchronous: i64 =
        store.connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    assert_eq!((journal.as_str(), synchronous), ("wal", 1));
}

#[track_caller]
fn refused(folder: &Path) -> StoreError {
    let opened = SqliteBindings::open(folder).and_then(|mut store| store.load());
    opened.expect_err("a store that cannot be used")
}

#[test]
fn a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&file).unwrap();
    let newer = refused(folder.path());
    assert!(matches!(newer, StoreError::Newer { found: 99, known: VERSION, .. }), "{newer}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn what_is_damaged_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    std::fs::write(&file, "this is no database, but long enough to be looked at as one").unwrap();
    let said = refused(folder.path());
    assert!(matches!(said, StoreError::Damaged { .. }), "{said}");
    assert!(said.to_string().contains("ipbx.sqlite3") && said.to_string().contains("move the file away"));
    std::fs::remove_file(&file).unwrap();
    // The right version, and not what belongs to it.
    Connection::open(&file).unwrap().pragma_update(None, "user_version", VERSION).unwrap();
    let said = refused(folder.path());
    assert!(matches!(said, StoreError::Damaged { .. }), "{said}");
}

#[test]
fn a_file_that_was_written_over_in_the_middle_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteBindings::open(folder.path()).unwrap();
    let many: Vec<_> = (0..500).map(|n| put(binding(&format!("sip:{n}@192.0.2.9")))).collect();
    store.apply(&many).unwrap();
    drop(store);
    let file = folder.path().join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[4096..].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let said = refused(folder.path());
    assert!(matches!(said, StoreError::Damaged { .. }), "{said}");
}

#[test]
fn what_cannot_be_opened_says_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(FILE)).unwrap();
    let said = refused(folder.path());
    assert!(matches!(said, StoreError::Denied { .. }), "{said}");
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let said = refused(&blocked.join("database"));
    assert!(matches!(said, StoreError::Folder { .. }), "{said}");
    assert!(said.to_string().contains("astdbdir"), "{said}");
}

#[test]
fn contacts_of_the_first_version_are_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join(FILE)).unwrap();
    old.execute_batch(
        "CREATE TABLE contact (
            aor TEXT NOT NULL, uri TEXT NOT NULL, expires_at INTEGER NOT NULL, refreshed_at INTEGER NOT NULL,
            call_id TEXT NOT NULL, cseq INTEGER NOT NULL, q INTEGER NOT NULL,
            protocol TEXT NOT NULL, local TEXT NOT NULL, remote TEXT NOT NULL,
            user_agent TEXT, received TEXT, path TEXT NOT NULL,
            PRIMARY KEY (aor, uri)
        ) WITHOUT ROWID, STRICT;
        INSERT INTO contact VALUES ('100', 'sip:old@192.0.2.9', 2000000000000, 1900000000000, 'call', 1, 1000,
            'tcp', '192.0.2.1:5060', '192.0.2.9:40000', NULL, NULL, '');
        PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(old);
    for _ in 0..2 {
        let mut store = SqliteBindings::open(folder.path()).unwrap();
        assert_eq!(store.load().unwrap(), [binding("sip:old@192.0.2.9")]);
    }
}

#[test]
fn two_flows_of_one_contact_are_two() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteBindings::open(folder.path()).unwrap();
    let flow = |reg_id| Binding {
        instance: Some("urn:uuid:1".to_owned()),
        reg_id: Some(reg_id),
        ..binding("sip:a@192.0.2.9")
    };
    store.apply(&[put(flow(1)), put(flow(2)), put(flow(2))]).unwrap();
    assert_eq!(store.load().unwrap(), [flow(1), flow(2)]);
    store.apply(&StoredChange::between(&[flow(1), flow(2)], &[flow(2)])).unwrap();
    assert_eq!(store.load().unwrap(), [flow(2)]);
}
