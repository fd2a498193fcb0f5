//! `EAGI(program[,argument…])`: as `AGI`, and the program reads the caller's audio from its file descriptor 3.
//!
//! It is linear, 16 bits, little-endian, 8 kHz, unless the variable `EAGI_AUDIO_FORMAT` names another format: `slin`, `slin12`,
//! `slin16`, `slin24`, `slin32`, `slin44`, `slin48`, `ulaw` or `alaw`.

use super::{Kind, steer};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    steer(channel, arguments, Kind::Enhanced).await
}
