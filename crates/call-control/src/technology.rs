//! The seam between calls and the protocols that carry them: SIP today, IAX2 and Local behind the same trait.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use media_bridge::{Leg, LegId};
use sip_ua::charge_advice::ChargeAdvice;

use crate::call::Call;
use crate::cause::HangupCause;
use crate::direct_media::{MediaRoute, PartyMedia};
use crate::forward::Forward;
use crate::identity::{CallIdentifier, CallerId, Redirecting};
use crate::message::{CallText, Notification};
use crate::streams::{CallStream, PartyStream};

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to reach people, named by the part before the slash in `PJSIP/alice`.
pub trait Technology: Send + Sync + 'static {
    /// The name that channels carry, such as `PJSIP`.
    fn name(&self) -> &'static str;

    /// Other names that reach this technology in `Dial` (`SIP` for `PJSIP`).
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    /// Starts a call to `resource`, the part behind the slash. The channel that it returns reports what becomes of it.
    ///
    /// # Errors
    /// [`OriginateError`] when nothing could be sent: nobody of that name, no phone on line, no port free.
    fn originate<'a>(
        &'a self,
        resource: &'a str,
        request: OriginateRequest,
    ) -> BoxFuture<'a, Result<Call, OriginateError>>;
}

/// What an outgoing call carries from the one who asks for it.
#[derive(Clone, Debug, Default)]
pub struct OriginateRequest {
    /// Who is calling, shown to the called party.
    pub caller: CallerId,
    /// The call that this channel belongs to; a new one when absent.
    pub call_id: Option<CallIdentifier>,
    /// The unique id of the channel that asks, for `CHANNEL(linkedid)`.
    pub linked_id: Option<String>,
    /// What the channel that asks has beside its audio.
    pub streams: Vec<PartyStream>,
    /// Codecs of the channel that asks, the one in use first: a bridge of two that speak the same need not translate.
    pub codecs: Vec<media_bridge::Codec>,
    /// The channel that asks wants no call that would have to be translated.
    pub no_translation: bool,
    /// The caller's media leg: a leg on the same media thread makes the cheapest bridge.
    pub near: Option<LegId>,
    /// Who was called before, where the call was passed on.
    pub redirecting: Option<Redirecting>,
    /// Variables that the new channel inherits, already stripped of one underscore.
    pub variables: Vec<(String, String)>,
    /// Where the caller's media is, if the called party may send to it from the first: a technology that does so says
    /// it with [`Call::sends_media_to`].
    pub direct_to: Option<Box<PartyMedia>>,
    /// The channel that asks, where one does: what is said of its caller is made of it.
    pub asker: Option<Call>,
    /// Language of the channel that asks.
    pub language: Option<String>,
    /// How many channels may follow the one that asks, the new one among them (SIP: Max-Forwards); as many as is usual
    /// when absent.
    pub hops: Option<u8>,
    /// What is done with the new channel before its party hears of the call.
    pub preparation: Option<Preparation>,
}

