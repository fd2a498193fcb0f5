//! Both directions of a call into one WAV file, beside the same call without: all threads, and the kernel's writing.

use super::Row;
use super::comparison::{Comparison, Yardstick};
use crate::load::{Load, Service};
use crate::media::Media;

const CALLS: usize = 200;

/// Packets of a call in a second, of both directions.
const PACKETS: f64 = 100.0;

pub(super) const ROW: Row = Row {
    name: "a call recorded to WAV, 200 calls, what it adds to a call",
    aim: "0.02 %, which is 2 µs a packet",
    measure: |measure| {
        const PLAIN: Load = Load::calls(Media::Plain, CALLS);
        let comparison = Comparison {
            load: Load { service: Service::Recording, ..PLAIN },
            phones_of_unit: 2,
            yardsticks: &[Yardstick::Ours(PLAIN)],
            tell: |own, plain| {
                let added = plain.first().map_or(f64::NAN, |plain| own.above(plain));
                format!("{added:.4} %, {:.2} µs a packet", added / 100.0 / PACKETS * 1e6)
            },
        };
        comparison.figures(measure)
    },
};
