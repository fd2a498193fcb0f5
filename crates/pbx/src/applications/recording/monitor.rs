//! `Monitor([format[,name[,options]]])`, which went out of Asterisk with version 21: records what the caller says in
//! `NAME-in.FORMAT`, and what it hears in `NAME-out.FORMAT`.
//!
//! The format is `wav` unless it is said; an address behind its colon means nothing. Names without a folder are in `monitor` of the
//! spool folder, and one that is missing is the channel's. Options: `m` records both together in `NAME.FORMAT`, `b` only while the
//! channel talks with another, `i` and `o` leave out what is said, or what is heard, `B(seconds)` beeps each so often. Sets
//! `MONITOR_FILENAME`, and `MONITOR_ID` for `StopMixMonitor` and `MIXMONITOR()`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::dialplan::DialplanChannel;
use crate::recordings::{self, Request, RequestError};

/// Letters of options that mean something.
const KNOWN: &str = "mbioB";

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let format = argument(0).and_then(|text| text.split(':').next()).filter(|format| !format.is_empty());
    let name = argument(1).map_or_else(|| channel.call.name().replace('/', "-"), str::to_owned);
    let options = Options::parse(argument(2).unwrap_or_default());
    for letter in options.others(KNOWN) {
        channel.warning(format!("Monitor: option '{letter}' is not known"));
    }
    let begun = request(channel, &name, format.unwrap_or("wav"), &options)
        .map_err(|problem| problem.to_string())
        .and_then(|request| {
            recordings::begin(&channel.exchange, &channel.call, request)
                .map_err(|problem| problem.to_string())
        });
    match begun {
        Ok(id) => {
            channel.set("MONITOR_FILENAME", name);
            channel.set(super::MONITOR, id);
        }
        Err(problem) => channel.warning(format!("Monitor: {problem}")),
    }
    Ok(Outcome::Continue)
}

fn request(
    channel: &DialplanChannel,
    name: &str,
    format: &str,
    options: &Options,
) -> Result<Request, RequestError> {
    let folder = channel.exchange.configuration().folders.spool.join("monitor");
    let file = |suffix: &str| recordings::file_in(&folder, &format!("{name}{suffix}.{format}")).map(Some);
    let (together, in_, out) = (options.has('m'), !options.has('i'), !options.has('o'));
    let request = Request {
        file: if together { file("")? } else { None },
        receive: if in_ && !together { file("-in")? } else { None },
        transmit: if out && !together { file("-out")? } else { None },
        only_bridged: options.has('b'),
        beep_every: options.has('B').then(|| recordings::beep_interval(options.argument('B'))),
        ..Request::default()
    };
    if request.files().next().is_none() { Err(RequestError::NoFile) } else { Ok(request) }
}
