//! A SIP endpoint: what the exchange knows of a phone or a trunk.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use media_bridge::Codec;
use sip_ua::digest::{ChallengeTerms, Credentials};
use sip_ua::guard::AccessList;
use sip_ua::user_agent::SessionOptions;

use super::codec_rules::CodecRules;
use super::digits::DigitMode;
use super::door::AccessRules;
use super::media_encryption::MediaEncryption;
use super::redirect::RedirectMethod;
use super::rtp_options::RtpOptions;
use super::stream_codecs::StreamOptions;
use crate::identity::{CallerId, Presentation};
use crate::pickup::PickupGroups;

/// A phone or a trunk, as the configuration describes it. Every dialect of configuration becomes this one type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SipEndpoint {
    /// The name: `alice` of `PJSIP/alice`.
    pub name: String,
    /// Its calls start in this context of the dialplan.
    pub context: String,
    /// Codecs that it may use, best first.
    pub codecs: Vec<Codec>,
    /// Which of them are offered and answered, and in which order.
    pub codec_rules: CodecRules,
    /// What it may have beside its audio.
    pub streams: StreamOptions,
    /// How keys travel.
    pub digits: DigitMode,
    /// Shown instead of what the phone says about itself.
    pub caller: Option<CallerId>,
    /// Requests must prove one of these. None: the source is trusted, and requests are not challenged.
    pub credentials: Vec<Credentials>,
    /// What its challenges say, where it has terms of its own.
    pub challenge_terms: Option<ChallengeTerms>,
    /// Answers to challenges that calls towards it meet.
    pub outbound_credentials: Vec<Credentials>,
    /// Language of prompts.
    pub language: String,
    /// User part of From in calls towards it, instead of the caller's number.
    pub from_user: Option<String>,
    /// Host part of From in calls towards it, instead of our address.
    pub from_domain: Option<String>,
    /// Variables that its channels start with.
    pub variables: Vec<(String, String)>,
    /// Functions of the dialplan that its channels start with, and their values: [`Directory::assign`](super::Directory::assign)
    /// sets them.
    pub assignments: Vec<(String, String)>,
    /// Media goes where media comes from, for phones behind address translation.
    pub symmetric_media: bool,
    /// Only audio of the peer is heard, known by where it comes from.
    pub strict_media: bool,
    /// How its audio travels.
    pub rtp: RtpOptions,
    /// Whether its audio is encrypted.
    pub media_encryption: MediaEncryption,
    /// Address put into session descriptions instead of our own.
    pub media_address: Option<IpAddr>,
    /// Address that its audio is received and sent at, where that is not the one that its signalling comes to.
    pub media_bind: Option<IpAddr>,
    /// Who asks for an offer by a re-INVITE is offered all its codecs, not only those that were agreed on.
    pub offers_all_codecs_anew: bool,
    /// A call of ours that was forked hears the branch whose description came last.
    pub follows_forks: bool,
    /// A phone may answer with another description before it takes a call than it did at first.
    pub changes_answers: bool,
    /// A text for it goes on to where a 3xx points.
    pub follows_redirected_messages: bool,
    /// A call without audio for this long ends.
    pub rtp_timeout: Option<Duration>,
    /// The same while the call is on hold.
    pub rtp_timeout_hold: Option<Duration>,
    /// Whether OPTIONS is answered without credentials.
    pub allow_unauthenticated_options: bool,
    /// Session timers (RFC 4028) and acknowledged provisional responses (RFC 3262) of its calls.
    pub options: SessionOptions,
    /// Whether what it says about callers is believed (P-Asserted-Identity, Remote-Party-ID).
    pub trust_id_inbound: bool,
    /// Whether it is told who calls even when the caller does not want that.
    pub trust_id_outbound: bool,
    /// Whether it is told who calls in P-Asserted-Identity.
    pub send_pai: bool,
    /// The same in Remote-Party-ID.
    pub send_rpid: bool,
    /// Whether it is told with whom it is connected when that changes.
    pub send_connected_line: bool,
    /// Whether news of that from it is believed.
    pub trust_connected_line: bool,
    /// Whether it is told in Diversion who was called before.
    pub send_diversion: bool,
    /// The same in History-Info.
    pub send_history_info: bool,
    /// Whether telephone numbers are written with `user=phone`.
    pub user_eq_phone: bool,
    /// Whether callers from it are shown to others.
    pub presentation: Presentation,
    /// User part of our Contact in its calls.
    pub contact_user: Option<String>,
    /// Whether its phones may hand their calls on.
    pub allow_transfer: bool,
    /// Whether they hear how far a party is that they have handed on to a number. Else they hear at once that it is done.
    pub tells_transfer_progress: bool,
    /// In which groups its calls can be taken by others, and whose it can take.
    pub pickup_groups: Arc<PickupGroups>,
    /// How many calls it may have at a time, both ways.
    pub call_limit: Option<usize>,
    /// Callers from it hear a ringing tone in 183 instead of being told by 180 that it rings.
    pub inband_progress: bool,
    /// Callers from it are told of a ring by 180 after a 183 with early audio too, and not by another 183.
    pub rings_after_progress: bool,
    /// Others hear no music, and are not told, when it holds.
    pub suppresses_hold: bool,
    /// The user in `o=` of its session descriptions.
    pub sdp_owner: String,
    /// The name in `s=` of its session descriptions.
    pub sdp_session: String,
    /// A 183 of its phones without a description is left aside.
    pub ignore_183_without_sdp: bool,
    /// It is not told Q.850 causes in Reason (RFC 3326).
    pub suppress_q850: bool,
    /// Our Contact in calls towards it has the caller's number, unless there is a `contact_user`.
    pub caller_in_contact: bool,
    /// What follows a semicolon in the user part of a URI is no part of a number (`100;phone-context=+33` is 100).
    pub ignores_user_options: bool,
    /// It is told by re-INVITE with whom it is connected, even if it takes UPDATE.
    pub connected_by_invite: bool,
    /// It is told while it still rings whom it calls.
    pub connected_while_ringing: bool,
    /// `CALLERID(tag)` of its channels.
    pub caller_tag: String,
    /// The country whose tones its callers hear; that of the exchange where it has none.
    pub tone_zone: Option<String>,
    /// The class of music that others hear while it holds.
    pub suggested_music: Option<String>,
    /// Whether it is told when the other party holds, by an offer that only sends, and hears no music of ours.
    pub passes_hold: bool,
    /// What is made of its 3xx.
    pub redirect_method: RedirectMethod,
    /// Where its requests may come from. One that is kept out is answered as if the endpoint did not exist.
    pub access: AccessRules,
    /// It is told what its calls cost, where the network of the other party says so.
    pub send_aoc: bool,
    /// Whether and how its audio may pass us by.
    pub direct_media: DirectMedia,
    /// Whether the [`Directory`](super::Directory) judges who calls from it (RFC 8224).
    pub verifies_callers: bool,
    /// Whether the directory vouches for callers towards it.
    pub vouches_for_callers: bool,
}

