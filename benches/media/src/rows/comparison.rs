//! What a load costs beside what it is judged by, which is measured in the same turns.

use media_bridge::Backend;

use super::Figures;
use crate::Outcome;
use crate::contestants::Contestant;
use crate::load::Load;
use crate::measure::{Measure, Series, Subject};
use crate::media::Media;

/// What the engine's figure is judged by.
#[derive(Clone, Copy)]
pub(super) enum Yardstick {
    /// The same packets received and sent by the same calls of the kernel, and nothing else.
    Floor,
    /// Another load of the engine on the same backend.
    Ours(Load),
    /// What the codecs of the load cost beside it, where sound has so many samples a second.
    Codec(u32),
    /// Something that is no load: per cent of a core for each of what is counted.
    Other(fn(&Measure) -> Outcome<f64>),
}

/// A load, and how its figure is told.
pub(super) struct Comparison {
    pub(super) load: Load,
    /// Phones of each of what is counted: two for a call.
    pub(super) phones_of_unit: usize,
    pub(super) yardsticks: &'static [Yardstick],
    /// Tells the figure of a series, beside those of the yardsticks in their order. A column may have none of them.
    pub(super) tell: fn(&Series, &[Series]) -> String,
}

/// What is measured, and whose column it stands in; the yardstick of a column that has one stands behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Figure(Contestant),
    /// The one of that number.
    Yardstick(Contestant, usize),
    /// The floor beneath it.
    Beneath(Contestant, usize),
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
            for (nth, yardstick) in self.yardsticks.iter().enumerate() {
                let place = Place::Yardstick(engine, nth);
                let share = |contestant, load| measure.share(contestant, load, self.phones_of_unit);
                match *yardstick {
                    Yardstick::Floor => {
                        let floor = Contestant::Floor(backend);
                        add(Place::Figure(floor), share(floor, self.load));
                    }
                    Yardstick::Ours(load) => add(place, share(engine, load)),
                    Yardstick::Codec(hertz) => {
                        let plain = Load { media: Media::Plain, ..self.load };
                        add(place, share(Contestant::Codec(backend, hertz), self.load));
                        add(Place::Beneath(engine, nth), share(Contestant::Floor(backend), plain));
                    }
                    Yardstick::Other(other) => add(place, Box::new(move || other(measure))),
                }
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
        let of = |wanted: Place| -> Outcome<&Series> {
            let found = series.iter().find(|(place, _)| *place == wanted);
            let (_, series) = found.ok_or("nothing was measured")?;
            series.as_ref().map_err(|error| error.to_string().into())
        };
        let yardstick = |engine, nth: usize, yardstick: &Yardstick| match (yardstick, engine) {
            (Yardstick::Floor, Contestant::Engine(backend)) => {
                of(Place::Figure(Contestant::Floor(backend))).cloned()
            }
            (Yardstick::Codec(_), _) => {
                Ok(of(Place::Yardstick(engine, nth))?.without(of(Place::Beneath(engine, nth))?))
            }
            _ => of(Place::Yardstick(engine, nth)).cloned(),
        };
        let figure = |contestant| -> Outcome<String> {
            let own = of(Place::Figure(contestant))?;
            let all = self.yardsticks.iter().enumerate();
            let beside = match contestant {
                Contestant::Engine(_) => all.map(|(nth, it)| yardstick(contestant, nth, it)).collect(),
                _ => Ok(Vec::new()),
            };
            Ok((self.tell)(own, &beside?))
        };
        let figures = series.iter().filter_map(|(place, _)| match place {
            Place::Figure(contestant) => Some((*contestant, figure(*contestant))),
            _ => None,
        });
        figures.collect()
    }
}

/// A share of a core, and how often it is that of the floor.
pub(super) fn times_the_floor(own: &Series, floor: &[Series]) -> String {
    times(own, floor, "the floor")
}

/// The same beside a plain call.
pub(super) fn times_the_plain(own: &Series, plain: &[Series]) -> String {
    times(own, plain, "the plain one")
}

fn times(own: &Series, other: &[Series], name: &str) -> String {
    let share = share(own, &[]);
    other.first().map_or(share.clone(), |other| format!("{share}, {:.2} times {name}", own.times(other)))
}

/// A share of a core as it is printed.
pub(super) fn share(own: &Series, _other: &[Series]) -> String {
    format!("{:.4} %", own.least())
}
