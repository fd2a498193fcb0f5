//! What the registrar's answer means.

use std::time::Duration;

use sip_parser::typed::{MinExpires, RetryAfter};
use sip_parser::{Contact, HeaderName, Message, NameAddr, Uri};

use crate::user_agent::SecurityAgreement;

/// A refusal, by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 423: longer registrations are taken, these seconds at least (RFC 3261 section 10.2.8).
    TooBrief(u32),
    /// 439: the proxy in front of the registrar knows nothing of outbound (RFC 5626 section 11.6).
    NoOutbound,
    /// It may pass: a server that is down or busy, a way that is blocked.
    Passing,
    /// 401 and 407, after our answer: the credentials are wrong.
    Credentials,
    /// 403.
    Forbidden,
    /// Another attempt would end in the same way.
    Final,
}

impl Refusal {
    /// Of a final response that is no 2xx.
    pub(super) fn of(response: &Message) -> Refusal {
        match response.status().unwrap_or_default() {
            401 | 407 => Refusal::Credentials,
            403 => Refusal::Forbidden,
            439 => Refusal::NoOutbound,
            423 => match response.header::<MinExpires>() {
                Ok(Some(MinExpires(seconds))) => Refusal::TooBrief(seconds),
                _ => Refusal::Final,
            },
            408 | 425 | 429 | 430 | 480 | 486 | 491 | 500 | 502 | 503 | 504 => Refusal::Passing,
            // Who says when to come back has not said no for good.
            _ if retry_after(response).is_some() => Refusal::Passing,
            _ => Refusal::Final,
        }
    }
}

/// The wait that a server asks for (RFC 3261 section 20.33), a day at most; `None` for none.
pub(crate) fn retry_after(response: &Message) -> Option<Duration> {
    const DAY: u32 = 86_400;
    let asked = response.header::<RetryAfter<'_>>().ok()??.seconds;
    (asked > 0).then(|| Duration::from_secs(asked.min(DAY).into()))
}

/// What a 2xx tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// Seconds that we are registered for.
    pub seconds: u32,
    /// The way that requests of this address of record take from now on (RFC 3608), nearest proxy first.
    pub service_route: Vec<String>,
    /// Seconds between keep-alives that an outbound registrar asks for (RFC 5626 section 3.5).
    pub flow_timer: Option<u32>,
    /// Our public address at the registrar (RFC 5627), for those who shall reach this instance and no other.
    pub public_gruu: Option<String>,
    /// The registrar's security mechanisms (RFC 3329), which requests over the same server say back.
    pub security_server: Vec<String>,
}

impl Granted {
    /// Reads a 2xx to a REGISTER whose Contact was `ours`, and which asked for `asked` seconds.
    ///
    /// A registrar behind address translation may show us another Contact than ours. Where ours is not among them, the
    /// one that ends first counts: to refresh too early does no harm.
    pub(super) fn of(response: &Message, ours: &str, asked: u32) -> Granted {
        let contacts: Vec<NameAddr<'_>> = response
            .contacts()
            .filter_map(|contact| match contact.ok()? {
                Contact::Address(address) => Some(address),
                Contact::Star => None,
            })
            .collect();
        let own = contacts.iter().find(|contact| means(contact.uri_str(), ours));
        let of_contact = match own {
            Some(own) => own.expires(),
            None => contacts.iter().filter_map(NameAddr::expires).min(),
        };
        let header = || response.expires().and_then(Result::ok);
        let list = |name: &str| response.values(&HeaderName::from(name)).map(str::to_owned).collect();
        let gruu = own.and_then(|own| own.param("pub-gruu").flatten()).map(str::to_owned);
        Granted {
            seconds: of_contact.or_else(header).unwrap_or(asked),
            service_route: list("Service-Route"),
            flow_timer: response
                .raw(&HeaderName::from("Flow-Timer"))
                .and_then(|text| text.trim().parse().ok()),
            public_gruu: gruu,
            security_server: SecurityAgreement::told_by(response),
        }
    }
}

/// Whether two URIs mean the same (RFC 3261 section 19.1.4).
fn means(one: &str, other: &str) -> bool {
    one == other
        || matches!((Uri::parse(one), Uri::parse(other)), (Ok(one), Ok(other)) if one.equivalent(&other))
}
