//! The media of one SIP session: its leg, its offers and its answers.

use std::net::IpAddr;
use std::sync::Arc;

use media_bridge::{
    ALTERNATIVES, Codec, CodecPayload, ComfortNoise, Direction, EventPayload, ExtendedReports, Leg,
    LegSettings, OTHER_EVENTS, REDUNDANCIES, RedundantPayloads,
};
use sdp::negotiation::{
    CodecOffer, LocalLine, LocalMedia, Negotiated, NegotiationError, Negotiator, PacketTime, Protection,
};
use sip_ua::transport::Flow;
use sip_ua::user_agent::Body;

use super::codec_choice::{CodecChoice, Turn};
use super::digits::DigitMode;
use super::endpoint::SipEndpoint;
use super::media_encryption::{Keyring, MediaEncryption, leg_keys};
use super::passed_hold::PassedHold;
use super::session_streams::{Owner, SessionStreams, directed};
use super::stream_codecs::StreamCodec;
use crate::call::Call;
use crate::direct_media::{MediaPlace, PartyMedia};
use crate::streams::{CallStream, PartyStream};
use crate::technology::Report;

/// Payload type of telephone-event in our own offers, the one that everybody uses.
const TELEPHONE_EVENT: u8 = 101;

/// What a session description changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agreement {
    /// The codecs that both sides have named; the first one is in use.
    pub(super) codecs: Vec<Codec>,
    /// The far end has put us on hold.
    pub(super) held: bool,
    /// It is encrypted.
    pub(super) encrypted: bool,
    /// Both sides have comfort noise.
    pub(super) comfort_noise: bool,
}

impl Agreement {
    /// Reports it to the channel.
    pub(super) fn tell(self, call: &Call) {
        if !self.codecs.is_empty() {
            call.report(Report::Codecs(self.codecs));
        }
        call.report(Report::Encrypted(self.encrypted));
        call.report(Report::ComfortNoise(self.comfort_noise));
        call.report(if self.held { Report::Held } else { Report::Resumed });
    }
}

/// Offers, answers and the leg that follows them.
pub(super) struct SessionMedia {
    pub(super) leg: Arc<Leg>,
    negotiator: Negotiator,
    endpoint: Arc<SipEndpoint>,
    seen: Seen,
    codecs: CodecChoice,
    /// How keys are to travel.
    digit_mode: DigitMode,
    keyring: Keyring,
    /// Our offers name comfort noise: whoever the phone is to talk with has it.
    offers_noise: bool,
    /// What goes along with the audio.
    streams: SessionStreams,
    /// What holds now.
    agreed: Option<Negotiated>,
    /// Whose media the phone was told of, and has agreed to; `None` for ours.
    told: Option<MediaPlace>,
    /// The same in our last offer.
    offered: Option<MediaPlace>,
    /// Whether the phone is held in the name of the far end.
    pub(super) holds: PassedHold,
    /// The call was answered: from now on its phone is to be heard.
    answered: bool,
}

/// How a phone and we see each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Our address, as descriptions say it.
    pub(super) address: IpAddr,
    /// It is another one than that of our socket.
    pub(super) outside: bool,
    /// Where the phone's messages come from.
    pub(super) peer: IpAddr,
}

impl Seen {
    /// Over `flow`, which has our media described at `address`.
    pub(super) fn over(flow: &Flow, address: IpAddr) -> Self {
        Self { address, outside: address != flow.local.ip(), peer: flow.remote.ip() }
    }
}

