//! The address of a certificate, `x5u` (RFC 8225 section 4.3), and what ATIS-1000074 section 5.3.1 allows of it.

use std::net::IpAddr;

/// Longest address that is taken.
const LONGEST: usize = 2_048;

/// Where a certificate is, as whoever fetches it needs it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateUrl {
    /// As it was written.
    pub text: String,
    /// Whether it is `https`, not `http`.
    pub secure: bool,
    /// Name or address of the host, in lower case, without brackets.
    pub host: String,
    /// Port; that of the scheme where none is written.
    pub port: u16,
    /// Path and query: what a request asks for.
    pub target: String,
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// It is no URL of http or https.
    #[error("it is no address of http or https")]
    Malformed,
    /// It may not be fetched without encryption.
    #[error("it is not https (relax_x5u_port_scheme_restrictions would take it)")]
    Insecure,
    /// It is at another port than 443 and 8443.
    #[error("its port is neither 443 nor 8443 (relax_x5u_port_scheme_restrictions would take it)")]
    Port,
    /// It has a user, parameters, a query or a fragment.
    #[error("it has a user, parameters, a query or a fragment (relax_x5u_path_restrictions would take it)")]
    Decorated,
}

impl CertificateUrl {
    /// Reads an address. Strictly it is `https` at port 443 or 8443, and has nothing but a path behind the host;
    /// `any_port` lets other ports and `http` in, `any_path` the rest.
    ///
    /// # Errors
    /// [`UrlError`] says which rule it breaks.
    pub fn parse(text: &str, any_port: bool, any_path: bool) -> Result<Self, UrlError> {
        let visible = text.bytes().all(|octet| (0x21..=0x7e).contains(&octet) && octet != b'"');
        if !visible || text.len() > LONGEST {
            return Err(UrlError::Malformed);
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Malformed)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" if any_port => false,
            "http" => return Err(UrlError::Insecure),
            _ => return Err(UrlError::Malformed),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, behind) = rest.split_at(end);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place).ok_or(UrlError::Malformed)?;
        let port = port.unwrap_or(if secure { 443 } else { 80 });
        if !any_port && !matches!(port, 443 | 8443) {
            return Err(UrlError::Port);
        }
        if !any_path && (user.is_some() || behind.contains(['?', '#', ';'])) {
            return Err(UrlError::Decorated);
        }
        let target = behind.split('#').next().unwrap_or_default();
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Ok(Self { text: text.to_owned(), secure, host, port, target })
    }
}

/// `host`, `host:port`, `[2001:db8::1]:port`.
fn host_and_port(place: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (address, behind) = rest.split_once(']')?;
            let address: IpAddr = address.parse().ok().filter(IpAddr::is_ipv6)?;
            (address.to_string(), behind.strip_prefix(':').or(behind.is_empty().then_some(""))?)
        }
        None => {
            let (name, port) = place.split_once(':').unwrap_or((place, ""));
            let fits = |octet: u8| octet.is_ascii_alphanumeric() || b"-._".contains(&octet);
            let good = !name.is_empty() && name.len() <= 253 && name.bytes().all(fits);
            (good.then(|| name.to_ascii_lowercase())?, port)
        }
    };
    let port = match port {
        "" => None,
        digits if digits.bytes().all(|octet| octet.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    (port != Some(0)).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &str) -> Result<CertificateUrl, UrlError> {
        CertificateUrl::parse(text, false, false)
    }

    #[test]
    fn usual_addresses_are_taken_apart() {
        let url = strict("https://Certs.Example.com/us/1.pem").unwrap();
        assert_eq!(
            (url.host.as_str(), url.port, url.target.as_str()),
            ("certs.example.com", 443, "/us/1.pem")
        );
        assert_eq!(strict("HTTPS://h:8443").map(|url| (url.port, url.target)), Ok((8443, "/".to_owned())));
        let six = CertificateUrl::parse("https://[2001:DB8::1]:444/a", true, false).unwrap();
        assert_eq!((six.host.as_str(), six.port), ("2001:db8::1", 444));
    }

    #[test]
    fn what_the_rules_forbid_has_to_be_allowed() {
        for (text, error) in [
            ("http://h/a", UrlError::Insecure),
            ("https://h:444/a", UrlError::Port),
            ("https://u:p@h/a", UrlError::Decorated),
            ("https://h/a?b=c", UrlError::Decorated),
            ("https://h/a;v=1", UrlError::Decorated),
            ("https://h/a#b", UrlError::Decorated),
        ] {
            assert_eq!(strict(text), Err(error), "{text}");
            assert!(CertificateUrl::parse(text, true, true).is_ok(), "{text}");
        }
        let url = CertificateUrl::parse("https://u@h?x#y", false, true).unwrap();
        assert_eq!((url.host.as_str(), url.target.as_str()), ("h", "/?x"));
    }

    #[test]
    fn what_is_no_address_is_never_taken() {
        for text in [
            "",
            "h/a",
            "ftp://h/a",
            "https://",
            "https:///a",
            "https://h:0/",
            "https://h:70000/",
            "https://h:x/",
            "https://h /a",
            "https://h/a\r\nX: y",
            "https://[::1",
            "https://[h]/",
            "https://[::1]x/",
            "https://h%00/",
        ] {
            assert_eq!(CertificateUrl::parse(text, true, true), Err(UrlError::Malformed), "{text}");
        }
        assert_eq!(strict(&format!("https://h/{}", "a".repeat(2_048))), Err(UrlError::Malformed));
    }
}
