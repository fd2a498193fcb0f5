//! Functions of `func_odbc.conf` against a file of SQLite, as dialplans use them.

use crate::dialplan::substitute_waiting;
use crate::functions::testing::Bench;

const FUNCTIONS: &str = "
[SETUP]
dsn=db
writesql=${VALUE}
[NAME]
dsn=away,db
readsql=SELECT name, town FROM people WHERE number = '${SQL_ESC(${ARG1})}' ORDER BY id
minargs=1
[PLAIN]
dsn=db
escapecommas=no
readsql=SELECT name, town FROM people WHERE number = '${ARG1}${CUT(ARG2,-,1)}'
[TOWN]
dsn=db
readsql=SELECT town FROM people WHERE number = '${SQL_ESC(${ARG1})}'
writesql=UPDATE people SET town = '${SQL_ESC(${VAL2})}' WHERE number = '${SQL_ESC(${ARG1})}'
insertsql=INSERT INTO people (number, name, town) VALUES ('${SQL_ESC(${ARG1})}', '${SQL_ESC(${VAL1})}', '${SQL_ESC(${VAL2})}')
[ALL]
prefix=PBX
dsn=db
mode=multirow
readsql=SELECT number, town FROM people ORDER BY number
[KEPT]
dsn=db
escapecommas=no
readsql=SELECT name FROM people WHERE number = '${SQL_ESC(${ARG1})}'
writesql=INSERT INTO people (number, name) VALUES ('${SQL_ESC(${ARG1})}', '${SQL_ESC(${VALUE})}')
[SELF]
dsn=db
readsql=SELECT '${ODBC_SELF()}'
";

async fn bench() -> Bench {
    let connections = "[db]\nurl=sqlite:/FOLDER/numbers.db\n[away]\nurl=sqlite:/none/x.db\n";
    let bench = Bench::with(&[("res_odbc.conf", connections), ("func_odbc.conf", FUNCTIONS)]).await;
    // The folder has a name only now.
    let connections = connections.replace("/FOLDER", &bench.folder().display().to_string());
    std::fs::write(bench.folder().join("res_odbc.conf"), connections).unwrap();
    let mut bench = bench.restarted().await;
    for sql in [
        "CREATE TABLE people (id INTEGER PRIMARY KEY, number TEXT, name TEXT, town TEXT)",
        "INSERT INTO people (number, name, town) VALUES ('100', 'Smith, Ann', 'Bern'), ('101', 'O\\b', NULL)",
    ] {
        bench.set("ODBC_SETUP()", sql).await;
    }
    assert_eq!(bench.warnings(), [""; 0]);
    bench
}

#[tokio::test]
async fn a_row_is_read_and_taken_apart() {
    let mut bench = bench().await;
    bench.set("ARG1", "of the routine").await;
    bench
        .expect(&[
            ("${ODBC_NAME(100)} ${ODBCROWS} ${ODBCSTATUS}", "Smith\\, Ann,Bern 1 SUCCESS"),
            ("${~ODBCFIELDS~} ${ARG1}", "name,town of the routine"),
            ("${ODBC_NAME(101)}", "O\\\\b,"),
            ("[${ODBC_NAME(nobody)}] ${ODBCROWS} ${ODBCSTATUS}", "[] 0 NODATA"),
            ("${ODBC_PLAIN(1,00-7)}", "Smith, Ann,Bern"),
        ])
        .await;
    let row = bench.read("${ODBC_NAME(100)}").await;
    bench.set("HASH(person)", &row).await;
    bench.set("ARRAY(~ODBCFIELDS~)", &row).await;
    bench
        .expect(&[("${HASH(person,name)} of ${HASH(person,town)}, ${town}", "Smith, Ann of Bern, Bern")])
        .await;
}

#[tokio::test]
async fn a_row_is_changed_or_else_put_there() {
    let mut bench = bench().await;
    bench.set("ODBC_TOWN(100)", "x,Zug").await;
    bench.expect(&[("${ODBCROWS} ${ODBCSTATUS} ${ODBC_TOWN(100)}", "1 SUCCESS Zug")]).await;
    bench.set("ODBC_TOWN(102)", "\"Lee, Bo\",Chur").await;
    bench.expect(&[("${ODBCROWS} ${ODBC_NAME(102)} [${VAL1}${VALUE}]", "1 Lee\\, Bo,Chur []")]).await;
    bench.set("ODBC_SETUP()", "nonsense").await;
    bench.expect(&[("${ODBCROWS} ${ODBCSTATUS}", "-1 FAILURE")]).await;
    bench.set("ODBC_NAME(1)", "x").await;
    let warnings = bench.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("Set(ODBC_SETUP()=…): ODBC_SETUP asks [db]: it says: "), "{warnings:?}");
    assert!(warnings[1].ends_with("ODBC_NAME has no writesql in func_odbc.conf"), "{warnings:?}");
}