impl SessionMedia {
    /// Media over `leg` with a phone that is seen so.
    pub(super) fn new(
        leg: Arc<Leg>,
        endpoint: Arc<SipEndpoint>,
        seen: Seen,
        codecs: CodecChoice,
        session_id: u64,
    ) -> Self {
        let packet_time = if endpoint.rtp.use_ptime { PacketTime::Theirs } else { PacketTime::Ours };
        let negotiator = Negotiator::new(session_id, &endpoint.sdp_owner)
            .with_name(&endpoint.sdp_session)
            .with_packet_time(packet_time)
            .with_rtcp_mux(endpoint.rtp.rtcp_mux)
            .with_extended_reports(true);
        let keyring = Keyring::new(endpoint.media_encryption);
        Self {
            leg,
            negotiator,
            digit_mode: endpoint.digits,
            endpoint,
            seen,
            codecs,
            keyring,
            offers_noise: false,
            streams: SessionStreams::default(),
            agreed: None,
            told: None,
            offered: None,
            holds: PassedHold::default(),
            answered: false,
        }
    }

    /// Our address, as descriptions say it.
    pub(super) fn address(&self) -> IpAddr {
        self.seen.address
    }

    /// The call may not do without encryption. `false`: the endpoint has none.
    pub(super) fn demand_encryption(&mut self) -> bool {
        let MediaEncryption::Sdes { short_tags, .. } = self.endpoint.media_encryption else { return false };
        self.keyring = Keyring::new(MediaEncryption::Sdes { optional: false, short_tags });
        true
    }

    /// Offers name comfort noise from now on.
    pub(super) fn offer_comfort_noise(&mut self) {
        self.offers_noise = true;
    }

    /// The endpoint that it belongs to.
    pub(super) fn endpoint(&self) -> &SipEndpoint {
        &self.endpoint
    }

    /// How keys travel, as far as that is agreed on.
    pub(super) fn digits(&self) -> DigitMode {
        let events = self.agreed.as_ref().is_some_and(|agreed| agreed.telephone_event.is_some());
        self.digit_mode.agreed(events)
    }

    /// How keys are to travel.
    pub(super) fn digit_mode(&self) -> DigitMode {
        self.digit_mode
    }

    /// Keys travel so from now on, as far as what is agreed on lets them.
    pub(super) fn set_digits(&mut self, mode: DigitMode) {
        self.digit_mode = mode;
        self.configure_again();
    }

    /// The call was answered. Until then its phone may be silent for as long as the other one rings: `rtp_timeout` counts from
    /// here on, and so does the time in which it is learnt where its packets come from.
    pub(super) fn begin_conversation(&mut self) {
        self.answered = true;
        self.configure_again();
    }

    /// The leg gets what was agreed on once more, as it is to be read now.
    fn configure_again(&self) {
        if let Some(settings) = self.agreed.as_ref().and_then(|agreed| self.settings(agreed)) {
            self.leg.configure(settings);
        }
    }

    /// Descriptions of ours name these codecs from now on.
    pub(super) fn name_codecs(&mut self, codecs: Vec<Codec>) {
        self.codecs.name(codecs);
    }

    /// True once both sides have agreed on the media.
    pub(super) fn is_agreed(&self) -> bool {
        self.agreed.is_some()
    }

    /// The far end of the call speaks `far`. Says whether an answer to the phone may be another one now.
    pub(super) fn suit(&mut self, far: Vec<Codec>) -> bool {
        self.codecs.suit(far)
    }

    /// The far end of the call has these streams beside its audio. Says whether the phone has to be offered others than it has.
    pub(super) fn suit_streams(&mut self, far: Vec<PartyStream>) -> bool {
        self.streams.suit(far, &self.endpoint)
    }

    /// What is agreed on beside the audio, for the channel.
    pub(super) fn call_streams(&self) -> Vec<CallStream> {
        self.streams.of_call()
    }

    /// Whose media the phone was told of; `None` for ours.
    pub(super) fn told(&self) -> Option<&MediaPlace> {
        self.told.as_ref()
    }

    /// Whose media our last offer described; `None` for ours.
    pub(super) fn offered(&self) -> Option<&MediaPlace> {
        self.offered.as_ref()
    }

    /// Our last offer was refused: what was opened for it ends.
    pub(super) fn forget_offer(&mut self) {
        self.streams.settle();
    }

