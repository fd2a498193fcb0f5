//! `Random([percent]:[[context,]extension,]priority)`: goes on elsewhere in so many cases of a hundred. Old dialplans have it;
//! new ones write `GotoIf($[${RAND(1,100)} <= 30]?place)`.

use dialplan_vm::Outcome;

use crate::applications::{ApplicationResult, goto};
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some((percent, place)) = arguments.split_once(':') else {
        channel.warning(format!("Random({arguments}): write Random(percent:place)"));
        return Ok(Outcome::Continue);
    };
    let percent: u8 = match percent.trim() {
        "" => 100,
        text => text.parse().unwrap_or(0),
    };
    // One part in 65,536 is far less than a percent.
    let mut drawn = [0; 2];
    if getrandom::fill(&mut drawn).is_err() || u16::from_le_bytes(drawn) % 100 >= u16::from(percent) {
        return Ok(Outcome::Continue);
    }
    Ok(goto::jump(channel, place.trim()))
}
