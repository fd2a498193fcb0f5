//! What happens to calls, told to whoever watches: the console today, managers and billing on the same seam.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sip_ua::MessageDirection;
use sip_ua::transport::Protocol;

use crate::call::{CallSnapshot, ChannelState};
use crate::cause::HangupCause;
use crate::dial::DialStatus;
use crate::security::SecurityEvent;

/// Watches the calls of a [`crate::Switchboard`].
///
/// Called on the task where the thing happened, so it must return at once: hand the event to a queue, count, format, no more.
pub trait Observer: Send + Sync + 'static {
    /// Takes one event.
    fn notice(&self, event: &Event);
}

/// One thing that happened. Each carries a snapshot of the channel that it happened to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A channel came into being.
    ChannelCreated {
        /// The channel.
        channel: CallSnapshot,
    },
    /// A channel changed its state.
    ChannelState {
        /// The channel, already in its new state.
        channel: CallSnapshot,
        /// The new state.
        state: ChannelState,
    },
    /// A channel ended. Where a task [attends](crate::Call::is_attended) it, what its dialplan does in `h` follows, and then
    /// [`Self::ChannelReleased`]; else nothing does.
    ChannelEnded {
        /// The channel.
        channel: CallSnapshot,
        /// Why.
        cause: HangupCause,
    },
    /// The task that attended a channel is done with it: nothing follows.
    ChannelReleased {
        /// The channel, which has ended.
        channel: CallSnapshot,
    },
    /// The party of a channel put the call on hold, or took it back.
    Hold {
        /// The channel.
        channel: CallSnapshot,
        /// Whether it is on hold now.
        held: bool,
    },
    /// An application of the dialplan starts on a channel.
    ApplicationStarted {
        /// The channel, with context, extension and priority.
        channel: CallSnapshot,
        /// Its name as registered.
        application: String,
        /// Its arguments after substitution.
        arguments: String,
    },
    /// `Dial` has called one destination.
    DialBegan {
        /// The caller's channel.
        channel: CallSnapshot,
        /// What was dialled, as in `PJSIP/bob`.
        destination: String,
    },
    /// There is a channel to a destination that is being called: after [`Self::DialBegan`], and again for every place that
    /// the destination sends its call to.
    Dialled {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The called channel's name.
        branch: String,
    },
    /// A destination that is being called rings.
    DialRinging {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The called channel's name.
        branch: String,
    },
    /// A destination that is being called sends early media.
    DialProgress {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The called channel's name.
        branch: String,
    },
    /// A destination answered and will be bridged.
    DialAnswered {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The called channel's name.
        branch: String,
    },
    /// Somebody takes the call that rings at a destination; [`Self::DialAnswered`] follows for the one who takes it.
    DialPickedUp {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The called channel's name, which is about to end.
        branch: String,
        /// The name of the channel that takes its place.
        taker: String,
    },
    /// A destination sends its call elsewhere, and it is called there.
    DialForwarded {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The channel that sends it elsewhere.
        branch: String,
        /// Where it goes, as in `Local/100@phones`.
        destination: String,
    },
    /// A destination failed.
    DialFailed {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The called channel's name, or the destination when no channel could be made.
        branch: String,
        /// Why.
        cause: HangupCause,
    },
    /// `Dial` ended without an answer.
    DialEnded {
        /// The caller's channel.
        channel: CallSnapshot,
        /// The outcome that `DIALSTATUS` shows.
        status: DialStatus,
        /// Destinations tried, and of them busy, congested and unavailable.
        counts: DialCounts,
        /// How long it was tried, in milliseconds.
        elapsed_ms: u64,
    },
    /// A channel entered a bridge.
    BridgeEntered {
        /// The channel.
        channel: CallSnapshot,
        /// The bridge's identifier.
        bridge: Arc<str>,
    },
    /// A channel left a bridge.
    BridgeLeft {
        /// The channel.
        channel: CallSnapshot,
        /// The bridge's identifier.
        bridge: Arc<str>,
    },
    /// A prompt starts to play.
    PlaybackStarted {
        /// The channel.
        channel: CallSnapshot,
        /// The prompt's name with the format found: `demo-congrats.wav`.
        file: String,
    },
    /// A tone begins to sound: `busy`, or `ring` where a caller hears that it rings.
    IndicationStarted {
        /// The channel.
        channel: CallSnapshot,
        /// Its name among the tones of a country.
        tone: String,
    },
    /// The party of a channel begins or stops to talk, where somebody wants to know: `TALK_DETECT()`, or a conference.
    Talking {
        /// The channel.
        channel: CallSnapshot,
        /// Whether it talks now.
        talking: bool,
        /// How long it talked, in milliseconds, when it stops; a conference does not tell.
        duration_ms: Option<u64>,
    },
    /// A channel begins or stops to listen to another one that does not hear it.
    Spying {
        /// The channel that listens.
        channel: CallSnapshot,
        /// The one that is listened to.
        target: Box<CallSnapshot>,
        /// Whether it begins.
        begins: bool,
    },
    /// A key was pressed (on release, with its length).
    Digit {
        /// The channel.
        channel: CallSnapshot,
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        digit: char,
        /// Its length in milliseconds.
        duration_ms: u32,
    },
    /// A line for the console, at a verbosity level of 1 or more.
    Verbose {
        /// The channel that it concerns, if any.
        channel: Option<CallSnapshot>,
        /// From which `-v` on it is shown.
        level: u8,
        /// The text, without a prefix.
        text: String,
    },
    /// Something is wrong and somebody should look at it.
    Warning {
        /// The channel that it concerns, if any.
        channel: Option<CallSnapshot>,
        /// A sentence that says what to do.
        text: String,
    },
    /// The dialplan tells of something (`UserEvent`).
    UserEvent {
        /// The channel.
        channel: CallSnapshot,
        /// What the dialplan calls it.
        name: String,
        /// What it says of it, key and value.
        fields: Vec<(String, String)>,
    },
    /// A channel begins to wait for commands of AGI that others queue, has run one, or waits no more.
    AsyncAgi {
        /// The channel.
        channel: CallSnapshot,
        /// What happened.
        change: AsyncAgiChange,
    },
    /// A phone's contact appeared, was refreshed or went.
    Contact {
        /// The address of record.
        aor: String,
        /// The contact's URI.
        uri: String,
        /// What happened.
        change: ContactChange,
    },
    /// A contact that is asked whether it is there has begun to answer, or has ceased to.
    ContactStatus {
        /// The address of record.
        aor: String,
        /// The contact's URI.
        uri: String,
        /// How long its answer took; `None` when none came.
        round_trip: Option<Duration>,
    },
    /// The first contact of an endpoint has begun to answer, or the last one has ceased to.
    EndpointStatus {
        /// The endpoint.
        endpoint: String,
        /// Whether it can be reached now.
        reachable: bool,
    },
    /// A registration of ours at another exchange came about, was refreshed, failed or went.
    Registration {
        /// Its name.
        name: String,
        /// The registrar's URI.
        server_uri: String,
        /// The address of record that we have there.
        client_uri: String,
        /// What happened.
        change: RegistrationChange,
    },
    /// A source failed to prove who it is.
    AuthenticationFailed {
        /// Where the request came from.
        source: SocketAddr,
        /// The SIP method.
        method: String,
        /// The user that it claimed to be, as sent.
        claimed: String,
        /// The request's Call-ID.
        call_id: String,
    },
    /// A message of SIP was received, or is about to be sent, where somebody wants to see it.
    SipMessage {
        /// Which way it goes.
        direction: MessageDirection,
        /// How it travels.
        protocol: Protocol,
        /// The other end.
        peer: SocketAddr,
        /// All of it; in the place of keys for media are asterisks.
        message: String,
    },
    /// Something happened at the door. A failed log-in is told here and as [`Self::AuthenticationFailed`].
    Security(SecurityEvent),
}

