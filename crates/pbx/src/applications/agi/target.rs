//! Where a script is.

use std::path::{Path, PathBuf};

use billing_agi::agi::FAST_AGI_PORT;
use thiserror::Error;

/// What the first argument names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Program(PathBuf),
    Server(Server),
}

/// `agi://host[:port]/script`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    /// Behind the slash; empty where there is none.
    pub(super) script: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TargetError {
    #[error("write a server as agi://host[:port]/script, an IPv6 address in brackets")]
    Server,
    #[error(
        "servers named by SRV records (hagi://) are not looked up; name one with agi://host[:port]/script"
    )]
    ServerByRecord,
    #[error("asynchronous AGI needs a manager that steers the call, which this exchange does not have yet")]
    Asynchronous,
}

impl Target {
    pub(super) fn read(text: &str, folder: &Path) -> Result<Self, TargetError> {
        let scheme = |name: &str| {
            text.get(..name.len())
                .filter(|start| start.eq_ignore_ascii_case(name))
                .and_then(|_| text.get(name.len()..))
        };
        if let Some(rest) = scheme("agi://") {
            return server(rest).map(Self::Server).ok_or(TargetError::Server);
        }
        if scheme("hagi://").is_some() {
            return Err(TargetError::ServerByRecord);
        }
        if scheme("agi:async").is_some() {
            return Err(TargetError::Asynchronous);
        }
        // An absolute path stands for itself.
        Ok(Self::Program(folder.join(text)))
    }
}

fn server(text: &str) -> Option<Server> {
    let (authority, script) = text.split_once('/').unwrap_or((text, ""));
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(FAST_AGI_PORT), |port| port.parse().ok().filter(|port| *port > 0))?;
    (!host.is_empty()).then(|| Server { host: host.to_owned(), port, script: script.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_paths_and_servers_have_a_port() {
        let read = |text| Target::read(text, Path::new("/agi-bin"));
        assert_eq!(read("weather.py"), Ok(Target::Program("/agi-bin/weather.py".into())));
        assert_eq!(read("/usr/bin/weather"), Ok(Target::Program("/usr/bin/weather".into())));
        let server = |host: &str, port, script: &str| {
            Ok(Target::Server(Server { host: host.to_owned(), port, script: script.to_owned() }))
        };
        assert_eq!(
            read("agi://127.0.0.1/weather?town=paris"),
            server("127.0.0.1", 4573, "weather?town=paris")
        );
        assert_eq!(read("AGI://[::1]:4000"), server("::1", 4000, ""));
        assert_eq!(read("agi://host:0/x"), Err(TargetError::Server));
        assert_eq!(read("agi:///x"), Err(TargetError::Server));
        assert_eq!(read("agi:async"), Err(TargetError::Asynchronous));
        assert_eq!(read("hagi://example.com/x"), Err(TargetError::ServerByRecord));
    }
}
