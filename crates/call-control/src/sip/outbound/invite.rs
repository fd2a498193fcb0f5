//! The INVITE of a call that goes out.

use sip_parser::Uri;
use sip_ua::user_agent::{Body, OutboundInvite, SessionId};

use super::way::Way;
use crate::call::Call;
use crate::identity::CallerId;
use crate::sip::conversation::Conversation;
use crate::sip::directory::Route;
use crate::sip::endpoint::SipEndpoint;
use crate::sip::referral::headers_of_transfer;
use crate::sip::{SipTechnology, addressing, parties};
use crate::technology::{OriginateError, OriginateRequest};

/// The INVITE that asks for a call, as far as the request and the endpoint say what is in it.
pub(super) fn invite(
    sip: &SipTechnology,
    way: &Way,
    request: &OriginateRequest,
    offer: Body,
) -> OutboundInvite {
    let Way { route, flow, others } = way;
    let (endpoint, local) = (&route.endpoint, flow.local.ip());
    let user_agent = sip.user_agent();
    let target = phone_uri(endpoint, &route.target);
    let mut headers = parties::identity_headers(endpoint, &request.caller, local, "calling");
    if let Some(redirecting) = &request.redirecting {
        headers.extend(parties::redirecting_headers(endpoint, redirecting, &target, local));
    }
    headers.extend(headers_of_transfer(&request.variables));
    headers.extend(request.hops.map(|hops| ("Max-Forwards".to_owned(), hops.to_string())));
    let user = contact_user(endpoint, &request.caller);
    let is_sips = addressing::is_sips(&target);
    // Our audio is bound to one address of ours, and the offer names it: servers that are reached from
    // another one would be told the wrong one.
    let others = others.iter().filter(|other| other.local.ip() == local);
    OutboundInvite {
        flow: *flow,
        alternatives: addressing::alternatives(user_agent, others, user, is_sips),
        from: parties::from(endpoint, &request.caller, local),
        to: format!("<{target}>"),
        contact: addressing::contact(user_agent, flow, user, is_sips),
        target,
        route: route.route_set.clone(),
        headers,
        body: Some(offer),
        credentials: endpoint.outbound_credentials.clone(),
        security: route.security.clone(),
        options: endpoint.options,
    }
}

/// What the directory says for a caller whose number the endpoint is told, unless the dialplan wants nothing said.
pub(super) fn vouch(
    sip: &SipTechnology,
    route: &Route,
    caller: &CallerId,
    asker: Option<&Call>,
) -> Result<Vec<(String, String)>, OriginateError> {
    let endpoint = &route.endpoint;
    let told = caller.presentation().is_allowed() || endpoint.trust_id_outbound;
    let asker = asker.and_then(|asker| asker.kept::<Conversation>());
    let is_suppressed = asker.is_some_and(|asker| asker.suppresses_attestation());
    match endpoint.vouches_for_callers && told && !is_suppressed {
        true => sip.directory.vouch_for_caller(endpoint, caller, &phone_uri(endpoint, &route.target)),
        false => Ok(Vec::new()),
    }
}

/// The same once the channel of the call was prepared, which may have changed what is wanted.
pub(super) fn vouch_for_prepared(
    sip: &SipTechnology,
    route: &Route,
    call: &Call,
    caller: &CallerId,
    asker: Option<&Call>,
) -> Result<Vec<(String, String)>, OriginateError> {
    match Conversation::of(call).suppresses_attestation() {
        true => Ok(Vec::new()),
        false => vouch(sip, route, caller, asker),
    }
}

/// Says where the caller is, where the endpoint is told.
pub(super) fn convey_location(
    sip: &SipTechnology,
    way: &Way,
    call: &Call,
    asker: Option<&Call>,
    session: SessionId,
    invite: &mut OutboundInvite,
) {
    let location = sip.directory.location_of_caller(&way.route.endpoint, call, asker, &invite.from);
    if let Some(location) = location {
        location.put_into(invite, session.0, way.flow.local.ip());
    }
}

/// User part of our Contact in a call towards `endpoint`.
fn contact_user<'a>(endpoint: &'a SipEndpoint, caller: &'a CallerId) -> &'a str {
    let may_know = caller.presentation().is_allowed();
    match &endpoint.contact_user {
        Some(user) => user,
        None if endpoint.caller_in_contact && may_know => &caller.number,
        // Providers look for the account here, too.
        None => endpoint.from_user.as_deref().unwrap_or_default(),
    }
}

/// A URI, with `user=phone` where a telephone number is called and that is wanted.
pub(super) fn phone_uri(endpoint: &SipEndpoint, target: &str) -> String {
    let parsed = Uri::parse(target).ok().filter(|_| endpoint.user_eq_phone);
    let number = parsed.filter(|uri| uri.param("user").is_none() && uri.headers().is_empty());
    match number.and_then(|uri| uri.user_unescaped()) {
        Some(user) if parties::is_phone_number(&user) => format!("{target};user=phone"),
        _ => target.to_owned(),
    }
}
