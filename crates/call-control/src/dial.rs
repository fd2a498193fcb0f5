//! Calling somebody on behalf of a channel: every destination at once, the first answer wins.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::bridge::EarlyMedia;
use crate::call::{Call, ChannelState};
use crate::cause::HangupCause;
use crate::direct_media::{self, PartyMedia};
use crate::event::{DialCounts, Event};
use crate::identity::CallerId;
use crate::switchboard::Switchboard;
use crate::technology::OriginateRequest;

/// How a dial ended, in the words of `DIALSTATUS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DialStatus {
    /// Somebody answered.
    Answer,
    /// At least one destination was busy and none answered.
    Busy,
    /// It rang, and nobody answered in time.
    NoAnswer,
    /// The caller hung up first.
    Cancel,
    /// At least one destination was congested; none answered or was busy.
    Congestion,
    /// No destination could be reached.
    ChanUnavail,
    /// The destinations were not written as `technology/resource`.
    InvalidArgs,
}

impl fmt::Display for DialStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answer => "ANSWER",
            Self::Busy => "BUSY",
            Self::NoAnswer => "NOANSWER",
            Self::Cancel => "CANCEL",
            Self::Congestion => "CONGESTION",
            Self::ChanUnavail => "CHANUNAVAIL",
            Self::InvalidArgs => "INVALIDARGS",
        })
    }
}

/// Nobody answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody answered: {status} ({cause})")]
pub struct DialFailure {
    /// The outcome over all destinations.
    pub status: DialStatus,
    /// The cause of the last destination that failed.
    pub cause: HangupCause,
}

/// What the caller hears while it rings at the other end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ringback {
    /// What the destinations report: ringing when one of them rings, early media when it sends some.
    #[default]
    AsReported,
    /// Ringing at once, whatever the destinations report (`r`).
    Always,
    /// Early media of our own, and no ringing (`m`): the caller's player goes on.
    Silent,
}

/// A dial in the making: refine it, then await it. The result is the channel that answered, not bridged yet.
///
/// Dropping the future cancels every destination that was called.
#[must_use = "a dial does nothing until it is awaited"]
pub struct Dial {
    caller: Option<Call>,
    switchboard: Switchboard,
    destinations: String,
    timeout: Option<Duration>,
    ringback: Ringback,
    identity: Option<CallerId>,
}

impl Dial {
    pub(crate) fn new(caller: Option<Call>, switchboard: Switchboard, destinations: &str) -> Self {
        Self {
            caller,
            switchboard,
            destinations: destinations.to_owned(),
            timeout: None,
            ringback: Ringback::default(),
            identity: None,
        }
    }

    /// Gives up after `timeout`. Without it, it rings until the caller hangs up.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Chooses what the caller hears meanwhile.
    pub fn ringback(mut self, ringback: Ringback) -> Self {
        self.ringback = ringback;
        self
    }

    fn each_destination(&self) -> impl Iterator<Item = &str> {
        self.destinations.split('&').map(str::trim).filter(|destination| !destination.is_empty())
    }

    /// Shows another caller than the channel's own.
    pub fn caller_id(mut self, identity: CallerId) -> Self {
        self.identity = Some(identity);
        self
    }
}

impl IntoFuture for Dial {
    type Output = Result<Call, DialFailure>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(run(self))
    }
}

/// One destination that is being called. Dropped before it wins, it is cancelled.
struct Branch {
    destination: String,
    call: Option<Call>,
}

impl Branch {
    fn name(&self) -> &str {
        self.call.as_ref().map_or(&self.destination, Call::name)
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            call.hangup(HangupCause::NORMAL);
        }
    }
}

/// What happens to a branch, told to the dial by the branch's watcher.
enum Progress {
    Ringing,
    EarlyMedia,
    Answered,
    /// Somebody else has taken the call that rings there.
    PickedUp(Call),
    Failed(HangupCause),
}

