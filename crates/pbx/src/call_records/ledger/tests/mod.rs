//! Calls told to the ledger, second by second.

mod asked;
mod calls;
mod handed_on;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use call_control::{CallerId, DialStatus, HangupCause};

use super::{Account, ChannelFacts, Ledger, RecordRules};

/// A ledger, and a clock that stands until it is set.
pub(super) struct Story {
    pub(super) ledger: Ledger,
    now: SystemTime,
}

/// The number of a party: that of the phone in the channel's name.
fn number(name: &str) -> &str {
    match name.split_once('-').map_or(name, |(phone, _)| phone) {
        "alice" => "100",
        "bob" => "200",
        "charlie" => "300",
        "dora" => "400",
        other => other,
    }
}

impl Story {
    pub(super) fn new() -> Self {
        Self::with(RecordRules::default())
    }

    pub(super) fn with(rules: RecordRules) -> Self {
        Self { ledger: Ledger::new(rules), now: UNIX_EPOCH }
    }

    /// The rest happens at this second.
    pub(super) fn at(&mut self, second: u64) -> &mut Self {
        self.now = UNIX_EPOCH + Duration::from_secs(second);
        self
    }

    fn facts<T>(
        &mut self,
        name: &str,
        extension: &str,
        tell: impl FnOnce(&mut Ledger, SystemTime, ChannelFacts<'_>) -> T,
    ) -> T {
        let caller = CallerId::new("", number(name));
        let (context, linked_id) = ("phones", name);
        let facts = ChannelFacts { name, unique_id: name, linked_id, caller: &caller, context, extension };
        tell(&mut self.ledger, self.now, facts)
    }

    /// A channel comes; it dialled `extension`.
    pub(super) fn comes(&mut self, name: &str, extension: &str) -> &mut Self {
        let code = number(name).to_owned();
        let account = Account { code, ..Account::default() };
        self.facts(name, extension, |ledger, now, facts| ledger.begin(now, facts, account));
        self
    }

    pub(super) fn runs(&mut self, name: &str, extension: &str, application: &str) -> &mut Self {
        self.facts(name, extension, |ledger, now, facts| ledger.application(now, facts, application, "x"));
        self
    }

    /// Comes, and dials each of these, which come by that.
    pub(super) fn calls(&mut self, caller: &str, extension: &str, called: &[&str]) -> &mut Self {
        self.comes(caller, extension);
        self.dials(caller, extension, called)
    }

    pub(super) fn dials(&mut self, caller: &str, extension: &str, called: &[&str]) -> &mut Self {
        self.runs(caller, extension, "Dial");
        for called in called {
            self.comes(called, "s");
            self.ledger.dialled(self.now, caller, called);
        }
        self
    }

    pub(super) fn is_answered(&mut self, name: &str) -> &mut Self {
        self.ledger.answered(self.now, name);
        self
    }

    /// The called one answers, the caller is answered, and both talk.
    pub(super) fn talk(&mut self, caller: &str, called: &str, bridge: &str) -> &mut Self {
        self.is_answered(called);
        self.ledger.dial_answered(caller, called);
        self.is_answered(caller);
        self.enter(called, bridge).enter(caller, bridge)
    }

    pub(super) fn enter(&mut self, name: &str, bridge: &str) -> &mut Self {
        self.ledger.bridge_entered(self.now, name, &Arc::from(bridge));
        self
    }

    pub(super) fn leave(&mut self, name: &str, bridge: &str) -> &mut Self {
        self.ledger.bridge_left(self.now, name, &Arc::from(bridge));
        self
    }

    /// The channel of a called phone ends.
    pub(super) fn drops(&mut self, name: &str, cause: HangupCause) -> &mut Self {
        self.facts(name, "s", |ledger, now, facts| ledger.ended(now, facts, cause, false));
        self
    }

    /// A channel with a dialplan ends, and nothing is done in `h`.
    pub(super) fn hangs_up(&mut self, name: &str) -> &mut Self {
        self.ends(name).released(name)
    }

    pub(super) fn ends(&mut self, name: &str) -> &mut Self {
        self.facts(name, "s", |ledger, now, facts| ledger.ended(now, facts, HangupCause::NORMAL, true));
        self
    }

    pub(super) fn released(&mut self, name: &str) -> &mut Self {
        self.ledger.released(self.now, name);
        self
    }

    pub(super) fn fails(&mut self, caller: &str, called: &str, cause: HangupCause) -> &mut Self {
        self.drops(called, cause);
        self.ledger.dial_failed(self.now, caller, called, cause);
        self
    }

    pub(super) fn dial_ends(&mut self, caller: &str, status: DialStatus) -> &mut Self {
        self.ledger.dial_ended(self.now, caller, status);
        self
    }

    /// What has been finished: `src dst channel>peer application start/answer/end DISPOSITION`.
    pub(super) fn records(&mut self) -> Vec<String> {
        let second = |moment: Option<SystemTime>| {
            moment.map_or("-".to_owned(), |m| m.duration_since(UNIX_EPOCH).unwrap().as_secs().to_string())
        };
        let finished = self.ledger.take_finished();
        let shown = finished.iter().map(|record| {
            let (start, answer, end) =
                (second(Some(record.start)), second(record.answer), second(record.end));
            format!(
                "{} {} {}>{} {} {start}/{answer}/{end} {}",
                record.source,
                record.destination,
                record.channel,
                record.peer_channel,
                record.application,
                record.disposition
            )
        });
        shown.collect()
    }
}

/// Whatever happens in whatever order, every channel that ended is forgotten, and no record ends before it began.
#[test]
fn any_order_of_events_leaves_nothing_behind() {
    use proptest::prelude::*;
    let names = ["alice-1", "bob-1", "charlie-1", "dora-1"];
    let event = (0..9_u8, 0..4_usize, 0..4_usize);
    proptest!(ProptestConfig::with_cases(256), |(events in proptest::collection::vec(event, 0..60), endbeforeh: bool)| {
        let mut story = Story::with(RecordRules { unanswered: true, end_before_h: endbeforeh, ..RecordRules::default() });
        for (second, (kind, one, other)) in (0_u64..).zip(events) {
            let (one, other) = (names[one], names[other]);
            story.at(second);
            match kind {
                0 => story.comes(one, "1"),
                1 => story.runs(one, "2", "Playback"),
                2 if one != other => story.dials(one, "3", &[other]),
                3 => story.talk(one, other, "b"),
                4 => story.enter(one, "c"),
                5 => story.leave(one, "c"),
                6 => story.ends(one),
                7 => story.released(one),
                _ => story.drops(one, HangupCause::USER_BUSY),
            };
        }
        story.ledger.close(UNIX_EPOCH + Duration::from_secs(100));
        prop_assert_eq!(story.ledger.channels(), 0);
        let mut numbers = std::collections::HashSet::new();
        for record in story.ledger.take_finished() {
            prop_assert!(record.end.is_some_and(|end| end >= record.start));
            prop_assert!(numbers.insert(record.sequence), "no record is written twice");
        }
    });
}
