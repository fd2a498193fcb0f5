//! `Gosub([[context,]extension,]priority[(argument[,…])])`: runs a routine, which `Return` ends.
//!
//! The arguments are `ARG1`, `ARG2` … in it, and `ARGC` their number.

use super::routine;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    Ok(routine::gosub(channel, arguments))
}
