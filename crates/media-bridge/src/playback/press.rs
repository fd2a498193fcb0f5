use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::track::Job;

/// Encodes sounds for all who play them, on a thread of its own, which starts with the first and ends with the engine.
///
/// A second of each at a time, in turns: whoever begins to play a sound waits for no other. Legs encode for themselves what
/// is not ready yet, so nobody waits for the press either.
#[derive(Default)]
pub(crate) struct Press {
    thread: Mutex<Option<Sender<Job>>>,
    /// Tests and benches wait for no thread.
    at_once: bool,
}

impl Press {
    /// One that encodes on the caller's thread.
    pub(crate) fn at_once() -> Self {
        Self { at_once: true, ..Self::default() }
    }

    /// Has a sound encoded.
    pub(crate) fn take(&self, mut job: Job) {
        if self.at_once {
            while job.step() {}
            return;
        }
        let mut sender = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match sender.as_ref() {
            None => job,
            Some(thread) => match thread.send(job) {
                Ok(()) => return,
                Err(unsent) => unsent.0,
            },
        };
        let (thread, jobs) = channel();
        let started = thread::Builder::new().name("sound-press".to_owned()).spawn(move || work(&jobs));
        match started {
            Ok(_) => {
                // The thread has just been started with the other end.
                let _ = thread.send(job);
                *sender = Some(thread);
            }
            Err(error) => tracing::warn!(%error, "sounds are encoded for each listener: no thread is left"),
        }
    }
}

fn work(jobs: &Receiver<Job>) {
    let mut begun: VecDeque<Job> = VecDeque::new();
    loop {
        if begun.is_empty() {
            match jobs.recv() {
                Ok(job) => begun.push_back(job),
                Err(_) => return,
            }
        }
        begun.extend(jobs.try_iter());
        if let Some(mut job) = begun.pop_front()
            && job.step()
        {
            begun.push_back(job);
        }
    }
}
