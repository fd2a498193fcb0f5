//! Calls that go out: from a route to the answer.

use std::sync::Arc;

use media_bridge::{Leg, LegConfig};
use sip_parser::{Message, Uri};
use sip_ua::UserAgentHandle;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{OutboundInvite, SessionId};

use super::SipTechnology;
use super::addressing;
use super::causes;
use super::codec_choice::CodecChoice;
use super::conversation::Conversation;
use super::directory::Route;
use super::driver::{Command, SessionDriver};
use super::endpoint::SipEndpoint;
use super::leg_events::LegRelay;
use super::media::{Seen, SessionMedia};
use super::parties;
use super::redirect;
use super::referral::headers_of_transfer;
use super::session::{Session, Stage};
use super::steering::Steering;
use super::worker::Worker;
use crate::call::{Call, Direction};
use crate::cause::HangupCause;
use crate::direct_media::MediaPlace;
use crate::identity::CallerId;
use crate::technology::{ChannelSpec, OriginateError, OriginateRequest, Preparation, Report, Unsent};

/// Sends an INVITE to the endpoint that `resource` names; its channel tells the rest.
pub(super) async fn originate(
    sip: &SipTechnology,
    resource: &str,
    mut request: OriginateRequest,
) -> Result<Call, OriginateError> {
    // What an INVITE of ours was made for has come some way already (RFC 3261 section 16.6, item 3).
    if let Some(hops) = &mut request.hops {
        *hops = hops.checked_sub(1).ok_or(OriginateError::TooManyHops)?;
    }
    let route = route(sip, resource, &request)?;
    let flows = sip.flows_to(&route.next_hop).await?;
    let (flow, others) = usable(&flows, &route, request.asker.as_ref())?;
    let id = SessionId::next();
    let (mut media, relay) = open_media(sip, &route, flow, &request, id)?;
    let (endpoint, asker) = (&route.endpoint, request.asker.take());
    let (preparation, direct_to) = (request.preparation.take(), direct_to(&request, endpoint));
    // Where nothing can change that, nobody hears of a call for whose caller nobody can vouch.
    let mut vouched = match preparation {
        None => vouch(sip, &route, &request.caller, asker.as_ref())?,
        Some(_) => Vec::new(),
    };
    let call = channel(sip, &route, request.clone(), media.leg.clone(), id);
    let unsent = Unsent::new(&call);
    Conversation::note_target(&call, phone_uri(endpoint, &route.target), *flow);
    relay.attach(&call);
    call.inherit_location(asker.as_ref());
    if let Some(asker) = &asker {
        call.made_for(asker);
    }
    if let Some(preparation) = preparation {
        prepare(&preparation, &call, &mut media).await?;
        vouched = match Conversation::of(&call).suppresses_attestation() {
            true => Vec::new(),
            false => vouch(sip, &route, &request.caller, asker.as_ref())?,
        };
    }
    let offer = media.offer(direct_to, None);
    let direct_to = media.offered().cloned();
    let mut invite = invite(sip.user_agent(), &route, *flow, &request, offer);
    invite.headers.extend(vouched);
    // Our audio is bound to one address of ours, and the offer names it: servers that are reached from
    // another one would be told the wrong one.
    let others = others.into_iter().filter(|other| other.local.ip() == flow.local.ip());
    let user = contact_user(&route.endpoint, &request.caller);
    invite.alternatives =
        addressing::alternatives(sip.user_agent(), others, user, addressing::is_sips(&route.target));
    let location = sip.directory.location_of_caller(endpoint, &call, asker.as_ref(), &invite.from);
    if let Some(location) = location {
        location.put_into(&mut invite, id.0, flow.local.ip());
    }
    let mut steering = Steering::new(&endpoint.direct_media, Direction::Outbound);
    if let Some(place) = direct_to {
        call.sends_media_to(place.clone());
        steering.begin_at(place);
    }
    let session = Session::new(call.clone(), media, steering, Stage::Offered, *flow);
    Conversation::put_into(asker.as_ref(), &call, &mut invite);
    sip.commands
        .send(Command::Start(id, Box::new((session, invite))))
        .map_err(|_| OriginateError::Refused)?;
    unsent.sent();
    Ok(call)
}

