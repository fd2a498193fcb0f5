//! The media of a call that goes out: its leg, its codecs, and whose media the first offer names.

use std::sync::Arc;

use media_bridge::LegConfig;
use sip_ua::user_agent::SessionId;

use super::way::Way;
use crate::call::Call;
use crate::direct_media::MediaPlace;
use crate::sip::SipTechnology;
use crate::sip::codec_choice::CodecChoice;
use crate::sip::endpoint::SipEndpoint;
use crate::sip::leg_events::LegRelay;
use crate::sip::media::{Seen, SessionMedia};
use crate::technology::{OriginateError, OriginateRequest};

/// Opens the leg of a call, and says what may be offered over it.
pub(super) fn open(
    sip: &SipTechnology,
    way: &Way,
    request: &OriginateRequest,
    id: SessionId,
) -> Result<(SessionMedia, LegRelay), OriginateError> {
    let (endpoint, flow) = (&way.route.endpoint, &way.flow);
    let codecs = codecs_for(endpoint, request)?;
    let relay = LegRelay::default();
    let bind = endpoint.media_bind.unwrap_or(flow.local.ip());
    let mut config = endpoint.rtp.apply(LegConfig::new(bind, relay.sink()));
    config.near = request.near;
    let leg = sip.switchboard.media().open_leg(config).map_err(|e| OriginateError::Media(e.to_string()))?;
    let address = endpoint.media_address.unwrap_or_else(|| sip.user_agent().media_address(flow));
    let seen = Seen::over(flow, address);
    let mut media = SessionMedia::new(Arc::new(leg), endpoint.clone(), seen, codecs, id.0);
    if request.asker.as_ref().is_some_and(Call::demands_encryption) && !media.demand_encryption() {
        return Err(OriginateError::NotEncrypted(endpoint.name.clone()));
    }
    media.suit_streams(request.streams.clone());
    if request.asker.as_ref().is_some_and(Call::has_comfort_noise) {
        media.offer_comfort_noise();
    }
    if endpoint.direct_media.allowed
        && let Some(caller) = request.asker.as_ref().and_then(Call::party_media)
    {
        media.number_as(&caller);
    }
    Ok((media, relay))
}

/// The caller's place, where the called phone may send to it from the first. It must know the caller's codec: there is no
/// other one in such an offer.
pub(super) fn direct_to(request: &OriginateRequest, endpoint: &SipEndpoint) -> Option<MediaPlace> {
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
