//! `TestClient(number)`: tests the line to another exchange that runs `TestServer`, and reports it as `number`.

use call_control::ChannelState;
use dialplan_vm::Outcome;

use super::line::{self, Report, Step, VERSION};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

const STEPS: &[Step] = &[
    Step::Await('1'),
    Step::Pause(1),
    Step::Press('2'),
    Step::Rest(1),
    Step::Listen("MEASURENOISE", 5),
    Step::Await('4'),
    Step::ToneUntil('5'),
    Step::Rest(1),
    Step::Listen("MEASURETONE", 4),
    Step::Press('7'),
    Step::Await('8'),
    Step::Pause(1),
];

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let number = arguments.trim();
    if number.is_empty() {
        channel.warning("TestClient(): give the test a number, as in TestClient(4711); the call ends");
        return Ok(Outcome::Hangup);
    }
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    line::take_pause(channel, 3).await?;
    line::press(channel, VERSION).await?;
    let version = line::hear(channel).await?;
    channel.verbose(4, format!("The server of the test is of version {version}"));
    line::take_pause(channel, 1).await?;
    line::press(channel, &format!("{number}#")).await?;
    let mut report = Report::begin(channel, number, "Client");
    let walked = line::walk(channel, STEPS, &mut report).await;
    report.end();
    walked?;
    Ok(Outcome::Hangup)
}
