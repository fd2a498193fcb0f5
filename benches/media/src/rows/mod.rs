//! The rows of the table, a file each. A new one is a file here and a line in [`ALL`].

mod comparison;
mod conference;
mod g722;
mod laws;
mod memory;
mod music;
mod opus;
mod plain;
mod playback;
mod recording;
mod secure;
mod set_up;
mod transit;

use media_bridge::Backend;

use crate::Outcome;
use crate::contestants::{Contestant, backend_of};
use crate::measure::Measure;

/// Every row, as it is printed.
pub(crate) const ALL: &[Row] = &[
    plain::ROW,
    secure::ROW,
    laws::ROW,
    g722::ROW,
    opus::ROW,
    conference::ROW,
    playback::ROW,
    music::ROW,
    recording::ROW,
    transit::FEW,
    transit::MANY,
    memory::ROW,
    set_up::ROW,
];

/// The figures of those who can do what a row is about, as they are printed.
pub(crate) type Figures = Vec<(Contestant, Outcome<String>)>;

/// A row: what is measured of each contestant.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What was aimed at.
    pub(crate) aim: &'static str,
    /// Measures all who can do it, in turns.
    pub(crate) measure: fn(&Measure) -> Figures,
}

/// A row of which each engine runs in a process of its own, and nobody else.
fn inside(measure: &Measure, row: &str) -> Figures {
    let figure = |engine| match engine {
        Contestant::Engine(backend) => measure.inside(row, backend),
        _ => Err("only engines run so".into()),
    };
    measure.engines().map(|engine| (engine, figure(engine))).collect()
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