async fn run(dial: Dial) -> Result<Call, DialFailure> {
    let started = Instant::now();
    let mut race = Race::start(&dial).await;
    let outcome = race.finish(&dial).await;
    let (status, cause) = match outcome {
        Outcome::Answered(winner) => return Ok(race.win(winner)),
        Outcome::AllFailed => race.tally.verdict(),
        Outcome::TimedOut => (DialStatus::NoAnswer, HangupCause::NO_ANSWER),
        Outcome::CallerGone => (DialStatus::Cancel, HangupCause::NORMAL),
    };
    if let Some(caller) = &dial.caller {
        dial.switchboard.notice(|| Event::DialEnded {
            channel: caller.snapshot(),
            status,
            counts: race.tally.counts,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }
    Err(DialFailure { status, cause })
}

enum Outcome {
    Answered(usize),
    AllFailed,
    TimedOut,
    CallerGone,
}

/// The branches of one dial, and what is known of them.
struct Race<'a> {
    caller: Option<&'a Call>,
    switchboard: &'a Switchboard,
    ringback: Ringback,
    branches: Vec<Branch>,
    running: usize,
    tally: Tally,
    progress: mpsc::UnboundedReceiver<(usize, Progress)>,
    ringing: bool,
    early_media: Option<EarlyMedia>,
}

impl<'a> Race<'a> {
    /// Calls every destination.
    async fn start(dial: &'a Dial) -> Self {
        let (sender, progress) = mpsc::unbounded_channel();
        let mut race = Self {
            caller: dial.caller.as_ref(),
            switchboard: &dial.switchboard,
            ringback: dial.ringback,
            branches: Vec::new(),
            running: 0,
            tally: Tally::default(),
            progress,
            ringing: false,
            early_media: None,
        };
        for destination in dial.each_destination() {
            race.call(destination, dial, &sender).await;
        }
        if race.running > 0 && dial.ringback == Ringback::Always {
            race.tell_ringing();
        }
        race
    }

    async fn call(
        &mut self,
        destination: &str,
        dial: &Dial,
        progress: &mpsc::UnboundedSender<(usize, Progress)>,
    ) {
        self.tally.counts.tried += 1;
        let mut request = request_for(dial);
        request.direct_to = self.direct_to(dial);
        let result = self.switchboard.originate(destination, request).await;
        match result {
            Ok(call) => {
                let index = self.branches.len();
                self.running += 1;
                self.notice(|channel| Event::DialBegan { channel, destination: destination.to_owned() });
                tokio::spawn(watch_branch(call.clone(), index, progress.clone()));
                self.branches.push(Branch { destination: destination.to_owned(), call: Some(call) });
            }
            Err(error) => {
                self.tally.add(error.cause());
                let text = format!("cannot call {destination}: {error}");
                self.notice(|channel| Event::Warning { channel: Some(channel), text });
            }
        }
    }

    /// Where the destination may send its audio from the first: a single one, which nobody else can come before.
    fn direct_to(&self, dial: &Dial) -> Option<Box<PartyMedia>> {
        let caller = self
            .caller
            .filter(|_| dial.each_destination().count() == 1 && dial.ringback != Ringback::Silent)?;
        direct_media::offered(caller).map(Box::new)
    }

    /// Follows the branches until one answers, all have failed, the time is up, or the caller has gone.
    async fn finish(&mut self, dial: &Dial) -> Outcome {
        let deadline = dial.timeout.map(|t| Instant::now() + t);
        let caller_gone = caller_gone(dial.caller.clone());
        tokio::pin!(caller_gone);
        while self.running > 0 {
            tokio::select! {
                biased;
                () = &mut caller_gone => return Outcome::CallerGone,
                Some((index, progress)) = self.progress.recv() => {
                    if self.take_in(index, progress) {
                        return Outcome::Answered(index);
                    }
                }
                () = until(deadline) => return Outcome::TimedOut,
            }
        }
        Outcome::AllFailed
    }

    /// Takes in what a branch reports; true when it answered.
    fn take_in(&mut self, index: usize, progress: Progress) -> bool {
        let branch = self.branches[index].name().to_owned();
        match progress {
            Progress::Ringing => {
                self.notice(|channel| Event::DialRinging { channel, branch });
                if self.ringback == Ringback::AsReported {
                    self.tell_ringing();
                }
            }
            Progress::EarlyMedia => {
                self.settle_media(index);
                self.notice(|channel| Event::DialProgress { channel, branch });
                self.join_early_media(index);
            }
            Progress::Answered => {
                self.settle_media(index);
                self.notice(|channel| Event::DialAnswered { channel, branch });
                return true;
            }
            Progress::PickedUp(taker) => {
                if let Some(rang) = self.branches[index].call.replace(taker) {
                    rang.hangup(HangupCause::ANSWERED_ELSEWHERE);
                }
                let branch = self.branches[index].name().to_owned();
                self.notice(|channel| Event::DialAnswered { channel, branch });
                return true;
            }
            Progress::Failed(cause) => {
                self.running -= 1;
                self.tally.add(cause);
                self.branches[index].call = None;
                self.notice(|channel| Event::DialFailed { channel, branch, cause });
            }
        }
        false
    }

    /// A branch has described its media, which may be told to the caller before anything else.
    fn settle_media(&self, index: usize) {
        if let (Some(caller), Some(branch)) = (self.caller, &self.branches[index].call) {
            direct_media::settle(caller, branch);
        }
    }

    /// The caller hears that it rings, once.
    fn tell_ringing(&mut self) {
        if !self.ringing && self.early_media.is_none() {
            self.ringing = true;
            if let Some(caller) = self.caller {
                caller.ring();
            }
        }
    }

    /// The caller hears what the first branch with early media sends.
    fn join_early_media(&mut self, index: usize) {
        if self.ringback != Ringback::AsReported || self.early_media.is_some() {
            return;
        }
        if let (Some(caller), Some(branch)) = (self.caller, &self.branches[index].call) {
            caller.progress();
            self.early_media = EarlyMedia::join(caller, branch);
        }
    }

    /// Takes the winner out; every other branch is cancelled as it drops.
    fn win(mut self, index: usize) -> Call {
        let winner = self.branches[index].call.take();
        for loser in self.branches.iter_mut().filter_map(|b| b.call.take()) {
            loser.hangup(HangupCause::ANSWERED_ELSEWHERE);
        }
        // A branch reports `Answered` once and keeps its call until it fails or wins.
        #[expect(
            clippy::expect_used,
            reason = "only `Failed` empties a branch, and a failed branch never answers"
        )]
        winner.expect("the branch that answered holds its call")
    }

    fn notice(&self, event: impl FnOnce(crate::call::CallSnapshot) -> Event) {
        if let Some(caller) = self.caller {
            self.switchboard.notice(|| event(caller.snapshot()));
        }
    }
}

