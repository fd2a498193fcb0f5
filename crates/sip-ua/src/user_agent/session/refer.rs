//! REFER inside a call: the peer asks us to call somebody else, or we ask it (RFC 3515, RFC 5589).

use sip_parser::{HeaderName, Message, Method};

use super::indialog::Purpose;
use super::{Confirmed, Scope, Stage};
use crate::transaction::ServerTransactionId;
use crate::user_agent::command::Body;
use crate::user_agent::common::lists;
use crate::user_agent::compose::{Headers, finish_reply};
use crate::user_agent::event::SessionEvent;
use crate::user_agent::id::SessionId;

/// Whether news is wanted (RFC 4488).
const REFER_SUB: &str = "Refer-Sub";

/// Seconds that the peer may wait for news of its REFER.
const NEWS_FOR: u32 = 180;

/// A REFER of the peer.
pub(super) struct TheirRefer {
    /// Not answered yet.
    open: Option<(ServerTransactionId, Message)>,
    /// The `id` of its subscription: the CSeq of the REFER (RFC 3515 section 2.4.6).
    id: u32,
    /// Whether it wants news (RFC 4488).
    wants_news: bool,
}

/// What the peer still owes us of our REFER.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing.
    #[default]
    None,
    /// It has taken the REFER, and tells how far it is.
    Owed,
    /// Its last news overtook its answer to the REFER, which may still come.
    Over,
}

impl Confirmed {
    /// The peer asks us to call somebody. `replaces` is the call of ours that its Refer-To names.
    pub(super) fn handle_refer(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        refer: Message,
        replaces: Option<SessionId>,
    ) {
        if self.refer.as_ref().is_some_and(|refer| refer.open.is_some()) || self.is_leaving() {
            return scope.reply(id, &refer, 491);
        }
        let one_target = refer.values(&HeaderName::ReferTo).count() == 1;
        if !one_target {
            return scope.reply(id, &refer, 400);
        }
        let unwanted = refer.raw(&REFER_SUB.into()).is_some_and(|value| value.trim() == "false");
        let wants_news = !unwanted && !lists(&refer, &HeaderName::Require, "norefersub");
        let cseq = refer.cseq().map(|cseq| cseq.number).unwrap_or_default();
        self.refer = Some(TheirRefer { open: Some((id, refer.clone())), id: cseq, wants_news });
        scope.emit(SessionEvent::Refer { message: refer, replaces });
    }

