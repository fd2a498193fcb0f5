//! Our REFER, and the news of it that the peer owes us.

use sip_parser::{HeaderName, Message, Method};

use super::{PACKAGE, REFER_SUB};
use crate::transaction::ServerTransactionId;
use crate::user_agent::compose::Headers;
use crate::user_agent::event::SessionEvent;
use crate::user_agent::session::indialog::Purpose;
use crate::user_agent::session::{Confirmed, Scope, Stage};
use crate::user_agent::subscription::EventId;

/// What the peer still owes us of our REFER.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::user_agent::session) enum News {
    /// Nothing.
    #[default]
    None,
    /// It has taken the REFER with this CSeq, and tells how far it is.
    Owed(u32),
    /// Its last news overtook its answer to the REFER, which may still come.
    Over,
}

impl Confirmed {
    /// Asks the peer to call somebody else.
    pub(in crate::user_agent) fn refer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        refer_to: &str,
        mut headers: Headers,
    ) -> Stage {
        headers.insert(0, ("Refer-To".to_owned(), refer_to.to_owned()));
        let busy = matches!(self.news, News::Owed(_)) || self.open_refer().is_some();
        if busy || !self.send_in_dialog(scope, Method::Refer, headers, None, Purpose::Refer) {
            scope.emit(SessionEvent::ReferFailed { status: 491 });
        } else {
            self.news = News::None;
        }
        Stage::Confirmed(self)
    }

    /// The CSeq of our REFER that waits for its answer.
    fn open_refer(&self) -> Option<u32> {
        self.requests.iter().find(|own| own.purpose == Purpose::Refer).map(|own| own.cseq)
    }

    /// The outcome of our REFER.
    pub(in crate::user_agent::session) fn refer_answered(
        &mut self,
        scope: &mut Scope<'_>,
        cseq: u32,
        response: &Message,
    ) {
        let status = response.status().unwrap_or_default();
        if !matches!(status, 200..=299) {
            return self.refer_failed(scope, status);
        }
        if self.news == News::Over {
            return self.news = News::None;
        }
        if response.raw(&REFER_SUB.into()).is_some_and(|value| value.trim() == "false") {
            return scope.emit(SessionEvent::ReferProgress { status: 200, last: true });
        }
        self.news = News::Owed(cseq);
    }

    /// Our REFER was refused, or could not be sent; unless its last news came already.
    pub(in crate::user_agent::session) fn refer_failed(&mut self, scope: &mut Scope<'_>, status: u16) {
        if std::mem::take(&mut self.news) != News::Over {
            scope.emit(SessionEvent::ReferFailed { status });
        }
    }

    /// News of our REFER.
    pub(in crate::user_agent::session) fn handle_notify(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        notify: &Message,
    ) {
        let event = EventId::of(notify).filter(|event| event.package.eq_ignore_ascii_case(PACKAGE));
        // The first NOTIFY may overtake the 202, and even the last one may.
        let open = self.open_refer();
        let cseq = match self.news {
            News::None => open,
            News::Owed(cseq) => Some(cseq),
            News::Over => None,
        };
        // Its id is the CSeq of the REFER, and need not be there for the first one (RFC 3515 section 2.4.6).
        let ours = |event: &EventId, cseq: u32| event.id.as_ref().is_none_or(|id| *id == cseq.to_string());
        if !event.zip(cseq).is_some_and(|(event, cseq)| ours(&event, cseq)) {
            return scope.reply(id, notify, 481);
        }
        scope.reply(id, notify, 200);
        let state = notify.raw(&HeaderName::SubscriptionState).unwrap_or_default();
        let state = state.split(';').next().unwrap_or_default().trim();
        let Some(status) = fragment_status(notify.body()) else { return };
        let last = status >= 200 || state.eq_ignore_ascii_case("terminated");
        if last {
            self.news = if open.is_some() { News::Over } else { News::None };
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
