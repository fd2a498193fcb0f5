//! Listening in: a party hears calls of others, who do not hear it unless it whispers or barges in.
//!
//! While it spies, `*` goes on to the next channel, `#` changes the volume, and digits before a `#` are the name of a channel
//! behind the prefix.

pub(super) mod chan_spy;
pub(super) mod exten_spy;
mod session;
mod wishes;

use session::spy;
use wishes::Wishes;
