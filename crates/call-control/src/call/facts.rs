//! What is known of a channel: who is at its ends, what was dialled, its variables, what it speaks.

use std::sync::Arc;

use media_bridge::Codec;
use smol_str::SmolStr;

use super::{Call, ChannelState, DialplanPosition, FrameKind, RunningApplication};
use crate::event::Event;
use crate::identity::{CallerId, IdentityVerification, Redirecting};
use crate::location_profile::LocationProfile;
use crate::message::TextMessage;

impl Call {
    /// The party at the far end of this channel.
    pub fn caller(&self) -> CallerId {
        CallerId::clone(&self.details().caller)
    }

    /// Replaces the party's name and number, as `Set(CALLERID(num)=…)` does.
    pub fn set_caller(&self, caller: CallerId) {
        self.details().caller = Arc::new(caller);
    }

    /// What the configuration tags the party with, for dialplans alone (`CALLERID(tag)`).
    pub fn caller_tag(&self) -> String {
        self.details().caller_tag.clone()
    }

    /// Tags the party.
    pub fn set_caller_tag(&self, tag: &str) {
        self.details().caller_tag = tag.to_owned();
    }

    /// The country whose tones the party hears, `fr`; that of the exchange where it has none.
    pub fn tone_zone(&self) -> Option<String> {
        self.details().tone_zone.clone()
    }

    /// Chooses the country of its tones.
    pub fn set_tone_zone(&self, zone: Option<&str>) {
        self.details().tone_zone = zone.map(str::to_owned);
    }

    /// The party says that it is somebody else than was thought; whoever it talks to is told.
    pub(crate) fn change_party(&self, party: CallerId) {
        if self.caller() == party {
            return;
        }
        self.set_caller(party.clone());
        if let Some(partner) = self.partner() {
            partner.set_connected(party);
        }
    }

    /// The one whom the party is connected with, as its phone shows it.
    pub fn connected(&self) -> CallerId {
        self.details().connected.clone()
    }

    /// Tells the party with whom it is connected. The same as before changes nothing.
    pub fn set_connected(&self, party: CallerId) {
        let changed = {
            let mut details = self.details();
            let changed = details.connected != party;
            details.connected = party;
            changed
        };
        if changed && !self.state().is_ended() && !self.is_told_no(FrameKind::ConnectedLine) {
            self.0.driver.connected();
        }
    }

    /// Who was called before, where the call was passed on.
    pub fn redirecting(&self) -> Option<Redirecting> {
        self.details().redirecting.clone()
    }

    /// Notes who was called before.
    pub fn set_redirecting(&self, redirecting: Option<Redirecting>) {
        self.details().redirecting = redirecting;
    }

    /// What was thought of the identities in its INVITE, in their order; none where nobody judged them.
    pub fn identity_verifications(&self) -> Vec<IdentityVerification> {
        self.details().verifications.clone()
    }

    /// Notes what was thought of one more identity.
    pub fn add_identity_verification(&self, verification: IdentityVerification) {
        self.details().verifications.push(verification);
    }

    /// The text that the channel carries, or will send.
    pub fn message(&self) -> Option<TextMessage> {
        self.details().message.clone()
    }

    /// Gives the channel a text to carry.
    pub fn set_message(&self, message: Option<TextMessage>) {
        self.details().message = message;
    }

    /// What is known of where the caller is, and may be told.
    pub fn location_profile(&self) -> Option<Arc<LocationProfile>> {
        self.details().location.clone()
    }

    /// Notes where the caller is.
    pub fn set_location_profile(&self, profile: Option<Arc<LocationProfile>>) {
        self.details().location = profile;
    }

    /// Takes over from the channel that asks for this one where the caller is, if that may be.
    pub(crate) fn inherit_location(&self, asker: Option<&Call>) {
        let profile = asker.and_then(Call::location_profile);
        self.set_location_profile(profile.filter(|profile| profile.inheritable));
    }

    /// The number that the party dialled; empty on outbound channels.
    pub fn dialed(&self) -> String {
        self.details().dialed.to_string()
    }

    /// The language of prompts, such as `en` or `fr_CA`.
    pub fn language(&self) -> String {
        self.details().language.to_string()
    }

    /// Chooses the language of prompts.
    pub fn set_language(&self, language: &str) {
        self.details().language = language.into();
    }

    /// Where the dialplan stands on this channel.
    pub fn position(&self) -> DialplanPosition {
        self.details().position.clone()
    }

