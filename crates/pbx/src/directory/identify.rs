//! The endpoint that a request comes from, found in the order that the configuration says.

use std::sync::Arc;

use call_control::sip::SipEndpoint;
use sip_parser::{HeaderName, Message, Method};
use sip_ua::transport::Flow;

use super::{EndpointTable, HostAddresses, names_of};
use crate::configuration::{Configuration, Endpoint, Identifier, Identify};

/// The endpoint that `request` claims to come from, or that its address belongs to. Nothing is proven yet.
pub(super) fn endpoint_of(
    configuration: &Configuration,
    endpoints: &EndpointTable,
    hosts: &HostAddresses,
    request: &Message,
    flow: &Flow,
) -> Option<Arc<SipEndpoint>> {
    if let Some(name) = registering(configuration, hosts, request, flow) {
        return endpoints.get(&name).cloned();
    }
    if let Some(name) = by_device_name(configuration, hosts, request, flow) {
        return endpoints.get(&name).cloned();
    }
    let order = &configuration.sip.global.endpoint_identifier_order;
    let unnamed = LAST.iter().filter(|identifier| !order.contains(identifier));
    order.iter().chain(unnamed).find_map(|identifier| {
        let name = match identifier {
            Identifier::Ip => by_address(configuration, hosts, flow)?,
            Identifier::Username => by_from(configuration, request)?,
            Identifier::AuthUsername => by_credentials(endpoints, request)?,
            Identifier::Anonymous => "anonymous".to_owned(),
            Identifier::Header => by_header(configuration, request)?,
            Identifier::RequestUri => by_request_uri(configuration, request)?,
        };
        endpoints.get(&name).cloned()
    })
}

/// A phone that registers from the address of a trunk, behind whose gate it stands: the trunk has nothing that it could
/// register, and From says whose phone it is. It has to prove that as from anywhere else.
fn registering(
    configuration: &Configuration,
    hosts: &HostAddresses,
    request: &Message,
    flow: &Flow,
) -> Option<String> {
    if request.method() != Some(Method::Register) {
        return None;
    }
    let trunk = configuration.sip.endpoints.get(&by_address(configuration, hosts, flow)?)?;
    let wanted = names_of(&configuration.sip, &request.to().ok()?.uri());
    let is_its_own = wanted.iter().any(|name| trunk.aors.iter().any(|aor| aor == name));
    by_from(configuration, request).filter(|name| !is_its_own && *name != trunk.name)
}

/// A friend or user of `sip.conf`, whose name in From counts before any address: a phone may stand where a trunk does. One that
/// is believed for its address (`insecure=invite`) is found so only from there.
fn by_device_name(
    configuration: &Configuration,
    hosts: &HostAddresses,
    request: &Message,
    flow: &Flow,
) -> Option<String> {
    if configuration.sip.device_rules.is_empty() {
        return None;
    }
    let named = named_by_from(configuration, request)?;
    let rules = configuration.sip.device_rules.get(&named.name)?;
    if !rules.recognition.is_some_and(|recognition| recognition.by_name_first) {
        return None;
    }
    let is_there = || at_address(configuration, hosts, flow).any(|identify| identify.endpoint == named.name);
    (named.identify_by.contains(&Identifier::Username) || is_there()).then(|| named.name.clone())
}

/// What `endpoint_identifier_order` may leave out and is tried all the same, after the rest: an `identify` section asks for
/// it, or the `identify_by` of an endpoint.
const LAST: [Identifier; 3] = [Identifier::Header, Identifier::RequestUri, Identifier::AuthUsername];

fn by_header(configuration: &Configuration, request: &Message) -> Option<String> {
    let fits = |identify: &&Identify| {
        let Some((name, pattern)) = &identify.header else { return false };
        request.raw_all(name).any(|value| pattern.fits(value.trim()))
    };
    configuration.sip.identifies.iter().find(fits).map(|identify| identify.endpoint.clone())
}

fn by_request_uri(configuration: &Configuration, request: &Message) -> Option<String> {
    let uri = request.uri()?;
    let fits = |identify: &&Identify| identify.request_uri.as_ref().is_some_and(|pattern| pattern.fits(uri));
    configuration.sip.identifies.iter().find(fits).map(|identify| identify.endpoint.clone())
}

/// The sections that an address fits.
fn at_address<'c>(
    configuration: &'c Configuration,
    hosts: &HostAddresses,
    flow: &Flow,
) -> impl Iterator<Item = &'c Identify> {
    let peer = flow.remote;
    let fits = move |identify: &&Identify| identify.matches(peer) || hosts.match_of(identify, peer);
    configuration.sip.identifies.iter().filter(fits)
}

/// Whose address it is. Devices of `sip.conf` that share one are told apart by their ports: the one whose port it is comes
/// first, and then those for which the port does not count.
fn by_address(configuration: &Configuration, hosts: &HostAddresses, flow: &Flow) -> Option<String> {
    let nearest = at_address(configuration, hosts, flow)
        .min_by_key(|identify| distance_of_port(configuration, identify, flow));
    nearest.map(|identify| identify.endpoint.clone())
}

