//! Calling somebody on behalf of a channel: every destination at once, the first answer wins.

mod forwarding;
mod reaching;
mod silence;
mod tally;
mod watch;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

pub use tally::DialStatus;

use crate::bridge::EarlyMedia;
use crate::call::{Call, ChannelState};
use crate::cause::HangupCause;
use crate::direct_media::{self, PartyMedia};
use crate::event::Event;
use crate::identity::CallerId;
use crate::switchboard::Switchboard;
use crate::technology::{OriginateRequest, Preparation};
use forwarding::Places;
use reaching::{Reached, Reaching};
use silence::{Hears, RingWatch};
use tally::Tally;
use watch::{Progress, watch_branch};

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
    ignore_forwards: bool,
    forward_context: Option<String>,
    elsewhere: bool,
    preparation: Option<Preparation>,
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
            ignore_forwards: false,
            forward_context: None,
            elsewhere: false,
            preparation: None,
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

    /// A destination that forwards its call counts as busy (`i`).
    pub fn ignore_forwards(mut self) -> Self {
        self.ignore_forwards = true;
        self
    }

    /// Looks up the numbers that destinations forward to in this context; without it in the caller's.
    pub fn forward_context(mut self, context: Option<String>) -> Self {
        self.forward_context = context;
        self
    }

    /// Destinations that are given up hear that the call was answered elsewhere, whatever came of it: their phones note no
    /// missed call (`c`).
    pub fn answered_elsewhere(mut self) -> Self {
        self.elsewhere = true;
        self
    }

    /// Does something with each channel that is called, before its party hears of the call (`b`).
    pub fn prepare(mut self, preparation: Preparation) -> Self {
        self.preparation = Some(preparation);
        self
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
    /// Where it may go when it is forwarded.
    places: Places,
    /// How often it was forwarded, by whoever had it.
    diversions: u32,
    /// The technology sends it on by itself.
    silent: bool,
    /// Who calls; its own end may tell that the call was answered elsewhere.
    caller: Option<Call>,
    /// What it is told when it is given up.
    elsewhere: bool,
}

impl Branch {
    fn name(&self) -> &str {
        self.call.as_ref().map_or(&self.destination, Call::name)
    }

    /// Why it is given up: a caller that was itself called somewhere else, too, passes that on.
    fn cause(&self) -> HangupCause {
        let taken = ChannelState::Ended(HangupCause::ANSWERED_ELSEWHERE);
        match self.elsewhere || self.caller.as_ref().is_some_and(|caller| caller.state() == taken) {
            true => HangupCause::ANSWERED_ELSEWHERE,
            false => HangupCause::NORMAL,
        }
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            call.hangup(self.cause());
        }
    }
}

async fn run(dial: Dial) -> Result<Call, DialFailure> {
    let started = Instant::now();
    let mut race = Race::start(&dial);
    let outcome = race.finish(&dial, dial.timeout.map(|timeout| started + timeout)).await;
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
    /// Destinations that are being called, and have no channel yet.
    reaching: Reaching,
    running: usize,
    tally: Tally,
    reports: mpsc::UnboundedSender<(usize, Progress)>,
    progress: mpsc::UnboundedReceiver<(usize, Progress)>,
    ringing: bool,
    early_media: Option<EarlyMedia>,
    /// The branch whose early audio the caller hears.
    early_branch: Option<usize>,
    /// Looks whether that branch still sends, since it rings.
    ring_watch: Option<RingWatch>,
}

impl<'a> Race<'a> {
    /// Calls every destination.
    fn start(dial: &'a Dial) -> Self {
        let (reports, progress) = mpsc::unbounded_channel();
        let mut race = Self {
            caller: dial.caller.as_ref(),
            switchboard: &dial.switchboard,
            ringback: dial.ringback,
            branches: Vec::new(),
            // What is done with channels beforehand may count on being done with one after the other.
            reaching: Reaching::new(dial.preparation.is_some()),
            running: 0,
            tally: Tally::default(),
            reports,
            progress,
            ringing: false,
            early_media: None,
            early_branch: None,
            ring_watch: None,
        };
        for destination in dial.each_destination() {
            race.call(destination, dial);
        }
        race
    }

