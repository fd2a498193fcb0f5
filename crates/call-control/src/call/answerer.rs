//! Whether a human or a machine has answered.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use audio::answering_machine::{Settings, Verdict};
use tokio::sync::oneshot;

use super::Call;
use crate::error::CallError;

/// How much longer than the total analysis time is waited for a verdict, which comes by the time of the sound.
const SLACK: Duration = Duration::from_millis(500);

/// Who waits for a verdict.
#[derive(Default)]
pub(crate) struct VerdictSlot(Mutex<Option<oneshot::Sender<Verdict>>>);

impl VerdictSlot {
    fn wait(&self) -> oneshot::Receiver<Verdict> {
        let (sender, receiver) = oneshot::channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    pub(crate) fn tell(&self, verdict: Verdict) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waiting) = waiting {
            // Who has stopped waiting does not want to know.
            let _ = waiting.send(verdict);
        }
    }
}

/// Ends the listening when its future is dropped.
struct DeafOnDrop<'a>(&'a Call);

impl Drop for DeafOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(leg) = self.0.leg() {
            leg.judge_answerer(None);
        }
    }
}

impl Call {
    /// Listens to the party until it is known whether a human or a machine has answered. Where no sound comes,
    /// [`Verdict::NoAudioData`] after the total analysis time.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party hangs up before, [`CallError::NoMedia`].
    pub async fn judge_answerer(&self, settings: Settings) -> Result<Verdict, CallError> {
        let _here = self.keep_media();
        let leg = self.leg().ok_or(CallError::NoMedia)?;
        let verdict = self.0.verdict.wait();
        let _deaf = DeafOnDrop(self);
        leg.judge_answerer(Some(settings));
        let total = settings.total_analysis_time;
        let patience = Duration::from_millis(total.into()) + SLACK;
        tokio::select! {
            biased;
            _ = self.hung_up() => Err(CallError::HungUp),
            verdict = verdict => Ok(verdict.unwrap_or(Verdict::NoAudioData { total })),
            () = tokio::time::sleep(patience) => Ok(Verdict::NoAudioData { total }),
        }
    }
}