    /// Takes the peer's REFER with 202, or refuses it.
    pub(in crate::user_agent) fn answer_refer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        answer: Result<(), u16>,
    ) -> Stage {
        let Some((id, message)) = self.refer.as_mut().and_then(|refer| refer.open.take()) else {
            return Stage::Confirmed(self);
        };
        match answer {
            Ok(()) => {
                let response = scope.begin_reply(&message, 202);
                let mut response = response.header(&HeaderName::Contact, &self.contact);
                if !self.refer.as_ref().is_some_and(|refer| refer.wants_news) {
                    response = response.header(REFER_SUB, "false");
                }
                if let Some(response) = finish_reply(response, &[], None) {
                    scope.respond(id, response);
                }
                self.notify(scope, 100, false);
            }
            Err(status) => {
                self.refer = None;
                scope.reply(id, &message, if matches!(status, 300..=699) { status } else { 603 });
            }
        }
        Stage::Confirmed(self)
    }

    /// Tells the peer how far we are; `last` ends the news.
    pub(in crate::user_agent) fn notify_refer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        status: u16,
        last: bool,
    ) -> Stage {
        self.notify(scope, status, last);
        Stage::Confirmed(self)
    }

    fn notify(&mut self, scope: &mut Scope<'_>, status: u16, last: bool) {
        let Some(refer) = &self.refer else { return };
        let (id, wants_news) = (refer.id, refer.wants_news);
        if last {
            self.refer = None;
        }
        if !wants_news {
            return;
        }
        let state = match last {
            true => "terminated;reason=noresource".to_owned(),
            false => format!("active;expires={NEWS_FOR}"),
        };
        let headers = vec![
            ("Contact".to_owned(), self.contact.clone()),
            ("Event".to_owned(), format!("refer;id={id}")),
            ("Subscription-State".to_owned(), state),
        ];
        let status = status.clamp(100, 699);
        let fragment = format!("SIP/2.0 {status} {}\r\n", sip_parser::default_reason(status));
        let body = Body { content_type: "message/sipfrag;version=2.0".to_owned(), bytes: fragment.into() };
        self.send_in_dialog(scope, Method::Notify, headers, Some(body), Purpose::Notify { refer: id });
    }

    /// The peer does not want news of that REFER, or does not hear them.
    pub(super) fn forget_refer(&mut self, id: u32) {
        self.refer.take_if(|refer| refer.id == id);
    }

    /// The call is over: a REFER of the peer is answered all the same (RFC 3261 section 15.1.2).
    pub(super) fn drop_refer(&mut self, scope: &mut Scope<'_>) {
        if let Some((id, message)) = self.refer.take().and_then(|refer| refer.open) {
            scope.reply(id, &message, 487);
        }
    }

    /// Asks the peer to call somebody else.
    pub(in crate::user_agent) fn refer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        refer_to: &str,
        mut headers: Headers,
    ) -> Stage {
        headers.insert(0, ("Refer-To".to_owned(), refer_to.to_owned()));
        headers.insert(1, ("Contact".to_owned(), self.contact.clone()));
        let busy = self.news == News::Owed || self.refer_is_open();
        if busy || !self.send_in_dialog(scope, Method::Refer, headers, None, Purpose::Refer) {
            scope.emit(SessionEvent::ReferFailed { status: 491 });
        } else {
            self.news = News::None;
        }
        Stage::Confirmed(self)
    }

    /// Whether our REFER waits for its answer.
    fn refer_is_open(&self) -> bool {
        self.requests.iter().any(|own| own.purpose == Purpose::Refer)
    }

    /// The outcome of our REFER.
    pub(super) fn refer_answered(&mut self, scope: &mut Scope<'_>, status: u16, response: &Message) {
        if !matches!(status, 200..=299) {
            return self.refer_failed(scope, status);
        }
        if self.news == News::Over {
            return self.news = News::None;
        }
        if response.raw(&REFER_SUB.into()).is_some_and(|value| value.trim() == "false") {
            return scope.emit(SessionEvent::ReferProgress { status: 200, last: true });
        }
        self.news = News::Owed;
    }

    /// Our REFER was refused, or could not be sent; unless its last news came already.
    pub(super) fn refer_failed(&mut self, scope: &mut Scope<'_>, status: u16) {
        if std::mem::take(&mut self.news) != News::Over {
            scope.emit(SessionEvent::ReferFailed { status });
        }
    }

    /// News of our REFER.
    pub(super) fn handle_notify(&mut self, scope: &mut Scope<'_>, id: ServerTransactionId, notify: &Message) {
        let event = notify.raw(&HeaderName::Event).unwrap_or_default();
        let package = event.split(';').next().unwrap_or_default().trim();
        // The first NOTIFY may overtake the 202, and even the last one may.
        let overtakes = self.refer_is_open();
        let ours = match self.news {
            News::None => overtakes,
            News::Owed => true,
            News::Over => false,
        };
        if !package.eq_ignore_ascii_case("refer") || !ours {
            return scope.reply(id, notify, 481);
        }
        scope.reply(id, notify, 200);
        let state = notify.raw(&HeaderName::SubscriptionState).unwrap_or_default();
        let state = state.split(';').next().unwrap_or_default().trim();
        let Some(status) = fragment_status(notify.body()) else { return };
        let last = status >= 200 || state.eq_ignore_ascii_case("terminated");
        if last {
            self.news = if overtakes { News::Over } else { News::None };
        }
        scope.emit(SessionEvent::ReferProgress { status, last });
    }
}

/// The status in the first line of a `message/sipfrag` (RFC 3420).
fn fragment_status(body: &[u8]) -> Option<u16> {
    let line = body.split(|octet| *octet == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let status = line.trim().strip_prefix("SIP/2.0 ")?.get(..3)?;
    status.parse().ok().filter(|status| (100..700).contains(status))
}

#[cfg(test)]
mod tests {
    use super::fragment_status;

    #[test]
    fn fragments_tell_a_status() {
        assert_eq!(fragment_status(b"SIP/2.0 180 Ringing\r\nX: y\r\n"), Some(180));
        assert_eq!(fragment_status(b"SIP/2.0 200"), Some(200));
        assert_eq!(fragment_status(b"SIP/2.0 99 Low"), None);
        assert_eq!(fragment_status(b"INVITE sip:x SIP/2.0"), None);
        assert_eq!(fragment_status(b""), None);
    }
}
