//! Functions of `func_odbc.conf` that ask a real MariaDB.

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::wait::until;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Mariadb, Media, Outcome, Scene, Wire, ensure, trial};

const PROGRAMS: &[&str] = &["/usr/sbin/mariadbd", "mariadb-install-db", "mariadb"];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("data_bases::a_dialplan_asks_and_tells_a_server", PROGRAMS, asks_and_tells),
        trial("data_bases::calls_go_on_when_the_server_dies", PROGRAMS, outlives),
        trial("data_bases::statements_of_a_transaction_count_together", PROGRAMS, transactions),
    ]
}

const FUNCTIONS: &str = "[PERSON]
dsn=calls
readsql=SELECT name, born, seen, price, town FROM pbx.person WHERE number = '${SQL_ESC(${ARG1})}'
writesql=UPDATE pbx.person SET name = '${SQL_ESC(${VAL1})}' WHERE number = '${SQL_ESC(${ARG1})}'
insertsql=INSERT INTO pbx.person (number, name) VALUES ('${SQL_ESC(${ARG1})}', '${SQL_ESC(${VAL1})}')
[ALL]
dsn=calls
mode=multirow
readsql=SELECT number FROM pbx.person ORDER BY number
[SLOW]
dsn=calls
readsql=SELECT SLEEP(30)
[TWO]
dsn=calls
readsql=SELECT 1\\; DROP TABLE pbx.person
";

