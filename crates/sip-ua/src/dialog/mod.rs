//! Dialogs: the state that two user agents share (RFC 3261 section 12).
//!
//! A [`Dialog`] begins with an INVITE and a response to it, on either side. It knows how the next
//! request must look ([`Dialog::request`]) and whether one of the peer comes in order
//! ([`Dialog::receive`]). It sends nothing and has no timers.

mod error;
mod id;
mod route;

use std::borrow::Cow;

use sip_parser::{Contact, HeaderName, Message, Method, NameAddr, RequestBuilder};
use wire_text::Decimal;

pub use error::DialogError;
pub use id::DialogId;
pub use route::{Path, RouteSet};

/// Whether the call behind a dialog has been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialogState {
    /// Begun by a provisional response.
    Early,
    /// Answered by a 2xx.
    Confirmed,
}

/// One dialog, seen from this side.
#[derive(Clone, Debug)]
pub struct Dialog {
    id: DialogId,
    state: DialogState,
    /// From of our requests, our tag included.
    local: String,
    /// To of our requests, the peer's tag included.
    remote: String,
    local_cseq: u32,
    remote_cseq: Option<u32>,
    target: String,
    routes: RouteSet,
    initiator: bool,
}

impl Dialog {
    /// The dialog that a 1xx with a To tag, or a 2xx, to our INVITE begins (section 12.1.2).
    ///
    /// A response without Contact leaves the Request-URI as the target: some peers forget it.
    ///
    /// # Errors
    /// When From, To, Call-ID or CSeq cannot be read.
    pub fn from_response(invite: &Message, response: &Message) -> Result<Dialog, DialogError> {
        let confirmed = response.status().is_some_and(|status| status >= 200);
        let fallback = invite.uri().unwrap_or_default();
        Ok(Dialog {
            id: DialogId::of_response(response)?,
            state: if confirmed { DialogState::Confirmed } else { DialogState::Early },
            local: raw(invite, &HeaderName::From),
            remote: raw(response, &HeaderName::To),
            local_cseq: invite.cseq()?.number,
            remote_cseq: None,
            target: contact(response).unwrap_or_else(|| fallback.to_owned()),
            routes: RouteSet::of_response(response),
            initiator: true,
        })
    }

    /// The dialog that we begin by answering an INVITE of the peer with `local_tag` (section 12.1.1).
    /// It is early until [`confirm`](Dialog::confirm) or [`confirm_with`](Dialog::confirm_with).
    ///
    /// # Errors
    /// When the INVITE has no [target](Dialog::has_target), or From, To, Call-ID or CSeq cannot be read.
    pub fn from_request(invite: &Message, local_tag: &str) -> Result<Dialog, DialogError> {
        Ok(Dialog {
            id: DialogId {
                call_id: invite.call_id()?.to_owned(),
                local_tag: local_tag.to_owned(),
                remote_tag: invite.from()?.tag().unwrap_or_default().to_owned(),
            },
            state: DialogState::Early,
            local: [invite.raw(&HeaderName::To).unwrap_or_default(), ";tag=", local_tag].concat(),
            remote: raw(invite, &HeaderName::From),
            local_cseq: 0,
            remote_cseq: Some(invite.cseq()?.number),
            target: target_of(invite).ok_or(DialogError::NoContact)?.into_owned(),
            routes: RouteSet::of_request(invite),
            initiator: false,
        })
    }

    /// The dialog that a NOTIFY begins at the subscriber, when it overtakes the 2xx (RFC 6665 section 4.4.1).
    /// `local_cseq` is that of our SUBSCRIBE. The NOTIFY itself is still to be [received](Dialog::receive).
    ///
    /// # Errors
    /// When it has no Contact or no To tag, or From, To or Call-ID cannot be read.
    pub fn from_notify(notify: &Message, local_cseq: u32) -> Result<Dialog, DialogError> {
        Ok(Dialog {
            id: DialogId::of_request(notify)?.ok_or(DialogError::NoContact)?,
            state: DialogState::Confirmed,
            local: raw(notify, &HeaderName::To),
            remote: raw(notify, &HeaderName::From),
            local_cseq,
            remote_cseq: None,
            target: contact(notify).ok_or(DialogError::NoContact)?,
            routes: RouteSet::of_request(notify),
            initiator: true,
        })
    }

