//! What a server sends, on its way to the party.

use std::time::Duration;

use audio::Resampler;
use call_control::{Broadcast, Call, Feed, FeedWriter};

/// Sound that waits at most. A server that sends more is read no faster than it is heard.
const QUEUE: Duration = Duration::from_millis(500);

/// Sound that must be there before it is heard, so that a server that is a little late is not missed.
const LEAD: Duration = Duration::from_millis(40);

/// How long it takes until there is room again.
const TURN: Duration = Duration::from_millis(20);

/// Rates of a broadcast.
const RATES: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

/// A queue of sound that the party hears at the pace of its own clock.
pub(super) struct Playout {
    writer: FeedWriter,
    rate: u32,
    resampler: Option<Resampler>,
    resampled: Vec<i16>,
}

/// Samples a second of a broadcast that suits a call.
pub(super) fn feed_rate(call: &Call) -> u32 {
    let rate = call.leg().map_or(RATES[0], |leg| leg.sample_rate());
    if RATES.contains(&rate) { rate } else { 48_000 }
}

impl Playout {
    /// A queue for this call, and what the call is to hear.
    pub(super) fn begin(call: &Call) -> (Self, Broadcast) {
        let rate = feed_rate(call);
        let (writer, feed) = Feed::with_lead(rate, QUEUE, LEAD);
        let broadcast = call.switchboard().media().broadcast(feed);
        (Self { writer, rate, resampler: None, resampled: Vec::new() }, broadcast)
    }

    /// Plays sound of that rate, and comes back once all of it has found room. Sound of a rate that cannot be played is left out.
    pub(super) async fn play(&mut self, rate: u32, sound: &[i16]) {
        let mut rest = if rate == self.rate {
            sound
        } else {
            if self.resampler.as_ref().is_none_or(|resampler| resampler.from() != rate) {
                self.resampler = Resampler::new(rate, self.rate).ok();
            }
            let Some(resampler) = &mut self.resampler else { return };
            self.resampled.resize(resampler.output_length(sound.len()), 0);
            let written = resampler.process(sound, &mut self.resampled).written;
            self.resampled.get(..written).unwrap_or_default()
        };
        loop {
            rest = rest.get(self.writer.offer(rest)..).unwrap_or_default();
            if rest.is_empty() || !self.writer.is_heard() {
                return;
            }
            tokio::time::sleep(TURN).await;
        }
    }
}
