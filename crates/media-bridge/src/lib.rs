//! The media plane: RTP legs, bridges and players, on threads of their own.
//!
//! A [`MediaEngine`] runs one thread for each core, apart from any async runtime. The rest of the program talks to it
//! through handles, which send commands and never wait:
//!
//! - [`Leg`], one party's RTP stream: a pair of ports, what is sent and heard there. What happens to it comes back as
//!   [`LegEvent`]s.
//! - [`Bridge`], two legs that hear each other. Where both speak one codec, a packet goes on as it came, with its header
//!   rewritten; nothing is decoded. G.711 of one kind becomes that of the other by a table. Each may speak Secure RTP, under
//!   keys of its own ([`Leg::protect`]).
//! - [`Leg::pass`] makes a leg one of video or text, beside that of the audio: its packets go on as they came, under a new header,
//!   and what the other side says of them goes back.
//! - [`Playback`], sounds that a leg plays to its peer. A [`Sound`] is encoded once for all who play it.
//! - [`Broadcast`], sound that goes on for any number of legs at the same time.
//! - [`Tap`], a copy of what a leg hears and sends, for whoever listens; [`Recorder`] makes files of taps.
//! - [`Conference`], a room of legs that all hear each other.
//!
//! ```
//! use std::net::{IpAddr, Ipv4Addr};
//! use std::sync::{Arc, mpsc};
//!
//! use media_bridge::{Codec, LegConfig, LegEvent, LegSettings, MediaConfig, MediaEngine};
//!
//! let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
//! let engine = MediaEngine::start(MediaConfig { ports: 20_000..=29_999, ..MediaConfig::default() })?;
//! let (events, heard) = mpsc::channel();
//! let leg = engine.open_leg(LegConfig::new(local, move |event| drop(events.send(event))))?;
//!
//! // What the peer's session description said; here it is the leg itself, which hears what it plays.
//! leg.configure(LegSettings::new(Some(leg.rtp_address()), Codec::Pcmu));
//! leg.play(audio::Pcm::new(8_000, vec![0; 800]), 1);
//! let ended = heard.iter().find(|event| matches!(event, LegEvent::PlaybackEnded { .. }));
//! assert!(ended.is_some());
//! # Ok::<(), media_bridge::MediaError>(())
//! ```
//!
//! The road of a packet: [`io`](crate) receives it, the thread finds the leg, the leg takes its protection off, judges its
//! source and counts it, the bridged leg gives it its new header and protects it, and it is sent: no lock, no allocation, no
//! log line on the way.

#[doc(hidden)]
pub mod benching;
mod bridge;
mod broadcast;
mod codec;
#[doc(hidden)]
pub mod conference;
mod config;
mod effects;
mod engine;
mod error;
mod event;
#[doc(hidden)]
pub mod floor;
#[doc(hidden)]
pub mod fuzzing;
mod handle;
mod id;
mod io;
mod keys;
mod leg;
#[doc(hidden)]
pub mod measuring;
mod omitted;
mod passage;
mod playback;
mod port_ranges;
mod ports;
mod recorder;
mod settings;
mod spread;
mod statistics;
mod tap;
mod thread;

pub use bridge::Bridge;
pub use broadcast::{Broadcast, Feed, FeedWriter, Source, WeakBroadcast};
pub use codec::{Codec, Decoder, Encoder, TranslationCosts};
pub use conference::{Conference, ConferenceConfig, ConferenceEvent, MemberSettings, Membership};
pub use config::{Backend, Marking, MediaConfig};
pub use effects::{SILENT, SoundEffects, VoiceHandle};
pub use engine::{LegConfig, MediaEngine};
pub use error::MediaError;
pub use event::{LegEvent, PlayToken, PlaybackEnd};
pub use handle::Leg;
pub use id::LegId;
pub use keys::LegKeys;
pub use omitted::Omitted;
pub use passage::{Passage, PassedFormat, PassedRole, PictureRequest};
pub use playback::{Playback, PlaybackControl, Sound};
pub use recorder::{Content, RecordError, Recorder, Recording, RecordingEnd, RecordingPlan, Track};
pub use rtp::srtp::{MasterKey, Mki, Suite};
pub use rtp::telephone_event::Digit;
pub use settings::{
    ALTERNATIVES, CodecPayload, ComfortNoise, Direction, EVENT_TIMEOUT, EventPayload, ExtendedReports,
    JitterBuffer, JitterMode, Learning, LegSettings, OTHER_EVENTS, REDUNDANCIES, RedundantPayloads,
};
pub use spread::Spread;
pub use statistics::Statistics;
pub use tap::{Side, Sides, Tap, TapReader};
pub use thread::Pacer;