/// How the audio of an endpoint may take the short way to another one, past the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DirectMedia {
    /// Whether it may.
    pub allowed: bool,
    /// Whether its phones are told by UPDATE where they know it, rather than by re-INVITE.
    pub by_update: bool,
    /// Whether they are left to ask first.
    pub glare: GlareMitigation,
    /// Not where a translator (NAT) stands before its phone: one whose media is described elsewhere than its messages or
    /// its packets come from.
    pub avoid_nat: bool,
    /// Already before the call is answered.
    pub early: bool,
    /// Where those may be that it exchanges audio with: each list must let the address in.
    pub peers: Vec<AccessList>,
}

impl Default for DirectMedia {
    fn default() -> Self {
        let glare = GlareMitigation::None;
        Self { allowed: true, by_update: false, glare, avoid_nat: false, early: false, peers: Vec::new() }
    }
}

/// Calls in which the first offer that sends the audio elsewhere is left to the peer, which is known to make one of its
/// own: two that cross cost seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GlareMitigation {
    /// None.
    #[default]
    None,
    /// Those that we make.
    Outgoing,
    /// Those that come to us.
    Incoming,
}

impl SipEndpoint {
    /// The number in the user part of a URI.
    pub(super) fn number_in(&self, user: String) -> String {
        match user.split_once(';') {
            Some((number, _)) if self.ignores_user_options => number.to_owned(),
            _ => user,
        }
    }

    /// An endpoint of that name with the defaults of Asterisk: context `default`, G.711, telephone-event, English, no
    /// challenge.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            context: "default".to_owned(),
            codecs: vec![Codec::Pcmu, Codec::Pcma],
            streams: StreamOptions::default(),
            codec_rules: CodecRules::default(),
            digits: DigitMode::default(),
            caller: None,
            credentials: Vec::new(),
            challenge_terms: None,
            outbound_credentials: Vec::new(),
            language: "en".to_owned(),
            from_user: None,
            from_domain: None,
            variables: Vec::new(),
            assignments: Vec::new(),
            symmetric_media: false,
            strict_media: true,
            rtp: RtpOptions::default(),
            media_encryption: MediaEncryption::None,
            media_address: None,
            media_bind: None,
            offers_all_codecs_anew: false,
            follows_forks: true,
            changes_answers: false,
            follows_redirected_messages: false,
            rtp_timeout: None,
            rtp_timeout_hold: None,
            allow_unauthenticated_options: false,
            options: SessionOptions::default(),
            trust_id_inbound: false,
            trust_id_outbound: false,
            send_pai: false,
            send_rpid: false,
            send_connected_line: true,
            trust_connected_line: true,
            send_diversion: true,
            send_history_info: false,
            user_eq_phone: false,
            presentation: Presentation::ALLOWED,
            contact_user: None,
            allow_transfer: true,
            tells_transfer_progress: true,
            pickup_groups: Arc::default(),
            call_limit: None,
            inband_progress: false,
            rings_after_progress: false,
            suppresses_hold: false,
            sdp_owner: "-".to_owned(),
            sdp_session: "-".to_owned(),
            ignore_183_without_sdp: false,
            suppress_q850: false,
            caller_in_contact: false,
            ignores_user_options: false,
            connected_by_invite: false,
            connected_while_ringing: false,
            caller_tag: String::new(),
            tone_zone: None,
            suggested_music: None,
            passes_hold: false,
            redirect_method: RedirectMethod::default(),
            access: AccessRules::default(),
            send_aoc: false,
            direct_media: DirectMedia::default(),
            verifies_callers: false,
            vouches_for_callers: false,
        }
    }
}
