//! `type=identify`.

use std::net::IpAddr;

use asterisk_conf::{Diagnostic, Span};
pub use sip_ua::guard::Network as AddressRange;

use crate::configuration::values::{Values, at};

/// Addresses that belong to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identify {
    /// The section's name.
    pub name: String,
    /// The endpoint.
    pub endpoint: String,
    /// `match`: the addresses.
    pub ranges: Vec<AddressRange>,
    /// Where the section is.
    pub span: Span,
    /// Where the endpoint is named.
    pub endpoint_span: Option<Span>,
}

impl Identify {
    /// `None` for one that names no endpoint or no address; why has been said.
    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        let name = values.section.name.clone();
        let Some(endpoint) = values.text("endpoint") else {
            let message = format!("identify [{}] names no endpoint; it has no effect", name.value);
            values
                .found
                .push(Diagnostic::warning("no-endpoint", message).at(name.span).help("add endpoint=NAME"));
            return None;
        };
        let mut ranges = Vec::new();
        for text in values.list("match") {
            match AddressRange::parse(&text) {
                Some(range) => ranges.push(range),
                None => {
                    let message = format!("match: '{text}' is no address; names are not looked up yet");
                    let finding = Diagnostic::warning("bad-value", message);
                    let help = "write an address or a range, as in 192.0.2.1 or 192.0.2.0/24";
                    let span = values.span("match");
                    values.found.push(at(finding.help(help), span));
                }
            }
        }
        let endpoint_span = values.span("endpoint");
        Some(Self { name: name.value, endpoint, ranges, span: name.span, endpoint_span })
    }

    /// Whether an address belongs to the endpoint.
    pub fn matches(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }
}