/// Whether an address belongs to somebody together with its port, or whatever the port.
pub(super) fn is_own_port(configuration: &Configuration, hosts: &HostAddresses, flow: &Flow) -> bool {
    at_address(configuration, hosts, flow)
        .any(|identify| distance_of_port(configuration, identify, flow) == 0)
}

/// How little the port speaks for a section that an address fits.
fn distance_of_port(configuration: &Configuration, identify: &Identify, flow: &Flow) -> u8 {
    let rules = configuration.sip.device_rules.get(&identify.endpoint);
    match rules.and_then(|rules| rules.recognition) {
        Some(device) if device.port == flow.remote.port() => 0,
        Some(device) if device.any_port => 1,
        Some(_) => 2,
        None => 0,
    }
}

/// The user of From, when it names an endpoint that lets itself be found so.
fn by_from(configuration: &Configuration, request: &Message) -> Option<String> {
    let endpoint = named_by_from(configuration, request)?;
    endpoint.identify_by.contains(&Identifier::Username).then(|| endpoint.name.clone())
}

/// The endpoint that the user of From names.
pub(super) fn named_by_from<'c>(configuration: &'c Configuration, request: &Message) -> Option<&'c Endpoint> {
    let from = request.from().ok()?;
    let names = names_of(&configuration.sip, &from.uri());
    names.iter().find_map(|name| configuration.sip.endpoints.get(name)).map(Arc::as_ref)
}

