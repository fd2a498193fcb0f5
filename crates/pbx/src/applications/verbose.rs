//! `Verbose([level,]text)`: a line for consoles that show this level; 0 shows always.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let (level, text) = match arguments.split_once(',') {
        Some((level, text)) => match level.trim().parse() {
            Ok(level) => (level, text),
            Err(_) => (0, arguments),
        },
        None => (0, arguments),
    };
    channel.verbose(level, text);
    Ok(Outcome::Continue)
}
