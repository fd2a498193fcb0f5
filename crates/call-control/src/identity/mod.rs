//! Who calls, and what a channel is called.

mod presentation;
mod verification;

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use smol_str::{SmolStr, format_smolstr};

pub use presentation::Presentation;
pub use verification::IdentityVerification;

/// A party as shown to others: `"Alice" <6001>`.
///
/// ```
/// use call_control::CallerId;
/// let caller: CallerId = "\"Alice\" <6001>".parse()?;
/// assert_eq!((caller.name.as_str(), caller.number.as_str()), ("Alice", "6001"));
/// assert_eq!(caller.to_string(), "\"Alice\" <6001>");
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CallerId {
    /// The name, empty when there is none.
    pub name: String,
    /// The number, empty when there is none.
    pub number: String,
    /// Whether others may see the number.
    pub number_presentation: Presentation,
    /// Whether others may see the name.
    pub name_presentation: Presentation,
}

/// Who was called before the party that is called now (RFC 5806).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirecting {
    /// The one who passed the call on.
    pub from: CallerId,
    /// Why, in the words of RFC 5806: `unconditional`, `user-busy`, `no-answer`, `deflection` …
    pub reason: String,
    /// How often the call was passed on.
    pub count: u32,
}

impl CallerId {
    /// A party with a number and a name.
    pub fn new(name: impl Into<String>, number: impl Into<String>) -> Self {
        Self { name: name.into(), number: number.into(), ..Self::default() }
    }

    /// The same party, shown to others or not.
    #[must_use]
    pub fn with_presentation(self, presentation: Presentation) -> Self {
        Self { number_presentation: presentation, name_presentation: presentation, ..self }
    }

    /// Whether others may see the party as a whole: who hides name or number is hidden; what is not known hides nothing
    /// of the other.
    pub fn presentation(&self) -> Presentation {
        let (number, name) = (self.number_presentation, self.name_presentation);
        let number_rules = self.name.is_empty()
            || number.is_restricted()
            || (number.is_allowed() && !name.is_restricted())
            || name == Presentation::UNAVAILABLE;
        if number_rules { number } else { name }
    }

    /// True when neither name nor number is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.number.is_empty()
    }
}

impl fmt::Display for CallerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.is_empty(), self.number.is_empty()) {
            (true, _) => f.write_str(&self.number),
            (false, true) => write!(f, "\"{}\"", self.name),
            (false, false) => write!(f, "\"{}\" <{}>", self.name, self.number),
        }
    }
}

impl std::str::FromStr for CallerId {
    type Err = std::convert::Infallible;

    /// Reads `"Name" <number>`, `Name <number>`, `<number>`, a bare number or a bare name, as `callerid=` has them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some((name, rest)) = text.rsplit_once('<') {
            let number = rest.trim_end_matches('>').trim();
            return Ok(Self::new(
                unquote(name),
                telephone_number(number).unwrap_or_else(|| number.to_owned()),
            ));
        }
        Ok(match telephone_number(text) {
            Some(number) => Self::new("", number),
            None => Self::new(unquote(text), ""),
        })
    }
}

/// `(0044) 20-7946.0000` without what people write between the digits; `None` for what is no telephone number.
fn telephone_number(text: &str) -> Option<String> {
    let is_sign = |c: char| c.is_ascii_digit() || "+*#".contains(c);
    let is_number = text.contains(is_sign) && text.chars().all(|c| is_sign(c) || " ()-.".contains(c));
    is_number.then(|| text.chars().filter(|c| is_sign(*c)).collect())
}

/// The name without its quotes, and what is escaped in them: `\"` and `\\` (RFC 3261 §25.1). Any other backslash is the
/// name's own, for what [`CallerId`] writes is read back here.
fn unquote(text: &str) -> String {
    let text = text.trim();
    let Some(quoted) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut name = String::with_capacity(quoted.len());
    let mut rest = quoted.chars().peekable();
    while let Some(c) = rest.next() {
        let escaped = if c == '\\' { rest.next_if(|next| matches!(next, '"' | '\\')) } else { None };
        name.push(escaped.unwrap_or(c));
    }
    name
}

/// Draws the identifiers of channels and calls; one for each [`crate::Switchboard`].
///
/// With a system name they stay unique over several nodes.
#[derive(Debug)]
pub(crate) struct Identifiers {
    system_name: String,
    channel: AtomicU32,
    call: AtomicU32,
    unique: AtomicU32,
}

