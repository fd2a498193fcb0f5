//! Where a phone sends a call that it does not take: the Contacts of a 3xx (RFC 3261 section 8.1.3.4).

use sip_parser::typed::Diversion;
use sip_parser::{Message, Uri};

use super::endpoint::SipEndpoint;
use super::parties;
use crate::forward::{Forward, ForwardTarget};

/// What is made of the Contacts of a 3xx (`redirect_method`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RedirectMethod {
    /// Their users are numbers for the dialplan.
    #[default]
    User,
    /// They are called as they are, by whoever dials.
    UriCore,
    /// They are called as they are, and who dials is not asked.
    UriPjsip,
}

/// Contacts of one response that are looked at.
const MOST_CONTACTS: usize = 16;

/// Where the phone wants the call to go, and why; `None` when it names no place that could be called.
pub(super) fn forward_of(response: &Message, endpoint: &SipEndpoint) -> Option<Forward> {
    let contacts = response.contacts().take(MOST_CONTACTS).filter_map(Result::ok);
    let mut places: Vec<(u16, ForwardTarget)> = contacts
        .filter_map(|contact| {
            // One without a `q` is as good as the best.
            let target = target_of(&contact.address()?.uri(), endpoint)?;
            Some((contact.q().unwrap_or(1_000), target))
        })
        .collect();
    places.sort_by_key(|(q, _)| std::cmp::Reverse(*q));
    let targets: Vec<ForwardTarget> = places.into_iter().map(|(_, target)| target).collect();
    if targets.is_empty() {
        return None;
    }
    let said = response.headers_of::<Diversion>().flatten().next().and(parties::redirecting_of(response));
    Some(Forward {
        targets,
        from: said.as_ref().map(|said| said.from.clone()).filter(|from| !from.number.is_empty()),
        reason: said.map_or_else(|| "unconditional".to_owned(), |said| said.reason),
        silent: endpoint.redirect_method == RedirectMethod::UriPjsip,
    })
}

fn target_of(uri: &Uri<'_>, endpoint: &SipEndpoint) -> Option<ForwardTarget> {
    match endpoint.redirect_method {
        RedirectMethod::User => {
            let number = uri.dialed().filter(|number| !number.is_empty())?;
            Some(ForwardTarget::Number(number.into_owned()))
        }
        // Headers and a method in a URI are a request of the phone's making; we make our own.
        RedirectMethod::UriCore | RedirectMethod::UriPjsip if uri.is_sip() => {
            let resource = format!("{}/{}", endpoint.name, uri.in_request_line());
            Some(ForwardTarget::Destination(format!("{}/{resource}", super::NAME)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward(method: RedirectMethod, headers: &str) -> Option<Forward> {
        let text = format!(
            "SIP/2.0 302 Moved Temporarily\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
             From: <sip:1@192.0.2.1>;tag=1\r\nTo: <sip:2@192.0.2.2>;tag=2\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n\
             {headers}\r\n"
        );
        let mut endpoint = SipEndpoint::new("desk");
        endpoint.redirect_method = method;
        forward_of(&Message::parse(text.into()).unwrap(), &endpoint)
    }

    #[test]
    fn contacts_are_numbers_in_the_order_of_their_q() {
        let forward = forward(
            RedirectMethod::User,
            "Contact: <sip:200@192.0.2.9>;q=0.5, <tel:+331>;q=0.1\r\nContact: <sip:1%2300@x>, <sip:192.0.2.1>\r\n",
        );
        let number = |number: &str| ForwardTarget::Number(number.to_owned());
        let forward = forward.unwrap();
        assert_eq!(forward.targets, [number("1#00"), number("200"), number("+331")]);
        assert_eq!((forward.from, forward.reason.as_str(), forward.silent), (None, "unconditional", false));
    }

    #[test]
    fn contacts_are_called_as_they_are_but_for_their_headers_and_method() {
        let contacts =
            "Contact: <sip:200@192.0.2.9:5070;method=BYE;transport=tcp?Subject=x>\r\nContact: <tel:+331>\r\n";
        for method in [RedirectMethod::UriCore, RedirectMethod::UriPjsip] {
            let forward = forward(method, contacts).unwrap();
            let destination = "PJSIP/desk/sip:200@192.0.2.9:5070;transport=tcp".to_owned();
            assert_eq!(forward.targets, [ForwardTarget::Destination(destination)]);
            assert_eq!(forward.silent, method == RedirectMethod::UriPjsip);
        }
    }

    #[test]
    fn a_phone_says_who_diverts_and_why() {
        let said = "Contact: <sip:200@x>\r\nDiversion: \"Desk\" <sip:101@x>;reason=user-busy\r\n";
        let forward = forward(RedirectMethod::User, said).unwrap();
        assert_eq!((forward.from.unwrap().number.as_str(), forward.reason.as_str()), ("101", "user-busy"));
        assert_eq!(super::tests::forward(RedirectMethod::User, ""), None);
    }
}
