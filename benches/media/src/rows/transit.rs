//! How long a packet is on its way from phone to phone.

use super::{Figures, Row};
use crate::contestants::Contestant;
use crate::load::Load;
use crate::measure::Measure;
use crate::media::Media;

pub(super) const FEW: Row = Row {
    name: "time in transit at 50 calls, median and 99 %",
    aim: "17 and 90 µs",
    measure: |measure| transit(measure, 50),
};

pub(super) const MANY: Row = Row {
    name: "time in transit at 400 calls, median and 99 %",
    aim: "37 and 90 µs",
    measure: |measure| transit(measure, 400),
};

fn transit(measure: &Measure, calls: usize) -> Figures {
    let load = Load::calls(Media::Plain, calls);
    let contestants: Vec<Contestant> =
        Contestant::ALL.into_iter().filter(|contestant| measure.has(*contestant, load)).collect();
    let times = measure.transits(&contestants, load, [500, 990]);
    let told = times.into_iter().map(|times| {
        let [median, most] = times?.map(|time| time.as_micros());
        Ok(format!("{median} and {most} µs"))
    });
    contestants.into_iter().zip(told).collect()
}
