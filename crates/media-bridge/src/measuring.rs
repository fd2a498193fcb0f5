//! What recordings cost, for the bench `recording`: a tap and a recorder without a leg and a thread around them.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::codec::Codec;
use crate::recorder::{Content, Measured, RecordingPlan, Track};
use crate::tap::{Kind, Side, Sides, Slice, TapEnd, tap};

/// A call of G.711 that is recorded, both directions together.
pub struct RecordedCall {
    end: TapEnd,
    recorder: Measured,
    began: Instant,
    packets: u32,
}

impl RecordedCall {
    /// Records to that file.
    pub fn new(path: &Path) -> Self {
        let began = Instant::now();
        let (end, tap) = tap(began, Sides::Both);
        let track = Track { path: path.to_owned(), content: Content::Mixed, append: false };
        Self { end, recorder: Measured::new(tap, RecordingPlan::new(vec![track])), began, packets: 0 }
    }

    /// A packet of 20 ms in each direction, as a media thread deals with it.
    pub fn packets(&mut self, payload: &[u8]) {
        let at = Duration::from_millis(20 * u64::from(self.packets));
        for side in [Side::Read, Side::Write] {
            let timestamp = self.packets.wrapping_mul(160);
            let kind = Kind::Encoded(Codec::Pcmu);
            self.end.push(&Slice { side, kind, ssrc: 7, timestamp, at }, payload);
        }
        self.packets += 1;
    }

    /// What the thread of the recorder does ten times a second.
    pub fn turn(&mut self) {
        let now = self.began + Duration::from_millis(20 * u64::from(self.packets));
        self.recorder.turn(now);
    }
}

impl std::fmt::Debug for RecordedCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecordedCall({} packets)", self.packets)
    }
}
