//! Where a script is.

use std::path::{Path, PathBuf};

use billing_agi::agi::FAST_AGI_PORT;
use thiserror::Error;

/// What the first argument names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Program(PathBuf),
    Server(Server),
    Domain(Domain),
    /// Nobody: commands are queued.
    Asynchronous,
}

/// `hagi://domain/script`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Domain {
    /// Its SRV records are those of `_agi._tcp.` and this.
    pub(super) name: String,
    pub(super) script: String,
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
    #[error("write servers of a domain as hagi://domain/script; its SRV records say the ports")]
    Domain,
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
        if let Some(rest) = scheme("hagi://") {
            return domain(rest).map(Self::Domain).ok_or(TargetError::Domain);
        }
        if scheme("agi:async").is_some() {
            return Ok(Self::Asynchronous);
        }
        // An absolute path stands for itself.
        Ok(Self::Program(folder.join(text)))
    }
}

/// A port counts for nothing, as records have one each.
fn domain(text: &str) -> Option<Domain> {
    let (authority, script) = text.split_once('/').unwrap_or((text, ""));
    let name = authority.split_once(':').map_or(authority, |(name, _)| name);
    let is_name = !name.is_empty() && !name.contains(['[', ']', ' ']);
    is_name.then(|| Domain { name: name.to_owned(), script: script.to_owned() })
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
        assert_eq!(read("agi:async"), Ok(Target::Asynchronous));
        let domain = Domain { name: "example.com".to_owned(), script: "x?y=1".to_owned() };
        assert_eq!(read("hagi://example.com/x?y=1"), Ok(Target::Domain(domain.clone())));
        assert_eq!(read("HAGI://example.com:4573/x?y=1"), Ok(Target::Domain(domain)));
        assert_eq!(read("hagi://[::1]/x"), Err(TargetError::Domain));
        assert_eq!(read("hagi:///x"), Err(TargetError::Domain));
    }
}