    /// Our offer: of our own media, or with that of another party in its place.
    pub(super) fn offer(&mut self, to: Option<MediaPlace>, prefer: Option<Codec>) -> Body {
        let codecs = self.codecs.offered(prefer);
        let directed = to.as_ref().and_then(|place| self.streams.for_direct_offer(&place.streams));
        // Where the streams of both do not belong together any more, the audio passes us with them.
        let to = to.filter(|_| directed.is_some());
        self.holds.offers(to.is_none());
        let protection = self.keyring.for_offer();
        let named = self.agreed.as_ref().and_then(comfort_noise).is_some() || self.offers_noise;
        let mut local = self.local(to.as_ref(), codecs, protection, named);
        local.lines = directed.unwrap_or_else(|| {
            let owner = owner(&self.endpoint, &self.leg, &self.keyring);
            self.streams.for_offer(&self.negotiator, owner)
        });
        self.offered = to;
        Body::sdp(self.negotiator.offer(&local))
    }

    /// Our offer to a phone that asks for one within the call: of what was agreed on, unless it is to hear of all again.
    pub(super) fn offer_anew(&mut self) -> Body {
        let agreed = self.agreed.as_ref().map(codecs_of).unwrap_or_default();
        let wide = self.codecs.clone();
        if !self.endpoint.offers_all_codecs_anew {
            self.codecs.keep(&agreed);
        }
        let offer = self.offer(self.told.clone(), None);
        // The next offer of ours may name others.
        self.codecs = wide;
        offer
    }

    /// Our answer to an offer, and what it changed. It names the media of another party, unless that does not fit or the
    /// phone puts the call on hold: then it is ours to be heard.
    pub(super) fn answer(
        &mut self,
        offer: &[u8],
        to: Option<&MediaPlace>,
        turn: Turn,
    ) -> Result<(Body, Agreement), NegotiationError> {
        let protection = self.keyring.for_answer();
        let offered = self.negotiator.offered_codecs(offer, protection.as_ref());
        let offered: Vec<Codec> = offered.iter().filter_map(codec_of).collect();
        let codecs = self.codecs.answered(&offered, turn);
        let owner = owner(&self.endpoint, &self.leg, &self.keyring);
        let lines = self.streams.for_answer(&self.negotiator, (offer, protection.as_ref()), turn, owner);
        let direct = to.and_then(|place| self.answer_direct(offer, place, &lines));
        let (answer, negotiated) = match direct {
            Some((attempt, answered)) => {
                self.negotiator = attempt;
                self.told = to.cloned();
                answered
            }
            None => {
                let local = LocalMedia { lines, ..self.local(None, codecs, protection, true) };
                let answered = self.negotiator.answer(offer, &local);
                let answered = answered.inspect_err(|_| self.streams.settle());
                let answered = answered.map_err(|error| self.codecs.explain(error))?;
                self.told = None;
                self.holds.answers();
                answered
            }
        };
        let agreement = self.apply(negotiated);
        Ok((Body::sdp(answer), agreement))
    }

    /// An answer in the name of another party, where all that the phone offers fits.
    fn answer_direct(
        &self,
        offer: &[u8],
        place: &MediaPlace,
        lines: &[LocalLine],
    ) -> Option<(Negotiator, (String, Negotiated))> {
        let lines = directed(lines, &place.streams)?;
        let count = lines.len();
        let mut attempt = self.negotiator.clone();
        let local = LocalMedia { lines, ..self.local(Some(place), Vec::new(), None, false) };
        let answered = attempt.answer(offer, &local).ok();
        let fits = |negotiated: &Negotiated| {
            let flows = negotiated.lines.iter().all(|line| line.direction.sends());
            !negotiated.remote_hold && negotiated.lines.len() == count && flows
        };
        Some((attempt, answered.filter(|(_, negotiated)| fits(negotiated))?))
    }

