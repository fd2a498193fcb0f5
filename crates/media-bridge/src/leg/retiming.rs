//! Timestamps of a source whose clock is another one than ours.

use rtp::{ClockScale, Header};

use super::LegCore;
use super::receive::Heard;

impl LegCore {
    /// The header of a packet that another leg heard, timed by the clock of this leg's codec.
    #[inline]
    pub(super) fn retimed(&mut self, heard: &Heard) -> Header {
        let ours = self.stream.clock_rate();
        if heard.clock_rate == ours && self.scale.is_none() {
            return heard.header;
        }
        let known = self.scale.filter(|scale| (scale.from(), scale.to()) == (heard.clock_rate, ours));
        let mut scale = match known {
            Some(scale) => scale,
            None => {
                // Another clock counts from another moment.
                self.end_feed();
                ClockScale::new(heard.clock_rate, ours)
            }
        };
        let timestamp = scale.apply(heard.header.timestamp);
        self.scale = Some(scale).filter(|scale| scale.from() != scale.to());
        Header { timestamp, ..heard.header }
    }
}