    /// Whether an INVITE tells where requests of its dialog shall go: by Contact, or by From where it is one of
    /// RFC 2543, which asked for neither a Contact nor a From tag.
    #[must_use]
    pub fn has_target(invite: &Message) -> bool {
        target_of(invite).is_some()
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &DialogId {
        &self.id
    }

    /// Early or confirmed.
    #[must_use]
    pub fn state(&self) -> DialogState {
        self.state
    }

    /// Where the peer wants requests to go: the URI of its latest Contact.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The proxies on the path.
    #[must_use]
    pub fn routes(&self) -> &RouteSet {
        &self.routes
    }

    /// Whether we sent the INVITE that began it, and so own the Call-ID (section 14.1).
    #[must_use]
    pub fn is_initiator(&self) -> bool {
        self.initiator
    }

    /// Whether a request of the peer belongs to this dialog: Call-ID and both tags are its own.
    #[must_use]
    pub fn is_of(&self, request: &Message) -> bool {
        self.has_tags(request, [request.to_tag(), request.from_tag()])
    }

    /// Whether a response to a request of ours belongs to this dialog.
    #[must_use]
    pub fn is_of_answer(&self, response: &Message) -> bool {
        self.has_tags(response, [response.from_tag(), response.to_tag()])
    }

    /// Whether a message has our Call-ID, and these tags, ours and the peer's, are those of the dialog. A tag that is
    /// absent is empty.
    fn has_tags(&self, message: &Message, [local, remote]: [Option<&str>; 2]) -> bool {
        local.unwrap_or_default() == self.id.local_tag
            && remote.unwrap_or_default() == self.id.remote_tag
            && message.call_id().is_ok_and(|call_id| call_id == self.id.call_id)
    }

    /// The CSeq numbers of the latest requests, ours and the peer's; 0 where there was none.
    #[must_use]
    pub fn cseqs(&self) -> (u32, u32) {
        (self.local_cseq, self.remote_cseq.unwrap_or_default())
    }

    /// Goes on where an earlier process stood: with the peer's latest target, and after these CSeq numbers, ours and the
    /// peer's.
    pub fn resume(&mut self, target: &str, local_cseq: u32, remote_cseq: u32) {
        self.state = DialogState::Confirmed;
        self.target = target.to_owned();
        self.local_cseq = local_cseq;
        self.remote_cseq = Some(remote_cseq);
    }

    /// We answered with a 2xx.
    pub fn confirm(&mut self) {
        self.state = DialogState::Confirmed;
    }

    /// The 2xx of an early dialog came: its route set and target are the ones that count (section
    /// 13.2.2.4).
    pub fn confirm_with(&mut self, response: &Message) {
        self.state = DialogState::Confirmed;
        self.routes = RouteSet::of_response(response);
        self.refresh_target(response);
    }

    /// Takes the Contact of a re-INVITE, or of the 2xx to ours, as the new target (section 12.2).
    pub fn refresh_target(&mut self, message: &Message) {
        // Nearly all say again what they said before.
        let said = message.raw(&HeaderName::Contact).unwrap_or_default();
        if said.strip_prefix('<').and_then(|said| said.strip_suffix('>')) == Some(&self.target) {
            return;
        }
        if let Some(target) = contact(message) {
            self.target = target;
        }
    }

    /// Notes a request of the peer, neither ACK nor CANCEL.
    ///
    /// # Errors
    /// [`DialogError::OutOfOrder`] when its CSeq is below the highest before, or an INVITE repeats it
    /// (section 12.2.2).
    pub fn receive(&mut self, request: &Message) -> Result<(), DialogError> {
        let cseq = request.cseq()?;
        if let Some(highest) = self.remote_cseq
            && (cseq.number < highest || (cseq.number == highest && cseq.method == Method::Invite))
        {
            return Err(DialogError::OutOfOrder { received: cseq.number, highest });
        }
        self.remote_cseq = Some(cseq.number);
        Ok(())
    }

    /// The CSeq number of our next request; not for ACK and CANCEL, which repeat the INVITE's.
    pub fn next_cseq(&mut self) -> u32 {
        self.local_cseq = self.local_cseq.saturating_add(1);
        self.local_cseq
    }

    /// The Request-URI of our next request: the target, or a proxy that routes strictly.
    #[must_use]
    pub fn request_uri(&self) -> Cow<'_, str> {
        self.routes.way(&self.target).0
    }

    /// Begins a request of the dialog: start line, Via, Route, Max-Forwards, From, To, Call-ID, CSeq
    /// (section 12.2.1.1).
    pub fn request(&self, method: &Method, cseq: u32, via: &str, max_forwards: u8) -> RequestBuilder {
        self.request_naming([None, None], method, cseq, via, max_forwards)
    }

    /// The same with other display names in From and To. The tags stay: they alone name the dialog (section 12).
    pub(crate) fn request_naming(
        &self,
        [from, to]: [Option<&str>; 2],
        method: &Method,
        cseq: u32,
        via: &str,
        max_forwards: u8,
    ) -> RequestBuilder {
        let (uri, routes) = self.routes.way(&self.target);
        let mut request = RequestBuilder::new(method, &uri).header_text(&HeaderName::Via, &[via]);
        for route in routes.iter() {
            request = request.header_text(&HeaderName::Route, &[route]);
        }
        request
            .header_text(&HeaderName::MaxForwards, &[Decimal::of(max_forwards).as_str()])
            .header_text(&HeaderName::From, &[&named(&self.local, from)])
            .header_text(&HeaderName::To, &[&named(&self.remote, to)])
            .header_text(&HeaderName::CallId, &[&self.id.call_id])
            .header_text(&HeaderName::CSeq, &[Decimal::of(cseq).as_str(), " ", method.as_str()])
    }
}

/// An address with its parameters, under another display name where there is one.
fn named<'a>(address: &'a str, display: Option<&str>) -> Cow<'a, str> {
    let Some(display) = display else { return address.into() };
    let Ok(parsed) = NameAddr::parse(address) else { return address.into() };
    let escaped: String = display
        .chars()
        .filter(|c| !c.is_control())
        .flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c]))
        .collect();
    let tag = parsed.tag().map(|tag| format!(";tag={tag}")).unwrap_or_default();
    format!("\"{escaped}\" <{}>{tag}", parsed.uri_str()).into()
}

fn raw(message: &Message, name: &HeaderName) -> String {
    message.raw(name).unwrap_or_default().to_owned()
}

/// Where requests to the sender of an INVITE go.
fn target_of(invite: &Message) -> Option<Cow<'_, str>> {
    if let Some(first) = invite.contacts().next() {
        return match first.ok()? {
            Contact::Address(address) => Some(address.uri().in_request_line()),
            Contact::Star => None,
        };
    }
    let from = invite.from().ok().filter(|from| from.tag().is_none())?;
    Some(from.uri().in_request_line())
}

/// The URI of the first Contact, fit for a request line.
fn contact(message: &Message) -> Option<String> {
    match message.contacts().next()? {
        Ok(Contact::Address(address)) => Some(address.uri().in_request_line().into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