/// What is done with a called channel before its party hears of the call: what is set of it then, such as headers and codecs, is in
/// the first message already.
#[derive(Clone)]
pub struct Preparation(Arc<dyn Fn(Call) -> BoxFuture<'static, ()> + Send + Sync>);

impl Preparation {
    /// Work with the channel. It may end the channel, and with it the call.
    pub fn new(work: impl Fn(Call) -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(work))
    }

    /// Does it. A channel whose preparation is dropped before its end is ended.
    ///
    /// # Errors
    /// [`OriginateError::Refused`] where the channel has ended meanwhile.
    pub async fn run(&self, call: &Call) -> Result<(), OriginateError> {
        let unprepared = Unsent::new(call);
        (self.0)(call.clone()).await;
        unprepared.sent();
        if call.state().is_ended() { Err(OriginateError::Refused) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Preparation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Preparation")
    }
}

/// A channel whose party has not heard of the call yet. Given up, it ends.
pub(crate) struct Unsent(Option<Call>);

impl Unsent {
    pub(crate) fn new(call: &Call) -> Self {
        Self(Some(call.clone()))
    }

    /// Its party hears of it from now on.
    pub(crate) fn sent(mut self) {
        self.0 = None;
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        if let Some(call) = self.0.take() {
            call.hangup(HangupCause::NORMAL);
        }
    }
}

/// Why an outgoing call could not even start.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OriginateError {
    /// `PJSIP` of `PJSIP/alice` is no technology that is loaded.
    #[error("no technology named '{0}'; use PJSIP/…")]
    NoSuchTechnology(String),
    /// The destination is not written as `technology/resource`.
    #[error("'{0}' is not a destination; write technology/resource, as in PJSIP/alice")]
    Malformed(String),
    /// No such endpoint.
    #[error("no endpoint named '{0}' is configured")]
    NoSuchEndpoint(String),
    /// The endpoint exists, but no phone is registered for it.
    #[error("'{0}' has no contact: its phone is not registered and its aor has no contact= line")]
    NoContact(String),
    /// The endpoint has contacts, and none of them answers when it is asked whether it is there.
    #[error("'{0}' is away: no contact of it answers OPTIONS (qualify_frequency)")]
    Away(String),
    /// The address of the contact cannot be used.
    #[error("'{contact}' cannot be reached: {reason}")]
    Unreachable {
        /// The contact's URI or the host.
        contact: String,
        /// Why.
        reason: String,
    },
    /// The number that a `Local/` destination names is not in the dialplan.
    #[error("extension '{extension}' is not in context '{context}'")]
    NoSuchExtension {
        /// The number.
        extension: String,
        /// Where it was looked for.
        context: String,
    },
    /// The call has come round too often: destinations that call each other.
    #[error("the call was passed on too often (Max-Forwards); do destinations call each other in a circle?")]
    TooManyHops,
    /// The call would have to be translated between codecs, which one of its ends rules out.
    #[error(
        "'{endpoint}' may use no codec of the caller's ({caller}), and transcode:prevent rules out a translation; add one to allow= of '{endpoint}'"
    )]
    NoCommonCodec {
        /// The endpoint.
        endpoint: String,
        /// What the caller speaks.
        caller: String,
    },
    /// The channel that asks lets its call be joined with encrypted media alone.
    #[error(
        "the caller wants encrypted media (secure_bridge_media), and '{0}' may not have any; give it media_encryption=sdes"
    )]
    NotEncrypted(String),
    /// The channel that asks lets its call be joined with parties alone whose messages are encrypted.
    #[error(
        "the caller wants encrypted signalling (secure_bridge_signaling), and '{0}' is not reached over TLS; give it a transport with TLS"
    )]
    NotSecure(String),
    /// Nobody can vouch for the caller towards an endpoint that is to be told (RFC 8224).
    #[error("the caller's identity cannot be signed: {0}")]
    Unsigned(String),
    /// No media leg could be opened.
    #[error("no media for the call: {0}")]
    Media(String),
    /// The exchange is stopping or at its limit.
    #[error("the exchange takes no new calls now")]
    Refused,
}

impl OriginateError {
    /// The cause that `HANGUPCAUSE` and the dial status derive from.
    pub fn cause(&self) -> HangupCause {
        match self {
            Self::NoSuchTechnology(_) => HangupCause::NOT_IMPLEMENTED,
            Self::Malformed(_) | Self::NoSuchEndpoint(_) => HangupCause::NO_ROUTE,
            Self::NoContact(_) | Self::Away(_) => HangupCause::ABSENT,
            Self::Unreachable { .. } | Self::NoSuchExtension { .. } => HangupCause::NO_ROUTE,
            Self::TooManyHops => HangupCause::ROUTING_ERROR,
            Self::NoCommonCodec { .. } | Self::NotEncrypted(_) | Self::NotSecure(_) => {
                HangupCause::BEARER_UNAVAILABLE
            }
            Self::Media(_) | Self::Refused | Self::Unsigned(_) => HangupCause::CONGESTION,
        }
    }
}

