//! What became of the calls that a channel made, as `HANGUPCAUSE(channel,tech|ast)` tells it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::Call;
use crate::cause::HangupCause;

/// Calls that are remembered; older ones are forgotten.
const MOST: usize = 64;

/// How one call went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOutcome {
    /// The channel that was called.
    pub channel: String,
    /// What its technology said: `SIP 486 Busy Here`.
    pub technology: String,
    /// What that means.
    pub cause: HangupCause,
}

/// The calls that one channel made, in their order.
#[derive(Default)]
struct Outcomes(Mutex<VecDeque<CallOutcome>>);

/// On whose behalf a channel was called.
#[derive(Default)]
struct MadeFor(OnceLock<Arc<Outcomes>>);

impl Outcomes {
    fn all(&self) -> MutexGuard<'_, VecDeque<CallOutcome>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    /// What became of the calls that this channel made; a channel has one outcome, its last.
    pub fn outcomes(&self) -> Vec<CallOutcome> {
        self.kept::<Outcomes>().map(|kept| kept.all().iter().cloned().collect()).unwrap_or_default()
    }

    /// Forgets them.
    pub fn clear_outcomes(&self) {
        if let Some(kept) = self.kept::<Outcomes>() {
            kept.all().clear();
        }
    }

    /// This channel was called on behalf of `asker`, which will be told what becomes of it.
    pub(crate) fn made_for(&self, asker: &Call) {
        let _ = self.keep::<MadeFor>().0.set(asker.keep());
    }

    /// Tells whoever this channel was called for what its technology says of it.
    pub(crate) fn note_outcome(&self, technology: String, cause: HangupCause) {
        let Some(made_for) = self.kept::<MadeFor>() else { return };
        let Some(outcomes) = made_for.0.get() else { return };
        let outcome = CallOutcome { channel: self.name().to_owned(), technology, cause };
        let mut all = outcomes.all();
        all.retain(|known| known.channel != outcome.channel);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(outcome);
    }
}
