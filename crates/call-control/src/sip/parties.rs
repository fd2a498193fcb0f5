//! Who calls, who is called and who was called before, as the headers of a call say it (RFC 3325, 3323, 5806, 7044).

use std::net::IpAddr;

use sip_parser::typed::{Diversion, PAssertedIdentity};
use sip_parser::{HeaderName, Message, NameAddr, escape_user};
use wire_text::Address;

use super::endpoint::SipEndpoint;
use crate::identity::{CallerId, Presentation, Redirecting};

/// The draft that many phones and carriers still speak in place of RFC 3325.
const REMOTE_PARTY_ID: &str = "Remote-Party-ID";

/// RFC 7044.
const HISTORY_INFO: &str = "History-Info";

/// Headers by name.
type Headers = Vec<(String, String)>;

/// The party at the far end of a message: what a trusted peer asserts, else what From says.
pub(super) fn far_end(message: &Message, endpoint: &SipEndpoint) -> CallerId {
    let asserted = endpoint.trust_id_inbound.then(|| asserted(message)).flatten();
    let mut party = asserted.unwrap_or_else(|| claimed(message));
    party.number = endpoint.number_in(party.number);
    party
}

/// What a peer that is trusted asserts; `None` where it asserts nothing.
pub(super) fn asserted(message: &Message) -> Option<CallerId> {
    let party = match message.headers_of::<PAssertedIdentity>().flatten().next() {
        Some(identity) => party_of(&identity.0),
        None => remote_party(message)?,
    };
    let restricted = message.values(&HeaderName::Privacy).any(|list| {
        list.split(';')
            .any(|word| ["id", "user", "header"].contains(&word.trim().to_ascii_lowercase().as_str()))
    });
    Some(if restricted { party.with_presentation(Presentation::RESTRICTED) } else { party })
}

fn remote_party(message: &Message) -> Option<CallerId> {
    let text = message.raw(&REMOTE_PARTY_ID.into())?;
    let address = NameAddr::parse(text).ok()?;
    let privacy = address.param("privacy").flatten().unwrap_or("off");
    let party = party_of(&address);
    let open = privacy.eq_ignore_ascii_case("off");
    Some(if open { party } else { party.with_presentation(Presentation::RESTRICTED) })
}

/// What From says. One that names nobody is kept as it came, and is not shown to others.
fn claimed(message: &Message) -> CallerId {
    let Ok(from) = message.from() else { return CallerId::default() };
    let party = party_of(&from);
    let nobody = from.uri().host().to_string().eq_ignore_ascii_case("anonymous.invalid");
    if nobody { party.with_presentation(Presentation::RESTRICTED) } else { party }
}

fn party_of(address: &NameAddr<'_>) -> CallerId {
    let number = address.uri().dialed().map(|user| user.into_owned()).unwrap_or_default();
    CallerId::new(address.display().unwrap_or_default(), number)
}

/// The From of a call towards `endpoint`. It tells nobody who does not want to be shown (RFC 3323 section 4.1.1.3): From
/// goes on to strangers, and those who are trusted are told in [`identity_headers`]. Nor does the name of a caller stand
/// beside an account that is not the caller's.
pub(super) fn from(endpoint: &SipEndpoint, caller: &CallerId, local: IpAddr) -> String {
    let account = endpoint.from_user.as_deref();
    let domain = endpoint.from_domain.clone();
    if !caller.presentation().is_allowed() {
        let host = domain.unwrap_or_else(|| "anonymous.invalid".to_owned());
        return format!("\"Anonymous\" <sip:{}@{host}>", account.unwrap_or("anonymous"));
    }
    let host = domain.unwrap_or_else(|| host_text(local));
    match account {
        Some(account) if account != caller.number => address(endpoint, "", account, &host),
        _ => {
            let number = if caller.number.is_empty() { "anonymous" } else { &caller.number };
            address(endpoint, &caller.name, number, &host)
        }
    }
}