/// What happened to a channel in asynchronous AGI.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsyncAgiChange {
    /// It waits for commands.
    Started {
        /// What a script is told of its call: a line `agi_name: value` for each fact, and an empty one.
        environment: String,
    },
    /// It has run a command.
    Executed {
        /// The command as it was queued.
        command: String,
        /// What whoever queued it knows it by.
        command_id: Option<String>,
        /// The reply as a script reads it, without the last line end.
        reply: String,
    },
    /// It waits no more.
    Ended,
}

/// What happened to a registered contact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContactChange {
    /// New, valid for this many seconds.
    Added {
        /// Seconds until it expires.
        expires: u32,
    },
    /// Known already, valid for this many seconds more.
    Refreshed {
        /// Seconds until it expires.
        expires: u32,
    },
    /// Gone, with the reason in a word or two (`request`, `expiration`, `remove existing`, `shutdown` of its connection).
    Removed {
        /// Why.
        reason: &'static str,
    },
}

/// What happened to a registration of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrationChange {
    /// The registrar took it, for this many seconds.
    Registered {
        /// Seconds until it expires.
        expires: u32,
    },
    /// It was there already, and is good for this many seconds more.
    Refreshed {
        /// Seconds until it expires.
        expires: u32,
    },
    /// An attempt failed.
    Failed {
        /// Why, in a sentence.
        problem: String,
        /// Seconds until the next attempt; `None` when there is none.
        again_in: Option<u64>,
    },
    /// It was taken back.
    Unregistered,
}

/// How many destinations a `Dial` tried, and how they failed: the `(n:b/c/u)` of the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DialCounts {
    /// Destinations that were tried.
    pub tried: u32,
    /// Of them, busy.
    pub busy: u32,
    /// Of them, congested.
    pub congested: u32,
    /// Of them, unavailable.
    pub unavailable: u32,
}