/// The commands that a channel gives its technology. Each returns at once; what follows is reported through [`Report`].
pub trait Driver: Send + Sync + 'static {
    /// Tells the calling party that the phone rings (SIP: 180).
    fn ring(&self);
    /// Opens early media towards the calling party (SIP: 183 with a session description).
    fn progress(&self);
    /// Answers (SIP: 200). Reported back as [`Report::Answered`].
    fn answer(&self);
    /// The party at the far end speaks these codecs, the one in use first. Told before the answer: a technology that can
    /// still choose its answer may let it follow.
    fn suit(&self, _codecs: &[media_bridge::Codec]) {}
    /// The party at the far end has these streams beside its audio, and no others: those that the own party has not are to be
    /// offered to it. Only for technologies that carry such.
    fn match_streams(&self, _streams: &[PartyStream]) {}
    /// The party is another channel here, which has for its own whatever this one is joined with: it is told of streams as soon
    /// as there is somebody.
    fn speaks_for_another(&self) -> bool {
        false
    }
    /// The party has another one at the far end than before (SIP: UPDATE or a re-INVITE that says so), as
    /// [`Call::connected`] tells.
    fn connected(&self) {}
    /// The party at the far end holds, or takes the call back: tells the party itself (SIP: a re-INVITE with `sendonly`). `false`
    /// where that is not wanted: then it hears music.
    fn pass_hold(&self, _held: bool) -> bool {
        false
    }
    /// The party sends its media there from now on (SIP: a re-INVITE with that description), to another party or back to
    /// us. What became of it shows in [`Report::Media`]: a party that refuses has no place to tell any more. Only for
    /// technologies that tell one.
    fn route_media(&self, _route: MediaRoute) {}
    /// Tells the party what its call costs, as the network of the other party says (SIP: 3GPP TS 24.647).
    fn advise_charges(&self, _advice: ChargeAdvice) {}
    /// Sends the party a key that the media plane does not (SIP: INFO), held for so many ms.
    fn send_digit(&self, _digit: char, _duration_ms: u32) {}
    /// Shows the party a text (SIP: MESSAGE in the dialog). `false` where the technology has no such thing.
    fn send_text(&self, _text: &CallText) -> bool {
        false
    }
    /// Tells the party's phone something that it has not asked for (SIP: NOTIFY in the dialog). `false` where the technology
    /// has no such thing.
    fn notify(&self, _notification: Notification) -> bool {
        false
    }
    /// Refuses a call that was not answered yet, with this status (SIP: the final response). [`Report::Ended`] is told by whoever
    /// asks for it. `false` where the technology has no such thing.
    fn refuse(&self, _status: u16) -> bool {
        false
    }
    /// Asks the party to call `to` instead, a URI or a number at our place (SIP: 302 before the answer, REFER after it).
    /// What becomes of it is reported by [`Report::Transferred`]; `false` where the technology has no such thing.
    fn transfer(&self, _to: &str) -> bool {
        false
    }
    /// Ends the channel in whatever state it is (SIP: a final response, CANCEL or BYE).
    fn hangup(&self, cause: HangupCause);
}

/// What a technology tells about its channel.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Report {
    /// The called phone rings.
    Ringing,
    /// Audio may arrive before the answer.
    Progress,
    /// Answered: media flows both ways.
    Answered,
    /// The party put the call on hold.
    Held,
    /// The party took the call back.
    Resumed,
    /// Both sides have agreed on these codecs; the first one is in use.
    Codecs(Vec<media_bridge::Codec>),
    /// What both sides have agreed on beside the audio.
    Streams(Vec<CallStream>),
    /// Whether its media is encrypted from now on.
    Encrypted(bool),
    /// Whether the party and we describe pauses to each other from now on (comfort noise, RFC 3389).
    ComfortNoise(bool),
    /// Where the party's media is, for another party to send to directly; `None` when it cannot leave us.
    Media(Option<Box<PartyMedia>>),
    /// Packets of the party came from there.
    HeardFrom(SocketAddr),
    /// A key was pressed, in whatever way the phone sends it.
    Digit {
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        digit: char,
        /// Its length in milliseconds.
        duration_ms: u32,
    },
    /// The party sent a text that is for nobody else.
    Text(String),
    /// The party's network tells what the call costs.
    ChargeAdvice(ChargeAdvice),
    /// What the party answered to [`Driver::transfer`]: the status of a refusal, as SIP has it.
    Transferred(Result<(), u16>),
    /// The called party wants the call to go elsewhere. [`Ended`](Self::Ended) follows.
    Forwarded(Forward),
    /// The channel ended.
    Ended(HangupCause),
}

/// What a technology needs to create a channel with [`crate::Switchboard::create_channel`].
pub struct ChannelSpec {
    /// The technology's name, the first half of the channel's.
    pub technology: &'static str,
    /// The endpoint's name, the second half of the channel's.
    pub resource: String,
    /// Which way the call goes, seen from the exchange.
    pub direction: crate::call::Direction,
    /// Who is at the far end of this channel, as far as it is known.
    pub caller: CallerId,
    /// The number that was dialled; empty on outgoing channels.
    pub dialed: String,
    /// The context where the dialplan starts; empty on outgoing channels.
    pub context: String,
    /// Prompts are played in this language.
    pub language: String,
    /// Variables that the channel starts with.
    pub variables: Vec<(String, String)>,
    /// The call that it joins; a new one when absent.
    pub call_id: Option<CallIdentifier>,
    /// The unique id of the channel that asked for this one.
    pub linked_id: Option<String>,
    /// The media leg.
    pub leg: Option<Arc<Leg>>,
    /// Takes the commands.
    pub driver: Box<dyn Driver>,
}
