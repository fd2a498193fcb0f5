use super::*;

#[tokio::test]
async fn what_is_put_is_there_at_once_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = AstDb::open(folder.path());
    store.put("cid", "100", "Ann").await.unwrap();
    store.put("cid", "100", "Anna").await.unwrap();
    store.put("cidx", "1", "no").await.unwrap();
    store.put("cid", "a/b", "deep").await.unwrap();
    assert_eq!(store.get("cid", "100").as_deref(), Some("Anna"));
    assert_eq!(store.delete("cidx", "1").await, Ok(Some("no".to_owned())));
    assert_eq!(store.delete("cidx", "1").await, Ok(None));
    // Whoever was answered can be sure of it: the file is read while the exchange still has it open.
    let other = rusqlite::Connection::open(folder.path().join("astdb.sqlite3")).unwrap();
    let count: i64 = other.query_row("SELECT count(*) FROM astdb", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
    drop(store);
    let store = AstDb::open(folder.path());
    assert_eq!(
        store.below("", ""),
        [("/cid/100".to_owned(), "Anna".to_owned()), ("/cid/a/b".to_owned(), "deep".to_owned())]
    );
}

#[tokio::test]
async fn a_file_of_asterisk_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let asterisk = rusqlite::Connection::open(folder.path().join("astdb.sqlite3")).unwrap();
    asterisk
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS astdb(key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key));
             INSERT INTO astdb VALUES ('/DND/100', 'YES'), ('/CF/100', 5551212);",
        )
        .unwrap();
    drop(asterisk);
    let store = AstDb::open(folder.path());
    assert_eq!(store.get("DND", "100").as_deref(), Some("YES"));
    assert_eq!(store.get("CF", "100").as_deref(), Some("5551212"));
}

#[tokio::test]
async fn trees_have_the_borders_that_names_have() {
    let folder = tempfile::tempdir().unwrap();
    let store = AstDb::open(folder.path());
    for (family, key) in [("a", "1"), ("a", "b/1"), ("a", "b/2"), ("a", "b-c/1"), ("ab", "1"), ("z", "1")] {
        store.put(family, key, "x").await.unwrap();
    }
    assert_eq!(store.names_below(""), ["a", "ab", "z"]);
    assert_eq!(store.names_below("a"), ["1", "b", "b-c"]);
    assert_eq!(store.names_below("/a/b/"), ["1", "2"]);
    assert_eq!(store.below("a", "b").len(), 2);
    assert_eq!(store.with_key("1").len(), 5);
    assert_eq!(store.delete_tree("a", "b").await, Ok(2));
    assert_eq!(store.delete_tree("a", "").await, Ok(2));
    assert_eq!(store.names_below(""), ["ab", "z"]);
}

#[tokio::test]
async fn statements_run_on_the_file_and_their_changes_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let store = AstDb::open(folder.path());
    store.put("a", "1", "x").await.unwrap();
    assert_eq!(store.query("SELECT key, value FROM astdb").await.unwrap(), ["/a/1|x"]);
    assert!(store.query("UPDATE astdb SET value = 'y'").await.unwrap().is_empty());
    assert_eq!(store.get("a", "1").as_deref(), Some("y"));
    assert!(matches!(store.query("SELECT nothing").await, Err(AstDbError::Query(_))));
}

#[tokio::test]
async fn bad_names_and_a_file_that_cannot_be_used_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let store = AstDb::open(folder.path());
    assert!(matches!(store.put("", "1", "x").await, Err(AstDbError::BadKey(_))));
    assert!(matches!(store.put("a", &"k".repeat(300), "x").await, Err(AstDbError::BadKey(_))));
    assert_eq!(store.put("a", "1", &"v".repeat(70_000)).await, Err(AstDbError::TooLong));
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let store = AstDb::open(&file);
    assert!(matches!(store.put("a", "1", "x").await, Err(AstDbError::NotKept(_))));
    assert_eq!(store.get("a", "1").as_deref(), Some("x"), "it serves until the end");
}
