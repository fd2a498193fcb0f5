use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Halts and winds a [`Playback`](super::Playback) while it plays, and tells how far it is.
///
/// Clones steer the same playback. What is asked for takes effect with its next packet, within 20 ms.
#[derive(Clone, Debug, Default)]
pub struct PlaybackControl(Arc<State>);

#[derive(Debug, Default)]
struct State {
    paused: AtomicBool,
    from_start: AtomicBool,
    /// Milliseconds to jump by, since the last packet.
    jump: AtomicI64,
    /// Milliseconds from the start of the list.
    position: AtomicU64,
}

impl PlaybackControl {
    /// For a playback that begins this far from its start.
    pub fn starting_at(offset: Duration) -> Self {
        let control = Self::default();
        control.0.jump.store(milliseconds(offset), Ordering::Relaxed);
        control.0.position.store(milliseconds(offset).unsigned_abs(), Ordering::Relaxed);
        control
    }

    /// Halts it: silence is sent until [`resume`](Self::resume).
    pub fn pause(&self) {
        self.0.paused.store(true, Ordering::Relaxed);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.0.paused.store(false, Ordering::Relaxed);
    }

    /// Whether it is halted.
    pub fn is_paused(&self) -> bool {
        self.0.paused.load(Ordering::Relaxed)
    }

    /// Winds forward. Beyond the end it is over.
    pub fn forward(&self, by: Duration) {
        self.0.jump.fetch_add(milliseconds(by), Ordering::Relaxed);
    }

    /// Winds back, to the start at most.
    pub fn back(&self, by: Duration) {
        self.0.jump.fetch_sub(milliseconds(by), Ordering::Relaxed);
    }

    /// Begins anew.
    pub fn restart(&self) {
        self.0.jump.store(0, Ordering::Relaxed);
        self.0.from_start.store(true, Ordering::Relaxed);
    }

    /// How far it is from the start of its list.
    pub fn position(&self) -> Duration {
        Duration::from_millis(self.0.position.load(Ordering::Relaxed))
    }

    /// Where it is to go on, in milliseconds, if not where it is.
    pub(crate) fn target(&self, at: u64) -> Option<u64> {
        let from_start = self.0.from_start.load(Ordering::Relaxed);
        let jump = self.0.jump.load(Ordering::Relaxed);
        if !from_start && jump == 0 {
            return None;
        }
        let from_start = self.0.from_start.swap(false, Ordering::Relaxed);
        let jump = self.0.jump.swap(0, Ordering::Relaxed);
        Some(if from_start { 0 } else { at }.saturating_add_signed(jump))
    }

    /// Notes how far it is.
    pub(crate) fn note(&self, position: u64) {
        self.0.position.store(position, Ordering::Relaxed);
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}
