//! `MixMonitor(file.ext[,options[,command]])`: records the call, both sides together, while it goes on.
//!
//! Files without a folder are in `monitor` of the spool folder; the extension says the format. Options: `a` goes on at the end of
//! the file, `b` records only while the channel talks with another, `d` deletes the files at the end, `D` keeps both sides apart
//! in one file, `r(file)` and `t(file)` write what is said and what is heard to files of their own, `v(x)` `V(x)` `W(x)` change the
//! volume of what is heard, what is said, or both (−4 to 4), `i(variable)` tells its name, `p` and `P` beep as it begins and
//! ends, `s(seconds)` leaves out the beginning. `command` is run at the end, without a shell; `^{X}` in it becomes `${X}`.
//! Sets `MIXMONITOR_FILENAME`.

use call_control::CallError;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::recordings::{self, Request};

/// Options that mean nothing without mailboxes.
const FOR_MAILBOXES: [char; 2] = ['m', 'c'];

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let folder = channel.exchange.configuration().folders.spool.join("monitor");
    let request = match Request::parse(arguments, &folder) {
        Ok(request) => request,
        Err(problem) => {
            channel.warning(format!("MixMonitor: {problem}"));
            return Ok(Outcome::Continue);
        }
    };
    for letter in &request.unknown {
        let why = if FOR_MAILBOXES.contains(letter) { ": there are no mailboxes here" } else { "" };
        channel.warning(format!("MixMonitor: option '{letter}' is not known{why}"));
    }
    if request.beep_at_start
        && let Err(error) = channel.call.play("beep").await
    {
        match error {
            CallError::HungUp => return Err(error),
            other => channel.warning(format!("MixMonitor: no beep: {other}")),
        }
    }
    if let Err(problem) = recordings::begin(&channel.exchange, &channel.call, request) {
        channel.warning(format!("MixMonitor: {problem}"));
    }
    Ok(Outcome::Continue)
}
