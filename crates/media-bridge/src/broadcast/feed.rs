//! Sound that another thread brings, within a bound.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Source;

/// How long a writer sleeps at most before it looks whether anybody is left.
const LOOK: Duration = Duration::from_millis(500);

/// The reading end of a queue of samples: a [`Source`]. What comes late is silence.
pub struct Feed {
    shared: Arc<Shared>,
    rate: u32,
    /// Samples that must be there before it begins, so that the first ones are not followed by silence.
    lead: usize,
    begun: bool,
}

/// The end that samples are written to, from a thread that may wait.
pub struct FeedWriter(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    room: Condvar,
    bound: usize,
}

struct Queue {
    samples: VecDeque<i16>,
    /// Samples that were read.
    read: u64,
    writes: bool,
    reads: bool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed {
    /// Both ends of a queue that holds so much sound, and begins to be heard when a fifth of that is there, or the end.
    pub fn new(rate: u32, bound: Duration) -> (FeedWriter, Self) {
        Self::with_lead(rate, bound, bound / 5)
    }

    /// The same, that begins to be heard, and goes on after a pause, when as much as `lead` is there.
    pub fn with_lead(rate: u32, bound: Duration, lead: Duration) -> (FeedWriter, Self) {
        let samples = |time: Duration| (u128::from(rate) * time.as_millis() / 1_000) as usize;
        let bound = samples(bound).max(1);
        let queue = Queue { samples: VecDeque::with_capacity(bound), read: 0, writes: true, reads: true };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), room: Condvar::new(), bound });
        let lead = samples(lead).min(bound);
        (FeedWriter(shared.clone()), Self { shared, rate, lead, begun: false })
    }
}

impl Source for Feed {
    fn rate(&self) -> u32 {
        self.rate
    }

    fn read(&mut self, frame: &mut [i16]) -> Option<usize> {
        let mut queue = self.shared.queue();
        self.begun |= queue.samples.len() >= self.lead || !queue.writes;
        if !self.begun {
            return Some(0);
        }
        if queue.samples.is_empty() {
            // It gathers anew before it goes on.
            self.begun = false;
            return queue.writes.then_some(0);
        }
        let count = frame.len().min(queue.samples.len());
        for (place, sample) in frame.iter_mut().zip(queue.samples.drain(..count)) {
            *place = sample;
        }
        queue.read += count as u64;
        drop(queue);
        self.shared.room.notify_one();
        Some(count)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.queue().reads = false;
        self.shared.room.notify_all();
    }
}

impl FeedWriter {
    /// Writes samples, and waits while there is no room. `false`: nobody reads any more.
    pub fn write(&self, mut samples: &[i16]) -> bool {
        while !samples.is_empty() {
            let mut queue = self.0.queue();
            while queue.reads && queue.samples.len() >= self.0.bound {
                let waited = self.0.room.wait_timeout(queue, LOOK);
                queue = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            if !queue.reads {
                return false;
            }
            let room = (self.0.bound - queue.samples.len()).min(samples.len());
            queue.samples.extend(&samples[..room]);
            samples = &samples[room..];
        }
        self.is_heard()
    }

    /// Writes as many of the samples as there is room for, without waiting, and returns how many.
    pub fn offer(&self, samples: &[i16]) -> usize {
        let mut queue = self.0.queue();
        let room = self.0.bound.saturating_sub(queue.samples.len()).min(samples.len());
        queue.samples.extend(samples.iter().take(room));
        room
    }

    /// Forgets what was not read yet, and returns how many samples that was.
    pub fn clear(&self) -> usize {
        let mut queue = self.0.queue();
        let count = queue.samples.len();
        queue.samples.clear();
        count
    }

    /// How many samples were read so far.
    pub fn read(&self) -> u64 {
        self.0.queue().read
    }

    /// Whether anybody reads.
    pub fn is_heard(&self) -> bool {
        self.0.queue().reads
    }
}

impl Drop for FeedWriter {
    fn drop(&mut self) {
        self.0.queue().writes = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_late_is_missing() {
        let (writer, mut feed) = Feed::new(8_000, Duration::from_millis(100));
        let mut frame = [7; 160];
        assert!(writer.write(&[1; 100]));
        assert_eq!(feed.read(&mut frame), Some(0), "a fifth is waited for");
        assert!(writer.write(&[1; 100]));
        assert_eq!(feed.read(&mut frame), Some(160));
        assert_eq!(feed.read(&mut frame), Some(40));
        assert_eq!(feed.read(&mut frame), Some(0));
        assert!(writer.write(&[1; 100]));
        drop(writer);
        assert_eq!(feed.read(&mut frame), Some(100));
        assert_eq!(feed.read(&mut frame), None);
    }

    #[test]
    fn who_may_not_wait_writes_what_has_room() {
        let (writer, mut feed) = Feed::with_lead(8_000, Duration::from_millis(40), Duration::ZERO);
        assert_eq!((writer.offer(&[1; 300]), writer.offer(&[1; 300])), (300, 20));
        assert_eq!((feed.read(&mut [0; 160]), writer.read()), (Some(160), 160));
        assert_eq!((writer.clear(), feed.read(&mut [0; 160])), (160, Some(0)));
        assert_eq!((writer.offer(&[1; 10]), feed.read(&mut [0; 160]), writer.read()), (10, Some(10), 170));
    }

    #[test]
    fn a_writer_waits_for_room_and_ends_with_the_reader() {
        let (writer, mut feed) = Feed::new(8_000, Duration::from_millis(40));
        let thread = std::thread::spawn(move || {
            let whole = writer.write(&[1; 1_600]);
            (whole, writer.write(&[1; 1_600]))
        });
        // A sample of the second write shows that the first one has returned.
        let mut heard = 0;
        while heard <= 1_600 {
            heard += feed.read(&mut [0; 160]).unwrap();
        }
        drop(feed);
        assert_eq!(thread.join().unwrap(), (true, false));
    }
}
