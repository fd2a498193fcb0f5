//! The door: who is kept out by a list, and what is told of those who knock.
//!
//! An address that a list of the whole exchange keeps out gets 403, whatever it asks. One that an endpoint's own list
//! keeps out is answered as if there were no such endpoint, or the answer would tell that there is.

use std::net::IpAddr;
use std::time::Duration;

use sip_parser::{HeaderName, Message};
use sip_ua::digest::claimed_username;
use sip_ua::guard::{AccessList, Offence};
use sip_ua::transport::Flow;

use super::endpoint::SipEndpoint;
use super::worker::Worker;
use crate::event::Event;
use crate::security::{RequestVerdict, SecurityEvent, SecurityKind};

/// How long the other end of a call that was answered is known. It is told again by each answer.
const CALL_IS_UP: Duration = Duration::from_secs(7200);

/// Who is let in by address: each list must let the address in.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AccessRules {
    /// Where requests come from.
    pub source: Vec<AccessList>,
    /// The addresses that their Contact names.
    pub contact: Vec<AccessList>,
}

impl AccessRules {
    /// The list that keeps a request out. Names of hosts in Contact are not looked up.
    fn denying(&self, request: &Message, flow: &Flow) -> Option<&AccessList> {
        if let Some(list) = denying(&self.source, flow.remote.ip()) {
            return Some(list);
        }
        if self.contact.is_empty() {
            return None;
        }
        let contacts = request.contacts().filter_map(Result::ok);
        let mut addresses = contacts.filter_map(|contact| contact.address()?.uri().host().ip());
        addresses.find_map(|address| denying(&self.contact, address))
    }
}

impl Worker {
    /// Whether a list of the whole exchange keeps the request out; that is told.
    pub(super) fn is_shut_out(&self, request: &Message, flow: &Flow) -> bool {
        let rules = self.directory.access();
        let denied = rules.denying(request, flow);
        if let Some(list) = denied {
            self.tell_denied(request, flow, String::new(), &list.name);
        }
        denied.is_some()
    }

    /// Whether a list of the endpoint's own keeps the request out; that is told.
    pub(super) fn is_denied(&self, endpoint: &SipEndpoint, request: &Message, flow: &Flow) -> bool {
        let denied = endpoint.access.denying(request, flow);
        if let Some(list) = denied {
            self.tell_denied(request, flow, endpoint.name.clone(), &list.name);
        }
        denied.is_some()
    }

    fn tell_denied(&self, request: &Message, flow: &Flow, account: String, list: &str) {
        self.tell(RequestVerdict::FailedAcl { list: list.to_owned() }, || account, request, flow);
        self.note(flow, Offence::Denied);
    }

    /// Tells what was thought of a request.
    pub(super) fn tell(
        &self,
        verdict: RequestVerdict,
        account: impl FnOnce() -> String,
        request: &Message,
        flow: &Flow,
    ) {
        self.switchboard.notice(|| {
            let call_id = request.call_id().unwrap_or_default().to_owned();
            let kind = SecurityKind::Request { verdict, account: account(), call_id, flow: *flow };
            Event::Security(SecurityEvent::now(kind))
        });
    }

    /// Tells of bytes that are no message. The driver has told the guard already.
    pub(super) fn tell_malformed(&self, flow: Flow, problem: String) {
        self.switchboard.notice(|| {
            let (account, call_id) = (String::new(), String::new());
            let verdict = RequestVerdict::BadFormat { problem };
            Event::Security(SecurityEvent::now(SecurityKind::Request { verdict, account, call_id, flow }))
        });
    }

    /// Counts what a source did.
    pub(super) fn note(&self, flow: &Flow, offence: Offence) {
        if let Some(guard) = &self.guard {
            guard.note(flow.remote.ip(), offence);
        }
    }

    /// A call with that address is up.
    pub(super) fn call_is_up(&self, address: IpAddr) {
        if let Some(guard) = &self.guard {
            guard.welcome(address, CALL_IS_UP);
        }
    }
}

/// What the sender calls himself: the user of his credentials, or of From.
pub(super) fn claimed_account(request: &Message) -> String {
    let by_credentials = request.raw(&HeaderName::Authorization).and_then(claimed_username);
    let by_from = || Some(request.from().ok()?.uri().user_unescaped()?.into_owned());
    by_credentials.or_else(by_from).unwrap_or_default()
}

fn denying(lists: &[AccessList], address: IpAddr) -> Option<&AccessList> {
    lists.iter().find(|list| !list.permits(address))
}
