//! Who is being handed texts at the moment. A phone gets each text once, however often it registers meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Receivers that are being served. Clone is cheap.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<String, CameAgain>>>);

/// Whether a receiver has come again since its texts were looked for.
type CameAgain = bool;

impl Turns {
    /// Begins to serve a receiver. `None` while another task does: that one looks for its texts once more.
    pub(super) fn begin(&self, receiver: &str) -> Option<Turn> {
        let mut served = self.served();
        if let Some(came_again) = served.get_mut(receiver) {
            *came_again = true;
            return None;
        }
        served.insert(receiver.to_owned(), false);
        Some(Turn { turns: self.clone(), receiver: receiver.to_owned(), is_over: false })
    }

    fn served(&self) -> MutexGuard<'_, HashMap<String, CameAgain>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A receiver is being served until this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Turns,
    receiver: String,
    is_over: bool,
}

impl Turn {
    /// Who is being served.
    pub(super) fn receiver(&self) -> &str {
        &self.receiver
    }

    /// Whether the receiver has come again meanwhile. If it has not, the turn is over.
    pub(super) fn goes_on(&mut self) -> bool {
        let mut served = self.turns.served();
        match served.get_mut(&self.receiver) {
            Some(came_again) if *came_again => {
                *came_again = false;
                true
            }
            _ => {
                served.remove(&self.receiver);
                self.is_over = true;
                false
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            self.turns.served().remove(&self.receiver);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_served_by_one_task_which_looks_again_if_it_comes_again() {
        let turns = Turns::default();
        let mut turn = turns.begin("bob").unwrap();
        assert!(turns.begin("alice").is_some());
        assert!(turns.begin("bob").is_none() && turns.begin("bob").is_none());
        assert!(turn.goes_on());
        assert!(!turn.goes_on());
        // The next one is not disturbed by the end of the one before.
        let next = turns.begin("bob").unwrap();
        drop(turn);
        assert!(turns.begin("bob").is_none());
        drop(next);
        assert!(turns.begin("bob").is_some());
    }
}
