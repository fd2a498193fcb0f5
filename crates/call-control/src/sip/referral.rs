//! Calls that are handed on: REFER, and INVITEs that take the place of another call.

use sip_parser::typed::{Replaces, TypedHeader};
use sip_parser::{HeaderName, Message, Method, NameAddr, Uri, escape_user};
use sip_ua::UserAgentHandle;
use sip_ua::user_agent::SessionId;
use tracing::info;

use super::addressing;
use super::causes;
use super::conversation::check_header;
use super::directory::{Referral, Referred};
use super::session::{Session, Stage};
use super::worker::Worker;
use super::{REFERRED_BY, REPLACES};
use crate::call::{Call, ChannelState, Move, TransferProgress, TransferWatch};
use crate::cause::HangupCause;
use crate::technology::Report;

impl Worker {
    /// A phone hands its call on, to a number or to the party of its other call.
    pub(super) fn on_refer(
        &mut self,
        id: SessionId,
        number: u32,
        refer: &Message,
        replaces: Option<SessionId>,
    ) {
        let Some(session) = self.sessions.get(&id) else { return };
        let call = session.call.clone();
        let replaces = replaces.and_then(|other| self.sessions.get(&other)).map(|other| other.call.clone());
        let referred = match Referral::of(refer, replaces) {
            Ok(referral) if session.allows_transfer() => {
                info!(call = %call.call_id(), channel = call.name(), to = %referral.refer_to, "the call is handed on");
                let tells_progress = session.media.endpoint().tells_transfer_progress;
                self.user_agent.answer_refer(id, number, Ok(()));
                let status = match self.directory.refer(&call, &referral) {
                    Err(status) => status,
                    Ok(Referred::OnItsWay(party)) if tells_progress => {
                        tokio::spawn(tell_progress(party, self.user_agent.clone(), id, number));
                        return;
                    }
                    Ok(_) => 200,
                };
                self.user_agent.notify_refer(id, number, status, true);
                return;
            }
            Ok(_) => 603,
            Err(status) => status,
        };
        self.user_agent.answer_refer(id, number, Err(referred));
    }
}

impl Worker {
    /// A channel asks its phone to call somebody else: by 302 before the answer, by REFER after it.
    pub(super) fn transfer(&mut self, id: SessionId, to: &str) {
        let Some(session) = self.sessions.get(&id) else { return };
        let Some(place) = self.place_of(session, to) else {
            return session.call.report(Report::Transferred(Err(400)));
        };
        match &session.stage {
            Stage::AnswerReady(_) | Stage::OfferOwed { .. } | Stage::EarlyOffer => {
                let call = session.call.clone();
                self.sessions.remove(&id);
                self.user_agent.reject(id, 302, None, vec![("Contact".to_owned(), place)]);
                call.report(Report::Transferred(Ok(())));
                call.report(Report::Ended(HangupCause::REDIRECTED));
            }
            Stage::Established => {
                let by = addressing::contact(&self.user_agent, &session.flow, "", false);
                self.user_agent.refer(id, place, vec![("Referred-By".to_owned(), by)]);
            }
            // Nobody is there yet who could be asked.
            Stage::Offered => session.call.report(Report::Transferred(Err(480))),
        }
    }

    /// A URI, `number@host`, or a number here, as a name-addr.
    fn place_of(&self, session: &Session, to: &str) -> Option<String> {
        let is_uri = |uri: &str| Uri::parse(uri).is_ok_and(|uri| !uri.host().to_string().is_empty());
        let to = to.trim();
        match to.rsplit_once('@') {
            _ if to.starts_with("sip:") || to.starts_with("sips:") => is_uri(to).then(|| format!("<{to}>")),
            Some((number, host)) => {
                let uri = format!("sip:{}@{host}", escape_user(number));
                is_uri(&uri).then(|| format!("<{uri}>"))
            }
            None if to.is_empty() => None,
            None => Some(addressing::contact(&self.user_agent, &session.flow, to, false)),
        }
    }

    /// How far the phone is with what we asked it for.
    pub(super) fn on_refer_progress(&mut self, id: SessionId, status: u16, last: bool) {
        let Some(session) = self.sessions.get(&id) else { return };
        match status {
            200..=299 => session.call.report(Report::Transferred(Ok(()))),
            300.. => session.call.report(Report::Transferred(Err(status))),
            // It says no more, and never said that it got through.
            _ if last => session.call.report(Report::Transferred(Err(408))),
            _ => {}
        }
    }
}

