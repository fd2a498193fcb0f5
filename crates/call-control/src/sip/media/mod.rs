//! The media of one SIP session: its leg, its offers and its answers.

mod agreement;
mod announced;
mod codec_names;
mod description;
mod leg_settings;
mod offer_answer;
mod party;
mod seen;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use media_bridge::{Codec, CodecPayload, Leg};
use sdp::negotiation::{Negotiated, Negotiator, PacketTime};

use self::codec_names::offer_of;
use super::codec_choice::CodecChoice;
use super::digits::DigitMode;
use super::endpoint::SipEndpoint;
use super::media_encryption::{Keyring, MediaEncryption};
use super::passed_hold::PassedHold;
use super::session_streams::SessionStreams;
use crate::direct_media::{MediaPlace, PartyMedia};
use crate::streams::{CallStream, PartyStream};

pub(super) use agreement::Agreement;
pub(super) use leg_settings::direction_of;
pub(super) use seen::Seen;

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
    /// Where its media will be, by an offer that crossed one of ours.
    announced: Option<SocketAddr>,
    /// Whether the phone is held in the name of the far end.
    pub(super) holds: PassedHold,
    /// The call was answered: from now on its phone is to be heard.
    answered: bool,
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
            .with_early_feedback(endpoint.rtp.early_feedback)
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
            announced: None,
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

    /// Offers number what `party` speaks, and its telephone-event, as it does. The media of two phones can only go direct
    /// where both have the same numbers, and phones differ in those that they choose: telephone-event is 101 to most, and
    /// 120 or 96 to others.
    pub(super) fn number_as(&mut self, party: &PartyMedia) {
        let CodecPayload { codec, send, receive } = party.payload_types;
        if send == receive {
            self.negotiator.reserve_payload_type(send, offer_of(codec).codec);
        }
        if let Some(event) = party.telephone_event.filter(|event| event.send == event.receive) {
            self.negotiator.reserve_payload_type(event.send, sdp::Codec::telephone_event(event.clock_rate));
        }
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
}
