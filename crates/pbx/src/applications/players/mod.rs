//! Prompts under the caller's control, and tones: `ControlPlayback`, `PlayTones`, `StopPlayTones`, `Milliwatt`, `Morsecode`,
//! `Zapateller`.

pub(super) mod control_playback;
pub(super) mod milliwatt;
pub(super) mod morsecode;
pub(super) mod play_tones;
pub(super) mod stop_play_tones;
pub(super) mod zapateller;