/// What a message towards `endpoint` says about the party on our side. `role` is what a Remote-Party-ID calls it.
pub(super) fn identity_headers(
    endpoint: &SipEndpoint,
    party: &CallerId,
    local: IpAddr,
    role: &str,
) -> Headers {
    let open = party.presentation().is_allowed();
    let is_told = endpoint.send_pai || endpoint.send_rpid;
    if !is_told || party.number.is_empty() || !(open || endpoint.trust_id_outbound) {
        return Headers::new();
    }
    let host = endpoint.from_domain.clone().unwrap_or_else(|| host_text(local));
    let address = address(endpoint, &party.name, &party.number, &host);
    let mut headers = Headers::new();
    if endpoint.send_pai {
        headers.push(("P-Asserted-Identity".to_owned(), address.clone()));
        if !open {
            headers.push(("Privacy".to_owned(), "id".to_owned()));
        }
    }
    if endpoint.send_rpid {
        let privacy = if open { "off" } else { "full" };
        let value = format!("{address};party={role};privacy={privacy};screen=no");
        headers.push((REMOTE_PARTY_ID.to_owned(), value));
    }
    headers
}

/// Who was called before us, and why the call went on.
pub(super) fn redirecting_of(invite: &Message) -> Option<Redirecting> {
    let diversion = invite.headers_of::<Diversion>().flatten().next();
    if let Some(Diversion(address)) = diversion {
        let reason = address.param("reason").flatten().unwrap_or("unknown");
        let counter = address.param("counter").flatten().and_then(|counter| counter.parse().ok());
        return Some(Redirecting {
            from: party_of(&address),
            reason: reason.trim_matches('"').to_owned(),
            count: counter.unwrap_or(1),
        });
    }
    let history = HeaderName::from(HISTORY_INFO);
    let entries: Vec<NameAddr<'_>> =
        invite.values(&history).filter_map(|value| NameAddr::parse(value).ok()).collect();
    history_of(&entries)
}

/// The last diversion that the entries of History-Info tell: each entry is where the call went next.
fn history_of(entries: &[NameAddr<'_>]) -> Option<Redirecting> {
    let steps = entries.iter().enumerate().map(|(place, entry)| (entry, entries.get(place + 1)));
    let mut diversions =
        steps.filter_map(|(entry, next)| diversion_status(entry, next).map(|status| (entry, status)));
    let (passed_on, status) = diversions.next_back()?;
    let reason = REASONS.iter().find(|(_, known)| *known == status);
    let before = diversions.count();
    Some(Redirecting {
        from: party_of(passed_on),
        reason: reason.map_or("unknown", |(reason, _)| reason).to_owned(),
        count: u32::try_from(before + 1).unwrap_or(u32::MAX),
    })
}

/// Why a call went from one entry of History-Info to the next one, where it was passed on by somebody: the Reason of who
/// passed it on (RFC 4244 section 4.1), or the `cause` of whom it was passed on to, as networks of telephones have it (RFC
/// 4458 section 2, 3GPP TS 24.604).
///
/// Nothing is next where the entry of whom it was passed on to is not written yet.
fn diversion_status(from: &NameAddr<'_>, next: Option<&NameAddr<'_>>) -> Option<u16> {
    let of_target = next.and_then(|next| next.uri().param("cause").flatten()?.parse().ok());
    let of_source = || {
        let reason = from.uri().header("Reason")?;
        let (_, cause) = reason.split_once("cause=")?;
        let digits = cause.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(cause.len());
        Some(cause[..digits].parse().unwrap_or_default())
    };
    of_target.or_else(of_source)
}

/// Reasons of a Diversion, and the status that History-Info gives for them.
const REASONS: &[(&str, u16)] = &[
    ("user-busy", 486),
    ("no-answer", 408),
    ("unconditional", 302),
    ("unavailable", 503),
    ("deflection", 480),
];

/// What an INVITE says about who was called before.
pub(super) fn redirecting_headers(
    endpoint: &SipEndpoint,
    redirecting: &Redirecting,
    target: &str,
    local: IpAddr,
) -> Headers {
    let is_told = endpoint.send_diversion || endpoint.send_history_info;
    if !is_told || redirecting.from.number.is_empty() {
        return Headers::new();
    }
    let host = endpoint.from_domain.clone().unwrap_or_else(|| host_text(local));
    let (user, reason) = (escape_user(&redirecting.from.number), &redirecting.reason);
    let mut headers = Headers::new();
    if endpoint.send_diversion {
        let address = address(endpoint, &redirecting.from.name, &redirecting.from.number, &host);
        let quoted = if sip_parser::is_token_text(reason) { reason.clone() } else { "unknown".to_owned() };
        headers.push((
            "Diversion".to_owned(),
            format!("{address};reason={quoted};counter={}", redirecting.count),
        ));
    }
    if endpoint.send_history_info {
        let status = REASONS.iter().find(|(known, _)| known == reason).map_or(302, |(_, status)| *status);
        let passed_on = format!("<sip:{user}@{host}?Reason=SIP%3Bcause%3D{status}>;index=1");
        headers.push((HISTORY_INFO.to_owned(), format!("{passed_on}, <{target}>;index=1.1")));
    }
    headers
}

fn address(endpoint: &SipEndpoint, name: &str, number: &str, host: &str) -> String {
    let phone = if endpoint.user_eq_phone && is_phone_number(number) { ";user=phone" } else { "" };
    let mut text = String::with_capacity(64);
    if !name.is_empty() {
        text.extend(["\"", &quote(name), "\" "]);
    }
    text.extend(["<sip:", &escape_user(number), "@", host, phone, ">"]);
    text
}

/// Whether a user is a telephone number (RFC 3261 section 19.1.1, `user=phone`).
pub(super) fn is_phone_number(user: &str) -> bool {
    let digits = user.strip_prefix('+').unwrap_or(user);
    !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit() || b"*#-.()".contains(&octet))
}

