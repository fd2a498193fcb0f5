//! Decoded, resampled and encoded, both ways, beside the codec alone.

use super::Row;
use super::comparison::{Comparison, Yardstick};
use crate::codec::{in_a_loop, of_a_frame};
use crate::load::Load;
use crate::measure::Series;
use crate::media::Media;

const RATE: u32 = g722::SAMPLE_RATE;

pub(super) const ROW: Row = Row {
    name: "G.711 to G.722 and back, 100 calls, a call",
    aim: "0.15 %",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::calls(Media::G722, 100),
            phones_of_unit: 2,
            yardsticks: const {
                &[Yardstick::Codec(RATE), Yardstick::Other(|it| in_a_loop(it, Media::G722, RATE))]
            },
            tell: |own, beside| {
                let codec = |[loaded, alone]: &[Series; 2]| {
                    let [loaded, alone] = [loaded, alone].map(|codec: &Series| of_a_frame(codec.least()));
                    format!(", the codec {loaded:.1} µs a frame there, {alone:.1} in a loop")
                };
                let codec = beside.as_array().map(codec);
                format!("{:.4} %{}", own.least(), codec.unwrap_or_default())
            },
        };
        comparison.figures(measure)
    },
};
