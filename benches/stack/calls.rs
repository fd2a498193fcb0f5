//! Calls between two user agents.

use std::time::{Duration, Instant};

use sip_parser::Message;
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{
    Body, OutboundInvite, SessionEvent, SessionId, UaEvent, UserAgent, UserAgentConfig,
};

use crate::messages::SDP;
use crate::operation::Work;

/// Virtual time between two calls.
const STEP: Duration = Duration::from_millis(10);

/// Calls before measuring, after which as many transactions end as begin.
const WARM: usize = 3_300;

/// Two user agents, each of which hears at once what the other one sends.
pub struct Parties {
    now: Instant,
    caller: UserAgent,
    callee: UserAgent,
    /// Messages that went from one to the other.
    pub messages: usize,
}

/// What became of a call, as both heard it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Heard {
    asked: Option<sip_ua::user_agent::RequestId>,
    answered: bool,
    established: bool,
    ended: usize,
}

/// Calls from INVITE to BYE. What both ends do together is what one does that stands between two phones: it takes seven
/// messages in (INVITE, 100, 180, 200, ACK, BYE, 200) and sends as many.
pub struct Calls(Parties);

impl Calls {
    /// User agents that have been at it for a while.
    #[must_use]
    pub fn new() -> Self {
        let mut new = Self(Parties::new());
        new.run(WARM);
        new
    }
}

impl Default for Calls {
    fn default() -> Self {
        Self::new()
    }
}

impl Work for Calls {
    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            let before = self.0.messages;
            let call = self.0.connect();
            self.0.hang_up(call);
            assert_eq!(self.0.messages - before, 7);
            self.0.pass(STEP);
        }
    }
}

impl Default for Parties {
    fn default() -> Self {
        Self::new()
    }
}

impl Parties {
    /// Two that have not met.
    #[must_use]
    pub fn new() -> Self {
        let agent = |seed| UserAgent::with_seed(UserAgentConfig::new("ipbx/1"), [seed; 32]);
        Self { now: Instant::now(), caller: agent(1), callee: agent(2), messages: 0 }
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: Duration) {
        self.now += time;
        while let Some(at) = self.deadline().filter(|at| *at <= self.now) {
            self.caller.handle_timeout(at);
            self.callee.handle_timeout(at);
            self.deliver();
        }
    }

    fn deadline(&mut self) -> Option<Instant> {
        [self.caller.poll_timeout(), self.callee.poll_timeout()].into_iter().flatten().min()
    }

    /// A call that is answered, as its caller names it.
    pub fn connect(&mut self) -> SessionId {
        let (call, taken) = (SessionId::next(), SessionId::next());
        self.caller.invite(self.now, call, invite());
        let Some(request) = self.deliver().asked else { return call };
        self.callee.accept(self.now, request, taken, "<sip:bob@192.0.2.2:5060>".to_owned());
        self.callee.progress(self.now, taken, 180, None, Vec::new());
        self.deliver();
        self.callee.answer(self.now, taken, Some(Body::sdp(SDP)), Vec::new());
        let heard = self.deliver();
        assert!(heard.answered && heard.established);
        call
    }

    /// Ends a call.
    pub fn hang_up(&mut self, call: SessionId) {
        self.caller.hangup(self.now, call, Vec::new());
        assert_eq!(self.deliver().ended, 2);
    }

    /// Carries messages to and fro until there are none.
    fn deliver(&mut self) -> Heard {
        let there = Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 2], 5060).into());
        let back = Flow { local: there.remote, remote: there.local, ..there };
        let before = self.messages;
        let mut heard = Heard::default();
        loop {
            let sent = self.messages;
            self.messages += carry(self.now, &mut self.caller, &mut self.callee, back);
            self.messages += carry(self.now, &mut self.callee, &mut self.caller, there);
            heard.listen(&mut self.caller);
            heard.listen(&mut self.callee);
            if self.messages == sent {
                debug_assert!(self.messages >= before);
                return heard;
            }
        }
    }
}

/// Carries what one sends to the other, as a transport does; tells how many there were.
fn carry(now: Instant, from: &mut UserAgent, to: &mut UserAgent, flow: Flow) -> usize {
    let mut count = 0;
    while let Some(transmit) = from.poll_transmit() {
        // A datagram is copied out of the buffer of the socket.
        let bytes = bytes::Bytes::copy_from_slice(&transmit.bytes);
        if let Ok(message) = Message::parse(bytes) {
            to.handle_message(now, message, flow);
        }
        count += 1;
    }
    count
}

impl Heard {
    fn listen(&mut self, agent: &mut UserAgent) {
        while let Some(event) = agent.poll_event() {
            match event {
                UaEvent::Request { id, .. } => self.asked = Some(id),
                UaEvent::Session(_, SessionEvent::Answered { .. }) => self.answered = true,
                UaEvent::Session(_, SessionEvent::Established { .. }) => self.established = true,
                UaEvent::Session(_, SessionEvent::Ended { .. }) => self.ended += 1,
                _ => {}
            }
        }
    }
}

fn invite() -> OutboundInvite {
    OutboundInvite {
        target: "sip:bob@192.0.2.2:5060".to_owned(),
        flow: Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 2], 5060).into()),
        alternatives: Vec::new(),
        from: "\"Alice Liddell\" <sip:alice@pbx.example.com>".to_owned(),
        to: "<sip:bob@pbx.example.com>".to_owned(),
        contact: "<sip:alice@192.0.2.1:5060>".to_owned(),
        route: Vec::new(),
        headers: Vec::new(),
        body: Some(Body::sdp(SDP)),
        credentials: Vec::new(),
        security: None,
        options: Default::default(),
    }
}
