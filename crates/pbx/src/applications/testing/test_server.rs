//! `TestServer()`: the other side of `TestClient`.

use call_control::{CallError, ChannelState};
use dialplan_vm::Outcome;

use super::line::{self, Report, Step, VERSION};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

const STEPS: &[Step] = &[
    Step::Pause(1),
    Step::Press('1'),
    Step::Await('2'),
    Step::Listen("MEASURENOISE", 6),
    Step::Press('4'),
    Step::Rest(1),
    Step::Listen("MEASURETONE", 4),
    Step::Press('5'),
    Step::ToneUntil('7'),
    Step::Pause(1),
    Step::Press('8'),
    Step::Hangup(10),
];

/// It sees the end of the call itself: that is its last step.
pub(in crate::applications) async fn run(channel: &mut DialplanChannel, _: &str) -> ApplicationResult {
    match serve(channel).await {
        Ok(()) | Err(CallError::HungUp) => Ok(Outcome::Hangup),
        Err(error) => Err(error),
    }
}

async fn serve(channel: &DialplanChannel) -> Result<(), CallError> {
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let version = line::hear(channel).await?;
    channel.verbose(4, format!("The client of the test is of version {version}"));
    line::take_pause(channel, 1).await?;
    line::press(channel, VERSION).await?;
    let number = line::hear(channel).await?;
    if number.is_empty() {
        channel.warning("TestServer: the other side has given the test no number; the call ends");
        return Ok(());
    }
    let mut report = Report::begin(channel, &number, "Server");
    let walked = line::walk(channel, STEPS, &mut report).await;
    report.end();
    walked
}
