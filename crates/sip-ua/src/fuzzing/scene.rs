//! Steps, as octets write them.
//!
//! The first octet of an input says which protocol carries the messages, and whether the network is cut at the end. Each
//! step begins with an octet: its low six bits are the kind of step, its high bit the agent, the bit below it a choice
//! that most kinds have. What follows depends on the kind.

use std::time::Duration;

use sip_parser::Method;

use super::application::{Application, Ask};
use super::input::Input;
use super::mutation::mutate;
use super::network::Network;
use super::outbound::{self, contact, description, document, options};
use crate::transport::Protocol;
use crate::user_agent::{Standing, SubscriptionTerms, Termination, TerminationReason, UserAgent};

/// Steps of one input: more tell nothing new, and take long.
const STEPS: usize = 200;
/// Messages of one input, for the same reason.
const MESSAGES: u32 = 4_000;
/// Time after which nothing is left: a BYE waits for an ACK, and then for its own answer, 64 T1 each; a NOTIFY
/// likewise for the one before it.
const SILENCE: Duration = Duration::from_secs(300);
/// Messages that the applications' farewells may cost.
const FAREWELLS: u32 = 6_000;

/// Two applications on a network.
pub(super) struct Scene {
    network: Network,
    applications: [Application; 2],
    cut_at_end: bool,
}

/// One step.
struct Step {
    kind: u8,
    agent: usize,
    choice: bool,
}

impl Scene {
    pub(super) fn new(input: &mut Input<'_>) -> Scene {
        let first = input.octet();
        let protocols = [Protocol::Udp, Protocol::Udp, Protocol::Udp, Protocol::Tcp];
        let network = Network::new(protocols[usize::from(first & 3)]);
        Scene { network, applications: Default::default(), cut_at_end: first & 4 != 0 }
    }

    /// Carries out the steps of the input.
    pub(super) fn play(&mut self, input: &mut Input<'_>) {
        for _ in 0..STEPS {
            if input.is_over() || self.network.count() > MESSAGES {
                return;
            }
            let octet = input.octet();
            let step = Step { kind: octet & 0x3f, agent: usize::from(octet >> 7), choice: octet & 0x40 != 0 };
            match step.kind {
                0..=19 => self.command_session(&step, input),
                20..=27 => self.command_subscription(&step, input),
                28..=33 => self.ask(&step, input),
                34..=51 => self.disturb(&step, input),
                _ => self.wait(&step, input),
            }
            self.listen();
        }
    }

    /// The applications let go of everything, and after some time nothing is left.
    pub(super) fn end(mut self) {
        self.network.is_cut = self.cut_at_end;
        let before = self.network.count();
        for agent in [0, 1] {
            for id in self.applications[agent].sessions() {
                self.network.tell(agent, |agent, now| agent.hangup(now, id, Vec::new()));
            }
            for id in self.applications[agent].subscriptions() {
                let end = Termination::new(TerminationReason::NoResource);
                self.network.tell(agent, |agent, now| agent.unsubscribe(now, id));
                self.network.tell(agent, |agent, now| agent.end_subscription(now, id, end));
            }
        }
        self.network.run(SILENCE);
        self.listen();
        assert!(self.network.count() - before < FAREWELLS, "the agents talk without end");
        self.applications.iter().for_each(Application::check_ends);
        self.network.check_silence();
    }

    fn listen(&mut self) {
        for (agent, application) in self.applications.iter_mut().enumerate() {
            while let Some(event) = self.network.next_event(agent) {
                application.hear(&event);
            }
        }
    }

    /// Commands for calls.
    fn command_session(&mut self, step: &Step, input: &mut Input<'_>) {
        let &Step { kind, agent, choice } = step;
        match kind {
            0 | 1 => return self.call(step, input),
            2 | 3 => return self.accept(step, input),
            _ => {}
        }
        let id = self.applications[agent].session(input.place(4));
        let body = choice.then(description);
        match kind {
            10 => self.applications[agent].ask(id, Ask::Reinvite),
            12 => self.applications[agent].ask(id, Ask::Update),
            14 => self.applications[agent].ask(id, Ask::Refer),
            _ => {}
        }
        let answer = |choice: bool| if choice { Ok(description()) } else { Err(488) };
        let refer = self.applications[agent].refer(id);
        let status = if (4..=8).contains(&kind) { input.octet() } else { 0 };
        self.network.tell(agent, |agent, now| match kind {
            4 | 5 => agent.progress(now, id, 101 + u16::from(status % 99), body, Vec::new()),
            6 | 7 => agent.answer(now, id, body, Vec::new()),
            8 => agent.reject(now, id, 300 + u16::from(status), None, Vec::new()),
            9 => agent.acknowledge(now, id, body),
            10 => agent.reinvite(now, id, body, Vec::new()),
            11 => agent.answer_reinvite(now, id, answer(choice)),
            12 => agent.update(now, id, body, Vec::new()),
            13 => agent.answer_update(now, id, answer(choice)),
            14 => agent.refer(now, id, "<sip:carol@192.0.2.3>", Vec::new()),
            15 => agent.answer_refer(now, id, refer, if choice { Ok(()) } else { Err(603) }),
            16 => agent.notify_refer(now, id, refer, 200, choice),
            17 if choice => agent.info(now, id, description()),
            17 => agent.message(now, id, description(), Vec::new()),
            _ => agent.hangup(now, id, Vec::new()),
        });
    }