    /// Takes in the answer to our offer.
    pub(super) fn accept(&mut self, answer: &[u8]) -> Result<Agreement, NegotiationError> {
        let accepted = self.negotiator.accept(answer);
        let negotiated = accepted.inspect_err(|_| self.streams.settle())?;
        self.told.clone_from(&self.offered);
        self.holds.accepted();
        let accepted = self.codecs.accepted(&codecs_of(&negotiated));
        Ok(self.apply(keeping(negotiated, &accepted)))
    }

    /// Where the phone's media is, for another party to send to.
    pub(super) fn party(&self) -> Option<PartyMedia> {
        // Its keys are told to us alone.
        let negotiated = self.agreed.as_ref().filter(|agreed| agreed.protection.is_none())?;
        let codec = self.spoken(codec_of(&negotiated.codec)?);
        let mut party = PartyMedia::new(negotiated.remote?, codec);
        party.streams = self.streams.places();
        party.rtcp = negotiated.remote_rtcp;
        let (send, receive) = (negotiated.send_payload_type, negotiated.receive_payload_type);
        party.payload_types = CodecPayload { codec: party.codec, send, receive };
        party.telephone_event = events_of(negotiated);
        (party.held, party.ptime) = (negotiated.remote_hold, negotiated.wanted_ptime);
        party.listened_to = self.digits() == DigitMode::Sound;
        party.outside = self.seen.outside;
        party.signalling = Some(self.seen.peer);
        party.symmetric = self.endpoint.symmetric_media;
        let options = &self.endpoint.direct_media;
        (party.avoids_nat, party.early) = (options.avoid_nat, options.early);
        party.peers.clone_from(&options.peers);
        Some(party)
    }

    fn apply(&mut self, negotiated: Negotiated) -> Agreement {
        self.streams.apply(&negotiated.lines, &self.endpoint, self.told.is_some());
        self.keyring.agreed(negotiated.protection.as_ref());
        let keys = match &negotiated.protection {
            None => Some(None),
            Some(agreed) => leg_keys(agreed).map(Some),
        };
        // Keys before what lets packets out.
        if let (Some(settings), Some(keys)) = (self.settings(&negotiated), keys) {
            self.leg.protect(keys);
            self.leg.configure(settings);
        }
        let agreement = Agreement {
            codecs: codecs_of(&negotiated),
            held: negotiated.remote_hold && !self.endpoint.suppresses_hold,
            encrypted: negotiated.protection.is_some(),
            comfort_noise: comfort_noise(&negotiated).is_some(),
        };
        self.agreed = Some(negotiated);
        agreement
    }

    fn settings(&self, negotiated: &Negotiated) -> Option<LegSettings> {
        let codec = self.spoken(codec_of(&negotiated.codec)?);
        let digits = self.digit_mode.agreed(negotiated.telephone_event.is_some());
        Some(LegSettings {
            remote: negotiated.remote,
            remote_rtcp: negotiated.remote_rtcp,
            rtcp_mux: negotiated.rtcp_mux,
            codec,
            send_payload_type: negotiated.send_payload_type,
            receive_payload_type: negotiated.receive_payload_type,
            telephone_event: events_of(negotiated),
            other_events: other_events(negotiated),
            comfort_noise: comfort_noise(negotiated),
            redundancy: redundancy(negotiated),
            digits_in_sound: digits == DigitMode::Sound,
            digits_elsewhere: matches!(digits, DigitMode::Info | DigitMode::None),
            direction: direction_of(negotiated.direction),
            alternatives: alternatives(negotiated).map(|alternative| {
                alternative.map(|payload| CodecPayload { codec: self.spoken(payload.codec), ..payload })
            }),
            opus: self.opus(negotiated),
            asymmetric: self.endpoint.rtp.asymmetric_codec,
            ptime_ms: negotiated.ptime,
            repack: self.endpoint.rtp.repacks(),
            longest_ms: negotiated.maxptime,
            symmetric: self.endpoint.symmetric_media,
            strict: self.endpoint.strict_media,
            learning: self.endpoint.rtp.learning,
            rtcp_interval: self.endpoint.rtp.rtcp_interval,
            extended_reports: ExtendedReports {
                voip_metrics: negotiated.extended_reports.voip_metrics,
                round_trip: negotiated.extended_reports.round_trip,
            },
            keepalive: self.endpoint.rtp.keepalive,
            rtp_timeout: self.endpoint.rtp_timeout.filter(|_| self.answered),
            rtp_timeout_hold: self.endpoint.rtp_timeout_hold.filter(|_| self.answered),
            away: self.told.is_some(),
        })
    }

