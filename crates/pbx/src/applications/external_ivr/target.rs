//! Who steers the call.

use std::fmt;

use thiserror::Error;

/// The port of servers, where none is named.
const PORT: u16 = 2949;

/// A program or server, and what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) whose: Whose,
    pub(super) arguments: Vec<String>,
    /// As the dialplan has it, without the arguments.
    written: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Program(String),
    Server { host: String, port: u16 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TargetError {
    #[error(
        "give a program or a server, as in ExternalIVR(/usr/bin/menu(one,two)) or ExternalIVR(ivr://127.0.0.1)"
    )]
    Missing,
    #[error("write a server as ivr://host[:port], an IPv6 address in brackets")]
    Server,
}

impl Target {
    /// Reads `program(argument,…)` or `ivr://host[:port](argument,…)`.
    pub(super) fn read(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let (written, arguments) = match text.split_once('(') {
            Some((written, rest)) => (written.trim(), rest.strip_suffix(')').unwrap_or(rest)),
            None => (text, ""),
        };
        let arguments = match arguments {
            "" => Vec::new(),
            arguments => {
                dialplan_vm::split_arguments(arguments).into_iter().map(|a| a.trim().to_owned()).collect()
            }
        };
        let scheme = written.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("ivr://"));
        let whose = match written.get(6..).filter(|_| scheme) {
            Some(authority) => server(authority).ok_or(TargetError::Server)?,
            None if written.is_empty() => return Err(TargetError::Missing),
            None => Whose::Program(written.to_owned()),
        };
        Ok(Self { whose, arguments, written: written.to_owned() })
    }

    /// What `P` is answered: all of it between commas.
    pub(super) fn parameters(&self) -> String {
        let arguments = self.arguments.iter().map(String::as_str);
        std::iter::once(self.written.as_str()).chain(arguments).collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn server(text: &str) -> Option<Whose> {
    let authority = text.trim_end_matches('/');
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(PORT), |port| port.parse().ok().filter(|port| *port > 0))?;
    (!host.is_empty()).then(|| Whose::Server { host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Option<(String, u16)> {
        match Target::read(text).ok()?.whose {
            Whose::Server { host, port } => Some((host, port)),
            Whose::Program(_) => None,
        }
    }

    #[test]
    fn arguments_stand_in_brackets() {
        let target = Target::read("/usr/bin/foo(arg1, \"a,b\")").unwrap();
        assert_eq!(target.whose, Whose::Program("/usr/bin/foo".to_owned()));
        assert_eq!(target.arguments.len(), 2);
        assert!(target.parameters().starts_with("/usr/bin/foo,arg1,"), "{}", target.parameters());
        assert_eq!(Target::read("/usr/bin/foo").unwrap().parameters(), "/usr/bin/foo");
        assert_eq!(Target::read(" "), Err(TargetError::Missing));
    }

    #[test]
    fn servers_have_a_port() {
        assert_eq!(server("ivr://example.com"), Some(("example.com".to_owned(), 2949)));
        assert_eq!(server("IVR://[::1]:4000(a)"), Some(("::1".to_owned(), 4000)));
        assert_eq!(Target::read("ivr://host:x"), Err(TargetError::Server));
        assert_eq!(Target::read("ivr://"), Err(TargetError::Server));
    }
}
