//! What a section of the configuration means for the registration that it asks for.

use std::path::Path;

use sip_ua::registration::{RegistrationSettings, instance_of, line_of};

use crate::configuration::{Auth, Configuration, Registration, route_set};
use crate::upstream::Upstream;

/// All that makes one registration what it is. Where two are equal, a reload changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) settings: RegistrationSettings,
    /// Where its requests go.
    pub(super) upstream: Upstream,
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
        let transport = section.transport.as_deref();
        let upstream = Upstream::of(sip, &section.server_uri, &section.outbound_proxy, transport)?;
        let (endpoint, auth) = (section.endpoint.clone(), section.outbound_auth.clone());
        Ok(Self { settings, upstream, endpoint, auth })
    }
}

/// What this exchange is known by on this machine, and by no other on another one; nobody elsewhere can guess it.
pub(crate) fn own_words(folder: &Path) -> (String, String) {
    let machine = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
    let machine = machine.iter().find_map(|path| std::fs::read_to_string(path).ok());
    // Without one, the name of this start has to do: what it names ends when its time is up.
    let machine = machine.filter(|id| id.trim().len() >= 16).unwrap_or_else(|| super::PROCESS.clone());
    (machine, folder.display().to_string())
}