    /// A channel variable; leading underscores of `name` do not matter.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.details().variables.get(name).map(str::to_owned)
    }

    /// Sets a channel variable. One leading underscore hands it on to the channels that this one dials, two to all that
    /// follow them as well.
    pub fn set_variable(&self, name: &str, value: &str) {
        self.details().variables.set(name, value);
    }

    /// Takes a channel variable away; a global one of its name is seen again.
    pub fn remove_variable(&self, name: &str) {
        self.details().variables.remove(name);
    }

    /// Sets a channel variable as it was before, when there may have been none.
    pub fn restore_variable(&self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.set_variable(name, value),
            None => self.remove_variable(name),
        }
    }

    /// All channel variables by bare name.
    pub fn variables(&self) -> Vec<(String, String)> {
        self.details().variables.all()
    }

    /// What a channel dialled by this one starts with, named as [`Call::set_variable`] takes it.
    pub fn inherited_variables(&self) -> Vec<(String, String)> {
        self.details().variables.inherited()
    }

    /// Notes which application runs where, for consoles and managers, and tells observers. The audio of a party that was
    /// in a bridge before comes back here.
    pub fn start_application(&self, position: DialplanPosition, application: &str, arguments: &str) {
        self.take_media_back();
        {
            let mut details = self.details();
            details.position = position;
            details.application = Some((application.into(), arguments.into()));
        }
        self.0.switchboard.notice(|| Event::ApplicationStarted {
            channel: self.snapshot(),
            application: application.to_owned(),
            arguments: arguments.to_owned(),
        });
    }

    /// What runs on this channel, to come back to by [`Call::resume_application`].
    pub fn running_application(&self) -> RunningApplication {
        let details = self.details();
        RunningApplication { position: details.position.clone(), application: details.application.clone() }
    }

    /// Notes that an application goes on that had others run meanwhile. Observers have heard of its start already.
    pub fn resume_application(&self, running: RunningApplication) {
        let mut details = self.details();
        details.position = running.position;
        details.application = running.application;
    }

    /// The channel that this one is bridged with.
    pub fn partner(&self) -> Option<Call> {
        let name = self.details().bridged_with.clone()?;
        self.0.switchboard.find(&name)
    }

    /// Notes that this channel is bridged with the one of that name, or with none.
    pub(crate) fn set_bridged_with(&self, peer: Option<&str>) {
        self.details().bridged_with = peer.map(SmolStr::from);
        self.0.facets.bridged.set(peer.is_some());
    }

    /// Notes that this channel is no longer bridged with the one of that name.
    pub(crate) fn clear_bridged_with(&self, peer: &str) {
        let left = self.details().bridged_with.take_if(|name| name == peer).is_some();
        self.0.facets.bridged.change(|bridged| left && std::mem::replace(bridged, false));
    }

    /// The codec of its audio, once both sides have agreed on one.
    pub fn codec(&self) -> Option<Codec> {
        self.details().codecs.first().copied()
    }

    /// All codecs that both sides have agreed on, the one in use first.
    pub fn codecs(&self) -> Vec<Codec> {
        self.details().codecs.clone()
    }

    /// Whether its media is encrypted between the party and us.
    pub fn is_encrypted(&self) -> bool {
        self.details().encrypted
    }

    /// Whether the party describes its pauses, and takes descriptions of others' (comfort noise).
    pub fn has_comfort_noise(&self) -> bool {
        self.details().comfort_noise
    }

    /// Whether calls that it makes have to be encrypted as well.
    pub fn demands_encryption(&self) -> bool {
        self.details().demands_encryption
    }

    /// Lets it make calls with encrypted media alone, or any.
    pub fn demand_encryption(&self, demanded: bool) {
        self.details().demands_encryption = demanded;
    }

    /// Whether the messages of calls that it makes have to be encrypted as well.
    pub fn demands_secure_signaling(&self) -> bool {
        self.details().demands_secure_signaling
    }

    /// Lets it make calls over encrypted signalling alone, or any.
    pub fn demand_secure_signaling(&self, demanded: bool) {
        self.details().demands_secure_signaling = demanded;
    }

    /// Whether calls that it makes may not need a translation between codecs.
    pub fn forbids_translation(&self) -> bool {
        self.details().no_translation
    }

    /// Rules out calls that would need a translation between codecs, or lets them be.
    pub(crate) fn forbid_translation(&self, forbidden: bool) {
        self.details().no_translation = forbidden;
    }

    /// `far` is who its party is about to talk with: what it is answered may follow what that one speaks.
    pub(crate) fn suit(&self, far: &Call) {
        if self.state() == ChannelState::Ring {
            self.0.driver.suit(&far.codecs());
            // One that has described nothing yet may still have them.
            if self.has_streams() && far.codec().is_some() {
                self.0.driver.match_streams(&far.party_streams());
            }
        }
    }
}
