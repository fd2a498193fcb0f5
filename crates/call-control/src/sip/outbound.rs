//! Calls that go out: from a route to the answer.

use std::sync::Arc;

use media_bridge::LegConfig;
use sip_parser::Message;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{OutboundInvite, SessionId};

use super::SipTechnology;
use super::addressing;
use super::directory::Route;
use super::driver::{Command, SessionDriver};
use super::leg_events::LegRelay;
use super::media::SessionMedia;
use super::session::{Session, Stage};
use super::worker::Worker;
use crate::call::{Call, Direction};
use crate::cause::HangupCause;
use crate::identity::CallerId;
use crate::technology::{ChannelSpec, OriginateError, OriginateRequest, Report};

/// Sends an INVITE to the endpoint that `resource` names; its channel tells the rest.
pub(super) async fn originate(
    sip: &SipTechnology,
    resource: &str,
    request: OriginateRequest,
) -> Result<Call, OriginateError> {
    let route = sip.directory.route(resource)?;
    let flow = addressing::flow_to(&sip.user_agent, &route.next_hop).await?;
    let id = SessionId::next();
    let (mut media, relay) = open_media(sip, &route, &flow, &request, id)?;
    let invite = invite(sip, &route, flow, &request.caller, media.offer());
    let endpoint = &route.endpoint;
    let mut variables = endpoint.variables.clone();
    variables.extend(request.variables);
    let call = sip.switchboard.create_channel(ChannelSpec {
        technology: super::NAME,
        resource: endpoint.name.clone(),
        direction: Direction::Outbound,
        caller: callee(&route),
        dialed: String::new(),
        context: endpoint.context.clone(),
        language: endpoint.language.clone(),
        variables,
        call_id: request.call_id,
        linked_id: request.linked_id,
        leg: Some(media.leg.clone()),
        driver: Box::new(SessionDriver { id, commands: sip.commands.clone() }),
    });
    relay.attach(&call);
    let session = Session { call: call.clone(), media, stage: Stage::Offered, peer: flow.remote.ip() };
    sip.commands
        .send(Command::Start(id, Box::new((session, invite))))
        .map_err(|_| OriginateError::Refused)?;
    Ok(call)
}

fn open_media(
    sip: &SipTechnology,
    route: &Route,
    flow: &Flow,
    request: &OriginateRequest,
    id: SessionId,
) -> Result<(SessionMedia, LegRelay), OriginateError> {
    let relay = LegRelay::default();
    let mut config = LegConfig::new(flow.local.ip(), relay.sink());
    config.near = request.near;
    let leg = sip.switchboard.media().open_leg(config).map_err(|e| OriginateError::Media(e.to_string()))?;
    let address = route.endpoint.media_address.unwrap_or(flow.local.ip());
    let media = SessionMedia::new(Arc::new(leg), route.endpoint.clone(), address, request.prefer_codec, id.0);
    Ok((media, relay))
}

fn invite(
    sip: &SipTechnology,
    route: &Route,
    flow: Flow,
    caller: &CallerId,
    offer: sip_ua::user_agent::Body,
) -> OutboundInvite {
    OutboundInvite {
        target: route.target.clone(),
        flow,
        from: addressing::from(&route.endpoint, caller, flow.local.ip()),
        to: format!("<{}>", route.target),
        contact: addressing::contact(&sip.user_agent, &flow, ""),
        route: route.route_set.clone(),
        headers: Vec::new(),
        body: Some(offer),
        credentials: route.endpoint.outbound_credentials.clone(),
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
        let early = !message.body().is_empty() && session.accept(message.body()).is_ok();
        if status == 180 {
            session.call.report(Report::Ringing);
        }
        if early {
            session.call.report(Report::Progress);
        }
    }

    /// The first 2xx. The user agent has sent the ACK.
    pub(super) fn on_answered(&mut self, id: SessionId, message: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.stage = Stage::Established;
        let accepted = match message.body().is_empty() {
            false => session.accept(message.body()).map_err(|error| error.to_string()),
            // The answer may have come in a reliable or repeated provisional response.
            true if session.media.is_agreed() => return session.call.report(Report::Answered),
            true => Err("it has no session description".to_owned()),
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
