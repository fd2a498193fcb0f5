//! Acknowledging the reliable provisional responses of a peer that we call (RFC 3262 section 4).

use sip_parser::typed::RSeq;
use sip_parser::{HeaderName, Message, Method};

use super::Scope;
use crate::dialog::Dialog;
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::common::lists;
use crate::user_agent::compose::Content;

/// Early dialogs whose numbers are kept; as many as a session keeps of the dialogs themselves.
const DIALOG_LIMIT: usize = 16;

/// The numbers of the reliable responses that came, by the To tag of their dialog.
#[derive(Default)]
pub(super) struct Numbers(Vec<(String, u32)>);

/// What to do with a provisional response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is not reliable.
    Plain,
    /// It is the next one: acknowledge it.
    Next(u32),
    /// It came before, or one before it has not come: it is as if it had not come.
    Ignore,
}

impl Numbers {
    /// Whose turn a response is.
    pub(super) fn take(&mut self, response: &Message) -> Turn {
        if !lists(response, &HeaderName::Require, "100rel") {
            return Turn::Plain;
        }
        let Ok(Some(RSeq(number))) = response.header::<RSeq>() else { return Turn::Plain };
        let to = response.to();
        let tag = to.as_ref().ok().and_then(|to| to.tag()).unwrap_or_default();
        let full = self.0.len() >= DIALOG_LIMIT;
        match self.0.iter_mut().find(|(known, _)| known == tag) {
            Some((_, latest)) if latest.checked_add(1) == Some(number) => {
                *latest = number;
                return Turn::Next(number);
            }
            Some(_) => return Turn::Ignore,
            None if full => return Turn::Ignore,
            None => {}
        }
        self.0.push((tag.to_owned(), number));
        Turn::Next(number)
    }
}

/// Acknowledges a reliable response to `invite`.
pub(super) fn send(
    scope: &mut Scope<'_>,
    dialog: &mut Dialog,
    invite: &Message,
    rseq: u32,
    authenticator: &mut Authenticator,
) {
    let Ok(of) = invite.cseq() else { return };
    let uri = dialog.request_uri();
    let authorization = authenticator.headers(&Method::Prack, &uri, &[], &mut scope.common.tokens);
    let cseq = dialog.next_cseq();
    let headers = [("RAck".to_owned(), format!("{rseq} {} {}", of.number, of.method))];
    let content = Content { authorization: &authorization, headers: &headers, ..Content::default() };
    if let Some(prack) = scope.compose(dialog, &Method::Prack, cseq, &content) {
        let flow = scope.flow_of(dialog);
        scope.common.send_and_forget(scope.now, prack, flow);
    }
}
