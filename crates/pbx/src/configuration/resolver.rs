//! `resolver_unbound.conf`.

use std::net::{IpAddr, SocketAddr};

use asterisk_conf::{Config, Diagnostic};
use sip_ua::location::{DnsConfig, HostsFile, NameServers};

use super::values::{Values, at};

/// Where name servers listen.
const DNS_PORT: u16 = 53;

/// Reads `[general]`: `nameserver` (ADDRESS or ADDRESS:PORT, in any number), `resolv` and `hosts` (`system`
/// or the path of a file). The system's own where it says nothing.
pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> DnsConfig {
    let Some(section) = config.section("general") else { return DnsConfig::default() };
    let mut values = Values { section, found };
    values.check_keys(
        "[general] of resolver_unbound.conf",
        &["hosts", "resolv", "nameserver", "debug", "ta_file"],
        |_| None,
    );
    for key in ["debug", "ta_file"] {
        if values.text(key).is_some_and(|text| key != "debug" || text != "0") {
            let finding = Diagnostic::note("no-effect", format!("{key} has no effect yet"));
            let span = values.span(key);
            values.found.push(at(finding, span));
        }
    }
    let mut servers = Vec::new();
    for text in values.list("nameserver") {
        match name_server(&text) {
            Some(server) => servers.push(server),
            None => {
                let message = format!("'{text}' is no address; it is left out");
                values.odd("nameserver", message, "write an address, as in 192.0.2.53 or 192.0.2.53:5353");
            }
        }
    }
    let of_file = || match values.text("resolv") {
        Some(path) if path != "system" => NameServers::File(path.into()),
        _ => NameServers::System,
    };
    let name_servers = if servers.is_empty() { of_file() } else { NameServers::These(servers) };
    let hosts = match values.text("hosts") {
        Some(path) if path != "system" => HostsFile::File(path.into()),
        _ => HostsFile::System,
    };
    DnsConfig { name_servers, hosts }
}

fn name_server(text: &str) -> Option<SocketAddr> {
    let alone = || text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    text.parse().ok().or_else(|| Some(SocketAddr::new(alone()?, DNS_PORT)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn of(text: &str) -> (DnsConfig, Vec<Diagnostic>) {
        let path = "/etc/asterisk/resolver_unbound.conf";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        (read(&config, &mut found), found)
    }

    #[test]
    fn name_servers_are_addresses_with_or_without_a_port() {
        let (config, found) =
            of("[general]\nnameserver=192.0.2.1\nnameserver=127.0.0.1:5353\nnameserver=2001:db8::1\n");
        let servers =
            ["192.0.2.1:53", "127.0.0.1:5353", "[2001:db8::1]:53"].map(|text| text.parse().unwrap());
        assert_eq!(config.name_servers, NameServers::These(servers.to_vec()));
        assert!(found.is_empty());
    }

    #[test]
    fn files_may_take_the_place_of_the_systems() {
        let (config, _) = of("[general]\nhosts=/srv/hosts\nresolv=/srv/resolv.conf\n");
        assert_eq!(config.hosts, HostsFile::File("/srv/hosts".into()));
        assert_eq!(config.name_servers, NameServers::File("/srv/resolv.conf".into()));
        assert_eq!(
            of("[general]\nhosts=system\nresolv=system\ndebug=0\n"),
            (DnsConfig::default(), Vec::new())
        );
        assert_eq!(of("").0, DnsConfig::default());
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let (config, found) =
            of("[general]\nnameserver=dns.example.com\nnamserver=192.0.2.1\nta_file=/etc/keys\n");
        assert_eq!(config, DnsConfig::default());
        let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["unknown-key", "no-effect", "bad-value"]);
    }
}
