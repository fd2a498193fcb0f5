//! Conferences: every member hears all others.
//!
//! [`Conference`] is the handle that the rest of the program holds, `Room` what a media thread makes of it: told what its
//! members say, and when 20 ms are over, it makes the packets that each of them is sent. It knows neither sockets nor a clock.
//! All members of a room live on its thread, to which their legs move when they enter.
//!
//! - `intake.rs`: what a member says waits here for its turn, no longer than packets are uneven;
//! - `bands.rs`: voices are added up at the rate that they come at, and each sum is resampled once for everybody;
//! - `member.rs`: one member, and what it alone hears;
//! - `shared.rs`: what all others hear who speak one codec, encoded once;
//! - `room.rs`: one turn.
//!
//! Nobody is mixed who says nothing, and nobody is sent anything for long while there is nothing to hear.

mod bands;
mod handle;
mod intake;
mod loudest;
mod member;
mod prompt;
mod rates;
mod room;
mod settings;
mod shared;
mod taps;
#[doc(hidden)]
pub mod trial;

pub use handle::{Conference, Membership};
pub(crate) use member::Newcomer;
pub(crate) use room::{Audience, Room};
pub use settings::{ConferenceConfig, ConferenceEvent, MemberSettings};

#[cfg(test)]
mod tests;
