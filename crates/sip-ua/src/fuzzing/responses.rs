//! The law of responses: a server transaction sends one final response, repeats it octet for octet, and nothing
//! provisional after it (RFC 3261 section 17.2).

use std::collections::HashMap;

use bytes::Bytes;
use sip_parser::{Message, Method};

use crate::transaction::Counters;

/// The final responses that one agent has sent, by transaction.
#[derive(Default)]
pub(super) struct Responses {
    finals: HashMap<String, Bytes>,
    /// What is sent now answers a message that was given no transaction.
    stateless: bool,
}

impl Responses {
    /// The agent has taken a message; its counters before and after it tell what it was.
    pub(super) fn note_arrival(&mut self, message: Option<&Message>, before: Counters, after: Counters) {
        self.stateless = (before.malformed, before.overload, before.stray_cancels)
            != (after.malformed, after.overload, after.stray_cancels);
        let Some(request) = message.filter(|message| message.is_request()) else { return };
        // A CANCEL has a transaction of its own, which the counter leaves out.
        let is_new_cancel = request.method() == Some(Method::Cancel) && before.repeated == after.repeated;
        if (before.requests != after.requests || is_new_cancel)
            && let Some(key) = key(request)
        {
            self.finals.remove(&key);
        }
    }

    /// All that followed from the arrival has been sent.
    pub(super) fn note_silence(&mut self) {
        self.stateless = false;
    }

    /// # Panics
    /// When the law is broken.
    pub(super) fn note_sent(&mut self, message: &Message) {
        let Some(status) = message.status().filter(|_| !self.stateless) else { return };
        let Some(key) = key(message) else { return };
        let octets = message.as_bytes();
        match self.finals.get(&key) {
            Some(earlier) => assert_eq!(
                String::from_utf8_lossy(earlier),
                String::from_utf8_lossy(octets),
                "another response after the final one"
            ),
            None if status >= 200 => drop(self.finals.insert(key, octets.clone())),
            None => {}
        }
    }
}

/// What names the transaction of a message. Branches of RFC 2543 name none by themselves, and one that is used again for
/// another request names that.
fn key(message: &Message) -> Option<String> {
    let (via, cseq) = (message.via().ok()?, message.cseq().ok()?);
    let branch = via.branch().filter(|branch| branch.len() > 7 && branch.starts_with("z9hG4bK"))?;
    let from = message.from().ok()?.tag().unwrap_or_default().to_owned();
    let request = format!("{} {}\n{}\n{from}", cseq.number, cseq.method, message.call_id().ok()?);
    Some(format!("{branch}\n{}:{}\n{request}", via.host(), via.port().unwrap_or_default()))
}
