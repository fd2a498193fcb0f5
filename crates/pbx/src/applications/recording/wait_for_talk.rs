//! `WaitForSilence([ms[,iterations[,timeout]]])` and `WaitForNoise(…)`: wait until the caller has been silent, or has not, for so
//! long (1000 ms) and so often (once), at most `timeout` seconds (0: for ever).
//!
//! Set `WAITSTATUS` to `SILENCE` or `NOISE`, `TIMEOUT`, or `HANGUP`.

use std::time::Duration;

use audio::talk::{TalkDetector, TalkSettings};
use call_control::{CallError, ChannelState, Listener};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{seconds, split};
use crate::deadline::elapsed;
use crate::dialplan::DialplanChannel;

/// `WaitForSilence`.
pub(in crate::applications) mod silence {
    use super::{ApplicationResult, DialplanChannel, TalkDetector, wait};

    pub(in crate::applications) async fn run(
        channel: &mut DialplanChannel,
        arguments: &str,
    ) -> ApplicationResult {
        wait(channel, arguments, ("SILENCE", TalkDetector::silent_for)).await
    }
}

/// `WaitForNoise`.
pub(in crate::applications) mod noise {
    use super::{ApplicationResult, DialplanChannel, TalkDetector, wait};

    pub(in crate::applications) async fn run(
        channel: &mut DialplanChannel,
        arguments: &str,
    ) -> ApplicationResult {
        wait(channel, arguments, ("NOISE", TalkDetector::loud_for)).await
    }
}

/// What is waited for: its status, and how long it has been there.
type Wanted = (&'static str, fn(&TalkDetector) -> Duration);

async fn wait(channel: &mut DialplanChannel, arguments: &str, wanted: Wanted) -> ApplicationResult {
    let arguments = split(arguments);
    let number = |n: usize| arguments.get(n).and_then(|text| text.parse::<u64>().ok());
    let long = Duration::from_millis(number(0).unwrap_or(1_000));
    let times = number(1).unwrap_or(1).max(1);
    let timeout = arguments.get(2).and_then(|text| seconds(text)).filter(|timeout| !timeout.is_zero());
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("WAITSTATUS", "HANGUP");
    let listener = channel.call.listen()?;
    let status = tokio::select! {
        heard = hear(listener, long, times, wanted.1) => heard.map(|()| wanted.0)?,
        () = elapsed(timeout) => "TIMEOUT",
    };
    channel.set("WAITSTATUS", status);
    Ok(Outcome::Continue)
}

async fn hear(
    mut listener: Listener,
    long: Duration,
    times: u64,
    length: fn(&TalkDetector) -> Duration,
) -> Result<(), CallError> {
    for _ in 0..times {
        let mut detector = TalkDetector::new(Listener::RATE, TalkSettings::default());
        while length(&detector) < long || length(&detector).is_zero() {
            detector.push(listener.hear().await?, |_| {});
        }
    }
    Ok(())
}
