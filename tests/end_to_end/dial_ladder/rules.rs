//! What RFC 3261 asks of single messages of a call.

use sip_parser::{HeaderName, Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::{Caller, Wire, branch, from_tag, header, title, to_tag};
use crate::harness::{Outcome, ensure};

/// 401 (§22.1): a tag, a challenge with a realm, a nonce and qop.
pub(super) fn check_challenge(alice: &Caller<'_>, response: &Message) -> Outcome {
    ensure(response.call_id()? == alice.call_id(), || "the 401 has another Call-ID".to_owned())?;
    to_tag(response)?;
    let value = header(response, "WWW-Authenticate")?;
    for wanted in ["Digest ", "realm=\"", "nonce=\"", "qop=\"auth"] {
        ensure(value.contains(wanted), || format!("'{wanted}' is not in the challenge: {value}"))?;
    }
    ensure(response.body().is_empty(), || "the 401 has a body".to_owned())
}

/// What every response keeps of its request (§8.2.6.2).
pub(super) fn check_response(alice: &Caller<'_>, request: &Message, response: &Message) -> Outcome {
    let name = title(response);
    ensure(branch(response)? == branch(request)?, || format!("{name}: another branch"))?;
    ensure(response.raw_all(&HeaderName::Via).count() == 1, || format!("{name}: not one Via"))?;
    ensure(response.via()?.rport().flatten() == Some(SIP_PORT), || {
        format!("{name}: rport is not filled in")
    })?;
    ensure(response.call_id()? == alice.call_id(), || format!("{name}: another Call-ID"))?;
    ensure(response.cseq()? == request.cseq()?, || format!("{name}: another CSeq"))?;
    ensure(from_tag(response)? == alice.tag(), || format!("{name}: another From tag"))?;
    ensure(response.to()?.uri_str() == request.to()?.uri_str(), || format!("{name}: another To"))?;
    ensure(response.raw(&HeaderName::RecordRoute).is_none(), || format!("{name}: Record-Route from a UA"))
}

/// The INVITE to the callee (§8.1.1, §13.2.1): a call of its own.
pub(super) fn check_invite(wire: &Wire, alice: &Caller<'_>, invite: &Message) -> Outcome {
    check_way(wire, invite)?;
    ensure(invite.uri() == Some(uri_of(wire, "desk").as_str()), || format!("INVITE to {:?}", invite.uri()))?;
    ensure(invite.call_id()? != alice.call_id(), || "both legs have one Call-ID".to_owned())?;
    ensure(from_tag(invite)? != alice.tag(), || "both legs have one From tag".to_owned())?;
    ensure(invite.to()?.tag().is_none(), || "To has a tag before there is a dialog".to_owned())?;
    ensure(invite.from()?.uri().user() == Some("alice"), || "From does not name the caller".to_owned())?;
    ensure(invite.cseq()?.method == Method::Invite, || "CSeq names another method".to_owned())?;
    ensure(invite.cseq()?.number < 1 << 31, || "CSeq is out of its range (§8.1.1.5)".to_owned())?;
    ensure(header(invite, "Contact")?.contains(&wire.exchange().to_string()), || "Contact".to_owned())?;
    check_allow(invite)?;
    ensure(invite.content_type() == Some("application/sdp"), || "Content-Type".to_owned())?;
    let media = place_in(invite.body())?;
    ensure(media.ip() == wire.exchange().ip() && media.port() % 2 == 0, || format!("RTP at {media}"))?;
    let length: usize = header(invite, "Content-Length")?.parse()?;
    ensure(length == invite.body().len(), || "Content-Length".to_owned())
}

/// What every request needs to find its way (§8.1.1): one Via of ours with a fresh branch, Max-Forwards, no routes.
pub(super) fn check_way(wire: &Wire, request: &Message) -> Outcome {
    let name = title(request);
    let via = request.via()?;
    ensure(branch(request)?.starts_with("z9hG4bK"), || format!("{name}: the branch has no cookie"))?;
    ensure(via.transport() == "UDP", || format!("{name}: Via says {}", via.transport()))?;
    let here = wire.exchange().to_string();
    ensure(header(request, "Via")?.contains(&here), || format!("{name}: Via is not from {here}"))?;
    ensure(request.raw_all(&HeaderName::Via).count() == 1, || format!("{name}: not one Via"))?;
    let hops = request.max_forwards().ok_or_else(|| format!("{name}: no Max-Forwards"))??;
    // An INVITE has come one hop when it goes on (§16.6); what belongs to its transaction says the same or begins anew.
    let wanted = if name == "INVITE" { 69..=69 } else { 69..=70 };
    ensure(wanted.contains(&hops), || format!("{name}: Max-Forwards {hops}"))?;
    for route in [HeaderName::Route, HeaderName::RecordRoute] {
        ensure(request.raw(&route).is_none(), || format!("{name}: {route} from a UA without proxies"))?;
    }
    Ok(())
}

pub(super) fn check_allow(message: &Message) -> Outcome {
    let allowed: Vec<&str> = message.values(&HeaderName::Allow).collect();
    let needed = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"];
    ensure(needed.iter().all(|method| allowed.contains(method)), || {
        format!("{}: Allow is {allowed:?}", title(message))
    })
}

/// The ACK of a 2xx is a transaction of its own, towards the Contact (§13.2.2.4).
pub(super) fn check_ack_of_answer(wire: &Wire, invite: &Message, ack: &Message) -> Outcome {
    check_way(wire, ack)?;
    ensure(branch(ack)? != branch(invite)?, || "the ACK of a 200 has the INVITE's branch".to_owned())?;
    ensure(ack.cseq()?.number == invite.cseq()?.number, || "the ACK has another CSeq".to_owned())?;
    ensure(ack.call_id()? == invite.call_id()?, || "the ACK has another Call-ID".to_owned())?;
    ensure(from_tag(ack)? == from_tag(invite)?, || "the ACK has another From tag".to_owned())?;
    ensure(to_tag(ack)? == "callee-tag", || "the ACK has another To tag".to_owned())?;
    ensure(ack.uri() == Some(uri_of(wire, "callee").as_str()), || format!("ACK to {:?}", ack.uri()))
}

/// The ACK of a refusal belongs to the INVITE's transaction (§17.1.1.3).
pub(super) fn check_ack_of_failure(invite: &Message, ack: &Message) -> Outcome {
    ensure(branch(ack)? == branch(invite)?, || "the ACK of a refusal has another branch".to_owned())?;
    ensure(ack.uri() == invite.uri(), || "the ACK of a refusal goes elsewhere".to_owned())?;
    ensure(ack.cseq()?.number == invite.cseq()?.number, || "the ACK has another CSeq".to_owned())?;
    ensure(ack.raw_all(&HeaderName::Via).count() == 1, || "the ACK has not one Via".to_owned())?;
    ensure(from_tag(ack)? == from_tag(invite)?, || "the ACK has another From tag".to_owned())?;
    ensure(to_tag(ack)? == "callee-tag", || "the ACK has not the response's To tag".to_owned())
}

/// A CANCEL copies its INVITE (§9.1).
pub(super) fn check_cancel(invite: &Message, cancel: &Message) -> Outcome {
    ensure(cancel.uri() == invite.uri(), || "CANCEL: another Request-URI".to_owned())?;
    for name in [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId] {
        ensure(cancel.raw(&name) == invite.raw(&name), || {
            format!("CANCEL: {name} is {:?}, not {:?}", cancel.raw(&name), invite.raw(&name))
        })?;
    }
    ensure(cancel.cseq()?.number == invite.cseq()?.number, || "CANCEL: another CSeq".to_owned())?;
    ensure(cancel.cseq()?.method == Method::Cancel, || "CANCEL: CSeq names another method".to_owned())?;
    ensure(cancel.raw(&HeaderName::Require).is_none(), || "CANCEL: Require".to_owned())
}

/// A request of the exchange in the callee's dialog, `later` after the INVITE.
pub(super) fn check_request_of_callee_dialog(
    wire: &Wire,
    invite: &Message,
    request: &Message,
    later: u32,
) -> Outcome {
    let name = title(request);
    check_way(wire, request)?;
    ensure(branch(request)? != branch(invite)?, || format!("{name}: the INVITE's branch again"))?;
    ensure(request.call_id()? == invite.call_id()?, || format!("{name}: another Call-ID"))?;
    ensure(from_tag(request)? == from_tag(invite)?, || format!("{name}: another From tag"))?;
    ensure(to_tag(request)? == "callee-tag", || format!("{name}: another To tag"))?;
    ensure(request.uri() == Some(uri_of(wire, "callee").as_str()), || {
        format!("{name} to {:?}", request.uri())
    })?;
    let (first, now) = (invite.cseq()?.number, request.cseq()?.number);
    ensure(now > first && now <= first + later, || format!("{name}: CSeq {now} after {first}"))
}

/// BYE as the callee sends it: the dialog's ends change places.
pub(super) fn bye_of_callee(wire: &Wire, invite: &Message) -> Outcome<Vec<u8>> {
    let target = header(invite, "Contact")?;
    let target = target.split_once('<').and_then(|(_, r)| r.split_once('>')).map_or(target, |(uri, _)| uri);
    let (from, to) = (header(invite, "To")?, header(invite, "From")?);
    let (here, call_id) = (wire.address(), invite.call_id()?);
    Ok(format!(
        "BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK-callee-bye;rport\r\nMax-Forwards: 70\r\n\
         From: {from};tag=callee-tag\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes())
}

pub(super) fn uri_of(wire: &Wire, name: &str) -> String {
    format!("sip:{name}@{}", wire.address())
}