impl Identifiers {
    pub(crate) fn new(system_name: &str) -> Self {
        Self {
            system_name: system_name.to_owned(),
            channel: AtomicU32::new(0),
            call: AtomicU32::new(1),
            unique: AtomicU32::new(0),
        }
    }

    /// `PJSIP/alice-0000002a`: technology, resource, and a counter over all channels.
    pub(crate) fn channel_name(&self, technology: &str, resource: &str) -> SmolStr {
        format_smolstr!("{technology}/{resource}-{:08x}", self.channel.fetch_add(1, Ordering::Relaxed))
    }

    /// `[systemname-]epochseconds.counter`.
    pub(crate) fn unique_id(&self) -> SmolStr {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let counter = self.unique.fetch_add(1, Ordering::Relaxed);
        if self.system_name.is_empty() {
            format_smolstr!("{seconds}.{counter}")
        } else {
            format_smolstr!("{}-{seconds}.{counter}", self.system_name)
        }
    }

    /// The identifier that all logs and events of one call carry: `C-00000001`.
    pub(crate) fn call_id(&self) -> CallIdentifier {
        CallIdentifier(self.call.fetch_add(1, Ordering::Relaxed))
    }
}

/// Names one call over all its channels, logs and events; printed as `C-00000001`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallIdentifier(u32);

impl fmt::Display for CallIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C-{:08x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> CallerId {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_of_callerid_is_read() {
        assert_eq!(parse("Alice Doe <100>"), CallerId::new("Alice Doe", "100"));
        assert_eq!(parse("\"Doe, A.\" <+331>"), CallerId::new("Doe, A.", "+331"));
        assert_eq!(parse("<100>"), CallerId::new("", "100"));
        assert_eq!(parse("100"), CallerId::new("", "100"));
        assert_eq!(parse("Alice"), CallerId::new("Alice", ""));
        assert_eq!(parse("Alice <+44 (20) 7946-0000>"), CallerId::new("Alice", "+442079460000"));
        assert_eq!(parse("020 7946.0000"), CallerId::new("", "02079460000"));
        assert_eq!(parse("Alice <al-ice>"), CallerId::new("Alice", "al-ice"));
        assert_eq!(parse("- -"), CallerId::new("- -", ""));
        assert!(parse("").is_empty());
    }

    #[test]
    fn who_hides_name_or_number_is_hidden() {
        use Presentation as P;
        let party = |number, name| CallerId {
            number_presentation: number,
            name_presentation: name,
            ..CallerId::new("Alice", "100")
        };
        for (number, name, whole) in [
            (P::ALLOWED, P::ALLOWED, P::ALLOWED),
            (P::RESTRICTED, P::ALLOWED, P::RESTRICTED),
            (P::ALLOWED, P::RESTRICTED, P::RESTRICTED),
            (P::UNAVAILABLE, P::ALLOWED, P::ALLOWED),
            (P::ALLOWED, P::UNAVAILABLE, P::ALLOWED),
            (P::UNAVAILABLE, P::RESTRICTED, P::RESTRICTED),
            (P::UNAVAILABLE, P::UNAVAILABLE, P::UNAVAILABLE),
        ] {
            assert_eq!(party(number, name).presentation(), whole, "{number} {name}");
        }
        let nameless = CallerId { name: String::new(), ..party(P::ALLOWED, P::RESTRICTED) };
        assert!(nameless.presentation().is_allowed());
    }

    #[test]
    fn quotes_within_a_name_are_escaped_once() {
        assert_eq!(parse(r#""Jo \"X\"" <1>"#), CallerId::new(r#"Jo "X""#, "1"));
        assert_eq!(parse(r#""a\\b""#), CallerId::new(r"a\b", ""));
        for plain in [r#""Sales\East" <1>"#, r#""end\" <1>"#] {
            assert_eq!(parse(plain).to_string(), plain, "other backslashes stay");
        }
        assert_eq!(parse(r#"Jo "X" <1>"#), CallerId::new(r#"Jo "X""#, "1"));
        let quoted = CallerId::new(r#"Jo "X""#, "1");
        assert_eq!(parse(&quoted.to_string()), quoted);
    }

    #[test]
    fn identifiers_have_the_shapes_that_scripts_expect() {
        let ids = Identifiers::new("east");
        assert_eq!(ids.channel_name("PJSIP", "alice"), "PJSIP/alice-00000000");
        assert_eq!(ids.channel_name("PJSIP", "bob"), "PJSIP/bob-00000001");
        assert!(ids.unique_id().starts_with("east-"));
        assert!(ids.unique_id().ends_with(".1"));
        assert_eq!(ids.call_id().to_string(), "C-00000001");
    }
}
