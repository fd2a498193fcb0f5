//! Destinations on the way to a channel: a host that is looked up, a routine that runs before the call.

use std::future::poll_fn;
use std::task::Poll;

use crate::call::Call;
use crate::switchboard::Switchboard;
use crate::technology::{BoxFuture, OriginateError, OriginateRequest};

/// Those that are on the way. None waits for another one, whose host takes long to be found, unless that is wanted; and all are
/// given up with the dial.
pub(super) struct Reaching {
    under_way: Vec<UnderWay>,
    in_turn: bool,
}

struct UnderWay {
    index: usize,
    place: String,
    forwarded_by: Option<String>,
    outcome: BoxFuture<'static, Result<Call, OriginateError>>,
}

/// What became of one.
pub(super) struct Reached {
    /// The branch.
    pub(super) index: usize,
    /// What was called.
    pub(super) place: String,
    /// Who sent the call there, unless the dial did.
    pub(super) forwarded_by: Option<String>,
    pub(super) outcome: Result<Call, OriginateError>,
}

impl Reaching {
    /// Nobody so far. `in_turn`: each begins when the one before it has its channel.
    pub(super) fn new(in_turn: bool) -> Self {
        Self { under_way: Vec::new(), in_turn }
    }

    /// Calls what a dial names, or what a branch forwards to.
    pub(super) fn begin(
        &mut self,
        switchboard: &Switchboard,
        index: usize,
        place: &str,
        request: OriginateRequest,
        forwarded_by: Option<String>,
    ) {
        let (switchboard, destination) = (switchboard.clone(), place.to_owned());
        let outcome = Box::pin(async move { switchboard.originate(&destination, request).await });
        self.under_way.push(UnderWay { index, place: place.to_owned(), forwarded_by, outcome });
    }

    /// The next one whose outcome is known, in the order in which they were begun where several are. Never resolves while nobody
    /// is on the way.
    pub(super) async fn next(&mut self) -> Reached {
        poll_fn(|context| {
            let most = if self.in_turn { 1 } else { self.under_way.len() };
            for (at, one) in self.under_way.iter_mut().enumerate().take(most) {
                if let Poll::Ready(outcome) = one.outcome.as_mut().poll(context) {
                    let UnderWay { index, place, forwarded_by, .. } = self.under_way.remove(at);
                    return Poll::Ready(Reached { index, place, forwarded_by, outcome });
                }
            }
            Poll::Pending
        })
        .await
    }
}
