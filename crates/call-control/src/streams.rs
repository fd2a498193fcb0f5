//! What a party sends and receives beside its audio: video, and text as it is typed.
//!
//! Each stream has a media leg of its own. Nothing in it is looked into: two parties that are joined get each other's, stream by
//! stream, where both have one of that kind with a format in common. A channel without such streams has nothing of this.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use media_bridge::Leg;
use sdp::negotiation::CodecOffer;
pub use sdp::negotiation::{Feedback, LineKind as StreamKind};
use tokio::sync::Notify;

use crate::call::Call;

/// What is known of a party's stream, for others to offer it to the party that they talk for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyStream {
    /// Video or text.
    pub kind: StreamKind,
    /// What the party can receive, best first, with its parameters and the payload types that they name.
    pub formats: Vec<CodecOffer>,
    /// What the party may be asked.
    pub feedback: Feedback,
    /// What may be sent to it, in kbit/s, where it says so.
    pub bandwidth: Option<u32>,
}

/// A stream of a channel.
#[derive(Clone, Debug)]
pub struct CallStream {
    /// What its party says of it.
    pub party: PartyStream,
    /// The media leg.
    pub leg: Arc<Leg>,
}

/// The streams of a channel.
#[derive(Default)]
pub(crate) struct StreamStanding {
    streams: Mutex<Vec<CallStream>>,
    changed: Notify,
}

impl StreamStanding {
    fn lock(&self) -> MutexGuard<'_, Vec<CallStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what was agreed on.
    pub(crate) fn set(&self, streams: Vec<CallStream>) {
        let mut known = self.lock();
        let same = |(one, other): (&CallStream, &CallStream)| {
            one.party == other.party && one.leg.id() == other.leg.id()
        };
        if known.len() == streams.len() && known.iter().zip(&streams).all(same) {
            return;
        }
        *known = streams;
        drop(known);
        self.changed.notify_one();
    }

    /// Waits until they are others. One waits at a time: the bridge that the channel is in.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Call {
    /// The streams beside its audio that are agreed on.
    pub fn streams(&self) -> Vec<CallStream> {
        self.0.streams.lock().clone()
    }

    /// Takes in what was agreed on. A channel that has ended has none any more.
    pub(crate) fn change_streams(&self, streams: Vec<CallStream>) {
        if !self.state().is_ended() {
            self.0.streams.set(streams);
            self.thin_streams();
        }
    }

    /// What its party says of them.
    pub(crate) fn party_streams(&self) -> Vec<PartyStream> {
        self.0.streams.lock().iter().map(|stream| stream.party.clone()).collect()
    }

    /// Whether there are any.
    pub(crate) fn has_streams(&self) -> bool {
        !self.0.streams.lock().is_empty()
    }

    /// Has its technology offer its party these streams, which the one has that it talks with, and no others.
    pub(crate) fn match_streams(&self, streams: &[PartyStream]) {
        if !self.state().is_ended() {
            self.0.driver.match_streams(streams);
        }
    }
}

/// The streams of two parties that belong together: the first of a kind with the first, the second with the second.
pub(crate) fn pairs(ours: &[CallStream], theirs: &[CallStream]) -> Vec<(Arc<Leg>, Arc<Leg>)> {
    let mut pairs = Vec::new();
    for kind in [StreamKind::Video, StreamKind::Text] {
        let of = |streams: &'_ [CallStream]| -> Vec<Arc<Leg>> {
            streams
                .iter()
                .filter(|stream| stream.party.kind == kind)
                .map(|stream| stream.leg.clone())
                .collect()
        };
        pairs.extend(of(ours).into_iter().zip(of(theirs)));
    }
    pairs
}

/// How many there are of each kind.
pub(crate) fn counts(streams: &[PartyStream]) -> [usize; 2] {
    [StreamKind::Video, StreamKind::Text]
        .map(|kind| streams.iter().filter(|stream| stream.kind == kind).count())
}
