//! Anything in any order: commands, lost and mangled messages, long waits. Nothing panics, every session
//! ends once, and when both sides have fallen silent nothing is left.

use std::collections::HashMap;

use bytes::Bytes;
use proptest::prelude::*;
use sip_parser::Message;
use sip_ua::user_agent::{
    Alternative, ReliablePolicy, Reply, RequestId, SessionEvent, SessionId, SessionOptions, TimerMode,
    TimerPolicy, UaEvent,
};

use crate::network::{ALICE, BOB, Network, Weather, offer};

#[derive(Clone, Debug)]
enum Step {
    Call { body: bool, extensions: usize, alternatives: usize },
    Accept { agent: usize, extensions: usize },
    Respond { agent: usize, status: u16 },
    Progress { agent: usize, pick: usize },
    Answer { agent: usize, pick: usize },
    Reject { agent: usize, pick: usize, status: u16 },
    Acknowledge { agent: usize, pick: usize },
    Reinvite { agent: usize, pick: usize, body: bool },
    AnswerReinvite { agent: usize, pick: usize, refuse: bool },
    Info { agent: usize, pick: usize },
    Update { agent: usize, pick: usize, body: bool },
    AnswerUpdate { agent: usize, pick: usize, refuse: bool },
    Refer { agent: usize, pick: usize },
    AnswerRefer { agent: usize, pick: usize, refuse: bool },
    NotifyRefer { agent: usize, pick: usize, last: bool },
    Hangup { agent: usize, pick: usize },
    Break { agent: usize },
    Replay { pick: usize, at: usize, octet: u8 },
    Wait { milliseconds: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let agent = || 0..2usize;
    let pick = || 0..8usize;
    let step = prop_oneof![
        3 => (any::<bool>(), 0..4usize, 0..3usize)
            .prop_map(|(body, extensions, alternatives)| Step::Call { body, extensions, alternatives }),
        4 => (agent(), 0..4usize).prop_map(|(agent, extensions)| Step::Accept { agent, extensions }),
        1 => (agent(), 100..700u16).prop_map(|(agent, status)| Step::Respond { agent, status }),
        2 => (agent(), pick()).prop_map(|(agent, pick)| Step::Progress { agent, pick }),
        5 => (agent(), pick()).prop_map(|(agent, pick)| Step::Answer { agent, pick }),
        1 => (agent(), pick(), any::<u16>()).prop_map(|(agent, pick, status)| Step::Reject { agent, pick, status }),
        2 => (agent(), pick()).prop_map(|(agent, pick)| Step::Acknowledge { agent, pick }),
        4 => (agent(), pick(), any::<bool>()).prop_map(|(agent, pick, body)| Step::Reinvite { agent, pick, body }),
        4 => (agent(), pick(), any::<bool>())
            .prop_map(|(agent, pick, refuse)| Step::AnswerReinvite { agent, pick, refuse }),
        1 => (agent(), pick()).prop_map(|(agent, pick)| Step::Info { agent, pick }),
        2 => (agent(), pick(), any::<bool>()).prop_map(|(agent, pick, body)| Step::Update { agent, pick, body }),
        2 => (agent(), pick(), any::<bool>())
            .prop_map(|(agent, pick, refuse)| Step::AnswerUpdate { agent, pick, refuse }),
        1 => (agent(), pick()).prop_map(|(agent, pick)| Step::Refer { agent, pick }),
        1 => (agent(), pick(), any::<bool>())
            .prop_map(|(agent, pick, refuse)| Step::AnswerRefer { agent, pick, refuse }),
        1 => (agent(), pick(), any::<bool>()).prop_map(|(agent, pick, last)| Step::NotifyRefer { agent, pick, last }),
        3 => (agent(), pick()).prop_map(|(agent, pick)| Step::Hangup { agent, pick }),
        1 => agent().prop_map(|agent| Step::Break { agent }),
        3 => (0..64usize, 0..600usize, any::<u8>()).prop_map(|(pick, at, octet)| Step::Replay { pick, at, octet }),
        8 => (0..3000u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
        1 => (20_000..40_000u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
    ];
    proptest::collection::vec(step, 0..60)
}

/// Both applications: which sessions and requests they know of, and how often each session ended.
#[derive(Default)]
struct Applications {
    sessions: [Vec<SessionId>; 2],
    requests: [Vec<RequestId>; 2],
    ends: HashMap<SessionId, usize>,
    /// The REFER that came last in each session.
    refers: HashMap<SessionId, u32>,
    heard: [usize; 2],
}

impl Applications {
    fn listen(&mut self, network: &Network) {
        for agent in [ALICE, BOB] {
            for event in &network.events[agent][self.heard[agent]..] {
                match event {
                    UaEvent::Request { id, .. } => self.requests[agent].push(*id),
                    UaEvent::Session(id, event) => {
                        assert!(!self.ends.contains_key(id), "{id} has ended, and then {event:?}");
                        if let SessionEvent::Refer { id: refer, .. } = event {
                            self.refers.insert(*id, *refer);
                        }
                        if is_end(event) {
                            *self.ends.entry(*id).or_default() += 1;
                        }
                    }
                    _ => {}
                }
            }
            self.heard[agent] = network.events[agent].len();
        }
    }

    fn session(&self, agent: usize, pick: usize) -> SessionId {
        let known = &self.sessions[agent];
        let index = pick.min(known.len().saturating_sub(1));
        known.iter().rev().nth(index).copied().unwrap_or(SessionId(0))
    }

    fn refer(&self, id: SessionId) -> u32 {
        self.refers.get(&id).copied().unwrap_or_default()
    }

    fn take(&mut self, network: &mut Network, agent: usize, step: &Step) {
        match *step {
            Step::Call { body, extensions: index, alternatives } => {
                let mut invite = network.invite();
                invite.options = extensions(index);
                invite.body = invite.body.filter(|_| body);
                let again = Alternative { flow: invite.flow, contact: None };
                invite.alternatives = vec![again; alternatives];
                let id = SessionId::next();
                self.sessions[ALICE].push(id);
                network.tell(ALICE, |agent, now| agent.invite(now, id, invite));
            }
            Step::Accept { extensions: index, .. } => {
                let Some(request) = self.requests[agent].pop() else { return };
                let id = SessionId::next();
                self.sessions[agent].push(id);
                let contact = "<sip:x@192.0.2.2>".to_owned();
                network.tell(agent, |agent, now| {
                    agent.accept_with(now, request, id, contact, extensions(index))
                });
            }
            Step::Respond { status, .. } => {
                let Some(request) = self.requests[agent].last().copied() else { return };
                network.tell(agent, |agent, now| agent.respond(now, request, Reply::status(status)));
            }
            Step::Break { .. } => {
                let flow = network.flow(agent, 1 - agent);
                network.tell(agent, |agent, now| agent.handle_transport_error(now, &flow));
            }
            Step::Replay { pick, at, octet } => replay(network, pick, at, octet),
            Step::Wait { milliseconds } => network.run(milliseconds),
            _ => self.command(network, agent, step),
        }
    }

    fn command(&self, network: &mut Network, agent: usize, step: &Step) {
        let said = vec![("Reason".to_owned(), "Q.850;cause=16\r\nInjected: yes".to_owned())];
        network.tell(agent, |user_agent, now| match *step {
            Step::Progress { pick, .. } => {
                user_agent.progress(now, self.session(agent, pick), 183, Some(offer("early")), said);
            }
            Step::Answer { pick, .. } => {
                user_agent.answer(now, self.session(agent, pick), Some(offer("answer")), said);
            }
            Step::Reject { pick, status, .. } => {
                user_agent.reject(now, self.session(agent, pick), status, Some("No\r\nThanks"), said);
            }
            Step::Acknowledge { pick, .. } => {
                user_agent.acknowledge(now, self.session(agent, pick), Some(offer("late")));
            }
            Step::Reinvite { pick, body, .. } => {
                user_agent.reinvite(now, self.session(agent, pick), body.then(|| offer("again")), said);
            }
            Step::AnswerReinvite { pick, refuse, .. } => {
                let answer = if refuse { Err(488) } else { Ok(offer("again")) };
                user_agent.answer_reinvite(now, self.session(agent, pick), answer);
            }
            Step::Update { pick, body, .. } => {
                user_agent.update(now, self.session(agent, pick), body.then(|| offer("update")), said);
            }
            Step::AnswerUpdate { pick, refuse, .. } => {
                let answer = if refuse { Err(488) } else { Ok(offer("update")) };
                user_agent.answer_update(now, self.session(agent, pick), answer);
            }
            Step::Refer { pick, .. } => {
                user_agent.refer(now, self.session(agent, pick), "<sip:c@192.0.2.3>", said)
            }
            Step::AnswerRefer { pick, refuse, .. } => {
                let answer = if refuse { Err(603) } else { Ok(()) };
                let id = self.session(agent, pick);
                user_agent.answer_refer(now, id, self.refer(id), answer);
            }
            Step::NotifyRefer { pick, last, .. } => {
                let id = self.session(agent, pick);
                user_agent.notify_refer(now, id, self.refer(id), 200, last);
            }
            Step::Info { pick, .. } => user_agent.info(now, self.session(agent, pick), offer("info")),
            Step::Hangup { pick, .. } => user_agent.hangup(now, self.session(agent, pick), said),
            _ => {}
        });
    }
}

/// With and without timers and acknowledged provisional responses.
fn extensions(index: usize) -> SessionOptions {
    let modes = [TimerMode::Never, TimerMode::Supported, TimerMode::Always, TimerMode::Required];
    let reliable = [
        ReliablePolicy::Never,
        ReliablePolicy::WhenRequired,
        ReliablePolicy::WhenSupported,
        ReliablePolicy::Required,
    ];
    let timer = TimerPolicy { mode: modes[index % 4], ..TimerPolicy::default() };
    SessionOptions::default().with_timer(timer).with_reliable(reliable[index % 4])
}

fn is_end(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::Failed { .. } | SessionEvent::Cancelled { .. } | SessionEvent::Ended { .. })
}

/// A message that was sent before comes again, with one octet changed.
fn replay(network: &mut Network, pick: usize, at: usize, octet: u8) {
    let Some(message) = network.sent.iter().rev().nth(pick) else { return };
    let mut octets = message.as_bytes().to_vec();
    if let Some(place) = octets.get_mut(at) {
        *place = octet;
    }
    for (from, to) in [(ALICE, BOB), (BOB, ALICE)] {
        let flow = network.flow(to, from);
        network.tell(to, |agent, now| match Message::parse(Bytes::from(octets.clone())) {
            Ok(message) => agent.handle_message(now, message, flow),
            Err(error) => agent.handle_malformed(now, &octets, &error, flow),
        });
    }
}

fn agent_of(step: &Step) -> usize {
    match *step {
        Step::Accept { agent, .. }
        | Step::Update { agent, .. }
        | Step::AnswerUpdate { agent, .. }
        | Step::Refer { agent, .. }
        | Step::AnswerRefer { agent, .. }
        | Step::NotifyRefer { agent, .. }
        | Step::Respond { agent, .. }
        | Step::Progress { agent, .. }
        | Step::Answer { agent, .. }
        | Step::Reject { agent, .. }
        | Step::Acknowledge { agent, .. }
        | Step::Reinvite { agent, .. }
        | Step::AnswerReinvite { agent, .. }
        | Step::Info { agent, .. }
        | Step::Hangup { agent, .. }
        | Step::Break { agent } => agent,
        Step::Call { .. } | Step::Replay { .. } | Step::Wait { .. } => ALICE,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_in_any_order_ends(
        steps in steps(),
        seed in any::<u64>(),
        lost in 0..40u64,
        late in 0..300u64,
        connected in any::<bool>(),
        cut in any::<bool>(),
    ) {
        let weather = Weather { lost, doubled: lost / 2, late };
        let mut network = Network::with_weather(weather, seed);
        let mut applications = Applications::default();
        if connected {
            network.weather = Weather::default();
            let (alice, bob) = network.connect();
            applications.sessions = [vec![alice], vec![bob]];
            network.weather = weather;
        }
        for step in &steps {
            applications.take(&mut network, agent_of(step), step);
            applications.listen(&network);
        }
        if cut {
            network.weather.lost = 100;
        }
        for agent in [ALICE, BOB] {
            for id in applications.sessions[agent].clone() {
                network.tell(agent, |agent, now| agent.hangup(now, id, Vec::new()));
            }
        }
        // A BYE may have to wait 64 T1 for an ACK, three minutes for news of a REFER, and then 64 T1 for its own answer.
        network.run(3 * 32_000 + 190_000);
        applications.listen(&network);
        for id in applications.sessions.iter().flatten() {
            prop_assert_eq!(applications.ends.get(id), Some(&1), "{}\n{:#?}", id, network.ladder);
        }
        prop_assert!(network.is_silent(), "{:#?}", network.ladder);
    }
}
