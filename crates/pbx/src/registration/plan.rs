//! What a section of the configuration means for the registration that it asks for.

use std::net::SocketAddr;
use std::path::Path;

use call_control::sip::NextHop;
use sip_parser::Uri;
use sip_ua::registration::{RegistrationSettings, instance_of, line_of};
use sip_ua::transport::Protocol;

use crate::configuration::{Auth, Configuration, Registration, route_set};

/// All that makes one registration what it is. Where two are equal, a reload changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) settings: RegistrationSettings,
    /// Where its requests go first.
    pub(super) next_hop: NextHop,
    /// The transport that it is bound to.
    pub(super) transport: Option<(Protocol, SocketAddr)>,
    /// The endpoint that its calls come from.
    pub(super) endpoint: Option<String>,
    /// Names of the credentials, to show.
    pub(super) auth: Vec<String>,
}

impl Plan {
    /// The plan of a section; a sentence where its registrar cannot be named.
    pub(super) fn of(configuration: &Configuration, section: &Registration) -> Result<Self, String> {
        let sip = &configuration.sip;
        let mut settings = RegistrationSettings::new(&section.server_uri, &section.client_uri);
        settings.contact_user = section.contact_user.clone();
        settings.contact_params = section.contact_header_params.clone();
        settings.support_path = section.support_path;
        settings.route = route_set(&section.outbound_proxy);
        settings.headers =
            section.user_agent.iter().map(|name| ("User-Agent".to_owned(), name.clone())).collect();
        settings.credentials = sip.credentials_of_ours(&section.outbound_auth);
        settings.security_mechanisms = section.security_mechanisms.clone();
        settings.expiration = section.expiration;
        settings.retry_interval = section.retry_interval;
        settings.forbidden_retry_interval = section.forbidden_retry_interval;
        settings.fatal_retry_interval = section.fatal_retry_interval;
        settings.max_retries = Some(section.max_retries);
        settings.auth_rejection_permanent = section.auth_rejection_permanent;
        settings.max_initial_delay = section.max_random_initial_delay;
        let own = own_words(&configuration.folders.configuration);
        let own: [&str; 2] = [&own.0, &own.1];
        if section.support_outbound {
            settings.instance = Some(instance_of(&own));
            settings.reg_id = Some(1);
        }
        if section.line && section.endpoint.is_some() {
            // The secret makes it this account's alone, also where two machines were made of one image.
            let auths = section.outbound_auth.iter().filter_map(|name| sip.auths.get(name));
            let secrets: Vec<&str> = auths.flat_map(Auth::secrets).collect();
            let mut parts = vec![own[0], own[1], section.name.as_str()];
            parts.extend(secrets);
            settings.line = Some(line_of(&parts));
        }
        let transport = section.transport.as_ref();
        let transport = transport.and_then(|name| sip.transports.iter().find(|t| t.name == *name));
        let transport = transport.map(|transport| (transport.protocol, transport.bind));
        let first = section.outbound_proxy.first().unwrap_or(&section.server_uri);
        let next_hop = next_hop(first, transport.map(|(protocol, _)| protocol))?;
        let (endpoint, auth) = (section.endpoint.clone(), section.outbound_auth.clone());
        Ok(Self { settings, next_hop, transport, endpoint, auth })
    }
}

/// Where a URI leads; over the transport that was named where the URI does not say.
fn next_hop(uri: &str, named: Option<Protocol>) -> Result<NextHop, String> {
    let parsed = Uri::parse(uri).map_err(|error| format!("'{uri}' is no SIP URI: {error}"))?;
    let hop = NextHop::of(&parsed).map_err(|problem| format!("'{uri}' is of no use: {problem}"))?;
    Ok(match named {
        Some(protocol) => hop.over(protocol),
        None => hop,
    })
}

/// What this exchange is known by on this machine, and by no other on another one; nobody elsewhere can guess it.
pub(crate) fn own_words(folder: &Path) -> (String, String) {
    let machine = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
    let machine = machine.iter().find_map(|path| std::fs::read_to_string(path).ok());
    // Without one, the name of this start has to do: what it names ends when its time is up.
    let machine = machine.filter(|id| id.trim().len() >= 16).unwrap_or_else(|| super::PROCESS.clone());
    (machine, folder.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_transport_counts_where_the_uri_does_not_say() {
        let hop = |uri, named| next_hop(uri, named).unwrap();
        let over_tls = hop("sip:sip.example.com", Some(Protocol::Tls));
        assert_eq!(over_tls, hop("sip:sip.example.com", None).over(Protocol::Tls));
        assert_ne!(over_tls, hop("sip:sip.example.com", None));
        let says = "sip:192.0.2.1:5070;transport=tcp";
        assert_eq!(hop(says, Some(Protocol::Udp)), hop(says, None));
        assert!(next_hop("tel:100", None).is_err());
    }
}
