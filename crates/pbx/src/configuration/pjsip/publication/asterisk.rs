//! `type=asterisk-publication`: what is taken of the states that other exchanges publish.

use asterisk_conf::Span;

use super::{filter, spans_of};
use crate::configuration::Pattern;
use crate::configuration::values::Values;

/// How the publications of another exchange are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsteriskPublication {
    /// The section's name.
    pub name: String,
    /// `devicestate_publish`: the publication that asks for all states of devices, and answers when we are asked.
    pub devicestate_publish: Option<String>,
    /// `mailboxstate_publish`: the same for mailboxes.
    pub mailboxstate_publish: Option<String>,
    /// `device_state`: whether states of devices are taken.
    pub device_state: bool,
    /// `device_state_filter`: those of which devices.
    pub device_state_filter: Option<Pattern>,
    /// `mailbox_state`: whether counts of mailboxes are taken.
    pub mailbox_state: bool,
    /// `mailbox_state_filter`: those of which mailboxes.
    pub mailbox_state_filter: Option<Pattern>,
    /// Where the section is.
    pub span: Span,
    spans: Vec<(&'static str, Span)>,
}

impl AsteriskPublication {
    pub(in crate::configuration::pjsip) fn read(values: &mut Values<'_>) -> Self {
        let name = values.section.name.clone();
        Self {
            devicestate_publish: values.text("devicestate_publish"),
            mailboxstate_publish: values.text("mailboxstate_publish"),
            device_state: values.flag("device_state", false),
            device_state_filter: filter(values, "device_state_filter"),
            mailbox_state: values.flag("mailbox_state", false),
            mailbox_state_filter: filter(values, "mailbox_state_filter"),
            spans: spans_of(values, &["devicestate_publish", "mailboxstate_publish"]),
            name: name.value,
            span: name.span,
        }
    }

    /// The place of a value that checks point at; that of the section where it is not written.
    pub(in crate::configuration) fn span_of(&self, key: &str) -> Span {
        self.spans.iter().find(|(known, _)| *known == key).map_or(self.span, |(_, span)| *span)
    }
}