    /// What a codec is to this phone.
    fn spoken(&self, codec: Codec) -> Codec {
        match codec {
            Codec::G726 if self.endpoint.rtp.g726_as_aal2 => Codec::G726Aal2,
            other => other,
        }
    }

    /// What this phone calls a codec.
    fn described(&self, codec: Codec) -> Codec {
        match codec {
            Codec::G726Aal2 if self.endpoint.rtp.g726_as_aal2 => Codec::G726,
            other => other,
        }
    }

    /// How Opus is encoded for the phone: as it asks, within what the configuration allows.
    fn opus(&self, negotiated: &Negotiated) -> opus::Settings {
        let asked = negotiated.common.iter().find(|common| codec_of(&common.codec) == Some(Codec::Opus));
        let asked = asked.and_then(|common| common.fmtp.as_deref());
        opus::Parameters::parse(asked.unwrap_or_default()).settings(self.endpoint.rtp.opus)
    }

    /// What we describe: our own media with these codecs, or that of another party, which has one.
    fn local(
        &self,
        to: Option<&MediaPlace>,
        codecs: Vec<Codec>,
        protection: Option<Protection>,
        noise: bool,
    ) -> LocalMedia {
        let Some(place) = to else { return self.own(codecs, protection, noise) };
        LocalMedia {
            address: place.rtp.ip(),
            port: place.rtp.port(),
            // A host of its own for RTCP cannot be told beside the port.
            rtcp_port: place.rtcp.filter(|rtcp| rtcp.ip() == place.rtp.ip()).map(|rtcp| rtcp.port()),
            codecs: vec![CodecOffer {
                payload_type: place.payload_type,
                ..offer_of(self.described(place.codec))
            }],
            telephone_event: place.telephone_event,
            direction: sdp::Direction::SendRecv,
            ptime: place.ptime,
            protection: None,
            redundancy: false,
            lines: Vec::new(),
        }
    }

    fn own(&self, codecs: Vec<Codec>, protection: Option<Protection>, noise: bool) -> LocalMedia {
        let ptime = self.endpoint.rtp.packet_time(codecs.first().copied());
        let noise = noise.then(|| CodecOffer::from(sdp::Codec::COMFORT_NOISE));
        LocalMedia {
            address: self.seen.address,
            port: self.leg.rtp_address().port(),
            rtcp_port: None,
            ptime,
            codecs: codecs.into_iter().map(offer_of).chain(noise).collect(),
            telephone_event: self.digit_mode.names_events().then_some(TELEPHONE_EVENT),
            direction: self.holds.direction(),
            protection,
            redundancy: self.endpoint.streams.codecs.contains(&StreamCodec::Red),
            lines: Vec::new(),
        }
    }
}

/// Who wants streams beside this audio.
fn owner<'a>(endpoint: &'a SipEndpoint, audio: &'a Leg, keyring: &Keyring) -> Owner<'a> {
    Owner { endpoint, audio, encryption: keyring.terms() }
}

/// Which way media flows, in the words of the media plane.
pub(super) fn direction_of(direction: sdp::Direction) -> Direction {
    match direction {
        sdp::Direction::SendRecv => Direction::SendRecv,
        sdp::Direction::SendOnly => Direction::SendOnly,
        sdp::Direction::RecvOnly => Direction::RecvOnly,
        sdp::Direction::Inactive => Direction::Inactive,
    }
}

