use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_queue::ArrayQueue;

use crate::io::Wake;
use crate::thread::message::Message;

/// Commands under way to one thread. A thread drains thousands in a millisecond, so this is seldom half full.
const CAPACITY: usize = 1_024;

/// The way into a media thread: a bounded queue without locks, and a bell that is rung once for many messages.
pub(crate) struct Mailbox {
    queue: ArrayQueue<Message>,
    rung: AtomicBool,
    open: AtomicBool,
    stop: AtomicBool,
    bell: Arc<dyn Wake>,
}

impl Mailbox {
    pub(crate) fn new(bell: Arc<dyn Wake>) -> Self {
        Self {
            queue: ArrayQueue::new(CAPACITY),
            rung: AtomicBool::new(false),
            open: AtomicBool::new(true),
            stop: AtomicBool::new(false),
            bell,
        }
    }

    /// Puts a message in, from any thread but a media thread. When the queue is full it waits for the media thread
    /// to make room, which takes it microseconds. `false`: the thread has ended.
    pub(crate) fn post(&self, message: Message) -> bool {
        let mut message = message;
        while let Err(back) = self.try_post(message) {
            if !self.open.load(Ordering::Acquire) {
                return false;
            }
            message = back;
            thread::yield_now();
        }
        true
    }

    /// Puts a message in without ever waiting, and hands it back when there is no room or nobody to read it.
    pub(crate) fn try_post(&self, message: Message) -> Result<(), Message> {
        if !self.open.load(Ordering::Acquire) {
            return Err(message);
        }
        let result = self.queue.push(message);
        self.ring();
        result
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

    fn ring(&self) {
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
    fn a_full_or_closed_mailbox_hands_the_message_back() {
        let mailbox = Mailbox::new(Arc::new(CountingBell::default()));
        for serial in 0..CAPACITY as u64 {
            assert!(mailbox.try_post(Message::Missing(LegId::new(0, serial))).is_ok());
        }
        assert!(mailbox.try_post(Message::Missing(LegId::new(0, 0))).is_err());
        mailbox.close();
        assert!(mailbox.take().is_none());
        assert!(!mailbox.post(Message::Missing(LegId::new(0, 0))));
    }
}