/// Tells the phone that handed its party on how far that is, until it is connected or has failed.
async fn tell_progress(mut party: TransferWatch, phone: UserAgentHandle, id: SessionId, refer: u32) {
    loop {
        let progress = party.next().await;
        phone.notify_refer(id, refer, status_of(progress), progress.is_final());
        if progress.is_final() {
            return;
        }
    }
}

/// The status by which a NOTIFY tells how far a party is (RFC 3515 section 2.4.5).
pub fn status_of(progress: TransferProgress) -> u16 {
    match progress {
        TransferProgress::Trying => 100,
        TransferProgress::Ringing => 180,
        TransferProgress::Progress => 183,
        TransferProgress::Connected => 200,
        // The party has given up.
        TransferProgress::Failed(HangupCause::NORMAL) => 487,
        TransferProgress::Failed(cause) => causes::to_status(cause),
    }
}

impl Referral {
    /// What a REFER asks for. `replaces` is the call here that it names.
    ///
    /// # Errors
    ///
    /// The status that refuses it (RFC 3515 section 2.4.2): 400 when its Refer-To cannot be read, 501 when that asks for
    /// another request than an INVITE.
    pub fn of(refer: &Message, replaces: Option<Call>) -> Result<Self, u16> {
        let refer_to = refer.raw(&HeaderName::ReferTo).ok_or(400_u16)?;
        let address = NameAddr::parse(refer_to).map_err(|_| 400_u16)?;
        let uri = address.uri();
        let method = uri.param_unescaped("method").flatten();
        if method.is_some_and(|method| method != Method::Invite.as_str()) {
            return Err(501);
        }
        let replaces_header = uri.header("Replaces").map(|value| value.into_owned());
        if replaces_header.as_deref().is_some_and(|value| Replaces::parse(value).is_err()) {
            return Err(400);
        }
        Ok(Self {
            number: uri.user_unescaped().map(|user| user.into_owned()).unwrap_or_default(),
            refer_to: uri.in_request_line().into_owned(),
            referred_by: refer.raw(&HeaderName::ReferredBy).map(str::to_owned),
            replaces,
            replaces_header,
        })
    }

    /// Whether it names a call to take over that is none of ours.
    pub fn is_elsewhere(&self) -> bool {
        self.replaces.is_none() && self.replaces_header.is_some()
    }

    /// Notes on `party`, which is handed on, who did that and what for; the calls that are made for it inherit what
    /// their INVITEs say of that.
    pub fn note_on(&self, party: &Call) {
        party.set_variable("SIPREFERTOHDR", &self.refer_to);
        party.set_variable(&format!("__{REFERRED_BY}"), self.referred_by.as_deref().unwrap_or_default());
        let replaces = self.replaces_header.as_deref().filter(|_| self.is_elsewhere());
        party.set_variable(&format!("__{REPLACES}"), replaces.unwrap_or_default());
    }

    /// Whether the sender of a REFER wants to hear what becomes of it (RFC 4488).
    pub fn wants_news(refer: &Message) -> bool {
        let unwanted = refer.raw(&"Refer-Sub".into()).is_some_and(|value| value.trim() == "false");
        let mut required = refer.values(&HeaderName::Require);
        !unwanted && !required.any(|tag| tag.trim().eq_ignore_ascii_case("norefersub"))
    }
}

/// What the INVITE of a call says that is made for a party that was handed on: by whom (RFC 3892), and which call elsewhere
/// it is to take over (RFC 3891). `inherited` are the variables of its channel; a value that cannot stand in a message is
/// left out.
pub(super) fn headers_of_transfer(inherited: &[(String, String)]) -> Vec<(String, String)> {
    let named = |wanted: &str| {
        inherited.iter().find(|(name, _)| name.trim_start_matches('_') == wanted).map(|(_, value)| value)
    };
    let is_address =
        |value: &&String| check_header("Referred-By", value).is_ok() && NameAddr::parse(value).is_ok();
    let is_call = |value: &&String| check_header("Replaces", value).is_ok() && Replaces::parse(value).is_ok();
    let by = named(REFERRED_BY).filter(is_address).map(|value| ("Referred-By".to_owned(), value.clone()));
    let replaces = named(REPLACES).filter(is_call).map(|value| ("Replaces".to_owned(), value.clone()));
    by.into_iter().chain(replaces).collect()
}

