//! Decoded and encoded, both ways, beside the codec alone: at 48 kHz, as the aim has it, and at the rate of the telephone, which is
//! all that there is to hear.

use super::Row;
use super::comparison::{Comparison, Yardstick};
use crate::codec::{in_a_loop, of_a_frame};
use crate::load::Load;
use crate::measure::Series;
use crate::media::Media;

/// So few calls do not fill a core.
const CALLS: usize = 30;

const FULL: u32 = 48_000;
const TELEPHONE: u32 = 8_000;

pub(super) const ROW: Row = Row {
    name: "G.711 to Opus 48 kHz, complexity 5, and back, 30 calls, a call",
    aim: "1.15 times the codec alone",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::calls(Media::Opus, CALLS),
            phones_of_unit: 2,
            yardsticks: &[
                Yardstick::Codec(FULL),
                Yardstick::Other(|measure| in_a_loop(measure, Media::Opus, FULL)),
                Yardstick::Codec(TELEPHONE),
                Yardstick::Other(|measure| in_a_loop(measure, Media::Opus, TELEPHONE)),
            ],
            tell: |own, beside| {
                let codecs = beside.as_array::<4>().map(|[full, full_loop, narrow, narrow_loop]| {
                    let full = times(own, full, full_loop);
                    let narrow = times(own, narrow, narrow_loop);
                    format!(", {full} alone at 48 kHz, {narrow} at 8 kHz")
                });
                format!("{:.3} %{}", own.least(), codecs.unwrap_or_default())
            },
        };
        comparison.figures(measure)
    },
};

/// How often ours takes what the codec does beside the same load, and in a loop.
fn times(own: &Series, loaded: &Series, alone: &Series) -> String {
    let [there, in_a_loop] = [loaded, alone].map(|codec| of_a_frame(codec.least()));
    format!(
        "{:.2} times the codec ({there:.0} µs a frame there, in a loop {in_a_loop:.0}, {:.2} times)",
        own.times(loaded),
        own.times(alone),
    )
}
