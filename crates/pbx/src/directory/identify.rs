//! The endpoint that a request comes from, found in the order that the configuration says.

use std::sync::Arc;

use call_control::sip::SipEndpoint;
use sip_parser::{HeaderName, Message, Method};
use sip_ua::transport::Flow;

use super::{EndpointTable, HostAddresses, names_of};
use crate::configuration::{Configuration, Identifier, Identify};

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

/// What `endpoint_identifier_order` may leave out and is tried all the same, after the rest: an `identify` section asks for
/// it.
const LAST: [Identifier; 2] = [Identifier::Header, Identifier::RequestUri];

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

fn by_address(configuration: &Configuration, hosts: &HostAddresses, flow: &Flow) -> Option<String> {
    let identifies = configuration.sip.identifies.iter();
    let peer = flow.remote;
    let mut matching = identifies.filter(|identify| identify.matches(peer) || hosts.match_of(identify, peer));
    matching.next().map(|identify| identify.endpoint.clone())
}

/// The user of From, when it names an endpoint that lets itself be found so.
fn by_from(configuration: &Configuration, request: &Message) -> Option<String> {
    let from = request.from().ok()?;
    let names = names_of(&configuration.sip, &from.uri());
    let endpoint = names.iter().find_map(|name| configuration.sip.endpoints.get(name))?;
    endpoint.identify_by.contains(&Identifier::Username).then(|| endpoint.name.clone())
}

/// The user of the digest, when an endpoint that lets itself be found so has it among its `auth`.
fn by_credentials(endpoints: &EndpointTable, request: &Message) -> Option<String> {
    let authorization = request.raw(&HeaderName::Authorization)?;
    let user = sip_ua::digest::claimed_username(authorization)?;
    endpoints.of_user(&user).map(str::to_owned)
}

#[cfg(test)]
mod tests {
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
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
        let text = format!(
            "{first}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCall-ID: 1\r\n{headers}Content-Length: 0\r\n\r\n"
        );
        let request = Message::parse(text.into()).unwrap();
        let at = "192.0.2.1:5060".parse().unwrap();
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