/// The flows that may carry the call, the one to try first apart: encrypted ones alone where the caller demands it.
fn usable<'f>(
    flows: &'f [Flow],
    route: &Route,
    asker: Option<&Call>,
) -> Result<(&'f Flow, Vec<&'f Flow>), OriginateError> {
    let is_demanded = asker.is_some_and(Call::demands_secure_signaling);
    let mut usable = flows.iter().filter(|flow| !is_demanded || flow.protocol.is_secure());
    let refusal = || match is_demanded {
        true => OriginateError::NotSecure(route.endpoint.name.clone()),
        false => OriginateError::Refused,
    };
    Ok((usable.next().ok_or_else(refusal)?, usable.collect()))
}

/// The way to what `resource` names; to one phone of it where the dialplan wants that one.
fn route(sip: &SipTechnology, resource: &str, request: &OriginateRequest) -> Result<Route, OriginateError> {
    let mut inherited = request.variables.iter();
    let instance = inherited.find(|(name, _)| name.trim_start_matches('_') == super::INSTANCE);
    Ok(match instance {
        Some((_, instance)) => sip.directory.route_to_instance(resource, instance)?,
        None => sip.directory.route(resource)?,
    })
}

/// Has the channel of a call that nobody hears of yet prepared. What that changes of its session is in the first offer.
async fn prepare(
    preparation: &Preparation,
    call: &Call,
    media: &mut SessionMedia,
) -> Result<(), OriginateError> {
    preparation.run(call).await?;
    let conversation = Conversation::of(call);
    if let Some(mode) = conversation.digits().filter(|mode| *mode != media.digit_mode()) {
        media.set_digits(mode);
    }
    let codecs = conversation.codecs();
    if codecs != media.endpoint().codecs {
        media.name_codecs(codecs);
    }
    Ok(())
}

/// The channel of the endpoint that is called.
fn channel(
    sip: &SipTechnology,
    route: &Route,
    request: OriginateRequest,
    leg: Arc<Leg>,
    session: SessionId,
) -> Call {
    let endpoint = &route.endpoint;
    let mut variables = endpoint.variables.clone();
    variables.extend(request.variables);
    let (commands, passes_hold) = (sip.commands.clone(), Arc::new(endpoint.passes_hold.into()));
    let driver = SessionDriver { id: session, commands, passes_hold };
    let call = sip.switchboard.create_channel(ChannelSpec {
        technology: super::NAME,
        resource: endpoint.name.clone(),
        direction: Direction::Outbound,
        caller: callee(route),
        dialed: String::new(),
        context: endpoint.context.clone(),
        language: endpoint.language.clone(),
        variables,
        call_id: request.call_id,
        linked_id: request.linked_id,
        leg: Some(leg),
        driver: Box::new(driver.clone()),
    });
    Conversation::begin(&call, driver, endpoint);
    Session::furnish(&call, endpoint);
    call.set_hops(request.hops.unwrap_or(sip.max_forwards));
    call.set_connected(request.caller);
    call.set_redirecting(request.redirecting);
    call
}

/// The caller's place, where the called phone may send to it from the first. It must know the caller's codec: there is no
/// other one in such an offer.
fn direct_to(request: &OriginateRequest, endpoint: &SipEndpoint) -> Option<MediaPlace> {
    let caller = request.direct_to.as_deref()?;
    let options = &endpoint.direct_media;
    let fits = endpoint.codecs.contains(&caller.codec)
        && endpoint.digits.names_events() == caller.telephone_event.is_some()
        && options.peers.iter().all(|list| list.permits(caller.place().rtp.ip()));
    (options.allowed && options.early && fits).then(|| caller.place())
}

