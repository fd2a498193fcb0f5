//! `type=outbound-publish`: states that go to another exchange, or to a compositor.

use asterisk_conf::{Diagnostic, Span, suggest};
use sip_ua::event_package::{DialogInfo, Presence};

use super::{filter, spans_of};
use crate::configuration::Pattern;
use crate::configuration::pjsip::proxy;
use crate::configuration::values::{Values, at};

/// What is published where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundPublish {
    /// The section's name.
    pub name: String,
    /// `server_uri`: the resource that is published to.
    pub server_uri: String,
    /// `from_uri`; `server_uri` where it is not written.
    pub from_uri: String,
    /// `to_uri`; `server_uri` where it is not written.
    pub to_uri: String,
    /// `event` and what belongs to it.
    pub published: Published,
    /// `expiration`, in seconds.
    pub expiration: u32,
    /// `outbound_auth`: names of the credentials that answer challenges.
    pub outbound_auth: Vec<String>,
    /// `max_auth_attempts`: refusals of these in a row until it is given up.
    pub max_auth_attempts: u32,
    /// `outbound_proxy`: proxies on the way, each a SIP URI.
    pub outbound_proxy: Vec<String>,
    /// `transport` by name.
    pub transport: Option<String>,
    /// `multi_user`: each extension is a resource of its own.
    pub multi_user: bool,
    /// Where the section is.
    pub span: Span,
    spans: Vec<(&'static str, Span)>,
}

/// Which states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// `asterisk-devicestate`: those of devices here.
    Devices {
        /// `@device_state_filter`: of which.
        filter: Option<Pattern>,
    },
    /// `asterisk-mwi`: counts of mailboxes here.
    Mailboxes {
        /// `@mailbox_state_filter`: of which.
        filter: Option<Pattern>,
    },
    /// `dialog` or `presence`: those of the hints of the dialplan.
    Extensions {
        /// The package.
        package: &'static str,
        /// `@body`: the form of its documents.
        content_type: &'static str,
        /// `@context`: of which contexts.
        context: Option<Pattern>,
        /// `@exten`: of which extensions.
        extension: Option<Pattern>,
    },
}

impl Published {
    const EVENTS: [&'static str; 4] = ["asterisk-devicestate", "asterisk-mwi", "dialog", "presence"];

    /// The event package.
    pub fn event(&self) -> &'static str {
        match self {
            Self::Devices { .. } => "asterisk-devicestate",
            Self::Mailboxes { .. } => "asterisk-mwi",
            Self::Extensions { package, .. } => package,
        }
    }

    fn read(values: &mut Values<'_>) -> Option<Self> {
        let event = values.text("event").unwrap_or_default().to_ascii_lowercase();
        match event.as_str() {
            "asterisk-devicestate" => Some(Self::Devices { filter: filter(values, "@device_state_filter") }),
            "asterisk-mwi" => Some(Self::Mailboxes { filter: filter(values, "@mailbox_state_filter") }),
            "dialog" => Self::extensions(values, "dialog", &[DialogInfo::CONTENT_TYPE]),
            "presence" => {
                let bodies =
                    [Presence::CONTENT_TYPE, Presence::CPIM_CONTENT_TYPE, Presence::XPIDF_CONTENT_TYPE];
                Self::extensions(values, "presence", &bodies)
            }
            other => {
                let message = match other {
                    "" => "it says no event".to_owned(),
                    other => format!("nothing is published of the event '{other}'"),
                };
                let nearest = suggest::nearest(other, Self::EVENTS);
                let help = format!("write event= with one of {}", Self::EVENTS.join(", "));
                let finding = left_out(values, "event", &message).help(help);
                values.found.push(finding.suggest(nearest));
                None
            }
        }
    }

    fn extensions(values: &mut Values<'_>, package: &'static str, bodies: &[&'static str]) -> Option<Self> {
        let said = values.text("@body").unwrap_or_default();
        let Some(content_type) = bodies.iter().find(|known| known.eq_ignore_ascii_case(&said)) else {
            let message = match said.as_str() {
                "" => format!("event={package} has to say the form of its documents"),
                said => format!("documents of {package} are not written as '{said}'"),
            };
            let finding = left_out(values, "@body", &message);
            values.found.push(finding.help(format!("add @body= with one of {}", bodies.join(", "))));
            return None;
        };
        let (context, extension) = (filter(values, "@context"), filter(values, "@exten"));
        Some(Self::Extensions { package, content_type, context, extension })
    }
}

impl OutboundPublish {
    /// `None` for one that cannot be made; why has been said.
    pub(in crate::configuration::pjsip) fn read(values: &mut Values<'_>) -> Option<Self> {
        let name = values.section.name.clone();
        let server_uri = uri(values, "server_uri");
        if server_uri.is_none() && values.text("server_uri").is_none() {
            let finding = left_out(values, "server_uri", "it has no server_uri");
            values.found.push(finding.help("add server_uri=, the resource to publish to: sip:NAME@HOST"));
        }
        let published = Published::read(values);
        let (server_uri, published) = (server_uri?, published?);
        Some(Self {
            from_uri: uri(values, "from_uri").unwrap_or_else(|| server_uri.clone()),
            to_uri: uri(values, "to_uri").unwrap_or_else(|| server_uri.clone()),
            server_uri,
            published,
            expiration: values.number("expiration", 3_600),
            outbound_auth: values.list("outbound_auth"),
            max_auth_attempts: values.number("max_auth_attempts", 5),
            outbound_proxy: proxy::read(values),
            transport: values.text("transport"),
            multi_user: values.flag("multi_user", false),
            spans: spans_of(values, &["outbound_auth", "transport", "multi_user", "event"]),
            name: name.value,
            span: name.span,
        })
    }

    /// The place of a value that checks point at; that of the section where it is not written.
    pub(in crate::configuration) fn span_of(&self, key: &str) -> Span {
        self.spans.iter().find(|(known, _)| *known == key).map_or(self.span, |(_, span)| *span)
    }
}

/// A finding that says why the section is left out.
fn left_out(values: &Values<'_>, key: &str, message: &str) -> Diagnostic {
    let name = &values.section.name;
    let message = format!("outbound-publish [{}] is left out: {message}", name.value);
    at(Diagnostic::warning("bad-publication", message), values.span(key).or(Some(name.span)))
}

/// A SIP URI with a host; `None` where there is none, or one that is of no use, which is told.
fn uri(values: &mut Values<'_>, key: &str) -> Option<String> {
    let text = values.text(key)?;
    let text = text.trim_start_matches('<').trim_end_matches('>').to_owned();
    let Some(problem) = proxy::problem_of(&text) else { return Some(text) };
    values.odd(key, format!("'{text}' is of no use: {problem}"), "write a SIP URI, as in sip:NAME@HOST");
    None
}
