use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use crossbeam_queue::SegQueue;

use crate::io::Wake;
use crate::thread::message::{Message, Urgency};

/// The way into a media thread: a queue without locks, and a bell that is rung once for many messages.
///
/// It is not bounded: what is in it are commands of our own program, a few for each call, and never packets; and
/// nobody who posts, a media thread least of all, may have to wait.
pub(crate) struct Mailbox {
    queue: SegQueue<Message>,
    rung: AtomicBool,
    open: AtomicBool,
    stop: AtomicBool,
    /// The reader sleeps until the bell rings, however long that takes.
    asleep: AtomicBool,
    bell: Arc<dyn Wake>,
}

impl Mailbox {
    pub(crate) fn new(bell: Arc<dyn Wake>) -> Self {
        Self {
            queue: SegQueue::new(),
            rung: AtomicBool::new(false),
            open: AtomicBool::new(true),
            stop: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            bell,
        }
    }

    /// Puts a message in, from any thread. `false`: nobody reads any more.
    ///
    /// What can wait for a moment does not wake the reader, unless he sleeps for good.
    pub(crate) fn post(&self, message: Message) -> bool {
        if !self.open.load(Ordering::Acquire) {
            return false;
        }
        let urgency = message.urgency();
        self.queue.push(message);
        match urgency {
            Urgency::Now => self.ring(),
            Urgency::Soon => {
                // Either this sees that the reader sleeps, or he sees the message before he does.
                fence(Ordering::SeqCst);
                if self.asleep.load(Ordering::Relaxed) {
                    self.ring();
                }
            }
            Urgency::WithTheNext => {}
        }
        true
    }

    /// The reader is about to sleep until the bell rings. `false`: there are messages, and he does not.
    pub(crate) fn fall_asleep(&self) -> bool {
        self.asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let nothing_waits = self.queue.is_empty();
        if !nothing_waits {
            self.awake();
        }
        nothing_waits
    }

    /// The reader is up.
    pub(crate) fn awake(&self) {
        self.asleep.store(false, Ordering::Relaxed);
    }

    /// Asks the thread to end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.ring();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Whether there is something to read. The reader drains the queue when it says so.
    pub(crate) fn answer_bell(&self) -> bool {
        let rung = self.rung.load(Ordering::Relaxed) && self.rung.swap(false, Ordering::AcqRel);
        rung || !self.queue.is_empty()
    }

    /// The next message.
    pub(crate) fn take(&self) -> Option<Message> {
        self.queue.pop()
    }

    /// Nobody reads any more: what waits is dropped, and so is what comes.
    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::Release);
        while self.queue.pop().is_some() {}
    }

    /// Wakes the reader, who then drains the queue.
    pub(crate) fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.bell.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::id::{BridgeId, LegId};
    use crate::thread::Command;

    #[derive(Default)]
    struct CountingBell(AtomicUsize);

    impl Wake for CountingBell {
        fn wake(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn many_messages_ring_once() {
        let bell = Arc::new(CountingBell::default());
        let mailbox = Mailbox::new(bell.clone());
        for serial in 0..10 {
            assert!(mailbox.post(Message::Missing(LegId::new(0, serial))));
        }
        assert_eq!(bell.0.load(Ordering::Relaxed), 1);
        assert!(mailbox.answer_bell());
        assert_eq!(std::iter::from_fn(|| mailbox.take()).count(), 10);
        assert!(!mailbox.answer_bell());
        assert!(mailbox.post(Message::Missing(LegId::new(0, 0))));
        assert_eq!(bell.0.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_can_wait_wakes_nobody_but_sleepers() {
        let bell = Arc::new(CountingBell::default());
        let mailbox = Mailbox::new(bell.clone());
        let rings = || bell.0.load(Ordering::Relaxed);
        let close = || Message::Leg(LegId::new(0, 1), Command::Close);
        assert!(mailbox.post(close()));
        assert_eq!(rings(), 0);
        assert!(mailbox.answer_bell(), "the reader finds it when he looks");
        assert!(!mailbox.fall_asleep(), "and does not sleep on it");
        assert!(mailbox.take().is_some());
        assert!(mailbox.fall_asleep());
        assert!(mailbox.post(close()));
        assert_eq!(rings(), 1);
        mailbox.awake();
        assert!(mailbox.post(close()));
        assert_eq!(rings(), 1);
    }

    #[test]
    fn a_join_wakes_nobody_where_packets_do() {
        let bell = Arc::new(CountingBell::default());
        let mailbox = Mailbox::new(bell.clone());
        let join = |near| {
            let command = Command::Join { bridge: BridgeId(1), peer: LegId::new(0, 2), near };
            mailbox.post(Message::Leg(LegId::new(0, 1), command));
            bell.0.load(Ordering::Relaxed)
        };
        assert_eq!(join(true), 0);
        assert_eq!(join(false), 1);
    }

    #[test]
    fn a_closed_mailbox_takes_nothing() {
        let mailbox = Mailbox::new(Arc::new(CountingBell::default()));
        assert!(mailbox.post(Message::Missing(LegId::new(0, 0))));
        mailbox.close();
        assert!(mailbox.take().is_none());
        assert!(!mailbox.post(Message::Missing(LegId::new(0, 0))));
    }
}
