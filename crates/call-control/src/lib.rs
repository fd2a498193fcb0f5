//! Calls: channels, dialling, bridging, and the technologies behind one trait.
//!
//! This is the crate to embed for a telephone application of your own. Meet first:
//!
//! - [`Call`], one party's side of a call: answer, play, read keys, dial, bridge. An application is an async function
//!   that reads from top to bottom; hanging up ends it at its next `?`.
//! - [`sip::Line`], a SIP address with calls coming in and going out: all that a small application needs.
//! - [`Switchboard`], the place where all channels of one exchange are known, and [`Technology`], the trait behind which
//!   protocols live.
//!
//! ```no_run
//! use std::time::Duration;
//! use call_control::{Call, CallError, sip::Line};
//!
//! async fn greet(call: Call) -> Result<(), CallError> {
//!     call.answer().await?;
//!     let pin = call.read_digits("enter-pin", 4, Duration::from_secs(10)).await?;
//!     if pin == "1234" {
//!         let desk = call.dial("PJSIP/sip:reception@192.0.2.10").timeout(Duration::from_secs(20)).await?;
//!         call.bridge(&desk).await?;
//!     }
//!     call.play("vm-goodbye").await
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let mut line = Line::builder().listen("127.0.0.1:5060".parse()?).sounds("sounds").open().await?;
//! while let Some(call) = line.next_call().await {
//!     tokio::spawn(async move {
//!         let _ = greet(call.clone()).await;
//!         call.hangup(call_control::HangupCause::NORMAL);
//!     });
//! }
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod bridge;
mod call;
mod cause;
mod conference;
mod device_state;
mod dial;
mod direct_media;
mod error;
mod event;
mod forward;
mod identity;
pub mod local;
mod location_profile;
mod message;
mod music;
mod pickup;
pub mod played;
mod prompts;
mod security;
pub mod sip;
mod streams;
mod switchboard;
mod technology;

pub use bridge::BridgeEnd;
pub use call::{
    Call, CallOutcome, CallSnapshot, ChannelGone, ChannelState, DialplanPosition, Direction, Follower,
    FrameKind, FrameKinds, Listener, Move, PlayEnd, ReadDigits, RunningApplication, Spying, TransferFailure,
    TransferProgress, TransferWatch,
};
pub use cause::HangupCause;
pub use conference::{Conference, ConferenceOptions, ConferenceStay};
pub use device_state::{DeviceCall, DeviceChannels, DeviceState, ExtensionState, device_of};
pub use dial::{Dial, DialFailure, DialStatus, Ringback};
pub use direct_media::{MediaAnchor, MediaPlace, MediaRoute, PartyMedia, StreamPlace};
pub use error::CallError;
pub use event::{AsyncAgiChange, ContactChange, DialCounts, Event, Observer, RegistrationChange};
pub use forward::{Forward, ForwardTarget};
pub use identity::{CallIdentifier, CallerId, IdentityVerification, Presentation, Redirecting};
pub use location_profile::{LocationFormat, LocationProfile, ProfilePrecedence, Setting, Settings};
pub use media_bridge::{
    Broadcast, Codec, Feed, FeedWriter, JitterBuffer, JitterMode, MemberSettings, PlaybackControl, Side,
    Sides, Sound, SoundEffects, Source, Spread, Statistics, Tap,
};
pub use message::{CallText, MessageError, Notification, TextMessage};
pub use music::{MusicClass, MusicLibrary, MusicOrder, MusicPiece, MusicWhile, Station};
pub use pickup::{BadGroup, GroupSet, PickupGroups};
pub use prompts::Prompts;
pub use security::{RequestVerdict, SecurityEvent, SecurityKind};
pub use streams::{CallStream, Feedback, PartyStream, StreamKind};
pub use switchboard::{Switchboard, SwitchboardBuilder};
pub use technology::{
    BoxFuture, ChannelSpec, Driver, OriginateError, OriginateRequest, Preparation, Report, Technology,
};