impl Drop for Race<'_> {
    fn drop(&mut self) {
        if let Some(caller) = self.caller
            && self.ringing
            && caller.state() == ChannelState::Up
        {
            caller.stop_indication();
        }
    }
}

/// Counts how destinations failed.
#[derive(Default)]
struct Tally {
    counts: DialCounts,
    last: Option<HangupCause>,
}

impl Tally {
    fn add(&mut self, cause: HangupCause) {
        self.last = Some(cause);
        match cause {
            HangupCause::USER_BUSY => self.counts.busy += 1,
            HangupCause::CONGESTION => self.counts.congested += 1,
            HangupCause::NO_ANSWER | HangupCause::NORMAL => {}
            _ => self.counts.unavailable += 1,
        }
    }

    /// Any busy wins over any congestion, which wins over any unavailable.
    fn verdict(&self) -> (DialStatus, HangupCause) {
        let DialCounts { tried, busy, congested, unavailable } = self.counts;
        let cause = self.last.unwrap_or(HangupCause::NO_ROUTE);
        let status = match (tried, busy, congested, unavailable) {
            (0, ..) => DialStatus::InvalidArgs,
            (_, 1.., ..) => DialStatus::Busy,
            (_, _, 1.., _) => DialStatus::Congestion,
            (_, _, _, 1..) => DialStatus::ChanUnavail,
            _ => DialStatus::NoAnswer,
        };
        (status, cause)
    }
}

fn request_for(dial: &Dial) -> OriginateRequest {
    let Some(caller) = &dial.caller else {
        return OriginateRequest { caller: dial.identity.clone().unwrap_or_default(), ..Default::default() };
    };
    let leg = caller.leg();
    OriginateRequest {
        caller: dial.identity.clone().unwrap_or_else(|| caller.caller()),
        call_id: Some(caller.call_id()),
        linked_id: Some(caller.linked_id().to_owned()),
        prefer_codec: caller.codec(),
        redirecting: caller.redirecting(),
        near: leg.as_ref().map(|l| l.id()),
        variables: caller.inherited_variables(),
        direct_to: None,
    }
}

async fn caller_gone(caller: Option<Call>) {
    match caller {
        Some(caller) => {
            caller.hung_up().await;
        }
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Turns the state of one branch into messages for the dial, until it answers or ends.
async fn watch_branch(call: Call, index: usize, progress: mpsc::UnboundedSender<(usize, Progress)>) {
    let mut states = call.watch_state();
    let mut early_media = call.watch_early_media();
    let mut pickup = call.watch_pickup();
    let mut told_ringing = false;
    let mut told_media = false;
    // Only the watches are kept: this task must not keep the channel alive.
    drop(call);
    loop {
        let state = *states.borrow_and_update();
        if *early_media.borrow_and_update() && !told_media {
            told_media = true;
            let _ = progress.send((index, Progress::EarlyMedia));
        }
        let taker = pickup.borrow_and_update().clone();
        if let Some(taker) = taker {
            let _ = progress.send((index, Progress::PickedUp(taker)));
            return;
        }
        match state {
            ChannelState::Ringing if !told_ringing => {
                told_ringing = true;
                let _ = progress.send((index, Progress::Ringing));
            }
            ChannelState::Up => {
                let _ = progress.send((index, Progress::Answered));
                return;
            }
            ChannelState::Ended(cause) => {
                let _ = progress.send((index, Progress::Failed(cause)));
                return;
            }
            _ => {}
        }
        tokio::select! {
            changed = states.changed() => if changed.is_err() { return },
            changed = early_media.changed() => if changed.is_err() { return },
            changed = pickup.changed() => if changed.is_err() { return },
            () = progress.closed() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(causes: &[HangupCause]) -> DialStatus {
        let mut tally = Tally::default();
        for cause in causes {
            tally.counts.tried += 1;
            tally.add(*cause);
        }
        tally.verdict().0
    }

    #[test]
    fn busy_wins_over_congestion_over_unavailable_over_no_answer() {
        use HangupCause as C;
        assert_eq!(verdict(&[C::ABSENT, C::CONGESTION, C::USER_BUSY]), DialStatus::Busy);
        assert_eq!(verdict(&[C::ABSENT, C::CONGESTION]), DialStatus::Congestion);
        assert_eq!(verdict(&[C::NO_ANSWER, C::ABSENT]), DialStatus::ChanUnavail);
        assert_eq!(verdict(&[C::NO_ANSWER]), DialStatus::NoAnswer);
        assert_eq!(verdict(&[]), DialStatus::InvalidArgs);
    }
}
