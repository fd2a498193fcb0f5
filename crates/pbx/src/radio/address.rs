/// Where a stream is: `http://` or `https://`, a host, perhaps a port, and a path (RFC 9110 §4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamAddress {
    /// Over TLS.
    pub(super) secure: bool,
    /// A name or an IP address, without brackets.
    pub(super) host: String,
    /// The port; 80 or 443 where none is written.
    pub(super) port: u16,
    /// Path and query, as the server is asked.
    pub(super) target: String,
}

/// What is no address of a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no address of a stream; write http://host/path or https://host/path")]
pub(crate) struct StreamAddressError(String);

impl StreamAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// [`StreamAddressError`] for other schemes, an empty host, a port that is none, and characters that no address has.
    pub(crate) fn parse(text: &str) -> Result<Self, StreamAddressError> {
        Self::read(text.trim()).ok_or_else(|| StreamAddressError(text.chars().take(200).collect()))
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > 2_000 || !text.bytes().all(|octet| (0x21..0x7f).contains(&octet)) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let rest = rest.split('#').next()?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        // A name and a password would have to be sent; none is.
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let default = if secure { 443 } else { 80 };
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                host.parse::<std::net::Ipv6Addr>().ok()?;
                (host, port.strip_prefix(':'))
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let port = match port {
            None | Some("") => default,
            Some(port) => port.parse().ok()?,
        };
        let target = match target.starts_with('/') {
            true => target.to_owned(),
            false => format!("/{target}"),
        };
        (!host.is_empty()).then(|| Self { secure, host: host.to_owned(), port, target })
    }

    /// Another address that this one leads to: a whole one, or a path on the same server.
    pub(super) fn followed_by(&self, reference: &str) -> Option<Self> {
        let reference = reference.trim();
        if reference.contains("://") {
            return Self::read(reference);
        }
        let target = match reference.strip_prefix('/') {
            Some(_) => reference.to_owned(),
            None => {
                let path = self.target.split('?').next().unwrap_or_default();
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                format!("{folder}/{reference}")
            }
        };
        let plain = target.bytes().all(|octet| (0x21..0x7f).contains(&octet)) && target.len() <= 2_000;
        (plain && !reference.is_empty()).then(|| Self { target, ..self.clone() })
    }

    /// `Host`: without the port where it is the usual one (RFC 9110 §7.2).
    pub(super) fn host_header(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl std::fmt::Display for StreamAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.host_header(), self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (text, written) in [
            ("http://radio.example/live.mp3", "http://radio.example/live.mp3"),
            ("HTTPS://radio.example", "https://radio.example/"),
            ("http://u:p@[::1]:8000/a?b=c#d", "http://[::1]:8000/a?b=c"),
            ("https://radio.example:443?x", "https://radio.example/?x"),
        ] {
            assert_eq!(StreamAddress::parse(text).unwrap().to_string(), written);
        }
        for text in
            ["ftp://a/b", "http://", "http://a:b/", "http://a:99999/", "radio", "http://a b/", "http://[x]/"]
        {
            assert!(StreamAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn references_lead_on() {
        let list = StreamAddress::parse("http://radio.example:8000/lists/a.m3u?x=1").unwrap();
        let follow = |reference| list.followed_by(reference).map(|address| address.to_string());
        assert_eq!(follow("b.mp3").as_deref(), Some("http://radio.example:8000/lists/b.mp3"));
        assert_eq!(follow("/c").as_deref(), Some("http://radio.example:8000/c"));
        assert_eq!(follow("https://other.example/d").as_deref(), Some("https://other.example/d"));
        assert_eq!((follow(""), follow("file:///etc/passwd")), (None, None));
    }
}
