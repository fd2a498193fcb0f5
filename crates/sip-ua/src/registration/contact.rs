//! Our Contact: where the registrar sends calls.

use std::fmt::Display;

use sip_parser::escape_user;

use super::RegistrationSettings;
use crate::transport::{Flow, Protocol};

/// The URI of a Contact that is reached over `flow`; `at` is the host and the port where we take connections, as the
/// registrar sees them: calls come there and not to the port that a connection of ours happens to start from.
pub(super) fn uri(settings: &RegistrationSettings, flow: &Flow, at: &dyn Display) -> String {
    let mut uri = format!("sip:{}@{at}", escape_user(&settings.contact_user));
    if flow.protocol != Protocol::Udp {
        uri.push_str(";transport=");
        uri.push_str(flow.protocol.uri_name());
    }
    if let Some(line) = &settings.line {
        uri.push_str(";line=");
        uri.push_str(line);
    }
    if settings.outbound() {
        uri.push_str(";ob");
    }
    uri
}

/// The Contact of a REGISTER for `seconds`.
pub(super) fn value(settings: &RegistrationSettings, uri: &str, seconds: u32) -> String {
    let mut value = format!("<{uri}>;expires={seconds}");
    if let Some(instance) = &settings.instance {
        value.push_str(&format!(";+sip.instance=\"<{instance}>\""));
    }
    if settings.outbound()
        && let Some(reg_id) = settings.reg_id
    {
        value.push_str(&format!(";reg-id={reg_id}"));
    }
    if let Some(params) = &settings.contact_params {
        value.push(';');
        value.push_str(params.trim_start_matches(';'));
    }
    value
}
