//! Calls that go out: from a route to the answer.

mod invite;
mod media;
mod responses;
mod way;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use media_bridge::Leg;
use sip_ua::transport::Flow;
use sip_ua::user_agent::SessionId;

use super::SipTechnology;
use super::conversation::Conversation;
use super::directory::Route;
use super::driver::{Command, SessionDriver};
use super::endpoint::SipEndpoint;
use super::media::SessionMedia;
use super::session::{Session, Stage};
use super::steering::Steering;
use crate::call::{Call, Direction};
use crate::identity::CallerId;
use crate::technology::{ChannelSpec, OriginateError, OriginateRequest, Preparation, Unsent};
use invite::{convey_location, invite, phone_uri, vouch, vouch_for_prepared};
use way::Way;

/// Sends an INVITE to the endpoint that `resource` names; its channel tells the rest.
pub(super) async fn originate(
    sip: &SipTechnology,
    resource: &str,
    mut request: OriginateRequest,
) -> Result<Call, OriginateError> {
    request.hops = hops_left(request.hops)?;
    let way = Way::find(sip, resource, &request).await?;
    let id = SessionId::next();
    let (mut media, relay) = media::open(sip, &way, &request, id)?;
    let (asker, preparation) = (request.asker.take(), request.preparation.take());
    let direct_to = media::direct_to(&request, &way.route.endpoint);
    // Where nothing can change that, nobody hears of a call for whose caller nobody can vouch.
    let mut vouched = match preparation {
        None => vouch(sip, &way.route, &request.caller, asker.as_ref())?,
        Some(_) => Vec::new(),
    };
    let callee = callee(&way.route, asker.as_ref());
    let call = channel(sip, &way, callee, request.clone(), media.leg.clone(), id);
    let unsent = Unsent::new(&call);
    relay.attach(&call);
    call.inherit_location(asker.as_ref());
    if let Some(asker) = &asker {
        call.made_for(asker);
    }
    assign(sip, &way.route.endpoint, &call, &mut media);
    if let Some(preparation) = preparation {
        prepare(&preparation, &call, &mut media).await?;
        vouched = vouch_for_prepared(sip, &way.route, &call, &request.caller, asker.as_ref())?;
    }
    let offer = media.offer(direct_to, None);
    let mut invite = invite(sip, &way, &request, offer);
    invite.headers.extend(vouched);
    convey_location(sip, &way, &call, asker.as_ref(), id, &mut invite);
    Conversation::put_into(asker.as_ref(), &call, &mut invite);
    let session = session(&call, media, way.flow);
    let start = Command::Start(id, Box::new((session, invite)));
    sip.commands.send(start).map_err(|_| OriginateError::Refused)?;
    unsent.sent();
    Ok(call)
}

/// What an INVITE of ours was made for has come some way already (RFC 3261 section 16.6, item 3).
fn hops_left(hops: Option<u8>) -> Result<Option<u8>, OriginateError> {
    let left = |hops: u8| hops.checked_sub(1).ok_or(OriginateError::TooManyHops);
    hops.map(left).transpose()
}

/// Has the channel of a call that nobody hears of yet prepared. What that changes of its session is in the first offer.
async fn prepare(
    preparation: &Preparation,
    call: &Call,
    media: &mut SessionMedia,
) -> Result<(), OriginateError> {
    preparation.run(call).await?;
    follow(call, media);
    Ok(())
}

/// Sets the functions that channels of this endpoint start with.
fn assign(sip: &SipTechnology, endpoint: &SipEndpoint, call: &Call, media: &mut SessionMedia) {
    for (function, value) in &endpoint.assignments {
        sip.directory.assign(call, function, value);
    }
    if !endpoint.assignments.is_empty() {
        follow(call, media);
    }
}

/// What was changed on the channel of the session that nobody hears of yet is in its first offer.
fn follow(call: &Call, media: &mut SessionMedia) {
    let conversation = Conversation::of(call);
    if let Some(mode) = conversation.digits().filter(|mode| *mode != media.digit_mode()) {
        media.set_digits(mode);
    }
    let codecs = conversation.codecs();
    if codecs != media.endpoint().codecs {
        media.name_codecs(codecs);
    }
}

/// The channel of the endpoint that is called.
fn channel(
    sip: &SipTechnology,
    way: &Way,
    callee: CallerId,
    request: OriginateRequest,
    leg: Arc<Leg>,
    session: SessionId,
) -> Call {
    let endpoint = &way.route.endpoint;
    let mut variables = endpoint.variables.clone();
    variables.extend(request.variables);
    let (commands, passes_hold) = (sip.commands.clone(), Arc::new(endpoint.passes_hold.into()));
    let driver = SessionDriver { id: session, commands, passes_hold };
    let call = sip.switchboard.create_channel(ChannelSpec {
        technology: super::NAME,
        resource: endpoint.name.clone(),
        direction: Direction::Outbound,
        caller: callee,
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
    call.set_hops(request.hops.unwrap_or_else(|| sip.max_forwards.load(Ordering::Relaxed)));
    call.set_connected(request.caller);
    call.set_redirecting(request.redirecting);
    Conversation::note_target(&call, phone_uri(endpoint, &way.route.target), way.flow);
    call
}

/// The session of an INVITE that holds the offer of `media`.
fn session(call: &Call, media: SessionMedia, flow: Flow) -> Session {
    let mut steering = Steering::new(&media.endpoint().direct_media, Direction::Outbound);
    if let Some(place) = media.offered().cloned() {
        call.sends_media_to(place.clone());
        steering.begin_at(place);
    }
    Session::new(call.clone(), media, steering, Stage::Offered, flow)
}

/// The party that is called, as far as the configuration names it, or the number by which `asker` called it.
fn callee(route: &Route, asker: Option<&Call>) -> CallerId {
    if let Some(named) = &route.endpoint.caller {
        return named.clone();
    }
    let dialled = asker.map(|asker| asker.position().extension.to_string());
    let dialled = dialled.filter(|extension| !extension.is_empty()).or_else(|| route.number.clone());
    CallerId::new("", dialled.unwrap_or_else(|| route.endpoint.name.clone()))
}
