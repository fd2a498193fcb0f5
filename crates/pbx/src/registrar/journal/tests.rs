use proptest::prelude::*;

use super::*;
use crate::registrar::store::testing::{any_change, removal};

/// What a start on the folder finds.
fn found(folder: &Path) -> Vec<StoredChange> {
    Journal::open(folder).unwrap().1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_change_is_one_line_and_comes_back_as_it_was(change in any_change(), number: u64) {
        let mut line = Vec::new();
        record::write(&mut line, number, &change);
        prop_assert_eq!(line.iter().position(|octet| *octet == b'\n'), Some(line.len() - 1));
        prop_assert_eq!(record::read(&line), Some((number, change)));
    }

    #[test]
    fn any_octets_are_read_without_harm(octets: Vec<u8>, changes in prop::collection::vec(any_change(), 0..4)) {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(folder.path()).unwrap();
        journal.append(&changes).unwrap();
        drop(journal);
        let path = folder.path().join(FILES[1]);
        std::fs::write(path, octets).unwrap();
        prop_assert!(found(folder.path()).len() >= changes.len());
    }

    /// Wherever a kill or a power cut ends a file, what is whole before it counts.
    #[test]
    fn a_torn_line_costs_no_other(changes in prop::collection::vec(any_change(), 1..4), torn in 1..39_u64) {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(folder.path()).unwrap();
        journal.append(&changes).unwrap();
        let file = &journal.files[0].file;
        file.set_len(file.metadata().unwrap().len() - torn).unwrap();
        drop(journal);
        prop_assert_eq!(found(folder.path()), &changes[..changes.len() - 1]);
    }
}

#[test]
fn the_order_is_kept_over_both_files() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path()).unwrap();
    journal.append(&[removal("a")]).unwrap();
    journal.turn();
    journal.append(&[removal("b")]).unwrap();
    // The first one is not empty yet.
    journal.turn();
    journal.append(&[removal("c")]).unwrap();
    drop(journal);
    assert_eq!(found(folder.path()), ["a", "b", "c"].map(removal));
    let (mut journal, _) = Journal::open(folder.path()).unwrap();
    journal.turn();
    journal.append(&[removal("d")]).unwrap();
    drop(journal);
    assert_eq!(found(folder.path()), ["a", "b", "c", "d"].map(removal));
}

#[test]
fn what_the_store_has_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path()).unwrap();
    journal.append(&[removal("a")]).unwrap();
    journal.turn();
    journal.append(&[removal("b")]).unwrap();
    journal.forget_older().unwrap();
    drop(journal);
    let (mut journal, found) = Journal::open(folder.path()).unwrap();
    assert_eq!(found, [removal("b")]);
    journal.clear().unwrap();
    drop(journal);
    assert!(self::found(folder.path()).is_empty());
}

#[test]
fn a_second_process_waits_and_is_told_who_is_in_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    let path = folder.path().join(FILES[0]);
    let other = JournalFile::open(path).unwrap();
    assert!(matches!(other.file.try_lock(), Err(TryLockError::WouldBlock)));
    drop(journal);
    other.lock().unwrap();
}

#[test]
fn a_journal_that_grew_too_long_takes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path()).unwrap();
    journal.files[0].length = LONGEST - 10;
    let refused = journal.append(&[removal("a")]).unwrap_err();
    assert!(matches!(refused, StoreError::Behind { .. }), "{refused}");
}

#[test]
fn a_full_disk_refuses_and_the_next_line_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path()).unwrap();
    journal.append(&[removal("a")]).unwrap();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let file = std::mem::replace(&mut journal.files[0].file, full);
    let refused = journal.append(&[removal("b")]).unwrap_err();
    assert!(refused.to_string().contains("registrations-1.journal cannot be used"), "{refused}");
    journal.files[0].file = file;
    journal.append(&[removal("c")]).unwrap();
    drop(journal);
    assert_eq!(found(folder.path()), ["a", "c"].map(removal));
}
