//! What a data base is and where: from the keys of `odbc.ini`, or from a `url`.

use std::fmt;
use std::path::{Path, PathBuf};

use super::odbc_ini::{Keys, OdbcIni};

/// A data base that can be spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// A file of SQLite 3.
    Sqlite(PathBuf),
    /// A server of MySQL or MariaDB.
    Mysql(MysqlServer),
}

/// A server of MySQL or MariaDB, and who asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MysqlServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its socket of the system, which comes before host and port.
    pub socket: Option<String>,
    /// Who asks.
    pub user: String,
    /// What it proves that with.
    pub password: Password,
    /// The data base of the server.
    pub database: Option<String>,
    /// Whether and how the connection is protected.
    pub encryption: Encryption,
}

/// How a connection is protected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// By TLS; the server is verified by this authority, or by those that everybody knows.
    Tls(Option<PathBuf>),
}

/// A password, which is not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Where MySQL listens.
const MYSQL_PORT: u16 = 3306;

/// The protocols by words that drivers have in their names.
const DRIVERS: &[(&str, Protocol)] = &[
    ("sqlite", Protocol::Sqlite),
    ("mysql", Protocol::Mysql),
    ("mariadb", Protocol::Mysql),
    ("maodbc", Protocol::Mysql),
    ("myodbc", Protocol::Mysql),
    ("psql", Protocol::Other("PostgreSQL")),
    ("postgres", Protocol::Other("PostgreSQL")),
    ("freetds", Protocol::Other("Microsoft SQL Server")),
    ("tdsodbc", Protocol::Other("Microsoft SQL Server")),
    ("sql server", Protocol::Other("Microsoft SQL Server")),
    ("msodbcsql", Protocol::Other("Microsoft SQL Server")),
    ("oracle", Protocol::Other("Oracle")),
];

#[derive(Clone, Copy)]
enum Protocol {
    Sqlite,
    Mysql,
    /// One that is not here.
    Other(&'static str),
}

impl DataSource {
    /// What a `dsn` stands for; `folder` is that of the configuration.
    ///
    /// # Errors
    /// A sentence that says why it is of no use.
    pub(super) fn of_dsn(dsn: &str, odbc: &OdbcIni) -> Result<Self, String> {
        let keys = odbc.source(dsn).ok_or_else(|| {
            format!(
                "neither odbc.ini in the folder of the configuration nor /etc/odbc.ini has a section [{dsn}]"
            )
        })?;
        let driver = keys.get("driver").map_or("", String::as_str);
        let protocol = protocol_of(driver).or_else(|| protocol_of(&odbc.driver(driver)));
        match protocol {
            Some(Protocol::Sqlite) => match keys.get("database") {
                Some(path) if Path::new(path).is_absolute() => Ok(Self::Sqlite(path.into())),
                _ => Err(format!("[{dsn}] of odbc.ini names no file: write Database=/path/of/the/file")),
            },
            Some(Protocol::Mysql) => Ok(Self::Mysql(MysqlServer::of_keys(keys)?)),
            Some(Protocol::Other(name)) => Err(format!(
                "[{dsn}] of odbc.ini is a data base of {name}: only SQLite, MySQL and MariaDB are spoken here"
            )),
            None => Err(format!(
                "[{dsn}] of odbc.ini has the driver '{driver}', which is not known: only SQLite, MySQL and MariaDB are spoken here"
            )),
        }
    }

    /// What a `url` stands for: `sqlite:/path` or `mysql://user:password@host:port/database`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it. It does not repeat it: there may be a password in it.
    pub(super) fn of_url(url: &str) -> Result<Self, String> {
        let wanted = "write sqlite:/path or mysql://user:password@host:port/database";
        let (scheme, rest) = url.split_once(':').ok_or(wanted)?;
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" if rest.starts_with('/') => {
                let path = if let Some(path) = rest.strip_prefix("//") { path } else { rest };
                Ok(Self::Sqlite(path.into()))
            }
            "mysql" | "mariadb" => {
                let rest = rest.strip_prefix("//").ok_or(wanted)?;
                MysqlServer::of_url(rest).map(Self::Mysql).ok_or_else(|| wanted.to_owned())
            }
            other => Err(format!("'{other}' is not spoken here: {wanted}")),
        }
    }

    /// The same with another user and password, where they are given.
    pub(super) fn with_account(mut self, user: Option<String>, password: Option<String>) -> Self {
        if let Self::Mysql(server) = &mut self {
            server.user = user.unwrap_or_else(|| std::mem::take(&mut server.user));
            server.password = password.map_or_else(|| server.password.clone(), Password);
        }
        self
    }
}

impl fmt::Display for DataSource {
    /// As consoles name it, without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Mysql(server) => match &server.socket {
                Some(socket) => write!(f, "mysql:{socket}"),
                None => write!(f, "mysql://{}:{}", server.host, server.port),
            },
        }
    }
}

impl MysqlServer {
    /// As the drivers of MySQL and MariaDB read a section of `odbc.ini`.
    fn of_keys(keys: &Keys) -> Result<Self, String> {
        let text = |names: &[&str]| {
            let found = names.iter().find_map(|name| keys.get(*name));
            found.filter(|value| !value.is_empty()).cloned()
        };
        let port = match text(&["port"]) {
            Some(port) => port.parse().map_err(|_| format!("Port={port} of odbc.ini is no port"))?,
            None => MYSQL_PORT,
        };
        Ok(Self {
            host: text(&["server", "servername", "host"]).unwrap_or_else(|| "localhost".to_owned()),
            port,
            socket: text(&["socket"]),
            user: text(&["user", "uid", "username"]).unwrap_or_default(),
            password: Password(text(&["password", "pwd"]).unwrap_or_default()),
            database: text(&["database", "db"]),
            encryption: encryption_of(&text),
        })
    }

    /// What stands behind `mysql://`.
    fn of_url(rest: &str) -> Option<Self> {
        let (place, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (account, place) = place.rsplit_once('@').unwrap_or(("", place));
        let (user, password) = account.split_once(':').unwrap_or((account, ""));
        // The port is behind the brackets of an IPv6 address.
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (place, MYSQL_PORT),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let plain = |text: &str| crate::functions::unescaped(text);
        (!host.is_empty()).then(|| Self {
            host: host.to_owned(),
            port,
            socket: None,
            user: plain(user),
            password: Password(plain(password)),
            database: Some(plain(database)).filter(|name| !name.is_empty()),
            encryption: Encryption::None,
        })
    }
}

/// `SSLCA`, `SSLMODE` (MySQL) and `FORCETLS` (MariaDB). TLS always verifies the server.
fn encryption_of(text: &impl Fn(&[&str]) -> Option<String>) -> Encryption {
    let authority = text(&["sslca", "ssl_ca", "tlsca"]).map(PathBuf::from);
    let mode = text(&["sslmode", "ssl-mode", "ssl_mode"]).unwrap_or_default().to_ascii_uppercase();
    let forced = text(&["forcetls"]).is_some_and(|value| value != "0");
    match authority.is_some()
        || forced
        || matches!(mode.as_str(), "REQUIRED" | "VERIFY_CA" | "VERIFY_IDENTITY")
    {
        true => Encryption::Tls(authority),
        false => Encryption::None,
    }
}

fn protocol_of(driver: &str) -> Option<Protocol> {
    let driver = driver.to_ascii_lowercase();
    DRIVERS.iter().find(|(word, _)| driver.contains(word)).map(|(_, protocol)| *protocol)
}