const DIALPLAN: &str = "exten => ask,1,Set(HASH(p)=${ODBC_PERSON(${CALLERID(num)})})
 same => n,Verbose(1,found ${HASH(p,name)} of ${HASH(p,born)} at ${HASH(p,seen)} for ${HASH(p,price)} in [${HASH(p,town)}] ${ODBCSTATUS})
 same => n,Set(ODBC_PERSON(200)=O'Hara \\\\)
 same => n,Verbose(1,wrote ${ODBCROWS} ${ODBCSTATUS})
 same => n,Set(ODBC_PERSON(200)=O'Hara \\\\)
 same => n,Verbose(1,again ${ODBCROWS} ${ODBCSTATUS})
 same => n,Set(id=${ODBC_ALL()})
 same => n,Verbose(1,all ${ODBCROWS}: ${ODBC_FETCH(${id})} ${ODBC_FETCH(${id})})
 same => n,ODBCFinish(${id})
 same => n,Set(evil=\\\\' OR 1=1 -- )
 same => n,Verbose(1,evil [${ODBC_PERSON(${evil})}] ${ODBCSTATUS})
 same => n,Verbose(1,two [${ODBC_TWO()}] ${ODBCSTATUS})
 same => n,Verbose(1,slow [${ODBC_SLOW()}] ${ODBCSTATUS})
 same => n,Verbose(1,still ${ODBC_PERSON(200)})
 same => n,Hangup(17)
exten => move,1,Set(ODBC(transaction,calls)=move)
 same => n,Set(ODBC(isolation)=serializable)
 same => n,Set(ODBC_PERSON(gateway)=Moved)
 same => n,Set(ODBC_PERSON(300)=New)
 same => n,Verbose(1,inside ${ODBC(transaction)} ${ODBC_PERSON(300):0:3})
 same => n,GotoIf($[\"${CALLERID(name)}\" = \"undo\"]?undo)
 same => n,GotoIf($[\"${CALLERID(name)}\" = \"force\"]?force)
 same => n,GotoIf($[\"${CALLERID(name)}\" = \"leave\"]?leave)
 same => n,ODBC_Commit()
 same => n(leave),Verbose(1,left ${COMMIT_RESULT})
 same => n,Hangup(17)
 same => n(undo),ODBC_Rollback(move)
 same => n,Verbose(1,undone ${ROLLBACK_RESULT})
 same => n,Hangup(17)
 same => n(force),Set(ODBC(forcecommit)=yes)
 same => n,Hangup(17)
exten => _move-.,1,Set(CALLERID(name)=${EXTEN:5})
 same => n,Goto(move,1)
exten => look,1,Set(x=${ODBC_PERSON(100)})
 same => n,Verbose(1,looked ${ODBCSTATUS} ${CALLERID(num)})
 same => n,Hangup(17)";

/// An exchange whose data base `calls` is that server.
fn exchange(scene: &Scene, server: &Mariadb, gateway: std::net::Ipv4Addr) -> Outcome<Exchange> {
    let folder = Folder::new(scene)?.desk_with("gateway", (gateway, SIP_PORT).into(), "").dialplan(DIALPLAN);
    let at = server.address();
    folder.write_file(
        "odbc.ini",
        &format!(
            "[calls-of-ours]\nDriver = MariaDB Unicode\nServer = {}\nPort = {}\nUser = pbx\nDatabase = pbx\n",
            at.ip(),
            at.port()
        ),
    )?;
    folder.write_file(
        "res_odbc.conf",
        "[calls]\nenabled => yes\ndsn => calls-of-ours\npassword => of pbx\npre-connect => yes\nmax_connections => 2\n\
         negative_connection_cache => 1\nconnect_timeout => 5\nquery_timeout => 2\n",
    )?;
    folder.write_file("func_odbc.conf", FUNCTIONS)?;
    server.tell(
        "CREATE TABLE pbx.person (number VARCHAR(40) PRIMARY KEY, name VARCHAR(40), born DATE, seen DATETIME, \
         price DECIMAL(6,2), town VARCHAR(40)) CHARSET utf8mb4; \
         INSERT INTO pbx.person VALUES ('gateway', 'Zoë', '1970-02-03', '2026-01-02 03:04:05', 12.5, NULL)",
    )?;
    Exchange::start(scene, &folder)
}

/// Calls and waits for the end of the dialplan.
fn call(wire: &Wire, media: &Media, number: &str) -> Outcome {
    let caller = Caller::new(wire, "gateway", number);
    caller.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
    let refusal = wire.await_any(&["486 INVITE"])?;
    caller.ack_failure(&refusal)
}

fn asks_and_tells(scene: &Scene) -> Outcome {
    let gateway = scene.address()?;
    let server = Mariadb::start(scene)?;
    let exchange = exchange(scene, &server, gateway)?;
    let wire = Wire::bind(gateway, exchange.sip_address())?;
    let media = Media::start(gateway, 440)?;
    call(&wire, &media, "ask")?;
    for words in [
        "found Zoë of 1970-02-03 at 2026-01-02 03:04:05 for 12.50 in [] SUCCESS",
        "wrote 1 SUCCESS",
        // It finds what it need not change, and puts no other there.
        "again 1 SUCCESS",
        "all 2: 200 gateway",
        "evil [] NODATA",
        "two [] FAILURE",
        "slow [] FAILURE",
        "still O'Hara",
    ] {
        exchange.says(words)?;
    }
    let kept = server.tell("SELECT count(*), max(number) FROM pbx.person")?;
    ensure(kept.trim() == "2\tgateway", || format!("the table has {kept}"))?;
    let shown = exchange.console("odbc show calls")?;
    ensure(shown.contains("(out of 2)"), || format!("the console shows {shown}"))?;
    let read = exchange.console("odbc read ODBC_ALL \"\" exec")?;
    ensure(read.contains("Returned 2 rows"), || format!("the console reads {read}"))?;
    exchange.is_idle()
}

fn outlives(scene: &Scene) -> Outcome {
    let gateway = scene.address()?;
    let mut server = Mariadb::start(scene)?;
    let exchange = exchange(scene, &server, gateway)?;
    server.tell("UPDATE pbx.person SET number = '100'")?;
    let wire = Wire::bind(gateway, exchange.sip_address())?;
    let media = Media::start(gateway, 440)?;
    call(&wire, &media, "look")?;
    exchange.says("looked SUCCESS gateway")?;
    server.kill();
    // The connection is gone in the middle of its life, then there is no server to connect to.
    for calls in 1..=2 {
        call(&wire, &media, "look")?;
        until("the call to go on without an answer", || {
            Ok((exchange.count("]  looked FAILURE gateway")? == calls).then_some(()))
        })?;
    }
    server.start_again(scene)?;
    // It is left alone for a second after it was not reached.
    until("the exchange to ask again", || {
        call(&wire, &media, "look")?;
        Ok((exchange.count("]  looked SUCCESS gateway")? >= 2).then_some(()))
    })?;
    exchange.is_idle()
}

/// What is done in a transaction is there for others once it is committed, by the dialplan or at the end of the call, or not at all.
fn transactions(scene: &Scene) -> Outcome {
    let gateway = scene.address()?;
    let server = Mariadb::start(scene)?;
    let exchange = exchange(scene, &server, gateway)?;
    let wire = Wire::bind(gateway, exchange.sip_address())?;
    let media = Media::start(gateway, 440)?;
    let rows =
        |server: &Mariadb| server.tell("SELECT count(*) FROM pbx.person WHERE name IN ('Moved', 'New')");
    let has = |server: &Mariadb, wanted: &str| {
        until("the table to have what was committed", || Ok((rows(server)?.trim() == wanted).then_some(())))
    };
    call(&wire, &media, "move-undo")?;
    exchange.says("inside move New")?;
    exchange.says("undone OK")?;
    has(&server, "0")?;
    call(&wire, &media, "move-leave")?;
    exchange.says("left ")?;
    has(&server, "0")?;
    // Nothing is locked any more.
    server.tell("UPDATE pbx.person SET town = 'Bern'")?;
    call(&wire, &media, "move-force")?;
    has(&server, "2")?;
    server.tell("DELETE FROM pbx.person WHERE number = '300'; UPDATE pbx.person SET name = 'Zoe'")?;
    call(&wire, &media, "move-commit")?;
    exchange.says("left OK")?;
    has(&server, "2")?;
    let shown = exchange.console("odbc show calls")?;
    ensure(shown.contains("(out of 2)"), || format!("the console shows {shown}"))?;
    exchange.is_idle()
}