/// The user of the digest, when an endpoint that lets itself be found so has it among its `auth`.
fn by_credentials(endpoints: &EndpointTable, request: &Message) -> Option<String> {
    let authorization = request.raw(&HeaderName::Authorization)?;
    let user = sip_ua::digest::claimed_username(authorization)?;
    endpoints.of_user(&user).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::path::Path;

    use asterisk_conf::MemoryFiles;
    use sip_ua::transport::Protocol;

    use super::*;
    use crate::configuration::Folders;

    const PJSIP: &str = "[u]\ntype=transport\nbind=0.0.0.0\n[north]\ntype=endpoint\nallow=ulaw\n\
        [south]\ntype=endpoint\nallow=ulaw\n[east]\ntype=endpoint\nallow=ulaw\n\
        [n]\ntype=identify\nendpoint=north\nmatch_header=X-Trunk: north\n\
        [s]\ntype=identify\nendpoint=south\nmatch_header=x-trunk: /^s(outh)?$/\n\
        [e]\ntype=identify\nendpoint=east\nmatch_request_uri=/^sip:\\+49/\n";

    fn found(pjsip: &str, uri: &str, headers: &str) -> Option<String> {
        identified(pjsip, uri, &format!("From: <sip:x@b>;tag=1\r\n{headers}"))
    }

    fn found_from(pjsip: &str, from: &str) -> Option<String> {
        identified(pjsip, "sip:1@b", from)
    }

    fn identified(pjsip: &str, uri: &str, headers: &str) -> Option<String> {
        asked(pjsip, &format!("INVITE {uri} SIP/2.0"), &format!("To: <sip:b@b>\r\n{headers}"))
    }

    fn asked(pjsip: &str, first: &str, headers: &str) -> Option<String> {
        let mut files = MemoryFiles::new();
        files.insert("/pbx/etc/pjsip.conf", pjsip);
        files.insert("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
        asked_of(files, first, headers, "192.0.2.1:5060".parse().unwrap())
    }

    fn asked_of(files: MemoryFiles, first: &str, headers: &str, at: SocketAddr) -> Option<String> {
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
        let text = format!(
            "{first}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCall-ID: 1\r\n{headers}Content-Length: 0\r\n\r\n"
        );
        let request = Message::parse(text.into()).unwrap();
        let (endpoints, hosts) = (EndpointTable::of(&configuration), HostAddresses::default());
        let flow = Flow::new(Protocol::Udp, at, at);
        endpoint_of(&configuration, &endpoints, &hosts, &request, &flow).map(|endpoint| endpoint.name.clone())
    }

    #[test]
    fn trunks_are_told_apart_by_a_header_or_by_what_they_ask_for() {
        let found = |uri, headers| found(PJSIP, uri, headers);
        assert_eq!(found("sip:1@b", "X-TRUNK:  north \r\n").as_deref(), Some("north"));
        assert_eq!(found("sip:1@b", "X-Trunk: west\r\nX-Trunk: s\r\n").as_deref(), Some("south"));
        assert_eq!(found("sip:+4912@b", "X-Trunk: norths\r\n").as_deref(), Some("east"));
        assert_eq!(found("sip:1@b", "X-Trunk: norths\r\n"), None);
    }

    #[test]
    fn users_of_several_domains_are_told_apart() {
        let pjsip = "[u]\ntype=transport\nbind=0.0.0.0\n[x]\ntype=endpoint\n[x@b]\ntype=endpoint\n\
                     [c]\ntype=domain_alias\ndomain=b\n";
        let calls = |from: &str| {
            let headers = format!("From: <sip:x@{from}>;tag=1\r\n");
            found_from(pjsip, &headers)
        };
        assert_eq!(calls("b").as_deref(), Some("x@b"));
        assert_eq!(calls("C:5070").as_deref(), Some("x@b"));
        assert_eq!(calls("192.0.2.1").as_deref(), Some("x"));
    }

    #[test]
    fn a_phone_at_the_address_of_a_trunk_registers_as_itself() {
        let trunk = "[a]\ntype=identify\nendpoint=south\nmatch=192.0.2.1\n";
        let own = "[y]\ntype=endpoint\naors=y\n[y]\ntype=aor\nmax_contacts=1\n";
        let registers = |pjsip: &str, method: &str| {
            let text = format!("{PJSIP}{trunk}{own}{pjsip}");
            asked(&text, &format!("{method} sip:b SIP/2.0"), "From: <sip:y@b>;tag=1\r\nTo: <sip:y@b>\r\n")
        };
        assert_eq!(registers("", "REGISTER").as_deref(), Some("y"));
        assert_eq!(registers("", "INVITE").as_deref(), Some("south"));
        let shared = "[t]\ntype=identify\nendpoint=west\nmatch=192.0.2.1\n[west]\ntype=endpoint\naors=y\n";
        let text = format!("[u]\ntype=transport\nbind=0.0.0.0\n{own}{shared}");
        let lines = "From: <sip:y@b>;tag=1\r\nTo: <sip:y@b>\r\n";
        assert_eq!(asked(&text, "REGISTER sip:b SIP/2.0", lines).as_deref(), Some("west"));
    }

    fn called_by(sip: &str, from: &str, port: u16) -> Option<String> {
        let mut files = MemoryFiles::new();
        files.insert("/pbx/etc/sip.conf", format!("[general]\nallowguest=no\n{sip}"));
        files.insert("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
        let request = "INVITE sip:1@b SIP/2.0";
        let headers = format!("From: <sip:{from}@b>;tag=1\r\nTo: <sip:1@b>\r\n");
        asked_of(files, request, &headers, SocketAddr::from(([192, 0, 2, 1], port)))
    }

    #[test]
    fn friends_and_users_are_known_by_name_before_peers_are_by_address() {
        let phone = |name: &str, kind: &str| format!("[{name}]\ntype={kind}\nhost=dynamic\nsecret=x1\n");
        let trunk = "[trunk]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\n";
        let sip = format!("{trunk}{}{}{}", phone("f", "friend"), phone("u", "user"), phone("p", "peer"));
        let called_by = |from| called_by(&sip, from, 40_000).unwrap();
        assert_eq!([called_by("f"), called_by("u"), called_by("p")], ["f", "u", "trunk"]);
        assert_eq!(called_by("49123"), "trunk");
    }

    #[test]
    fn friends_that_are_believed_for_their_address_are_known_by_name_there_alone() {
        let friend = |name: &str, host: &str| {
            format!("[{name}]\ntype=friend\nhost={host}\ninsecure=invite\nsecret=x1\n")
        };
        let [a, b, c] = ["a", "b", "c"].map(|name| friend(name, "192.0.2.1"));
        let sip = format!("{a}{b}{c}{}", friend("d", "192.0.2.2"));
        let called_by = |from| called_by(&sip, from, 5060).unwrap();
        assert_eq!([called_by("b"), called_by("c"), called_by("d")], ["b", "c", "a"]);
    }

    #[test]
    fn peers_at_one_address_are_told_apart_by_their_ports() {
        let peer = |name: &str, lines: &str| format!("[{name}]\ntype=peer\nhost=192.0.2.1\n{lines}\n");
        let strict = peer("strict", "port=5070\ninsecure=invite");
        let (first, second) = (peer("first", "port=5080\ninsecure=port,invite"), peer("second", "port=5090"));
        let sip = format!("{strict}{first}{second}");
        let called_by = |port| called_by(&sip, "49123", port).unwrap();
        assert_eq!([5070, 5080, 5090, 40_000].map(called_by), ["strict", "first", "second", "first"]);
    }

    #[test]
    fn the_order_is_that_of_the_configuration_and_what_it_leaves_out_comes_last() {
        let both = "X-Trunk: north\r\n";
        assert_eq!(found(PJSIP, "sip:+4912@b", both).as_deref(), Some("north"));
        let turned = format!("{PJSIP}[global]\ntype=global\nendpoint_identifier_order=request_uri,ip\n");
        assert_eq!(found(&turned, "sip:+4912@b", both).as_deref(), Some("east"));
        let by_address = format!("{PJSIP}[a]\ntype=identify\nendpoint=south\nmatch=192.0.2.0/24\n");
        assert_eq!(found(&by_address, "sip:+4912@b", both).as_deref(), Some("south"));
        let by_port = |port| by_address.replace("192.0.2.0/24", &format!("192.0.2.0:{port}/24"));
        assert_eq!(found(&by_port(5060), "sip:+4912@b", both).as_deref(), Some("south"));
        assert_eq!(found(&by_port(5061), "sip:+4912@b", both).as_deref(), Some("north"));
    }
}
