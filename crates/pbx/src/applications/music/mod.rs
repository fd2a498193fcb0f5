//! Music for the caller: `MusicOnHold`, `StartMusicOnHold`, `StopMusicOnHold`, `SetMusicOnHold`, `MP3Player`.
//!
//! What plays is a class of `musiconhold.conf` (`pbx/src/music/`), or an address (`pbx/src/radio/`). None of them answers the
//! call: before the answer it is heard as early media.

pub(super) mod mp3_player;
pub(super) mod music_on_hold;
pub(super) mod set_music_on_hold;
pub(super) mod start_music_on_hold;
pub(super) mod stop_music_on_hold;
