//! How long a packet is on its way from phone to phone.

use super::{Measure, Row};
use crate::Outcome;
use crate::contestants::Contestant;
use crate::media::Media;

pub(super) const FEW: Row = Row {
    name: "time in transit at 50 calls, median and 99 %",
    aim: "17 and 90 µs",
    measure: |measure, contestant| transit(measure, contestant, 50),
};

pub(super) const MANY: Row = Row {
    name: "time in transit at 400 calls, median and 99 %",
    aim: "37 and 90 µs",
    measure: |measure, contestant| transit(measure, contestant, 400),
};

fn transit(measure: &Measure, contestant: Contestant, calls: usize) -> Outcome<Option<String>> {
    let Some((_, heard)) = measure.load(contestant, Media::Plain, calls)? else { return Ok(None) };
    let at = |per_mille| heard.transit(per_mille).map_or(0, |time| time.as_micros());
    Ok(Some(format!("{} and {} µs", at(500), at(990))))
}
