use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_queue::SegQueue;

use crate::io::Wake;
use crate::thread::message::Message;

/// The way into a media thread: a queue without locks, and a bell that is rung once for many messages.
///
/// It is not bounded: what is in it are commands of our own program, a few for each call, and never packets; and
/// nobody who posts, a media thread least of all, may have to wait.
pub(crate) struct Mailbox {
    queue: SegQueue<Message>,
    rung: AtomicBool,
    open: AtomicBool,
    stop: AtomicBool,
    bell: Arc<dyn Wake>,
}

impl Mailbox {
    pub(crate) fn new(bell: Arc<dyn Wake>) -> Self {
        Self {
            queue: SegQueue::new(),
            rung: AtomicBool::new(false),
            open: AtomicBool::new(true),
            stop: AtomicBool::new(false),
            bell,
        }
    }

    /// Puts a message in, from any thread. `false`: nobody reads any more.
    ///
    /// A leg that is opened is deaf and silent until the next message for it, so that one need not wake the reader.
    pub(crate) fn post(&self, message: Message) -> bool {
        if !self.open.load(Ordering::Acquire) {
            return false;
        }
        let can_wait = matches!(message, Message::Open(_));
        self.queue.push(message);
        if !can_wait {
            self.ring();
        }
        true
    }

    /// Asks the thread to end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.ring();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Whether somebody rang since the last call. The reader drains the queue when it says so.
    pub(crate) fn answer_bell(&self) -> bool {
        self.rung.load(Ordering::Relaxed) && self.rung.swap(false, Ordering::AcqRel)
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
    use crate::id::LegId;

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
        assert!(!mailbox.answer_bell());
        assert_eq!(std::iter::from_fn(|| mailbox.take()).count(), 10);
        assert!(mailbox.post(Message::Missing(LegId::new(0, 0))));
        assert_eq!(bell.0.load(Ordering::Relaxed), 2);
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
