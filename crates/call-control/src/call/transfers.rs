//! Asking a party to call somebody else instead of us.

use super::Call;
use crate::error::CallError;

/// Why a party was not handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransferFailure {
    /// Its technology has no such thing.
    #[error("channels of this technology cannot be transferred")]
    Unsupported,
    /// It did not want to, or did not reach the other one; the status is SIP's.
    #[error("the party refused, or did not get through: {0}")]
    Refused(u16),
}

impl Call {
    /// Asks the party to call `to` instead, a URI (`sip:…`), `number@host`, or a number here. One that was not answered is sent
    /// there at once, which ends the channel; one that was says what became of it, and stays until somebody hangs up.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party goes before it has said anything; inside it [`TransferFailure`].
    pub async fn transfer(&self, to: &str) -> Result<Result<(), TransferFailure>, CallError> {
        self.0.facets.transferred.set(None);
        let mut news = self.watch_transferred();
        if !self.0.driver.transfer(to) {
            return Ok(Err(TransferFailure::Unsupported));
        }
        // What was said counts, even if the channel ended with it.
        let said = tokio::select! {
            biased;
            said = news.wait_for(Option::is_some) => said.ok().flatten(),
            _ = self.hung_up() => None,
        };
        said.map(|said| said.map_err(TransferFailure::Refused)).ok_or(CallError::HungUp)
    }
}
