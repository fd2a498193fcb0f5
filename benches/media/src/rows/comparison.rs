//! What a load costs beside what it is judged by, which is measured in the same turns.

use media_bridge::Backend;

use super::Figures;
use crate::Outcome;
use crate::contestants::Contestant;
use crate::load::Load;
use crate::measure::{Measure, Series, Subject};

/// What the engine's figure is judged by.
#[derive(Clone, Copy)]
pub(super) enum Yardstick {
    /// The same packets received and sent by the same calls of the kernel, and nothing else.
    Floor,
    /// Another load of the engine on the same backend.
    Ours(Load),
    /// Something that is no load: per cent of a core for each of what is counted.
    Other(fn(&Measure) -> Outcome<f64>),
    /// A number alone.
    Nothing,
}

/// A load, and how its figure is told.
pub(super) struct Comparison {
    pub(super) load: Load,
    /// Phones of each of what is counted: two for a call.
    pub(super) phones_of_unit: usize,
    pub(super) yardstick: Yardstick,
    /// Tells the figure of a series, beside that of the yardstick if there is one.
    pub(super) tell: fn(&Series, Option<&Series>) -> String,
}

/// What is measured, and whose column it stands in; the yardstick of a column that has one stands behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Figure(Contestant),
    Yardstick(Contestant),
}

impl Comparison {
    /// Measures everybody in turns.
    pub(super) fn figures(&self, measure: &Measure) -> Figures {
        let mut places = Vec::new();
        let mut subjects: Vec<Subject<'_>> = Vec::new();
        let mut add = |place, subject| {
            places.push(place);
            subjects.push(subject);
        };
        for backend in [Backend::Uring, Backend::Epoll] {
            let engine = Contestant::Engine(backend);
            if !measure.has(engine, self.load) {
                continue;
            }
            add(Place::Figure(engine), measure.share(engine, self.load, self.phones_of_unit));
            match self.yardstick {
                Yardstick::Floor => {
                    let floor = Contestant::Floor(backend);
                    add(Place::Figure(floor), measure.share(floor, self.load, self.phones_of_unit));
                }
                Yardstick::Ours(load) => {
                    add(Place::Yardstick(engine), measure.share(engine, load, self.phones_of_unit));
                }
                Yardstick::Other(other) => {
                    add(Place::Yardstick(engine), Box::new(move || other(measure)));
                }
                Yardstick::Nothing => {}
            }
        }
        let peer = Contestant::Rtpengine;
        if measure.has(peer, self.load) {
            add(Place::Figure(peer), measure.share(peer, self.load, self.phones_of_unit));
        }
        let series: Vec<(Place, Outcome<Series>)> =
            places.into_iter().zip(measure.in_turns(subjects)).collect();
        self.told(&series)
    }

    fn told(&self, series: &[(Place, Outcome<Series>)]) -> Figures {
        let of = |wanted: Place| {
            let found = series.iter().find(|(place, _)| *place == wanted);
            found.map(|(_, series)| series.as_ref().map_err(ToString::to_string))
        };
        let figure = |contestant| -> Outcome<String> {
            let own = of(Place::Figure(contestant)).ok_or("nothing was measured")??;
            let beside = match contestant {
                Contestant::Engine(backend) => {
                    of(Place::Yardstick(contestant)).or_else(|| of(Place::Figure(Contestant::Floor(backend))))
                }
                _ => None,
            };
            Ok((self.tell)(own, beside.transpose()?))
        };
        let figures = series.iter().filter_map(|(place, _)| match place {
            Place::Figure(contestant) => Some((*contestant, figure(*contestant))),
            Place::Yardstick(_) => None,
        });
        figures.collect()
    }
}

/// A share of a core, and how often it is that of the floor.
pub(super) fn times_the_floor(own: &Series, floor: Option<&Series>) -> String {
    times(own, floor, "the floor")
}

/// The same beside a plain call.
pub(super) fn times_the_plain(own: &Series, plain: Option<&Series>) -> String {
    times(own, plain, "the plain one")
}

fn times(own: &Series, other: Option<&Series>, name: &str) -> String {
    let share = share(own, None);
    other.map_or(share.clone(), |other| format!("{share}, {:.2} times {name}", own.times(other)))
}

/// A share of a core as it is printed.
pub(super) fn share(own: &Series, _other: Option<&Series>) -> String {
    format!("{:.4} %", own.least())
}