/// Comfort noise, where both sides have named it.
fn comfort_noise(negotiated: &Negotiated) -> Option<ComfortNoise> {
    let named = negotiated.common.iter().find(|common| common.codec == sdp::Codec::COMFORT_NOISE)?;
    Some(ComfortNoise { send: named.send_payload_type, receive: named.receive_payload_type })
}

/// Redundant data of codecs that are in use.
fn redundancy(negotiated: &Negotiated) -> [Option<RedundantPayloads>; REDUNDANCIES] {
    let in_use = negotiated.redundancy.iter().filter(|red| {
        negotiated
            .common
            .iter()
            .any(|common| common.send_payload_type == red.carries && common.codec == red.codec)
    });
    let mut places = [None; REDUNDANCIES];
    for (place, red) in places.iter_mut().zip(in_use) {
        *place = Some(RedundantPayloads {
            send: red.send_payload_type,
            receive: red.receive_payload_type,
            carries: red.carries,
            generations: red.repeated,
            preferred: red.preferred,
        });
    }
    places
}

fn events_of(negotiated: &Negotiated) -> Option<EventPayload> {
    negotiated.telephone_event.map(event_of)
}

fn event_of(event: sdp::negotiation::EventPayload) -> EventPayload {
    let sdp::negotiation::EventPayload { send, receive, clock_rate } = event;
    EventPayload { send, receive, clock_rate }
}

/// Telephone-events on the clocks of codecs that the phone may change to.
fn other_events(negotiated: &Negotiated) -> [Option<EventPayload>; OTHER_EVENTS] {
    let mut places = [None; OTHER_EVENTS];
    for (place, event) in places.iter_mut().zip(&negotiated.other_events) {
        *place = Some(event_of(*event));
    }
    places
}

/// What the phone may change to beside the codec that we send.
fn alternatives(negotiated: &Negotiated) -> [Option<CodecPayload>; ALTERNATIVES] {
    let mut places = [None; ALTERNATIVES];
    let others = negotiated.common.iter().filter(|common| common.codec != negotiated.codec);
    let known = others.filter_map(|common| {
        let (send, receive) = (common.send_payload_type, common.receive_payload_type);
        Some(CodecPayload { codec: codec_of(&common.codec)?, send, receive })
    });
    for (place, other) in places.iter_mut().zip(known) {
        *place = Some(other);
    }
    places
}

/// The codecs of the media plane that both sides have named, the one to send first.
fn codecs_of(negotiated: &Negotiated) -> Vec<Codec> {
    negotiated.common.iter().filter_map(|common| codec_of(&common.codec)).collect()
}

/// What was agreed, narrowed to these codecs in this order; all of them are part of it.
fn keeping(mut negotiated: Negotiated, codecs: &[Codec]) -> Negotiated {
    let place = |codec: &sdp::Codec| codecs.iter().position(|kept| codec_of(codec) == Some(*kept));
    // Comfort noise and the like stay behind them.
    negotiated.common.retain(|common| codec_of(&common.codec).is_none() || place(&common.codec).is_some());
    negotiated.common.sort_by_key(|common| place(&common.codec).unwrap_or(usize::MAX));
    if let Some(first) = negotiated.common.first().filter(|_| !codecs.is_empty()) {
        negotiated.codec = first.codec.clone();
        negotiated.send_payload_type = first.send_payload_type;
        negotiated.receive_payload_type = first.receive_payload_type;
    }
    negotiated
}

/// How a codec of the media plane is written in a session description.
fn offer_of(codec: Codec) -> CodecOffer {
    let written = sdp::Codec::new(codec.name(), codec.clock_rate(), codec.channels());
    CodecOffer { fmtp: codec.parameters().map(str::to_owned), ..CodecOffer::from(written) }
}

/// The codec of the media plane that a session description means.
fn codec_of(codec: &sdp::Codec) -> Option<Codec> {
    Codec::of(&codec.name, codec.clock_rate).filter(|known| known.channels() == codec.channels)
}
