//! A phone's media as another party may meet it: where it is, and what it puts up with.

use media_bridge::CodecPayload;

use super::SessionMedia;
use super::codec_names::codec_of;
use super::leg_settings::events_of;
use crate::direct_media::PartyMedia;
use crate::sip::digits::DigitMode;

impl SessionMedia {
    /// Where the phone's media is, for another party to send to.
    pub(in crate::sip) fn party(&self) -> Option<PartyMedia> {
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
}