/// The codecs of a call towards `endpoint`.
fn codecs_for(endpoint: &SipEndpoint, request: &OriginateRequest) -> Result<CodecChoice, OriginateError> {
    CodecChoice::outbound(endpoint, &request.codecs, request.no_translation).ok_or_else(|| {
        let caller: Vec<&str> = request.codecs.iter().map(|codec| codec.name()).collect();
        OriginateError::NoCommonCodec { endpoint: endpoint.name.clone(), caller: caller.join(", ") }
    })
}

fn open_media(
    sip: &SipTechnology,
    route: &Route,
    flow: &Flow,
    request: &OriginateRequest,
    id: SessionId,
) -> Result<(SessionMedia, LegRelay), OriginateError> {
    let codecs = codecs_for(&route.endpoint, request)?;
    let relay = LegRelay::default();
    let bind = route.endpoint.media_bind.unwrap_or(flow.local.ip());
    let mut config = route.endpoint.rtp.apply(LegConfig::new(bind, relay.sink()));
    config.near = request.near;
    let leg = sip.switchboard.media().open_leg(config).map_err(|e| OriginateError::Media(e.to_string()))?;
    let address = route.endpoint.media_address.unwrap_or_else(|| sip.user_agent().media_address(flow));
    let seen = Seen::over(flow, address);
    let mut media = SessionMedia::new(Arc::new(leg), route.endpoint.clone(), seen, codecs, id.0);
    if request.asker.as_ref().is_some_and(Call::demands_encryption) && !media.demand_encryption() {
        return Err(OriginateError::NotEncrypted(route.endpoint.name.clone()));
    }
    media.suit_streams(request.streams.clone());
    if request.asker.as_ref().is_some_and(Call::has_comfort_noise) {
        media.offer_comfort_noise();
    }
    Ok((media, relay))
}

fn invite(
    user_agent: &UserAgentHandle,
    route: &Route,
    flow: Flow,
    request: &OriginateRequest,
    offer: sip_ua::user_agent::Body,
) -> OutboundInvite {
    let (endpoint, local) = (&route.endpoint, flow.local.ip());
    let target = phone_uri(endpoint, &route.target);
    let mut headers = parties::identity_headers(endpoint, &request.caller, local, "calling");
    if let Some(redirecting) = &request.redirecting {
        headers.extend(parties::redirecting_headers(endpoint, redirecting, &target, local));
    }
    headers.extend(headers_of_transfer(&request.variables));
    headers.extend(request.hops.map(|hops| ("Max-Forwards".to_owned(), hops.to_string())));
    let user = contact_user(endpoint, &request.caller);
    OutboundInvite {
        flow,
        alternatives: Vec::new(),
        from: parties::from(endpoint, &request.caller, local),
        to: format!("<{target}>"),
        contact: addressing::contact(user_agent, &flow, user, addressing::is_sips(&target)),
        target,
        route: route.route_set.clone(),
        headers,
        body: Some(offer),
        credentials: route.endpoint.outbound_credentials.clone(),
        security: route.security.clone(),
        options: route.endpoint.options,
    }
}

/// What the directory says for a caller whose number the endpoint is told, unless the dialplan wants nothing said.
fn vouch(
    sip: &SipTechnology,
    route: &Route,
    caller: &CallerId,
    asker: Option<&Call>,
) -> Result<Vec<(String, String)>, OriginateError> {
    let endpoint = &route.endpoint;
    let told = caller.presentation.is_allowed() || endpoint.trust_id_outbound;
    let asker = asker.and_then(|asker| asker.kept::<Conversation>());
    let is_suppressed = asker.is_some_and(|asker| asker.suppresses_attestation());
    match endpoint.vouches_for_callers && told && !is_suppressed {
        true => sip.directory.vouch_for_caller(endpoint, caller, &phone_uri(endpoint, &route.target)),
        false => Ok(Vec::new()),
    }
}

