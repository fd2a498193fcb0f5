//! What a section of the configuration means for the publications that it asks for.

use std::collections::BTreeSet;

use sip_parser::{Uri, escape_user};
use sip_ua::publication::PublicationSettings;

use crate::configuration::{Configuration, OutboundPublish, Published, route_set};
use crate::presence::{Hint, PublishedStates, hints_of};
use crate::upstream::Upstream;

/// All that makes one publication what it is. Where two are equal, a reload changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) settings: PublicationSettings,
    /// Where its requests go.
    pub(super) upstream: Upstream,
    /// What it tells.
    pub(super) states: PublishedStates,
    /// Whether it asks the other side for all that it knows, as it begins.
    pub(super) asks: bool,
}

/// The plans of a configuration by name, without those whose server cannot be named, which is told.
pub(super) fn all(configuration: &Configuration) -> Vec<(String, Plan)> {
    let sections = configuration.sip.outbound_publishes.values();
    let plans = sections.flat_map(|section| {
        of_section(configuration, section).unwrap_or_else(|problem| {
            tracing::warn!("outbound-publish [{}] is left out: {problem}", section.name);
            Vec::new()
        })
    });
    plans.collect()
}

fn of_section(
    configuration: &Configuration,
    section: &OutboundPublish,
) -> Result<Vec<(String, Plan)>, String> {
    let states = states_of(configuration, section);
    match states {
        PublishedStates::Extensions { package, content_type, host, hints } if section.multi_user => {
            let mut known = BTreeSet::new();
            // The first context that has an extension speaks for it.
            let hints = hints.into_iter().filter(|hint| known.insert(hint.extension.clone()));
            let plan = |hint: Hint| {
                let (extension, host) = (hint.extension.clone(), host.clone());
                let states = PublishedStates::Extensions { package, content_type, host, hints: vec![hint] };
                let plan = Plan::of(configuration, section, states, Some(&extension))?;
                Ok((format!("{}/{extension}", section.name), plan))
            };
            hints.map(plan).collect()
        }
        // Without a hint there is nobody to tell of.
        PublishedStates::Extensions { hints, .. } if hints.is_empty() => Ok(Vec::new()),
        states => Ok(vec![(section.name.clone(), Plan::of(configuration, section, states, None)?)]),
    }
}

fn states_of(configuration: &Configuration, section: &OutboundPublish) -> PublishedStates {
    match &section.published {
        Published::Devices { filter } => PublishedStates::Devices { filter: filter.clone() },
        Published::Mailboxes { filter } => PublishedStates::Mailboxes { filter: filter.clone() },
        Published::Extensions { package, content_type, context, extension } => PublishedStates::Extensions {
            package,
            content_type,
            host: host_of(&section.to_uri),
            hints: hints_of(&configuration.dialplan, context.as_ref(), extension.as_ref()),
        },
    }
}

impl Plan {
    fn of(
        configuration: &Configuration,
        section: &OutboundPublish,
        states: PublishedStates,
        user: Option<&str>,
    ) -> Result<Self, String> {
        let sip = &configuration.sip;
        let uri = |uri: &str| user.map_or_else(|| uri.to_owned(), |user| with_user(uri, user));
        let mut settings = PublicationSettings::new(uri(&section.server_uri), section.published.event());
        (settings.from_uri, settings.to_uri) = (uri(&section.from_uri), uri(&section.to_uri));
        settings.route = route_set(&section.outbound_proxy);
        settings.credentials = sip.credentials_of_ours(&section.outbound_auth);
        settings.expiration = section.expiration;
        settings.max_auth_attempts = section.max_auth_attempts;
        let transport = section.transport.as_deref();
        let upstream = Upstream::of(sip, &section.server_uri, &section.outbound_proxy, transport)?;
        let asks = sip.asterisk_publications.values().any(|taker| {
            let named = match section.published {
                Published::Devices { .. } => &taker.devicestate_publish,
                Published::Mailboxes { .. } => &taker.mailboxstate_publish,
                Published::Extensions { .. } => &None,
            };
            named.as_ref() == Some(&section.name)
        });
        Ok(Self { settings, upstream, states, asks })
    }
}

/// The URI of another user at the same place.
fn with_user(uri: &str, user: &str) -> String {
    let (scheme, rest) = uri.split_once(':').unwrap_or(("sip", uri));
    let place = rest.split_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}:{}@{place}", escape_user(user))
}

/// Host and port of a URI.
fn host_of(uri: &str) -> String {
    let Ok(uri) = Uri::parse(uri) else { return String::new() };
    match uri.port() {
        Some(port) => format!("{}:{port}", uri.host()),
        None => uri.host().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_gets_another_user() {
        assert_eq!(with_user("sip:192.0.2.1:5061", "100"), "sip:100@192.0.2.1:5061");
        assert_eq!(
            with_user("sips:lamps;a=b@example.com;transport=tls", "#1"),
            "sips:%231@example.com;transport=tls"
        );
        assert_eq!(host_of("sip:lamps@192.0.2.1:5061;transport=tcp"), "192.0.2.1:5061");
    }
}
