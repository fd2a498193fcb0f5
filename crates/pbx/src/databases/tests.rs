//! Against files of SQLite.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::configuration::Folders;

/// Data bases of a configuration in a folder.
fn databases(folder: &Path, connections: &str) -> Databases {
    std::fs::write(folder.join("extensions.conf"), "[in]\nexten => 1,1,NoOp()\n").unwrap();
    std::fs::write(folder.join("res_odbc.conf"), connections).unwrap();
    let path = folder.join("numbers.db");
    let ini = format!(
        "[lite]\nDriver=SQLite3\nDatabase={}\n[away]\nDriver=SQLite3\nDatabase=/none/x\n",
        path.display()
    );
    std::fs::write(folder.join("odbc.ini"), ini).unwrap();
    let databases = Databases::default();
    databases.follow(&Configuration::load(&Folders::from_argument(folder).unwrap()).0.unwrap());
    databases
}

const MANY: Bounds = Bounds { rows: 100, octets: 1_000 };

#[tokio::test]
async fn a_file_is_asked_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let databases = databases(folder.path(), "[db]\ndsn=lite\n[away]\ndsn=away\n[pg]\nurl=pg:x\n");
    let ask = |sql: &'static str| databases.ask("db", sql, MANY);
    ask("CREATE TABLE t (id INTEGER, name TEXT, weight REAL)").await.unwrap();
    assert_eq!(ask("INSERT INTO t VALUES (1, 'a,b', 2), (2, NULL, 0.5)").await.unwrap().affected, 2);
    assert_eq!(ask("UPDATE t SET name = 'x' WHERE id = 9").await.unwrap().affected, 0);
    let answer = ask("SELECT * FROM t ORDER BY id").await.unwrap();
    assert_eq!(answer.columns, ["id", "name", "weight"]);
    let row = |values: [Option<&str>; 3]| values.map(|value| value.map(str::to_owned)).to_vec();
    assert_eq!(answer.rows[0], row([Some("1"), Some("a,b"), Some("2.0")]));
    assert_eq!(answer.rows[1], row([Some("2"), None, Some("0.5")]));
    let one = databases.ask("db", "SELECT id FROM t", Bounds::default()).await.unwrap();
    assert_eq!(one.rows.len(), 1);
    // One statement at a time.
    let two = ask("SELECT 1; DROP TABLE t").await;
    assert!(ask("SELECT count(*) FROM t").await.is_ok(), "{two:?}");
    assert!(matches!(ask("SELECT nonsense").await, Err(DatabaseError::Statement(_))));
    assert_eq!(ask("SELECT hex(zeroblob(1000))").await, Err(DatabaseError::TooLong(1_000)));
    let away = databases.ask("away", "SELECT 1", MANY).await;
    assert!(matches!(away, Err(DatabaseError::Unreachable(_))), "{away:?}");
    assert!(matches!(databases.ask("pg", "SELECT 1", MANY).await, Err(DatabaseError::Refused(_))));
    assert_eq!(databases.ask("none", "SELECT 1", MANY).await, Err(DatabaseError::Unknown("none".to_owned())));
    let states = databases.states();
    let open: Vec<_> = states.iter().map(|state| (state.name.as_str(), state.connections)).collect();
    assert_eq!(open, [("away", 0), ("db", 1), ("pg", 0)]);
}

#[tokio::test]
async fn a_statement_that_does_not_end_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let databases = databases(folder.path(), "[db]\ndsn=lite\nquery_timeout=0.2\n");
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let (late, waited) =
        tokio::join!(databases.ask("db", endless, MANY), databases.ask("db", "SELECT 1", MANY));
    assert!(late.is_err(), "{late:?}");
    // It waited behind the other for as long as it may take itself.
    assert!(waited.is_err() || waited.is_ok_and(|answer| answer.rows.len() == 1));
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while databases.ask("db", "SELECT 1", MANY).await.is_err() {
        assert!(std::time::Instant::now() < until, "the thread is still at it");
    }
}

#[tokio::test]
async fn what_is_the_same_after_a_reload_keeps_its_connection() {
    let folder = tempfile::tempdir().unwrap();
    let databases = databases(folder.path(), "[db]\ndsn=lite\n[other]\ndsn=lite\n");
    for name in ["db", "other"] {
        databases.ask(name, "CREATE TEMP TABLE t (x)", MANY).await.unwrap();
    }
    std::fs::write(
        folder.path().join("res_odbc.conf"),
        "[db]\ndsn=lite\n[other]\ndsn=lite\nquery_timeout=3\n",
    )
    .unwrap();
    databases.follow(&Configuration::load(&Folders::from_argument(folder.path()).unwrap()).0.unwrap());
    assert!(databases.ask("db", "SELECT * FROM t", MANY).await.is_ok());
    assert!(databases.ask("other", "SELECT * FROM t", MANY).await.is_err());
}
