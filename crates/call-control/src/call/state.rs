//! States and snapshots of a channel.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use smol_str::SmolStr;

use crate::cause::HangupCause;
use crate::identity::{CallIdentifier, CallerId};

/// Which way a channel goes, seen from the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Somebody called us.
    Inbound,
    /// We called somebody.
    Outbound,
}

/// Where a channel is in its life.
///
/// ```text
///  inbound:   Ring ----------------> Up ---> Ended
///  outbound:  Dialing -> Ringing --> Up ---> Ended      (any state may go straight to Ended)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelState {
    /// Inbound: the caller waits for us.
    Ring,
    /// Outbound: sent, nothing heard yet.
    Dialing,
    /// Outbound: the phone rings.
    Ringing,
    /// Answered.
    Up,
    /// Over.
    Ended(HangupCause),
}

impl ChannelState {
    /// True once the channel has ended.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Ended(_))
    }
}

impl fmt::Display for ChannelState {
    /// The words that consoles and managers know.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ring => "Ring",
            Self::Dialing => "Dialing",
            Self::Ringing => "Ringing",
            Self::Up => "Up",
            Self::Ended(_) => "Down",
        })
    }
}

/// Where a channel stands in the dialplan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialplanPosition {
    /// Context.
    pub context: SmolStr,
    /// Extension.
    pub extension: SmolStr,
    /// Priority, from 1.
    pub priority: u32,
}

/// The application that runs on a channel, and where.
#[derive(Clone, Debug)]
pub struct RunningApplication {
    pub(super) position: DialplanPosition,
    /// Its name and arguments.
    pub(super) application: Option<(SmolStr, SmolStr)>,
}

/// A channel at one moment, to show and to report. Made for each event: its texts are cheap to copy.
#[derive(Clone, Debug)]
pub struct CallSnapshot {
    /// `PJSIP/alice-00000001`.
    pub name: SmolStr,
    /// The call that the channel belongs to.
    pub call_id: CallIdentifier,
    /// `epochseconds.counter`.
    pub unique_id: SmolStr,
    /// Unique id of the first channel of the call.
    pub linked_id: SmolStr,
    /// Which way it goes.
    pub direction: Direction,
    /// Its state.
    pub state: ChannelState,
    /// The party at its far end.
    pub caller: Arc<CallerId>,
    /// The number dialled.
    pub dialed: SmolStr,
    /// Language of its prompts.
    pub language: SmolStr,
    /// Where its dialplan stands.
    pub position: DialplanPosition,
    /// The application that runs, and its arguments.
    pub application: Option<(SmolStr, SmolStr)>,
    /// Name of the channel that it is bridged with.
    pub bridged_with: Option<SmolStr>,
    /// When it came into being.
    pub created: SystemTime,
    /// When it was answered.
    pub answered: Option<SystemTime>,
    /// The codec of its audio, once it is agreed on.
    pub codec: Option<media_bridge::Codec>,
    /// Whether a task sees to it, which goes on after its end.
    pub attended: bool,
}