/// Lets `call`, which has just come in, take the place of `replaced` (RFC 3891 section 3): in its conversation, or as the
/// one who picks its ringing up. `replaced` ends by what sees to it.
pub(super) fn take_over(call: &Call, replaced: &Call) {
    match (replaced.partner(), replaced.state()) {
        (Some(partner), _) => {
            partner.send_to(Move::Follow);
            call.send_to(Move::Bridge(partner));
        }
        (None, ChannelState::Ringing | ChannelState::Dialing) => {
            call.pick_up(replaced);
        }
        // It talks to an application, which nobody can take over: the caller hears the number that it dialled.
        (None, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refer(headers: &str) -> Message {
        let text = format!(
            "REFER sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n\
             From: <sip:alice@192.0.2.1>;tag=1\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: a\r\nCSeq: 1 REFER\r\n\
             {headers}\r\n"
        );
        Message::parse(text.into()).unwrap()
    }

    #[test]
    fn a_refer_names_a_number_and_perhaps_a_call() {
        let plain =
            Referral::of(&refer("Refer-To: \"Bob\" <sip:%2B33@x>\r\nReferred-By: <sip:a@x>\r\n"), None);
        let plain = plain.unwrap();
        assert_eq!((plain.number.as_str(), plain.refer_to.as_str()), ("+33", "sip:%2B33@x"));
        assert!(plain.replaces_header.is_none() && !plain.is_elsewhere());
        assert_eq!(plain.referred_by.as_deref(), Some("<sip:a@x>"));
        let replacing =
            Referral::of(&refer("Refer-To: <sip:bob@x?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>\r\n"), None)
                .unwrap();
        assert_eq!(replacing.replaces_header.as_deref(), Some("a;to-tag=b;from-tag=c"));
        assert!(replacing.is_elsewhere());
        assert_eq!(replacing.refer_to, "sip:bob@x");
        for unreadable in ["Refer-To: <sip:bob@x?Replaces=a%3Bto-tag%3Db>\r\n", "", "Refer-To: <nonsense\r\n"]
        {
            assert_eq!(Referral::of(&refer(unreadable), None).err(), Some(400), "{unreadable}");
        }
    }

    #[test]
    fn a_refer_asks_for_an_invite_and_nothing_else() {
        let invite =
            Referral::of(&refer("Refer-To: <sip:33@x;method=INVITE;transport=tcp>\r\n"), None).unwrap();
        assert_eq!((invite.number.as_str(), invite.refer_to.as_str()), ("33", "sip:33@x;transport=tcp"));
        assert_eq!(Referral::of(&refer("Refer-To: <sip:33@x;method=BYE>\r\n"), None).err(), Some(501));
    }

    #[test]
    fn calls_for_a_party_that_was_handed_on_say_so() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let inherited =
            [pair("__SIPREPLACESHDR", "a;to-tag=b;from-tag=c"), pair("SIPREFERREDBYHDR", "<sip:a@x>")];
        let told = [pair("Referred-By", "<sip:a@x>"), pair("Replaces", "a;to-tag=b;from-tag=c")];
        assert_eq!(headers_of_transfer(&inherited), told);
        let broken = [pair("SIPREPLACESHDR", "a\r\nX: y;to-tag=b;from-tag=c"), pair("SIPREFERREDBYHDR", "")];
        assert!(headers_of_transfer(&broken).is_empty());
    }

    #[test]
    fn news_can_be_declined_in_two_ways() {
        assert!(Referral::wants_news(&refer("Refer-Sub: true\r\n")));
        assert!(!Referral::wants_news(&refer("Refer-Sub: false\r\n")));
        assert!(!Referral::wants_news(&refer("Require: norefersub\r\n")));
    }

    #[test]
    fn a_party_that_gives_up_is_told_as_such() {
        assert_eq!(status_of(TransferProgress::Failed(HangupCause::NORMAL)), 487);
        assert_eq!(status_of(TransferProgress::Failed(HangupCause::USER_BUSY)), 486);
        assert_eq!(status_of(TransferProgress::Connected), 200);
    }
}
