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
        // Either this sees that nobody reads any more, or he who ends finds the message.
        fence(Ordering::SeqCst);
        if !self.open.load(Ordering::Relaxed) {
            self.drop_all();
            return false;
        }
        match urgency {
            Urgency::Now => self.ring(),
            Urgency::Soon => {
                // Either this sees that the reader sleeps, or he sees the message before he does.
                if self.asleep.load(Ordering::Relaxed) {
                    self.ring();
                }
            }
            Urgency::WithTheNext => {}
        }
        true
    }

    /// Whether the bell has rung since the reader answered it. He asks before each sleep: what ended his last one may have
    /// been that very ring, which ends no other, and nobody rings again before it is answered.
    pub(crate) fn has_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire)
    }

    /// The reader is about to sleep until the bell rings. `false`: there are messages, or it has rung, and he does not.
    pub(crate) fn fall_asleep(&self) -> bool {
        self.asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let nothing_waits = self.queue.is_empty() && !self.has_rung();
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
        fence(Ordering::SeqCst);
        self.drop_all();
    }

    fn drop_all(&self) {
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
    fn nobody_sleeps_on_a_bell_that_he_has_not_answered() {
        let bell = Arc::new(CountingBell::default());
        let mailbox = Mailbox::new(bell.clone());
        assert!(mailbox.post(Message::Missing(LegId::new(0, 0))));
        assert!(mailbox.answer_bell());
        // He is not done with what he has found when more comes, which he takes as well: the ring is over unanswered.
        assert!(mailbox.post(Message::Missing(LegId::new(0, 1))));
        assert_eq!(std::iter::from_fn(|| mailbox.take()).count(), 2);
        assert!(mailbox.has_rung() && !mailbox.fall_asleep());
        assert!(mailbox.answer_bell());
        assert!(!mailbox.has_rung() && mailbox.fall_asleep());
        assert!(mailbox.post(Message::Missing(LegId::new(0, 2))));
        assert_eq!(bell.0.load(Ordering::Relaxed), 3);
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

    /// What one of those who take part does next.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Post,
        /// The reader looks for messages, as it does after each sleep.
        Answer,
        Take,
        /// It asks the kernel for something else, which may tell of a ring on that occasion.
        Elsewhere,
        /// It sleeps, unless there is a reason not to.
        Sleep,
    }

    /// A bell as the kernel knows it: the first to ask hears of a ring, and nobody after him.
    #[derive(Default)]
    struct KernelBell(AtomicBool);

    impl Wake for KernelBell {
        fn wake(&self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    /// Plays one order of steps; `false`: in the end the reader sleeps for good, and something waits for him.
    fn is_lively(steps: &[Step]) -> bool {
        let bell = Arc::new(KernelBell::default());
        let mailbox = Mailbox::new(bell.clone());
        let is_told = || bell.0.swap(false, Ordering::Relaxed);
        let mut sleeps = false;
        for step in steps {
            match step {
                Step::Post => assert!(mailbox.post(Message::Missing(LegId::new(0, 0)))),
                // A sleeper does nothing until he is woken.
                _ if sleeps && !is_told() => continue,
                _ if sleeps => {
                    sleeps = false;
                    mailbox.awake();
                }
                Step::Answer => drop(mailbox.answer_bell()),
                Step::Take => drop(mailbox.take()),
                Step::Elsewhere => drop(is_told()),
                Step::Sleep => sleeps = mailbox.fall_asleep(),
            }
        }
        !sleeps || mailbox.queue.is_empty() || is_told()
    }

    #[test]
    fn in_no_order_of_steps_a_message_waits_for_a_sleeper() {
        const STEPS: [Step; 5] = [Step::Post, Step::Answer, Step::Take, Step::Elsewhere, Step::Sleep];
        const LENGTH: u32 = 7;
        for mut number in 0..STEPS.len().pow(LENGTH) {
            let mut steps = [Step::Post; LENGTH as usize];
            for step in &mut steps {
                *step = STEPS[number % STEPS.len()];
                number /= STEPS.len();
            }
            assert!(is_lively(&steps), "{steps:?}");
        }
    }

    #[test]
    fn what_is_posted_as_the_reader_ends_is_dropped() {
        for _ in 0..2_000 {
            let mailbox = Mailbox::new(Arc::new(CountingBell::default()));
            let start = std::sync::Barrier::new(2);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    start.wait();
                    while mailbox.post(Message::Missing(LegId::new(0, 0))) {}
                });
                start.wait();
                mailbox.close();
            });
            assert!(mailbox.queue.is_empty());
        }
    }
}
