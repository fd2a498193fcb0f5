//! `type=inbound-publication`: a resource that another exchange publishes to.

use asterisk_conf::Span;

use super::spans_of;
use crate::configuration::values::Values;

/// A resource that may be published to; its name is the user of the Request-URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundPublication {
    /// The section's name.
    pub name: String,
    /// `endpoint` that alone may publish; any where there is none.
    pub endpoint: Option<String>,
    /// `event_asterisk-devicestate`: the `type=asterisk-publication` that takes states of devices.
    pub devices: Option<String>,
    /// `event_asterisk-mwi`: the one that takes counts of mailboxes.
    pub mailboxes: Option<String>,
    /// Where the section is.
    pub span: Span,
    spans: Vec<(&'static str, Span)>,
}

impl InboundPublication {
    pub(in crate::configuration::pjsip) fn read(values: &mut Values<'_>) -> Self {
        let name = values.section.name.clone();
        Self {
            endpoint: values.text("endpoint"),
            devices: values.text("event_asterisk-devicestate"),
            mailboxes: values.text("event_asterisk-mwi"),
            spans: spans_of(values, &["endpoint", "event_asterisk-devicestate", "event_asterisk-mwi"]),
            name: name.value,
            span: name.span,
        }
    }

    /// The place of a value that checks point at; that of the section where it is not written.
    pub(in crate::configuration) fn span_of(&self, key: &str) -> Span {
        self.spans.iter().find(|(known, _)| *known == key).map_or(self.span, |(_, span)| *span)
    }
}
