//! The three files together.

use std::path::Path;

use asterisk_conf::MemoryFiles;

use super::*;
use crate::configuration::{Configuration, ConfigurationReport, Folders};

const ODBC: &str = "[lite]\nDriver = SQLite3\nDatabase = /var/lib/pbx/numbers.db\n\
    [maria]\nDriver = MariaDB Unicode\nServer = db.example.org\nPort = 3307\nUser = pbx\nPassword = of odbc\nDatabase = calls\n\
    [tls]\nDriver=/usr/lib/odbc/libmaodbc.so\nSocket=/run/mysqld.sock\nSSLCA=/etc/ca.pem\n\
    [pg]\nDriver = PostgreSQL Unicode\nServername = x\n\
    [odd]\nDriver = Strange\n";

fn load(connections: &str, functions: &str) -> (DatabasesConfiguration, ConfigurationReport) {
    let files = MemoryFiles::from([
        ("/pbx/etc/extensions.conf", "[in]\nexten => 1,1,NoOp(${ODBC_NUMBER(1)} ${PBX_x(2)})\n"),
        ("/etc/odbc.ini", ODBC),
        ("/pbx/etc/res_odbc.conf", connections),
        ("/pbx/etc/func_odbc.conf", functions),
    ]);
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    (configuration.unwrap().databases, report)
}

#[test]
fn names_of_odbc_ini_become_data_bases() {
    let (databases, report) = load(
        "[ENV]\nODBCINI => /x\n[a]\ndsn => lite\nforcecommit=yes\nisolation=repeatable_read\n[b]\ndsn=maria\npassword=of res_odbc\nmax_connections=4\n\
         connect_timeout=3\nnegative_connection_cache=0\n[c]\nenabled=no\ndsn=nowhere\n[tls]\n\
         [url]\nurl=mysql://me:p%40ss@[::1]:99/base\n",
        "",
    );
    let source = |name: &str| databases.connections[name].source.clone().unwrap();
    assert_eq!(source("a"), DataSource::Sqlite("/var/lib/pbx/numbers.db".into()));
    let DataSource::Mysql(maria) = source("b") else { panic!("{:?}", source("b")) };
    assert_eq!((maria.host.as_str(), maria.port, maria.user.as_str()), ("db.example.org", 3307, "pbx"));
    assert_eq!((maria.password.0.as_str(), maria.encryption), ("of res_odbc", Encryption::None));
    let b = &databases.connections["b"];
    assert_eq!((b.most_connections, b.connect_timeout.as_secs(), b.left_alone.as_secs()), (4, 3, 0));
    let a = &databases.connections["a"];
    assert_eq!((a.left_alone.as_secs(), a.force_commit, a.isolation.word()), (300, true, "repeatable_read"));
    assert_eq!((b.force_commit, b.isolation.word()), (false, "read_committed"));
    assert!(!databases.connections.contains_key("c") && !databases.connections.contains_key("ENV"));
    let DataSource::Mysql(tls) = source("tls") else { panic!("{:?}", source("tls")) };
    assert_eq!(tls.socket.as_deref(), Some("/run/mysqld.sock"));
    assert_eq!(tls.encryption, Encryption::Tls(Some("/etc/ca.pem".into())));
    let DataSource::Mysql(url) = source("url") else { panic!("{:?}", source("url")) };
    assert_eq!((url.host.as_str(), url.port, url.password.0.as_str()), ("::1", 99, "p@ss"));
    assert!(!format!("{databases:?}").contains("p@ss"));
    assert!(!report.render(false).contains("gets nothing"), "{}", report.render(false));
}

#[test]
fn what_cannot_be_asked_says_why() {
    let (databases, report) = load(
        "[pg]\ndsn=pg\n[odd]\ndsn=odd\n[none]\ndsn=nothing\n[url]\nurl=http://secret@x\n",
        "[X]\ndsn=pgg\nreadsql=SELECT 1\n[EMPTY]\ndsn=pg\n[AES_ENCRYPT]\nprefix=\n",
    );
    let text = report.render(false);
    assert!(!text.contains("secret"), "{text}");
    for said in [
        "a data base of PostgreSQL: only SQLite, MySQL and MariaDB are spoken here",
        "the driver 'Strange', which is not known",
        "has a section [nothing]",
        "'http' is not spoken here",
        "res_odbc.conf has no [pgg], or it is not enabled",
        "ODBC_EMPTY: it has neither readsql nor writesql",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(databases.connections["pg"].source.is_err());
    assert_eq!(databases.functions.keys().collect::<Vec<_>>(), ["ODBC_X"]);
}

#[test]
fn sections_become_functions() {
    let (databases, report) = load(
        "[a]\ndsn=lite\n[b]\ndsn=maria\n",
        "[NUMBER]\ndsn=a,b\nreadsql=SELECT n\nreadsql+=, m FROM t\nsyntax=<id>\nsynopsis=A number.\n\
         [x]\nprefix=PBX\nwritehandle=a\nreadhandle=b\nreadsql=SELECT 1\nwritesql=UPDATE t SET a=1\ninsertsql=INSERT\n\
         escapecommas=no\nmode=multirow\nrowlimit=5\nminargs=2\n",
    );
    let number = &databases.functions["ODBC_NUMBER"];
    assert_eq!((number.syntax.as_str(), number.synopsis.as_str()), ("ODBC_NUMBER(<id>)", "A number."));
    let read = number.read.as_ref().unwrap();
    assert_eq!((read.sql.as_str(), read.handles.names.len()), ("SELECT n, m FROM t", 2));
    assert!(number.write.is_none() && number.escape_commas && number.rows.is_none());
    let x = &databases.functions["PBX_x"];
    assert_eq!(x.read.as_ref().unwrap().handles.names, ["b"]);
    assert_eq!(x.insert.as_ref().unwrap().handles.names, ["a"]);
    assert_eq!((x.rows, x.fewest_arguments, x.escape_commas), (Some(5), 2, false));
    // Nothing is said of the two names that the dialplan reads.
    assert!(!report.render(false).contains("its value is empty"), "{}", report.render(false));
}
