//! The rows of the table, a file each. A new one is a file here and a line in [`ALL`].

mod g722;
mod laws;
mod memory;
mod opus;
mod plain;
mod secure;
mod set_up;
mod transit;

use std::time::Duration;

use media_bridge::Backend;

use crate::Outcome;
use crate::contestants::{Contestant, backend_name, backend_of};
use crate::media::Media;
use crate::phones::{Heard, Phones};
use crate::process::{apart, processor_time};

/// Every row, as it is printed.
pub(crate) const ALL: &[Row] = &[
    plain::ROW,
    secure::ROW,
    laws::ROW,
    g722::ROW,
    opus::ROW,
    transit::FEW,
    transit::MANY,
    memory::ROW,
    set_up::ROW,
];

/// A row: what is measured of each contestant.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What was aimed at.
    pub(crate) aim: &'static str,
    /// The figure of a contestant, as it is printed; `None` where it cannot do that.
    pub(crate) measure: fn(&Measure, Contestant) -> Outcome<Option<String>>,
}

/// How long and how often things are measured.
pub(crate) struct Measure {
    pub(crate) quick: bool,
}

impl Measure {
    /// Calls of a load.
    pub(crate) fn calls(&self, wanted: usize) -> usize {
        if self.quick { wanted.min(20) } else { wanted }
    }

    fn length(&self) -> Duration {
        Duration::from_millis(if self.quick { 400 } else { 4_000 })
    }

    fn rounds(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    /// Lets phones talk through a contestant: the least share of a core for each call that was seen, in per cent, and
    /// what was heard then. `None`: it cannot do that.
    pub(crate) fn load(
        &self,
        contestant: Contestant,
        media: Media,
        calls: usize,
    ) -> Outcome<Option<(f64, Heard)>> {
        if !contestant.can(media) {
            return Ok(None);
        }
        let calls = self.calls(calls);
        let mut phones = Phones::new(media, calls)?;
        let addresses = phones.addresses()?;
        let running = apart(|| contestant.start(media, &addresses))?;
        phones.meet(&running.legs);
        let mut best: Option<(f64, Heard)> = None;
        for _ in 0..self.rounds() {
            let mut before = None;
            let lead = Duration::from_millis(300);
            let heard = phones.talk(lead, self.length(), || before = processor_time(running.id()).ok());
            let spent = processor_time(running.id())? - before.ok_or("the process is gone")?;
            if heard.came * 100 < heard.sent * 99 {
                let (came, sent) = (heard.came, heard.sent);
                return Err(format!("{} lost packets: {came} of {sent}", contestant.name()).into());
            }
            let share = 100.0 * spent.as_secs_f64() / self.length().as_secs_f64() / calls as f64;
            if best.as_ref().is_none_or(|(least, _)| share < *least) {
                best = Some((share, heard));
            }
        }
        Ok(best)
    }

    /// Runs a row in a process of its own, which prints its figure: what is measured is the whole process.
    fn inside(&self, row: &str, contestant: Contestant) -> Outcome<Option<String>> {
        let Contestant::Engine(backend) = contestant else { return Ok(None) };
        if !contestant.can(Media::Plain) {
            return Ok(None);
        }
        let rounds = if self.quick { 50 } else { 2_000 };
        let output = std::process::Command::new(std::env::current_exe()?)
            .args(["inside", row, backend_name(backend), &rounds.to_string()])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()))
    }
}

/// The other process of [`Measure::inside`].
pub(crate) fn run_inside(row: &str, backend: &str, rounds: &str) -> Outcome<()> {
    let (backend, rounds): (Backend, usize) = (backend_of(backend)?, rounds.parse()?);
    let figure = match row {
        memory::NAME => memory::inside(backend, rounds)?,
        set_up::NAME => set_up::inside(backend, rounds)?,
        _ => return Err(format!("no row runs inside as `{row}`").into()),
    };
    println!("{figure}");
    Ok(())
}

/// A share of a core as it is printed.
fn share(measure: &Measure, contestant: Contestant, media: Media, calls: usize) -> Outcome<Option<String>> {
    Ok(measure.load(contestant, media, calls)?.map(|(share, _)| format!("{share:.3} %")))
}