    fn call(&mut self, step: &Step, input: &mut Input<'_>) {
        let (agent, settings) = (step.agent, input.octet());
        let id = self.applications[agent].begin_session(false);
        let invite = outbound::invite(agent, self.network.flow(agent), settings, step.choice);
        self.network.tell(agent, |agent, now| agent.invite(now, id, invite));
    }

    fn accept(&mut self, step: &Step, input: &mut Input<'_>) {
        let agent = step.agent;
        let request = self.applications[agent].request(input.place(4));
        let options = options(input.octet());
        let id = self.applications[agent].begin_session(true);
        self.network.tell(agent, |ua, now| ua.accept_with(now, request, id, contact(agent), options));
    }

    /// Commands for subscriptions.
    fn command_subscription(&mut self, step: &Step, input: &mut Input<'_>) {
        let &Step { kind, agent, choice } = step;
        let value = input.octet();
        let place = usize::from(value % 4);
        match kind {
            20 | 21 => return self.subscribe(step, value),
            22 | 23 => {
                let request = self.applications[agent].request(place);
                let id = self.applications[agent].begin_subscription();
                let terms = SubscriptionTerms::new(contact(agent), document());
                self.network.tell(agent, |agent, now| agent.accept_subscription(now, request, id, terms));
                return;
            }
            _ => {}
        }
        let id = self.applications[agent].subscription(place);
        let standing = if choice { Standing::Active } else { Standing::Pending };
        self.network.tell(agent, |agent, now| match kind {
            24 | 25 => agent.notify(now, id, standing, document()),
            26 => agent.end_subscription(now, id, Termination::new(TerminationReason::Deactivated)),
            _ => agent.unsubscribe(now, id),
        });
    }

    fn subscribe(&mut self, step: &Step, value: u8) {
        let agent = step.agent;
        let id = self.applications[agent].begin_subscription();
        let package = if step.choice { "dialog" } else { "refer" };
        let subscribe = outbound::subscribe(agent, self.network.flow(agent), package, u32::from(value) * 15);
        self.network.tell(agent, |agent, now| agent.subscribe(now, id, subscribe));
    }

    /// Requests outside of dialogs, and answers to them.
    fn ask(&mut self, step: &Step, input: &mut Input<'_>) {
        let agent = step.agent;
        if step.kind <= 29 {
            let methods = [
                Method::Options,
                Method::Message,
                Method::Register,
                Method::Refer,
                Method::Notify,
                Method::Invite,
                Method::Publish,
                Method::Other("UNKNOWN".into()),
            ];
            let method = &methods[input.place(methods.len())];
            let id = self.applications[agent].begin_request();
            let request = outbound::request(agent, self.network.flow(agent), method.clone(), step.choice);
            return self.network.tell(agent, |agent, now| agent.request(now, id, request));
        }
        let request = self.applications[agent].request(input.place(4));
        let status = [100, 180, 200, 202, 302, 401, 407, 486, 503, 603][input.place(10)];
        let reply = outbound::reply(status, step.choice);
        self.network.tell(agent, |agent, now| agent.respond(now, request, reply));
    }

    /// What the network does to messages.
    fn disturb(&mut self, step: &Step, input: &mut Input<'_>) {
        let place = match step.kind {
            34..=46 => input.place(self.network.flying()),
            _ => 0,
        };
        match step.kind {
            34..=36 => self.network.deliver(place),
            37 | 38 => self.network.lose(place),
            39 | 40 => self.network.double(place),
            41..=46 => self.change(place, input),
            47 | 48 => self.repeat(step, input),
            49 => self.network.hand_over(step.agent, input.octets().to_vec().into()),
            50 => self.network.break_connection(step.agent, step.choice),
            _ => {
                let flow = self.network.flow(step.agent);
                self.network.tell(step.agent, |agent, _| agent.keep_alive(flow));
            }
        }
    }

    fn change(&mut self, place: usize, input: &mut Input<'_>) {
        let other = self.network.earlier(input.place(16)).map(|(_, octets)| octets).unwrap_or_default();
        self.network.change(place, |octets| mutate(octets, &other, input));
    }

    /// A message comes again after some time, at whom it was for or at its sender, changed or as it was.
    fn repeat(&mut self, step: &Step, input: &mut Input<'_>) {
        let Some((to, octets)) = self.network.earlier(input.place(64)) else { return };
        let mut octets = octets.to_vec();
        if step.kind == 48 {
            let other = self.network.earlier(input.place(64)).map(|(_, other)| other).unwrap_or_default();
            mutate(&mut octets, &other, input);
        }
        let to = if step.choice { 1 - to } else { to };
        self.network.hand_over(to, octets.into());
    }

    fn wait(&mut self, step: &Step, input: &mut Input<'_>) {
        match step.kind {
            52..=54 => self.network.run(Duration::from_millis(3)),
            55..=57 => self.network.run_to_next(Duration::from_secs(3_600)),
            58 => self.network.run(Duration::from_secs(u64::from(input.octet()))),
            59 => self.network.tell(step.agent, UserAgent::handle_timeout),
            60 => self.network.run(Duration::from_millis(500)),
            _ => self.network.run(Duration::from_millis(u64::from(input.number()))),
        }
    }
}
