//! How loads are measured: in turns, so that whatever else the machine does meets all of them alike.

use std::time::Duration;

use media_bridge::Backend;

use crate::Outcome;
use crate::contestants::{Contestant, backend_name};
use crate::load::{Load, Service};
use crate::media::Media;
use crate::phones::{Heard, Phones};
use crate::process::{apart, processor_time};

/// How long and how often things are measured.
pub(crate) struct Measure {
    pub(crate) quick: bool,
}

/// Something that is measured again and again. It says what it took: per cent of a core for each of what is counted.
pub(crate) type Subject<'a> = Box<dyn FnMut() -> Outcome<f64> + 'a>;

/// What a subject took, a figure for each turn.
#[derive(Clone)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    /// What it took when it was least disturbed.
    pub(crate) fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::MAX, f64::min)
    }

    /// How often it took what another did in the same turn: the middle one of all turns.
    pub(crate) fn times(&self, other: &Self) -> f64 {
        self.middle(other, |own, other| own / other)
    }

    /// How much more it took than another in the same turn: the middle one of all turns.
    pub(crate) fn above(&self, other: &Self) -> f64 {
        self.middle(other, |own, other| own - other)
    }

    /// What is left of each turn without what another took in it.
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(own, other)| own - other).collect())
    }

    fn middle(&self, other: &Self, by: impl Fn(f64, f64) -> f64) -> f64 {
        let mut all: Vec<f64> = self.0.iter().zip(&other.0).map(|(own, other)| by(*own, *other)).collect();
        all.sort_unstable_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl Measure {
    /// Phones of a load: few are enough to see that it can be done.
    pub(crate) fn phones(&self, load: Load) -> Load {
        if self.quick { Load { phones: load.phones.min(20), ..load } } else { load }
    }

    /// How long phones talk before anything is counted, and then.
    fn times(&self) -> (Duration, Duration) {
        let (lead, length) = if self.quick { (40, 60) } else { (300, 2_000) };
        (Duration::from_millis(lead), Duration::from_millis(length))
    }

    fn rounds(&self) -> usize {
        if self.quick { 1 } else { 5 }
    }

    /// Whether it is there, can do that, and is worth waiting for.
    pub(crate) fn has(&self, contestant: Contestant, load: Load) -> bool {
        let is_peer = contestant == Contestant::Rtpengine;
        contestant.can(load.service, load.media) && !(self.quick && is_peer)
    }

    /// Measures subjects in turns.
    pub(crate) fn in_turns(&self, subjects: Vec<Subject<'_>>) -> Vec<Outcome<Series>> {
        let mut subjects: Vec<(Subject<'_>, Outcome<Series>)> =
            subjects.into_iter().map(|subject| (subject, Ok(Series(Vec::new())))).collect();
        for _ in 0..self.rounds() {
            for (subject, series) in &mut subjects {
                // What has failed once is asked no more: it would take its time again.
                let Ok(Series(figures)) = series else { continue };
                match subject() {
                    Ok(figure) => figures.push(figure),
                    Err(error) => *series = Err(error),
                }
            }
        }
        subjects.into_iter().map(|(_, series)| series).collect()
    }

    /// A subject: a contestant that serves a load, for each of `units` that are counted of it.
    pub(crate) fn share(&self, contestant: Contestant, load: Load, phones_of_unit: usize) -> Subject<'_> {
        Box::new(move || {
            let units = self.phones(load).phones / phones_of_unit;
            Ok(self.talk(contestant, load)?.0 / units as f64)
        })
    }

    /// Lets phones talk through a contestant: the share of a core that all of it took, in per cent, and what was heard.
    pub(crate) fn talk(&self, contestant: Contestant, load: Load) -> Outcome<(f64, Heard)> {
        let load = self.phones(load);
        let mut phones = Phones::new(load)?;
        let addresses = phones.addresses()?;
        let running = apart(|| contestant.start(load, &addresses))?;
        phones.meet(&running.legs);
        let (lead, length) = self.times();
        let mut before = None;
        let heard = phones.talk(lead, length, || before = processor_time(running.id()).ok());
        let spent = processor_time(running.id())? - before.ok_or("the process is gone")?;
        let enough = if self.quick { 1 } else { heard.due * 99 / 100 };
        if heard.came < enough {
            let (came, due) = (heard.came, heard.due);
            return Err(format!("{} lost packets: {came} of {due} came", contestant.name()).into());
        }
        Ok((100.0 * spent.as_secs_f64() / length.as_secs_f64(), heard))
    }

    /// Every contestant's time in transit over all turns: the least that so many of a thousand packets did not exceed.
    pub(crate) fn transits<const N: usize>(
        &self,
        contestants: &[Contestant],
        load: Load,
        per_mille: [usize; N],
    ) -> Vec<Outcome<[Duration; N]>> {
        let mut found: Vec<Outcome<[Duration; N]>> =
            contestants.iter().map(|_| Ok([Duration::MAX; N])).collect();
        for _ in 0..self.rounds() {
            for (contestant, least) in contestants.iter().zip(&mut found) {
                let Ok(times) = least else { continue };
                match self.talk(*contestant, load) {
                    Ok((_, heard)) => {
                        for (time, per_mille) in times.iter_mut().zip(per_mille) {
                            *time = heard.transit(per_mille).map_or(*time, |found| found.min(*time));
                        }
                    }
                    Err(error) => *least = Err(error),
                }
            }
        }
        found
    }

    /// Runs a row in a process of its own, which prints its figure: what is measured is the whole process.
    pub(crate) fn inside(&self, row: &str, backend: Backend) -> Outcome<String> {
        let rounds = if self.quick { 50 } else { 2_000 };
        let output = std::process::Command::new(std::env::current_exe()?)
            .args(["inside", row, backend_name(backend), &rounds.to_string()])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Our engine on each backend that this machine has.
    pub(crate) fn engines(&self) -> impl Iterator<Item = Contestant> {
        let engines = [Backend::Uring, Backend::Epoll].map(Contestant::Engine);
        engines.into_iter().filter(|engine| engine.can(Service::Bridge, Media::Plain))
    }
}
