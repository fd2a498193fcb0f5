//! `register => [peer?][transport://]user[@domain][:secret[:authuser]]@host[:port][/extension][~expiry]`.

/// A line taken apart. Parts that are empty count as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RegisterLine {
    /// The device whose settings it uses.
    pub(super) peer: Option<String>,
    /// `udp`, `tcp`, `tls` and so on, in lower case.
    pub(super) transport: Option<String>,
    /// Who we are there.
    pub(super) user: String,
    /// The domain of that name, when it is not the host.
    pub(super) domain: Option<String>,
    pub(super) secret: Option<String>,
    /// The user of the credentials, when it is another one.
    pub(super) auth_user: Option<String>,
    /// The registrar: a name or an address; IPv6 in brackets.
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// The extension that calls arrive at.
    pub(super) extension: Option<String>,
    /// Seconds to ask for.
    pub(super) expiry: Option<u32>,
}

/// Why a line cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RegisterError {
    #[error("there is no @ between the user and the host")]
    NoHost,
    #[error("there is no user before the @")]
    NoUser,
    #[error("the port is no number below 65536")]
    BadPort,
    #[error("the time behind ~ is no number of seconds")]
    BadExpiry,
    #[error("a bracket of the address is not closed")]
    OpenBracket,
    #[error("a name or a host has a character that no SIP URI can have there")]
    Unwritable,
}

impl RegisterLine {
    /// Takes a line apart. The secret may hold any character but a colon: the host begins behind the last `@`.
    pub(super) fn parse(text: &str) -> Result<Self, RegisterError> {
        let text = text.trim();
        let (text, expiry) = match text.rsplit_once('~').filter(|(before, _)| before.contains('@')) {
            Some((before, seconds)) if !seconds.contains('@') => {
                (before, Some(seconds.trim().parse().map_err(|_| RegisterError::BadExpiry)?))
            }
            _ => (text, None),
        };
        let (peer, text) = match text.split_once('?') {
            Some((peer, rest)) if !peer.contains([':', '@', '/']) => (named(peer), rest),
            _ => (None, text),
        };
        let (transport, text) = match text.split_once("://") {
            Some((word, rest)) if word.chars().all(|c| c.is_ascii_alphabetic()) => {
                (named(word).map(|word| word.to_ascii_lowercase()), rest)
            }
            _ => (None, text),
        };
        let (who, place) = text.rsplit_once('@').ok_or(RegisterError::NoHost)?;
        let (place, extension) = match place.split_once('/') {
            Some((place, extension)) => (place, named(extension)),
            None => (place, None),
        };
        let (host, port) = host_and_port(place.trim())?;
        let mut parts = who.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let (user, domain) =
            name.split_once('@').map_or((name, None), |(user, domain)| (user, named(domain)));
        let (secret, auth_user) = (parts.next().and_then(named), parts.next().and_then(named));
        if user.trim().is_empty() {
            return Err(RegisterError::NoUser);
        }
        let host_like = [Some(&host), domain.as_ref()];
        let fits = |text: &String| !text.contains(|c: char| c.is_whitespace() || "<>\"?/@;,".contains(c));
        if !host_like.into_iter().flatten().all(fits) {
            return Err(RegisterError::Unwritable);
        }
        let user = user.trim().to_owned();
        Ok(Self { peer, transport, user, domain, secret, auth_user, host, port, extension, expiry })
    }
}

/// A part, unless it is empty.
fn named(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `host`, `host:port`, `[2001:db8::1]`, `[2001:db8::1]:port`, `2001:db8::1`.
pub(super) fn host_and_port(text: &str) -> Result<(String, Option<u16>), RegisterError> {
    let port = |text: &str| text.trim().parse().map(Some).map_err(|_| RegisterError::BadPort);
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or(RegisterError::OpenBracket)?;
        let port = if rest.is_empty() { None } else { port(rest.strip_prefix(':').unwrap_or(rest))? };
        (format!("[{address}]"), port)
    } else {
        match text.split_once(':') {
            Some((_, rest)) if rest.contains(':') => (format!("[{text}]"), None),
            Some((host, rest)) => (host.trim().to_owned(), port(rest)?),
            None => (text.to_owned(), None),
        }
    };
    if host.is_empty() { Err(RegisterError::NoHost) } else { Ok((host, port)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(user: &str, host: &str) -> RegisterLine {
        RegisterLine { user: user.to_owned(), host: host.to_owned(), ..RegisterLine::default() }
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn every_form_is_taken_apart() {
        let parsed = |text| RegisterLine::parse(text).unwrap();
        assert_eq!(parsed("1234@example.com"), line("1234", "example.com"));
        assert_eq!(
            parsed("1234:secret@example.com"),
            RegisterLine { secret: some("secret"), ..line("1234", "example.com") }
        );
        assert_eq!(
            parsed("1234:s@cr/e~t:auth@example.com:5070/100~600"),
            RegisterLine {
                secret: some("s@cr/e~t"),
                auth_user: some("auth"),
                port: Some(5070),
                extension: some("100"),
                expiry: Some(600),
                ..line("1234", "example.com")
            }
        );
        assert_eq!(
            parsed("provider?TLS://1234@my.domain:secret@sip.example.com/9000"),
            RegisterLine {
                peer: some("provider"),
                transport: some("tls"),
                domain: some("my.domain"),
                secret: some("secret"),
                extension: some("9000"),
                ..line("1234", "sip.example.com")
            }
        );
        assert_eq!(
            parsed("1234:what?@[2001:db8::1]:5070"),
            RegisterLine { secret: some("what?"), port: Some(5070), ..line("1234", "[2001:db8::1]") }
        );
        assert_eq!(parsed("1234::auth@h/"), RegisterLine { auth_user: some("auth"), ..line("1234", "h") });
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text| RegisterLine::parse(text).unwrap_err();
        assert_eq!(error("1234:secret"), RegisterError::NoHost);
        assert_eq!(error("1234@"), RegisterError::NoHost);
        assert_eq!(error(":secret@example.com"), RegisterError::NoUser);
        assert_eq!(error("1234@example.com:port"), RegisterError::BadPort);
        assert_eq!(error("1234@example.com~soon"), RegisterError::BadExpiry);
        assert_eq!(error("1234@[2001:db8::1"), RegisterError::OpenBracket);
        assert_eq!(error("1234@exam ple.com"), RegisterError::Unwritable);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_is_answered(text in "[a-z0-9@:/?~.\\[\\] é-]{0,40}") {
            if let Ok(line) = RegisterLine::parse(&text) {
                proptest::prop_assert!(!line.user.is_empty() && !line.host.is_empty());
            }
        }
    }
}
