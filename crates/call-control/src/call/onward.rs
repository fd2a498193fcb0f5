//! How far a party is on its way to the one that it was handed on to: what it hears tells.

use super::{Call, Follower};
use crate::cause::HangupCause;

/// Where a party is that was sent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferProgress {
    /// On its way.
    #[default]
    Trying,
    /// It hears that it rings.
    Ringing,
    /// It hears what comes before an answer.
    Progress,
    /// Somebody has answered: another party, or an application.
    Connected,
    /// It hears that nobody can be reached, or has gone.
    Failed(HangupCause),
}

impl TransferProgress {
    /// Whether nothing follows.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Connected | Self::Failed(_))
    }

    /// What a party knows that hears this tone.
    pub(super) fn of_tone(name: &str) -> Self {
        match name {
            "ring" => Self::Ringing,
            "busy" => Self::Failed(HangupCause::USER_BUSY),
            "congestion" => Self::Failed(HangupCause::CONGESTION),
            // Such as a tone that asks for digits.
            _ => Self::Connected,
        }
    }
}

/// Follows a party that is being handed on.
#[derive(Debug)]
pub struct TransferWatch {
    party: Call,
    progress: Follower<TransferProgress>,
}

impl TransferWatch {
    /// The next news. After a [final](TransferProgress::is_final) one there is nothing to wait for.
    pub async fn next(&mut self) -> TransferProgress {
        tokio::select! {
            biased;
            // The party, which holds the sender, lives as long as this does.
            _ = self.progress.changed() => self.progress.latest(),
            cause = self.party.hung_up() => TransferProgress::Failed(cause),
        }
    }
}

impl Call {
    /// Follows the channel from here on to whom it will be connected with. Called before it is [sent](Call::send_to) there.
    pub fn watch_transfer(&self) -> TransferWatch {
        self.0.facets.onward.set(TransferProgress::Trying);
        TransferWatch { party: self.clone(), progress: self.watch_onward() }
    }

    /// Notes what the party hears.
    pub(crate) fn hears(&self, progress: TransferProgress) {
        self.0.facets.onward.change(|now| std::mem::replace(now, progress) != progress);
    }
}

#[cfg(test)]
mod tests {
    use media_bridge::{MediaConfig, MediaEngine};

    use super::*;
    use crate::call::Direction;
    use crate::identity::CallerId;
    use crate::switchboard::Switchboard;
    use crate::technology::{ChannelSpec, Driver, Report};

    struct Silent;

    impl Driver for Silent {
        fn ring(&self) {}
        fn progress(&self) {}
        fn answer(&self) {}
        fn hangup(&self, _: HangupCause) {}
    }

    fn party() -> Call {
        let board = Switchboard::builder(MediaEngine::start(MediaConfig::default()).unwrap()).build();
        let call = board.create_channel(ChannelSpec {
            technology: "SILENT",
            resource: "party".to_owned(),
            direction: Direction::Inbound,
            caller: CallerId::default(),
            dialed: String::new(),
            context: String::new(),
            language: "en".to_owned(),
            variables: Vec::new(),
            call_id: None,
            linked_id: None,
            leg: None,
            driver: Box::new(Silent),
        });
        call.report(Report::Answered);
        call
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_party_hears_tells_how_far_it_is() {
        let call = party();
        call.ring();
        let mut watch = call.watch_transfer();
        call.ring();
        assert_eq!(watch.next().await, TransferProgress::Ringing);
        // It has heard that already; what comes next is audio.
        call.ring();
        call.progress();
        assert_eq!(watch.next().await, TransferProgress::Progress);
        call.answer().await.unwrap();
        assert_eq!(watch.next().await, TransferProgress::Connected);
    }

    #[tokio::test(start_paused = true)]
    async fn tones_and_the_end_tell_that_nobody_is_reached() {
        let call = party();
        let mut watch = call.watch_transfer();
        call.play_indication("busy");
        assert_eq!(watch.next().await, TransferProgress::Failed(HangupCause::USER_BUSY));
        let mut watch = call.watch_transfer();
        call.report(Report::Ended(HangupCause::NORMAL));
        assert_eq!(watch.next().await, TransferProgress::Failed(HangupCause::NORMAL));
        assert!(TransferProgress::Failed(HangupCause::NORMAL).is_final());
    }
}
