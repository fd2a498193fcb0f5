//! `type=aor`.

use std::time::Duration;

use asterisk_conf::{Diagnostic, Span};

use super::proxy;
use crate::configuration::values::Values;

/// An address of record: where an endpoint can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aor {
    /// Its name, the user that phones register.
    pub name: String,
    /// `contact`: where it is without registering, each with its place.
    pub contacts: Vec<String>,
    /// `max_contacts`; 0 accepts no registration.
    pub max_contacts: usize,
    /// `remove_existing`.
    pub remove_existing: bool,
    /// `minimum_expiration`, in seconds.
    pub minimum_expiration: u32,
    /// `default_expiration`, in seconds.
    pub default_expiration: u32,
    /// `maximum_expiration`, in seconds.
    pub maximum_expiration: u32,
    /// `support_path` (RFC 3327).
    pub support_path: bool,
    /// `qualify_frequency`: from one OPTIONS to the next; `None` asks nobody.
    pub qualify_frequency: Option<Duration>,
    /// `qualify_timeout`: how long an answer may take; `None` for as long as the request is repeated.
    pub qualify_timeout: Option<Duration>,
    /// `qualify_2xx_only`: another answer counts as none.
    pub qualify_2xx_only: bool,
    /// `authenticate_qualify`: a challenge is answered before the contact counts as there.
    pub authenticate_qualify: bool,
    /// `remove_unavailable`: contacts that do not answer make room for new ones first.
    pub remove_unavailable: bool,
    /// `outbound_proxy`: proxies on the way to it, unless its endpoint has some; each a SIP URI.
    pub outbound_proxy: Vec<String>,
    /// `mailboxes`: told to phones that subscribe to them.
    pub mailboxes: Vec<String>,
    /// `voicemail_extension`: what phones call to hear their messages.
    pub voicemail_extension: Option<String>,
    /// Where the section is.
    pub span: Span,
}

impl Aor {
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        let aor = Self::of(values);
        if aor.minimum_expiration > aor.maximum_expiration {
            let message = format!(
                "{} is more than maximum_expiration, {}, which all registrations get",
                aor.minimum_expiration, aor.maximum_expiration
            );
            values.odd("minimum_expiration", message, "write a smaller one, or a larger maximum_expiration");
        }
        aor
    }

    fn of(values: &mut Values<'_>) -> Self {
        let name = values.section.name.clone();
        Self {
            contacts: contacts(values),
            max_contacts: values.number("max_contacts", 0),
            remove_existing: values.flag("remove_existing", false),
            minimum_expiration: values.number("minimum_expiration", 60),
            default_expiration: values.number("default_expiration", 3_600),
            maximum_expiration: values.number("maximum_expiration", 7_200),
            support_path: values.flag("support_path", false),
            qualify_frequency: values.seconds("qualify_frequency"),
            qualify_timeout: match values.text("qualify_timeout") {
                Some(_) => values.seconds("qualify_timeout"),
                None => Some(Duration::from_secs(3)),
            },
            qualify_2xx_only: values.flag("qualify_2xx_only", false),
            authenticate_qualify: values.flag("authenticate_qualify", false),
            remove_unavailable: values.flag("remove_unavailable", false),
            outbound_proxy: proxy::read(values),
            mailboxes: values.list("mailboxes"),
            voicemail_extension: values.text("voicemail_extension"),
            name: name.value,
            span: name.span,
        }
    }
}

/// `contact`, as often as wanted, each a URI that calls can go to.
fn contacts(values: &mut Values<'_>) -> Vec<String> {
    let mut contacts = Vec::new();
    for entry in values.section.all("contact") {
        for text in entry.value.value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let Some(problem) = proxy::problem_of(text) else {
                contacts.push(text.to_owned());
                continue;
            };
            let message = format!("contact: '{text}' is left out: {problem}");
            let finding = Diagnostic::warning("bad-uri", message).at(entry.value.span);
            values.found.push(finding.help("write where the phone is, as in sip:100@192.0.2.10:5060"));
        }
    }
    contacts
}
