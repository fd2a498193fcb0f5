//! What becomes of an INVITE of ours: provisional responses, a refusal, the answer.

use std::sync::Arc;

use sip_parser::Message;
use sip_ua::transport::Flow;
use sip_ua::user_agent::SessionId;

use crate::cause::HangupCause;
use crate::sip::causes;
use crate::sip::conversation::Conversation;
use crate::sip::redirect;
use crate::sip::session::{Session, Stage};
use crate::sip::worker::Worker;
use crate::technology::Report;

impl Worker {
    /// 101 to 199: it rings, or audio comes early.
    pub(in crate::sip) fn on_provisional(&mut self, id: SessionId, status: u16, message: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.hear_party(message);
        session.hear_charges(message);
        let description = message.session_description();
        let description = description.filter(|_| session.counts(message));
        let early = description.is_some_and(|description| session.accept(description).is_ok());
        if status == 180 {
            session.call.report(Report::Ringing);
        }
        let silent = status == 183 && message.session_description().is_none();
        if early || (silent && !session.media.endpoint().ignore_183_without_sdp) {
            session.call.report(Report::Progress);
        }
    }

    /// A refusal, or silence. A 3xx tells where the call is to go instead.
    pub(in crate::sip) fn on_failed(&mut self, id: SessionId, status: u16, message: Option<&Arc<Message>>) {
        let session = self.sessions.get(&id).filter(|_| (300..400).contains(&status));
        if let (Some(session), Some(message)) = (session, message)
            && let Some(forward) = redirect::forward_of(message, session.media.endpoint())
        {
            session.call.report(Report::Forwarded(forward));
        }
        let said = message.and_then(|message| causes::from_reason(message));
        let cause = said.unwrap_or_else(|| causes::from_status(status));
        if let Some(session) = self.sessions.get(&id) {
            let reason = message.map_or("", |message| message.reason());
            session.call.note_outcome(format!("SIP {status} {reason}").trim_end().to_owned(), cause);
            match message {
                Some(message) => Conversation::note_response(&session.call, message),
                None => tell_unheard(session, status),
            }
        }
        self.end(id, cause);
    }

    /// The first 2xx. The user agent has sent the ACK.
    pub(in crate::sip) fn on_answered(&mut self, id: SessionId, message: &Arc<Message>) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.stage = Stage::Established;
        session.media.begin_conversation();
        Conversation::note_response(&session.call, message);
        let said = format!("SIP {} {}", message.status().unwrap_or(200), message.reason());
        session.call.note_outcome(said.trim_end().to_owned(), HangupCause::NORMAL);
        session.hear_party(message);
        session.hear_charges(message);
        let description = message.session_description().filter(|_| session.counts(message));
        let accepted = match description {
            Some(answer) => session.accept(answer).map_err(|error| error.to_string()),
            // The answer may have come in a reliable or repeated provisional response.
            None if session.media.is_agreed() => return session.call.report(Report::Answered),
            None => Err("it has no session description".to_owned()),
        };
        match accepted {
            Ok(()) => session.call.report(Report::Answered),
            Err(why) => {
                let text = format!("the answer cannot be used: {why}");
                self.give_up(id, HangupCause::BEARER_UNAVAILABLE, &text);
            }
        }
    }
}

/// Says where a call went that no response came from; nothing for one that we have taken back.
fn tell_unheard(session: &Session, status: u16) {
    let Flow { remote, protocol, .. } = session.flow;
    match status {
        408 => session.call.warn(&format!("no response to its INVITE came from {remote} ({protocol})")),
        503 => session.call.warn(&format!(
            "its INVITE could not be delivered to {remote} ({protocol}): the connection is gone, or nobody listens there"
        )),
        _ => {}
    }
}
