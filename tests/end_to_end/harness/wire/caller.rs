//! The calling side of a dialog, or a sender of single requests.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use sip_parser::{Message, Method, RequestBuilder};
use sip_ua::digest::{self, Challenge, Credentials, Subject};

use super::{Wire, branch, header};
use crate::harness::Outcome;
use crate::harness::folder::secret_of;

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A phone that calls: one Call-ID, one From tag, numbered requests.
pub(crate) struct Caller<'w> {
    wire: &'w Wire,
    name: String,
    uri: String,
    number: u32,
    secret: String,
    contact_parameter: String,
    /// Further lines of its requests, and the type of their bodies.
    lines: RefCell<Vec<(String, String)>>,
    content_type: Cell<&'static str>,
    cseq: Cell<u32>,
    max_forwards: Cell<u8>,
    /// Call-ID and From of its dialog.
    call_id: String,
    from: String,
    /// From the far end's answers: its tag, and where requests of the dialog go.
    to: RefCell<String>,
    target: RefCell<String>,
}

impl<'w> Caller<'w> {
    /// The phone `name`, which asks for `number`.
    pub(crate) fn new(wire: &'w Wire, name: &str, number: &str) -> Self {
        let uri = format!("sip:{number}@{}", wire.exchange());
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            wire,
            name: name.to_owned(),
            number,
            call_id: format!("call-{number}@{}", wire.address().ip()),
            from: format!("<sip:{name}@{}>;tag=from-{number}", wire.exchange().ip()),
            secret: secret_of(name),
            contact_parameter: String::new(),
            lines: RefCell::default(),
            content_type: Cell::new("application/sdp"),
            cseq: Cell::new(0),
            max_forwards: Cell::new(70),
            to: RefCell::new(format!("<{uri}>")),
            target: RefCell::new(uri.clone()),
            uri,
        }
    }

    /// The called side of a dialog that it answered with this tag, to send requests of its own in it.
    pub(crate) fn answered(wire: &'w Wire, name: &str, invite: &Message, tag: &str) -> Outcome<Self> {
        let mut caller = Self::new(wire, name, "");
        caller.call_id = invite.call_id()?.to_owned();
        caller.from = format!("{};tag={tag}", header(invite, "To")?);
        caller.to = RefCell::new(header(invite, "From")?.to_owned());
        let contact = header(invite, "Contact")?;
        let inner = contact.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        caller.target = RefCell::new(inner.map_or(contact, |(uri, _)| uri).to_owned());
        Ok(caller)
    }

    /// The same phone, with another secret.
    pub(crate) fn with_secret(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.secret);
        self
    }

    /// The same phone, with a parameter behind its Contact: `expires=60`.
    pub(crate) fn with_contact_parameter(mut self, parameter: &str) -> Self {
        self.contact_parameter = format!(";{parameter}");
        self
    }

    /// From now on its requests may go on so many times.
    pub(crate) fn say_max_forwards(&self, hops: u8) {
        self.max_forwards.set(hops);
    }

    /// From now on its requests have these lines.
    pub(crate) fn say(&self, lines: &[(&str, &str)]) {
        let lines = lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        *self.lines.borrow_mut() = lines.collect();
    }

    /// From now on its bodies are of this type.
    pub(crate) fn say_type(&self, content_type: &'static str) {
        self.content_type.set(content_type);
    }

    /// Sends a request that is no INVITE, answers the challenge, and returns what comes then.
    pub(crate) fn ask(&self, method: &Method, body: Option<&str>) -> Outcome<Message> {
        self.send(method, body, None)?;
        let challenge = self.wire.await_any(&[&format!("401 {method}")])?;
        self.send(method, body, Some(&challenge))?;
        self.wire.next()
    }

    /// Call-ID of all its requests.
    pub(crate) fn call_id(&self) -> String {
        self.call_id.clone()
    }

    /// Tag of From in all its requests.
    pub(crate) fn tag(&self) -> String {
        self.from.rsplit_once("tag=").map(|(_, tag)| tag.to_owned()).unwrap_or_default()
    }

    /// Its dialog as Replaces names it to the exchange, once it is answered.
    pub(crate) fn replaces(&self) -> String {
        let to = self.to.borrow();
        let theirs = to.rsplit_once("tag=").map(|(_, tag)| tag).unwrap_or_default();
        format!("{};to-tag={theirs};from-tag={}", self.call_id, self.tag())
    }

    /// Calls: INVITE, 401, ACK, INVITE with credentials. Returns the second INVITE.
    pub(crate) fn invite(&self, description: &str) -> Outcome<Message> {
        self.send(&Method::Invite, Some(description), None)?;
        let challenge = self.wire.await_any(&["401 INVITE"])?;
        self.ack_failure(&challenge)?;
        self.send(&Method::Invite, Some(description), Some(&challenge))
    }

    /// Calls with further headers, and waits for the answer.
    pub(crate) fn call_with(&self, headers: &[(&str, &str)], description: &str) -> Outcome<Message> {
        self.send_with(&Method::Invite, headers, Some(description), None)?;
        let challenge = self.wire.await_any(&["401 INVITE"])?;
        self.ack_failure(&challenge)?;
        self.send_with(&Method::Invite, headers, Some(description), Some(&challenge))?;
        let answer = self.wire.await_any(&["200 INVITE"])?;
        self.ack_answer(&answer)?;
        Ok(answer)
    }

    /// Sends the next request of its dialog; `challenge` is answered.
    pub(crate) fn send(
        &self,
        method: &Method,
        description: Option<&str>,
        challenge: Option<&Message>,
    ) -> Outcome<Message> {
        self.send_with(method, &[], description, challenge)
    }

    /// Sends a text.
    pub(crate) fn text(&self, body: &str, challenge: Option<&Message>) -> Outcome<Message> {
        self.cseq.set(self.cseq.get() + 1);
        let target = self.target.borrow().clone();
        let branch = format!("z9hG4bK-{}-{}", self.number, self.cseq.get());
        let mut request = self.request(&Method::Message, &target, self.cseq.get(), &branch);
        if let Some(challenge) = challenge {
            let answer = self.answer_to(challenge, &Method::Message, &target, body.as_bytes())?;
            request = request.header("Authorization", answer);
        }
        self.transmit(request.body("text/plain", body.as_bytes()).build())
    }

    /// [`send`](Self::send), with further headers.
    pub(crate) fn send_with(
        &self,
        method: &Method,
        headers: &[(&str, &str)],
        description: Option<&str>,
        challenge: Option<&Message>,
    ) -> Outcome<Message> {
        self.cseq.set(self.cseq.get() + 1);
        let target = self.target.borrow().clone();
        let branch = format!("z9hG4bK-{}-{}", self.number, self.cseq.get());
        let mut request = self.request(method, &target, self.cseq.get(), &branch);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(challenge) = challenge {
            let body = description.unwrap_or_default().as_bytes();
            request = request.header("Authorization", self.answer_to(challenge, method, &target, body)?);
        }
        if let Some(description) = description {
            request = request.body(self.content_type.get(), description.as_bytes());
        }
        self.transmit(request.build())
    }

    /// Acknowledges a final response that is no success: the same transaction (RFC 3261 §17.1.1.3).
    pub(crate) fn ack_failure(&self, response: &Message) -> Outcome {
        let request = self.request(&Method::Ack, &self.uri, self.cseq.get(), &branch(response)?);
        let text = String::from_utf8_lossy(&request.build())
            .replace(&format!("To: {}", self.to.borrow()), &format!("To: {}", header(response, "To")?));
        self.wire.send(text.as_bytes())
    }

    /// Acknowledges an answer, and keeps what it says of the dialog (RFC 3261 §13.2.2.4).
    pub(crate) fn ack_answer(&self, response: &Message) -> Outcome {
        self.ack_answer_with(response, None)
    }

    /// [`ack_answer`](Self::ack_answer), with the description that answers an offer in the 200.
    pub(crate) fn ack_answer_with(&self, response: &Message, description: Option<&str>) -> Outcome {
        self.follow(response)?;
        let branch = format!("z9hG4bK-{}-{}-ack", self.number, self.cseq.get());
        let target = self.target.borrow().clone();
        let ack = self.request(&Method::Ack, &target, self.cseq.get(), &branch);
        let ack = match description {
            Some(description) => ack.body("application/sdp", description.as_bytes()),
            None => ack,
        };
        self.wire.send(&ack.build())
    }

    /// Keeps what a 2xx says of the dialog that it begins (RFC 3261 §12.1.2).
    pub(crate) fn follow(&self, response: &Message) -> Outcome {
        header(response, "To")?.clone_into(&mut self.to.borrow_mut());
        let contact = header(response, "Contact")?;
        let inner = contact.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        inner.map_or(contact, |(uri, _)| uri).clone_into(&mut self.target.borrow_mut());
        Ok(())
    }

    /// Cancels an INVITE that is not answered yet (RFC 3261 §9.1).
    pub(crate) fn cancel(&self, invite: &Message) -> Outcome {
        self.wire
            .send(&self.request(&Method::Cancel, &self.uri, invite.cseq()?.number, &branch(invite)?).build())
    }

    fn request(&self, method: &Method, target: &str, cseq: u32, branch: &str) -> RequestBuilder {
        let request = RequestBuilder::new(method, target)
            .header("Via", format!("{};branch={branch};rport", self.wire.via()))
            .header("Max-Forwards", self.max_forwards.get())
            .header("From", &self.from)
            .header("To", self.to.borrow())
            .header("Call-ID", self.call_id())
            .header("CSeq", format!("{cseq} {method}"))
            .header("Contact", format!("{}{}", self.wire.contact(&self.name), self.contact_parameter));
        let lines = self.lines.borrow();
        lines.iter().fold(request, |request, (name, value)| request.header(name.as_str(), value))
    }

    fn answer_to(&self, challenge: &Message, method: &Method, uri: &str, body: &[u8]) -> Outcome<String> {
        let challenges = Challenge::of_response(challenge);
        let challenge = challenges.first().ok_or("there is no challenge")?;
        let credentials = Credentials::password(&self.name, &self.secret);
        let subject = Subject { method, uri, body };
        digest::answer(challenge, &credentials, &subject, "cnonce", 1)
            .ok_or_else(|| "the challenge cannot be answered".into())
    }

    fn transmit(&self, request: Bytes) -> Outcome<Message> {
        self.wire.send(&request)?;
        Ok(Message::parse(request)?)
    }
}