#[tokio::test]
async fn rows_are_fetched_one_by_one() {
    let mut bench = bench().await;
    let id = bench.read("${PBX_ALL()}").await;
    bench.set("id", &id).await;
    bench
        .expect(&[
            (
                "${ODBCROWS} ${ODBC_FETCH(${id})} ${ODBC_FETCH_STATUS} ${~ODBCFIELDS~}",
                "2 100,Bern SUCCESS number,town",
            ),
            ("${ODBC_FETCH(${id})}", "101,"),
            ("[${ODBC_FETCH(${id})}] ${ODBC_FETCH_STATUS}", "[] FAILURE"),
        ])
        .await;
    assert_eq!(bench.warnings(), [""; 0]);
    let again = bench.read("${PBX_ALL()}").await;
    assert!(super::finish(&bench.channel.call, &again) && !super::finish(&bench.channel.call, &again));
    bench.expect(&[("[${ODBC_FETCH(1000000)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 1);
}

#[tokio::test]
async fn what_a_caller_says_stays_a_value() {
    let mut bench = bench().await;
    for (number, name) in [
        "x' OR '1'='1",
        "'; DROP TABLE people; --",
        "\\' OR 1=1 --",
        "${SHELL(touch x)}",
        "a)b(c",
        "\"q",
        "1,2",
    ]
    .into_iter()
    .enumerate()
    {
        bench.channel.call.set_variable("said", name);
        bench.expect(&[("[${ODBC_NAME(${said})}] ${ODBCSTATUS}", "[] NODATA")]).await;
        bench.set(&format!("ODBC_KEPT(k{number})"), name).await;
        bench.expect(&[(format!("${{ODBC_KEPT(k{number})}}").as_str(), name)]).await;
    }
    bench.expect(&[("${ODBC_NAME(100)}", "Smith\\, Ann,Bern")]).await;
}

#[tokio::test]
async fn statements_without_an_end_and_fewer_arguments_are_refused() {
    let mut bench = bench().await;
    bench.expect(&[("[${ODBC_NAME()}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 1);
    bench.read("${ODBC_SELF()}").await;
    let warnings = bench.warnings();
    assert!(warnings.iter().any(|text| text.contains("holds itself")), "{warnings:?}");
}

#[tokio::test]
async fn statements_of_a_transaction_count_together() {
    let mut bench = bench().await;
    bench.expect(&[("[${ODBC(transaction)}]", "[]")]).await;
    bench.set("ODBC(transaction,db)", "one").await;
    bench.set("ODBC_TOWN(100)", "x,Zug").await;
    bench.set("ODBC_TOWN(101)", "x,Chur").await;
    bench
        .expect(&[
            ("${ODBC(transaction)} ${ODBC(forcecommit)} ${ODBC(isolation)}", "one 0 read_committed"),
            ("${ODBC_TOWN(100)} ${ODBC_TOWN(101)}", "Zug Chur"),
        ])
        .await;
    // Nobody else sees it, nor does the next one once it is undone.
    let mut other = bench.another();
    assert_eq!(substitute_waiting(&mut other, "${ODBC_TOWN(100)}").await, "Bern");
    bench.channel.run_application("ODBC_Rollback", "").await.unwrap().unwrap();
    bench.expect(&[("${ROLLBACK_RESULT} ${ODBC_TOWN(100)} [${ODBC_TOWN(101)}]", "OK Bern []")]).await;
    bench.set("ODBC_TOWN(100)", "x,Genf").await;
    bench.channel.run_application("ODBC_Commit", "one").await.unwrap().unwrap();
    assert_eq!(substitute_waiting(&mut other, "${ODBC_TOWN(100)}").await, "Genf");
    bench.expect(&[("${COMMIT_RESULT}", "OK")]).await;
    assert_eq!(bench.warnings(), [""; 0]);
    for (target, value) in [
        ("ODBC(transaction)", "two"),
        ("ODBC(transaction,nowhere)", "two"),
        ("ODBC(transaction,db)", ""),
        ("ODBC(isolation)", "none"),
        ("ODBC(forcecommit,two)", "yes"),
        ("ODBC(speed)", "1"),
    ] {
        bench.set(target, value).await;
        assert_eq!(bench.warnings().len(), 1, "{target}");
    }
    bench.channel.run_application("ODBC_Commit", "two").await.unwrap().unwrap();
    bench.expect(&[("${COMMIT_RESULT}", "the channel has no transaction two")]).await;
}

#[tokio::test]
async fn what_is_open_at_the_end_is_undone_unless_it_is_to_count() {
    let mut bench = bench().await;
    let mut other = bench.another();
    for (force, town) in [("no", "Bern"), ("yes", "Zug")] {
        bench.set("ODBC(transaction,db)", "last").await;
        bench.set("ODBC(isolation,last)", "Serializable").await;
        bench.expect(&[("${ODBC(isolation)}", "serializable")]).await;
        bench.set("ODBC_TOWN(100)", "x,Zug").await;
        bench.set("ODBC(forcecommit)", force).await;
        super::end_transactions(&bench.channel.call);
        bench.expect(&[("[${ODBC(transaction)}]", "[]")]).await;
        // It ends beside the call: a writer waits until it has.
        other.assign_waiting("ODBC_KEPT(wait)", "x").await;
        assert_eq!(substitute_waiting(&mut other, "${ODBC_TOWN(100)}").await, town);
    }
    assert_eq!(bench.warnings(), [""; 0]);
}
