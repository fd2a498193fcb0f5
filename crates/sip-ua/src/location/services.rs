//! The names of SIP services in DNS: what NAPTR records call them, and where their SRV records are.

use super::question::{Naptr, Question, Record, RecordKind};
use super::reach::Reach;
use crate::transport::Protocol;

/// The transport that a NAPTR service field stands for (RFC 3263 section 4.1, RFC 7118 section 8.3).
fn protocol_of(service: &str) -> Option<Protocol> {
    const SERVICES: [(&str, Protocol); 5] = [
        ("SIP+D2U", Protocol::Udp),
        ("SIP+D2T", Protocol::Tcp),
        ("SIPS+D2T", Protocol::Tls),
        ("SIP+D2W", Protocol::Ws),
        ("SIPS+D2W", Protocol::Wss),
    ];
    SERVICES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(service)).map(|(_, protocol)| protocol)
}

/// The question for the servers of a transport of `domain`. `None` for WebSocket, which has no name of its
/// own: only a NAPTR record can lead there.
pub(super) fn servers_of(protocol: Protocol, domain: &str) -> Option<Question> {
    let prefix = match protocol {
        Protocol::Udp => "_sip._udp",
        Protocol::Tcp => "_sip._tcp",
        Protocol::Tls => "_sips._tcp",
        Protocol::Ws | Protocol::Wss => return None,
    };
    Some(Question::new(RecordKind::Srv, &format!("{prefix}.{domain}")))
}

/// The questions that the NAPTR records of a domain lead to, best first: those of transports that we have,
/// and for a `sips:` URI only the secure ones. Rules of a higher order are not looked at once one of a
/// lower can be used (RFC 3403 section 4.1).
pub(super) fn offered(records: &[Record], secure: bool, reach: &Reach) -> Vec<(Protocol, Question)> {
    let mut rules: Vec<(&Naptr, Protocol)> = records
        .iter()
        .filter_map(|record| match record {
            Record::Naptr(rule) => Some((rule, protocol_of(&rule.service)?)),
            _ => None,
        })
        .filter(|(rule, protocol)| {
            rule.flags.eq_ignore_ascii_case("s")
                && rule.regexp.is_empty()
                && !rule.replacement.trim_end_matches('.').is_empty()
                && reach.serves(*protocol)
                && (protocol.is_secure() || !secure)
        })
        .collect();
    rules.sort_by_key(|(rule, _)| (rule.order, rule.preference));
    let best = rules.first().map(|(rule, _)| rule.order);
    let usable = rules.into_iter().filter(|(rule, _)| Some(rule.order) == best);
    usable.map(|(rule, protocol)| (protocol, Question::new(RecordKind::Srv, &rule.replacement))).collect()
}
