//! Endpoints of the configuration in the form that calls use, made once for each load.

use std::collections::HashMap;
use std::sync::Arc;

use call_control::Codec;
use call_control::sip::SipEndpoint;
use sip_ua::digest::Credentials;

use crate::configuration::{Configuration, DtmfMode, Endpoint};

/// All endpoints, by name.
#[derive(Default)]
pub(crate) struct EndpointTable(HashMap<String, Arc<SipEndpoint>>);

impl EndpointTable {
    /// The endpoints of `configuration`.
    pub(crate) fn of(configuration: &Configuration) -> Self {
        let endpoints = configuration.sip.endpoints.iter();
        Self(endpoints.map(|(name, e)| (name.clone(), Arc::new(sip_endpoint(configuration, e)))).collect())
    }

    /// The endpoint of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<SipEndpoint>> {
        self.0.get(name)
    }
}

fn sip_endpoint(configuration: &Configuration, endpoint: &Endpoint) -> SipEndpoint {
    let mut sip = SipEndpoint::new(endpoint.name.clone());
    sip.context = endpoint.context.clone();
    sip.codecs = endpoint.codecs.iter().filter_map(|name| codec(name)).collect();
    sip.telephone_event = !matches!(endpoint.dtmf_mode, DtmfMode::Inband | DtmfMode::Info | DtmfMode::None);
    sip.caller = endpoint.caller_id.clone();
    sip.credentials = credentials(configuration, &endpoint.auth);
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
    sip.options = endpoint.session_options;
    sip.allow_transfer = endpoint.allow_transfer;
    let identity = &endpoint.identity;
    sip.trust_id_inbound = identity.trust_id_inbound;
    sip.trust_id_outbound = identity.trust_id_outbound;
    sip.send_pai = identity.send_pai;
    sip.send_rpid = identity.send_rpid;
    sip.send_connected_line = identity.send_connected_line;
    sip.trust_connected_line = identity.trust_connected_line;
    sip.send_diversion = identity.send_diversion;
    sip.send_history_info = identity.send_history_info;
    sip.user_eq_phone = identity.user_eq_phone;
    sip.presentation = identity.presentation;
    sip.contact_user = identity.contact_user.clone();
    sip.allow_unauthenticated_options = endpoint.allow_unauthenticated_options;
    sip
}

/// What the `auth` sections of that name hold. One that is missing proves nothing, and the check has said so.
fn credentials(configuration: &Configuration, names: &[String]) -> Vec<Credentials> {
    names.iter().filter_map(|name| configuration.sip.auths.get(name)).map(|auth| auth.credentials()).collect()
}

/// The codec of a name in `allow=`. Codecs that the media plane lacks are passed over; the check has said so.
fn codec(name: &str) -> Option<Codec> {
    match name {
        "ulaw" => Some(Codec::Pcmu),
        "alaw" => Some(Codec::Pcma),
        _ => None,
    }
}