/// A host as it stands in URIs: an IPv6 address in brackets.
pub(super) fn host_text(ip: IpAddr) -> String {
    Address::in_uri(ip).as_str().to_owned()
}

fn quote(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_control());
    kept.fold(String::new(), |mut text, c| {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
        text
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn invite(headers: &str) -> Message {
        let text = format!(
            "INVITE sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n\
             From: \"Claimed\" <sip:200@192.0.2.2>;tag=1\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: a\r\n\
             CSeq: 1 INVITE\r\n{headers}\r\n"
        );
        Message::parse(Bytes::from(text)).unwrap()
    }

    fn trusting() -> SipEndpoint {
        let mut endpoint = SipEndpoint::new("trunk");
        endpoint.trust_id_inbound = true;
        endpoint
    }

    #[test]
    fn a_caller_is_written_safely() {
        let endpoint = SipEndpoint::new("bob");
        let caller = CallerId::new("Al \"the\" \r\nX: 1", "60 01");
        assert_eq!(from(&endpoint, &caller, LOCAL), "\"Al \\\"the\\\" X: 1\" <sip:60%2001@192.0.2.1>");
        assert_eq!(from(&endpoint, &CallerId::default(), LOCAL), "<sip:anonymous@192.0.2.1>");
    }

    #[test]
    fn only_a_trusted_peer_asserts() {
        let asserts = invite("P-Asserted-Identity: \"Real\" <sip:300@example.com>\r\n");
        assert_eq!(far_end(&asserts, &SipEndpoint::new("x")), CallerId::new("Claimed", "200"));
        assert_eq!(far_end(&asserts, &trusting()), CallerId::new("Real", "300"));
        let draft = invite("Remote-Party-ID: \"Old\" <sip:400@example.com>;party=calling;privacy=full\r\n");
        let restricted = CallerId::new("Old", "400").with_presentation(Presentation::RESTRICTED);
        assert_eq!(far_end(&draft, &trusting()), restricted);
        let private = invite("P-Asserted-Identity: <sip:300@example.com>\r\nPrivacy: id;critical\r\n");
        assert!(!far_end(&private, &trusting()).presentation().is_allowed());
        assert_eq!(far_end(&invite(""), &trusting()), CallerId::new("Claimed", "200"));
    }

    #[test]
    fn options_of_a_user_are_part_of_a_number_unless_they_are_ignored() {
        let asserts = invite("P-Asserted-Identity: \"Real\" <sip:300;cpc=ordinary@example.com>\r\n");
        let mut endpoint = trusting();
        assert_eq!(far_end(&asserts, &endpoint), CallerId::new("Real", "300;cpc=ordinary"));
        endpoint.ignores_user_options = true;
        assert_eq!(far_end(&asserts, &endpoint), CallerId::new("Real", "300"));
        endpoint.trust_id_inbound = false;
        assert_eq!(far_end(&asserts, &endpoint), CallerId::new("Claimed", "200"));
    }

    #[test]
    fn what_is_restricted_goes_to_trusted_peers_alone() {
        let caller = CallerId::new("Alice", "100").with_presentation(Presentation::RESTRICTED);
        let mut endpoint = SipEndpoint::new("trunk");
        (endpoint.send_pai, endpoint.send_rpid) = (true, true);
        assert!(identity_headers(&endpoint, &caller, LOCAL, "calling").is_empty());
        assert_eq!(from(&endpoint, &caller, LOCAL), "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
        endpoint.trust_id_outbound = true;
        let headers = identity_headers(&endpoint, &caller, LOCAL, "calling");
        let value = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        assert_eq!(value("P-Asserted-Identity"), Some("\"Alice\" <sip:100@192.0.2.1>"));
        assert_eq!(value("Privacy"), Some("id"));
        assert_eq!(
            value("Remote-Party-ID"),
            Some("\"Alice\" <sip:100@192.0.2.1>;party=calling;privacy=full;screen=no")
        );
    }

    #[test]
    fn from_tells_nobody_who_is_hidden() {
        let caller = CallerId::new("Alice", "100").with_presentation(Presentation::RESTRICTED);
        let mut endpoint = SipEndpoint::new("trunk");
        endpoint.trust_id_outbound = true;
        assert_eq!(from(&endpoint, &caller, LOCAL), "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
        endpoint.from_user = Some("account".to_owned());
        assert_eq!(from(&endpoint, &caller, LOCAL), "\"Anonymous\" <sip:account@anonymous.invalid>");
        endpoint.from_domain = Some("example.com".to_owned());
        assert_eq!(from(&endpoint, &caller, LOCAL), "\"Anonymous\" <sip:account@example.com>");
        let shown = CallerId::new("Alice", "100");
        assert_eq!(from(&endpoint, &shown, LOCAL), "<sip:account@example.com>", "whose name is not Alice");
        endpoint.from_user = None;
        assert_eq!(from(&endpoint, &shown, LOCAL), "\"Alice\" <sip:100@example.com>");
    }

    #[test]
    fn who_was_called_before_is_read_and_written() {
        let diverted = invite("Diversion: \"Desk\" <sip:500@example.com>;reason=no-answer;counter=2\r\n");
        let redirecting = redirecting_of(&diverted).unwrap();
        assert_eq!(redirecting.from, CallerId::new("Desk", "500"));
        assert_eq!((redirecting.reason.as_str(), redirecting.count), ("no-answer", 2));
        let mut endpoint = SipEndpoint::new("trunk");
        endpoint.send_history_info = true;
        let headers = redirecting_headers(&endpoint, &redirecting, "sip:600@192.0.2.9", LOCAL);
        assert_eq!(headers[0].1, "\"Desk\" <sip:500@192.0.2.1>;reason=no-answer;counter=2");
        let history = invite(&format!("History-Info: {}\r\n", headers[1].1));
        let again = redirecting_of(&history).unwrap();
        assert_eq!((again.from.number.as_str(), again.reason.as_str()), ("500", "no-answer"));
        assert_eq!(redirecting_of(&invite("")), None);
    }

    #[test]
    fn history_tells_who_passed_a_call_on_last_and_how_often_that_was() {
        let read = |history: &str| {
            let told = redirecting_of(&invite(&format!("History-Info: {history}\r\n")))?;
            Some((told.from.number, told.reason, told.count))
        };
        let told = |number: &str, reason: &str, count| Some((number.to_owned(), reason.to_owned(), count));
        let network = "<sip:+331@example.com;user=phone>;index=1,\
                       <sip:+332@example.com;user=phone;cause=486>;index=1.1;mp=1,\
                       <sip:+333@example.com;user=phone;cause=302>;index=1.1.1;mp=1.1";
        assert_eq!(read(network), told("+332", "unconditional", 2));
        let first = "<sip:+331@example.com>;index=1,<sip:+332@example.com;cause=408>;index=1.1,\
                     <sip:100@192.0.2.1>;index=1.1.1";
        assert_eq!(read(first), told("+331", "no-answer", 1));
        // Whom it was passed on to is not written down yet.
        let open = "<sip:+331@example.com?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%22>;index=1";
        assert_eq!(read(open), told("+331", "user-busy", 1));
        assert_eq!(
            read("<sip:a@x;cause=404>;index=1,<sip:b@x;cause=404>;index=1.1"),
            told("a", "unknown", 1)
        );
        // It went its way, and nobody passed it on.
        assert_eq!(read("<sip:+331@example.com>;index=1,<sip:100@192.0.2.1>;index=1.1"), None);
        assert_eq!(read("<sip:+331@example.com;cause=302>;index=1"), None);
    }

    #[test]
    fn telephone_numbers_say_so_where_that_is_wanted() {
        let mut endpoint = SipEndpoint::new("trunk");
        endpoint.user_eq_phone = true;
        let from = |number: &str| from(&endpoint, &CallerId::new("", number), LOCAL);
        assert_eq!(from("+33123"), "<sip:+33123@192.0.2.1;user=phone>");
        assert_eq!(from("alice"), "<sip:alice@192.0.2.1>");
    }
}
