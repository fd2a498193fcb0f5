//! Endpoints of the configuration in the form that calls use, made once for each load.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use call_control::Codec;
use call_control::sip::{AccessRules, SipEndpoint};
use sip_ua::digest::{Credentials, Secret};

use crate::configuration::{Access, Configuration, DtmfMode, Endpoint, Identifier};

/// All endpoints, by name.
pub(crate) struct EndpointTable {
    by_name: HashMap<String, Arc<SipEndpoint>>,
    /// Those that the user of their credentials leads to. A table and no search, which would take longer for names that
    /// do not exist.
    by_user: HashMap<String, String>,
    /// The realm of each endpoint that is challenged.
    realms: Vec<String>,
    /// What every request must pass.
    access: Arc<AccessRules>,
    hasher: RandomState,
}

impl EndpointTable {
    /// The endpoints of `configuration`.
    pub(crate) fn of(configuration: &Configuration) -> Self {
        let sip = &configuration.sip;
        let made =
            sip.endpoints.iter().map(|(name, e)| (name.clone(), Arc::new(sip_endpoint(configuration, e))));
        let by_name: HashMap<_, _> = made.collect();
        let challenged = by_name.values().filter(|endpoint| !endpoint.credentials.is_empty());
        let realm =
            |e: &Arc<SipEndpoint>| e.realm.clone().unwrap_or_else(|| sip.global.default_realm.clone());
        let lists = |all: &[Access]| all.iter().flat_map(|access| access.lists(&sip.access_lists)).collect();
        let mut access = AccessRules::default();
        access.source = lists(&sip.access);
        access.contact = lists(&sip.contact_access);
        Self {
            realms: challenged.map(realm).collect(),
            access: Arc::new(access),
            by_user: by_user(configuration),
            by_name,
            hasher: RandomState::new(),
        }
    }

    /// The endpoint whose credentials have this user, if it lets itself be found so.
    pub(crate) fn of_user(&self, user: &str) -> Option<&str> {
        self.by_user.get(user).map(String::as_str)
    }

    /// What every request must pass.
    pub(crate) fn access(&self) -> Arc<AccessRules> {
        self.access.clone()
    }

    /// The realm in which somebody of an unknown name is challenged: always the same one for a name, and each realm as
    /// often as endpoints have it. `None` when nobody is challenged.
    pub(crate) fn realm_for_unknown(&self, name: &str) -> Option<&str> {
        let count = u64::try_from(self.realms.len()).ok().filter(|count| *count > 0)?;
        let place = usize::try_from(self.hasher.hash_one(name) % count).ok()?;
        self.realms.get(place).map(String::as_str)
    }

    /// The endpoint of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<SipEndpoint>> {
        self.by_name.get(name)
    }
}

fn sip_endpoint(configuration: &Configuration, endpoint: &Endpoint) -> SipEndpoint {
    let mut sip = SipEndpoint::new(endpoint.name.clone());
    sip.context = endpoint.context.clone();
    sip.codecs = endpoint.codecs.iter().filter_map(|name| codec(name)).collect();
    sip.telephone_event = !matches!(endpoint.dtmf_mode, DtmfMode::Inband | DtmfMode::Info | DtmfMode::None);
    sip.caller = endpoint.caller_id.clone();
    sip.credentials = credentials(configuration, &endpoint.auth);
    if sip.credentials.is_empty() && !endpoint.auth.is_empty() {
        sip.credentials.push(nobodys());
    }
    sip.realm = sip.credentials.iter().find_map(|credentials| credentials.realm.clone());
    sip.outbound_credentials = credentials(configuration, &endpoint.outbound_auth);
    sip.language = endpoint.language.clone();
    sip.from_user = endpoint.from_user.clone();
    sip.from_domain = endpoint.from_domain.clone();
    sip.variables = endpoint.set_var.clone();
    sip.symmetric_media = endpoint.rtp_symmetric;
    sip.strict_media = configuration.rtp.strict;
    sip.media_address = endpoint.media_address;
    sip.rtp_timeout = endpoint.rtp_timeout;
    sip.rtp_timeout_hold = endpoint.rtp_timeout_hold;
    sip.allow_unauthenticated_options = endpoint.allow_unauthenticated_options;
    sip.access.source = endpoint.access.lists(&configuration.sip.access_lists);
    sip.access.contact = endpoint.contact_access.lists(&configuration.sip.access_lists);
    sip
}

fn by_user(configuration: &Configuration) -> HashMap<String, String> {
    let mut by_user = HashMap::new();
    let found = |e: &&Arc<Endpoint>| e.identify_by.contains(&Identifier::AuthUsername);
    for endpoint in configuration.sip.endpoints.values().filter(found) {
        for auth in endpoint.auth.iter().filter_map(|name| configuration.sip.auths.get(name)) {
            by_user.entry(auth.username.clone()).or_insert_with(|| endpoint.name.clone());
        }
    }
    by_user
}

/// What the `auth` sections of that name hold. One that is missing proves nothing, and the check has said so.
fn credentials(configuration: &Configuration, names: &[String]) -> Vec<Credentials> {
    names.iter().filter_map(|name| configuration.sip.auths.get(name)).map(|auth| auth.credentials()).collect()
}

/// Credentials that nobody has: an endpoint whose `auth` is missing is not one that needs none.
fn nobodys() -> Credentials {
    let secret = RandomState::new();
    Credentials::new("", Secret::plain(format!("{:016x}{:016x}", secret.hash_one(0), secret.hash_one(1))))
}

/// The codec of a name in `allow=`. Codecs that the media plane lacks are passed over; the check has said so.
fn codec(name: &str) -> Option<Codec> {
    match name {
        "ulaw" => Some(Codec::Pcmu),
        "alaw" => Some(Codec::Pcma),
        _ => None,
    }
}
