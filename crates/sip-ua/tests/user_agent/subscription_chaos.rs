//! Subscriptions in any order: commands, lost and repeated messages, long waits. Each one ends once, documents arrive in
//! the order in which they were numbered, and when all is over nothing is left.

use std::collections::HashMap;

use proptest::prelude::*;
use sip_parser::HeaderName;
use sip_ua::user_agent::{
    Reply, RequestId, Standing, SubscriptionEvent, SubscriptionId, SubscriptionTerms, Termination,
    TerminationReason, UaEvent,
};

use crate::network::{ALICE, BOB, Network, Weather};
use crate::subscriptions::{document, subscribe, watching};

#[derive(Clone, Debug)]
enum Step {
    Subscribe { expires: u32 },
    Accept,
    Refuse { status: u16 },
    Notify { pick: usize, pending: bool },
    End { pick: usize },
    Unsubscribe { pick: usize },
    Break { agent: usize },
    Replay { pick: usize },
    Wait { milliseconds: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pick = || 0..8usize;
    let step = prop_oneof![
        3 => (0..200u32).prop_map(|expires| Step::Subscribe { expires }),
        5 => Just(Step::Accept),
        1 => (200..700u16).prop_map(|status| Step::Refuse { status }),
        6 => (pick(), any::<bool>()).prop_map(|(pick, pending)| Step::Notify { pick, pending }),
        1 => pick().prop_map(|pick| Step::End { pick }),
        1 => pick().prop_map(|pick| Step::Unsubscribe { pick }),
        1 => (0..2usize).prop_map(|agent| Step::Break { agent }),
        3 => (0..64usize).prop_map(|pick| Step::Replay { pick }),
        8 => (0..3000u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
        2 => (20_000..90_000u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
    ];
    proptest::collection::vec(step, 0..60)
}

/// Both applications.
#[derive(Default)]
struct Applications {
    ours: Vec<SubscriptionId>,
    theirs: Vec<SubscriptionId>,
    requests: Vec<RequestId>,
    ends: HashMap<SubscriptionId, usize>,
    /// The last document of each subscription of Alice's, by the dialog that it came in.
    versions: HashMap<(SubscriptionId, String), u32>,
    heard: [usize; 2],
}

impl Applications {
    fn listen(&mut self, network: &Network) {
        for agent in [ALICE, BOB] {
            for event in &network.events[agent][self.heard[agent]..] {
                match event {
                    UaEvent::Request { id, .. } if agent == BOB => self.requests.push(*id),
                    UaEvent::Subscription(id, event) => self.hear(*id, event),
                    _ => {}
                }
            }
            self.heard[agent] = network.events[agent].len();
        }
    }

    fn hear(&mut self, id: SubscriptionId, event: &SubscriptionEvent) {
        assert!(!self.ends.contains_key(&id), "{id} has ended, and then {event:?}");
        match event {
            SubscriptionEvent::Ended { .. } => *self.ends.entry(id).or_default() += 1,
            SubscriptionEvent::Notified { message, .. } => {
                let text = String::from_utf8_lossy(message.body()).into_owned();
                let version: u32 = text.split(' ').next().and_then(|v| v.parse().ok()).expect("numbered");
                let from = message.raw(&HeaderName::From).unwrap_or_default().to_owned();
                let before = self.versions.insert((id, from), version);
                // A message that is played again after its transaction has ended may come twice.
                assert!(before.is_none_or(|before| before <= version), "{version} after {before:?}");
            }
            _ => {}
        }
    }
}

fn take(network: &mut Network, applications: &mut Applications, step: Step) {
    let chosen = |ids: &[SubscriptionId], pick: usize| ids.get(pick % ids.len().max(1)).copied();
    match step {
        Step::Subscribe { expires } => {
            let id = SubscriptionId::next();
            applications.ours.push(id);
            let ask = subscribe(network, expires);
            network.tell(ALICE, |agent, now| agent.subscribe(now, id, ask));
        }
        Step::Accept => {
            let Some(request) = applications.requests.pop() else { return };
            let id = SubscriptionId::next();
            applications.theirs.push(id);
            let terms = SubscriptionTerms::new("<sip:bob@192.0.2.2:5060>", document("begin"));
            network.tell(BOB, |agent, now| agent.accept_subscription(now, request, id, terms));
        }
        Step::Refuse { status } => {
            let Some(request) = applications.requests.pop() else { return };
            network.tell(BOB, |agent, now| agent.respond(now, request, Reply::status(status)));
        }
        Step::Notify { pick, pending } => {
            let Some(id) = chosen(&applications.theirs, pick) else { return };
            let standing = if pending { Standing::Pending } else { Standing::Active };
            network.tell(BOB, |agent, now| agent.notify(now, id, standing, document("news")));
        }
        Step::End { pick } => {
            let Some(id) = chosen(&applications.theirs, pick) else { return };
            let end = Termination::new(TerminationReason::NoResource);
            network.tell(BOB, |agent, now| agent.end_subscription(now, id, end));
        }
        Step::Unsubscribe { pick } => {
            let Some(id) = chosen(&applications.ours, pick) else { return };
            network.tell(ALICE, |agent, now| agent.unsubscribe(now, id));
        }
        Step::Break { agent } => {
            let flow = network.flow(agent, 1 - agent);
            network.tell(agent, |agent, now| agent.handle_transport_error(now, &flow));
        }
        Step::Replay { pick } => {
            let Some(message) = network.sent.get(pick % network.sent.len().max(1)).cloned() else { return };
            let text = String::from_utf8_lossy(message.as_bytes()).replace("\r\n", "\n");
            for (from, to) in [(ALICE, BOB), (BOB, ALICE)] {
                network.inject(from, to, &text);
            }
        }
        Step::Wait { milliseconds } => network.run(milliseconds),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_subscription_ends_once_and_leaves_nothing(
        steps in steps(),
        seed in 0..u64::MAX,
        lost in 0..40u64,
        late in 0..800u64,
    ) {
        let mut network = watching();
        network.weather = Weather { lost, doubled: 10, late };
        network.chance.0 = seed;
        let mut applications = Applications::default();
        for step in steps {
            take(&mut network, &mut applications, step);
            applications.listen(&network);
        }
        for id in applications.ours.clone() {
            network.tell(ALICE, |agent, now| agent.unsubscribe(now, id));
        }
        // As long as the longest subscription, its last NOTIFY and its transaction last.
        network.run(3_900_000);
        applications.listen(&network);
        for id in applications.ours.iter().chain(&applications.theirs) {
            prop_assert_eq!(applications.ends.get(id).copied(), Some(1), "{} did not end", id);
        }
        prop_assert_eq!(network.agents[ALICE].subscriptions() + network.agents[BOB].subscriptions(), 0);
        prop_assert!(network.is_silent());
    }
}