    fn call(&mut self, destination: &str, dial: &Dial) {
        self.tally.counts.tried += 1;
        let mut request = request_for(dial);
        request.direct_to = self.direct_to(dial);
        self.reaching.begin(self.switchboard, self.branches.len(), destination, request, None);
        self.running += 1;
        self.branches.push(Branch {
            destination: destination.to_owned(),
            call: None,
            places: Places::begin(destination),
            diversions: 0,
            silent: false,
            caller: self.caller.cloned(),
            elsewhere: dial.elsewhere,
        });
    }

    /// There is a channel to a destination, or none can be made.
    fn take_up(&mut self, reached: Reached, dial: &Dial) {
        let Reached { index, place, forwarded_by, outcome } = reached;
        if let Some(from) = forwarded_by {
            return self.take_up_forwarded(index, from, place, outcome, dial);
        }
        match outcome {
            Ok(call) => {
                if let Some(caller) = self.caller {
                    call.set_dialed_from(caller.position());
                }
                self.notice(|channel| Event::DialBegan { channel, destination: place });
                self.follow(index, call);
                if self.ringback == Ringback::Always {
                    self.tell_ringing();
                }
            }
            Err(error) => {
                self.running -= 1;
                self.tally.add(error.cause());
                let text = format!("cannot call {place}: {error}");
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

    /// Hears what becomes of a destination from now on.
    fn follow(&mut self, index: usize, call: Call) {
        self.notice(|channel| Event::Dialled { channel, branch: call.name().to_owned() });
        tokio::spawn(watch_branch(call.clone(), index, self.reports.clone()));
        self.branches[index].call = Some(call);
    }

    /// Follows the branches until one answers, all have failed, the time is up, or the caller has gone.
    async fn finish(&mut self, dial: &Dial, deadline: Option<Instant>) -> Outcome {
        let caller_gone = caller_gone(dial.caller.clone());
        tokio::pin!(caller_gone);
        while self.running > 0 {
            tokio::select! {
                biased;
                () = &mut caller_gone => return Outcome::CallerGone,
                reached = self.reaching.next() => self.take_up(reached, dial),
                Some((index, progress)) = self.progress.recv() => match progress {
                    Progress::Forwarded(forward) => self.divert(index, forward, dial),
                    // It hung up before anybody saw that it had answered: whoever pays for the call wants to know.
                    Progress::Failed(_) if self.has_answered(index) => {
                        self.take_in(index, Progress::Answered);
                        return Outcome::Answered(index);
                    }
                    Progress::Failed(cause) => self.fail(index, cause, dial),
                    heard => if self.take_in(index, heard) {
                        return Outcome::Answered(index);
                    },
                },
                () = until(self.ring_watch.as_ref().map(|watch| watch.look_at)) => self.look_for_silence(),
                () = until(deadline) => return Outcome::TimedOut,
            }
        }
        Outcome::AllFailed
    }

    /// Whether a branch was answered, be it over by now.
    fn has_answered(&self, index: usize) -> bool {
        self.branches[index].call.as_ref().is_some_and(|call| call.answered_at().is_some())
    }

    /// Takes in what a branch reports; true when it answered.
    fn take_in(&mut self, index: usize, progress: Progress) -> bool {
        let branch = self.branches[index].name().to_owned();
        self.pass_charges(index);
        match progress {
            Progress::Ringing => {
                self.notice(|channel| Event::DialRinging { channel, branch });
                self.tell_whom(index);
                if self.ringback == Ringback::AsReported {
                    self.tell_ringing();
                    self.watch_ring(index);
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
                let (rang, name) = (branch, taker.name().to_owned());
                self.notice(|channel| Event::DialPickedUp { channel, branch: rang, taker: name });
                if let Some(rang) = self.branches[index].call.replace(taker) {
                    rang.hangup(HangupCause::ANSWERED_ELSEWHERE);
                }
                let branch = self.branches[index].name().to_owned();
                self.notice(|channel| Event::DialAnswered { channel, branch });
                return true;
            }
            // These end the branch, or send it elsewhere.
            Progress::Failed(_) | Progress::Forwarded(_) => {}
        }
        false
    }

    /// The caller hears what a branch's network told of charges.
    fn pass_charges(&self, index: usize) {
        let told = self.branches[index].call.as_ref().and_then(Call::take_charges);
        if let (Some(caller), Some(advice)) = (self.caller, told) {
            caller.advise_charges(advice);
        }
    }

    /// A branch has described its media, which may be told to the caller before anything else.
    fn settle_media(&self, index: usize) {
        if let (Some(caller), Some(branch)) = (self.caller, &self.branches[index].call) {
            caller.suit(branch);
            direct_media::settle(caller, branch);
        }
    }

    /// The caller's phone shows whom it calls, where that is one party.
    fn tell_whom(&self, index: usize) {
        if let (Some(caller), [_], Some(call)) = (self.caller, &self.branches[..], &self.branches[index].call)
        {
            caller.set_connected(call.caller());
        }
    }

    /// The caller hears that it rings, once.
    fn tell_ringing(&mut self) {
        if !self.ringing && self.early_branch.is_none() {
            self.ringing = true;
            if let Some(caller) = self.caller {
                caller.ring();
            }
        }
    }

    /// The caller hears what the first branch with early media sends.
    fn join_early_media(&mut self, index: usize) {
        if self.ringback != Ringback::AsReported || self.early_branch.is_some() {
            return;
        }
        if let (Some(caller), Some(branch)) = (self.caller, &self.branches[index].call) {
            if self.ringing {
                caller.stop_indication();
            }
            caller.progress();
            self.early_media = EarlyMedia::join(caller, branch);
            self.early_branch = self.early_media.as_ref().map(|_| index);
        }
    }

    /// The branch whose early audio the caller hears rings: it may send no more.
    fn watch_ring(&mut self, index: usize) {
        if self.early_branch == Some(index) {
            let packets = self.packets_of(index).unwrap_or_default();
            self.ring_watch = Some(RingWatch::begin(index, Instant::now(), packets));
        }
    }

    /// Packets of audio that came from a branch; `None` where they do not pass here.
    fn packets_of(&self, index: usize) -> Option<u64> {
        let call = self.branches[index].call.as_ref().filter(|call| !call.is_media_direct())?;
        Some(call.leg()?.statistics().packets_received)
    }

    /// Plays the caller a tone while a branch that rings is silent.
    fn look_for_silence(&mut self) {
        let Some(index) = self.ring_watch.as_ref().map(|watch| watch.index) else { return };
        let packets = self.packets_of(index);
        let hears = self.ring_watch.as_mut().and_then(|watch| watch.look(Instant::now(), packets));
        let Some(caller) = self.caller else { return };
        match hears {
            Some(Hears::Tone) => {
                self.early_media = None;
                caller.play_indication("ring");
            }
            Some(Hears::Branch) => {
                caller.stop_indication();
                let branch = self.branches[index].call.as_ref();
                self.early_media = branch.and_then(|branch| EarlyMedia::join(caller, branch));
            }
            None => {}
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
        let plays = self.ring_watch.as_ref().is_some_and(RingWatch::is_tone);
        if let Some(caller) = self.caller
            && (self.ringing || plays)
        {
            caller.stop_indication();
        }
    }
}

fn request_for(dial: &Dial) -> OriginateRequest {
    let Some(caller) = &dial.caller else {
        return OriginateRequest {
            caller: dial.identity.clone().unwrap_or_default(),
            preparation: dial.preparation.clone(),
            ..Default::default()
        };
    };
    let leg = caller.leg();
    OriginateRequest {
        caller: dial.identity.clone().unwrap_or_else(|| caller.caller()),
        call_id: Some(caller.call_id()),
        linked_id: Some(caller.linked_id().to_owned()),
        streams: caller.party_streams(),
        codecs: caller.codecs(),
        no_translation: caller.forbids_translation(),
        redirecting: caller.redirecting(),
        near: leg.as_ref().map(|l| l.id()),
        variables: caller.inherited_variables(),
        direct_to: None,
        asker: Some(caller.clone()),
        language: Some(caller.language()),
        hops: Some(caller.hops()),
        preparation: dial.preparation.clone(),
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

#[cfg(test)]
mod tests;