/// User part of our Contact in a call towards `endpoint`.
fn contact_user<'a>(endpoint: &'a SipEndpoint, caller: &'a CallerId) -> &'a str {
    let may_know = caller.presentation.is_allowed() || endpoint.trust_id_outbound;
    match &endpoint.contact_user {
        Some(user) => user,
        None if endpoint.caller_in_contact && may_know => &caller.number,
        None => "",
    }
}

/// A URI, with `user=phone` where a telephone number is called and that is wanted.
fn phone_uri(endpoint: &SipEndpoint, target: &str) -> String {
    let parsed = Uri::parse(target).ok().filter(|_| endpoint.user_eq_phone);
    let number = parsed.filter(|uri| uri.param("user").is_none() && uri.headers().is_empty());
    match number.and_then(|uri| uri.user_unescaped()) {
        Some(user) if parties::is_phone_number(&user) => format!("{target};user=phone"),
        _ => target.to_owned(),
    }
}

/// The party that is called, as far as the configuration names it.
fn callee(route: &Route) -> CallerId {
    let named = route.endpoint.caller.clone();
    named.unwrap_or_else(|| CallerId::new("", route.endpoint.name.clone()))
}

impl Worker {
    /// 101 to 199: it rings, or audio comes early.
    pub(super) fn on_provisional(&mut self, id: SessionId, status: u16, message: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.hear_party(message);
        session.hear_charges(message);
        let description = message.session_description();
        let description = description.filter(|_| session.counts(message));
        let early = description.is_some_and(|description| session.accept(description).is_ok());
        if status == 180 {
            session.call.report(Report::Ringing);
        }
        let silent = status == 183 && message.session_description().is_none();
        if early || (silent && !session.media.endpoint().ignore_183_without_sdp) {
            session.call.report(Report::Progress);
        }
    }

    /// A refusal, or silence. A 3xx tells where the call is to go instead.
    pub(super) fn on_failed(&mut self, id: SessionId, status: u16, message: Option<&Arc<Message>>) {
        let session = self.sessions.get(&id).filter(|_| (300..400).contains(&status));
        if let (Some(session), Some(message)) = (session, message)
            && let Some(forward) = redirect::forward_of(message, session.media.endpoint())
        {
            session.call.report(Report::Forwarded(forward));
        }
        let said = message.and_then(|message| causes::from_reason(message));
        let cause = said.unwrap_or_else(|| causes::from_status(status));
        if let Some(session) = self.sessions.get(&id) {
            let reason = message.map_or("", |message| message.reason());
            session.call.note_outcome(format!("SIP {status} {reason}").trim_end().to_owned(), cause);
            if let Some(message) = message {
                Conversation::note_response(&session.call, message);
            }
        }
        self.end(id, cause);
    }

    /// The first 2xx. The user agent has sent the ACK.
    pub(super) fn on_answered(&mut self, id: SessionId, message: &Arc<Message>) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.stage = Stage::Established;
        session.media.begin_conversation();
        Conversation::note_response(&session.call, message);
        let said = format!("SIP {} {}", message.status().unwrap_or(200), message.reason());
        session.call.note_outcome(said.trim_end().to_owned(), HangupCause::NORMAL);
        session.hear_party(message);
        session.hear_charges(message);
        let description = message.session_description().filter(|_| session.counts(message));
        let accepted = match description {
            Some(answer) => session.accept(answer).map_err(|error| error.to_string()),
            // The answer may have come in a reliable or repeated provisional response.
            None if session.media.is_agreed() => return session.call.report(Report::Answered),
            None => Err("it has no session description".to_owned()),
        };
        match accepted {
            Ok(()) => session.call.report(Report::Answered),
            Err(why) => {
                let text = format!("the answer cannot be used: {why}");
                self.give_up(id, HangupCause::BEARER_UNAVAILABLE, &text);
            }
        }
    }
}
