//! Keys of media that anybody on the way can read.

use std::sync::Arc;

use asterisk_conf::Diagnostic;
use call_control::sip::MediaEncryption;

use super::told_together;
use crate::configuration::{Endpoint, SipConfiguration};

const HELP: &str = "add a transport with protocol=tls, and let the phones register there";

/// Endpoints whose keys go with messages that are not encrypted themselves: whoever reads those can listen in.
pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let secure = |name: &str| {
        let transport = sip.transports.iter().find(|transport| transport.name == name);
        transport.is_none_or(|transport| transport.protocol.is_secure())
    };
    let some_secure = sip.transports.iter().any(|transport| transport.protocol.is_secure());
    let in_the_clear = |endpoint: &&Arc<Endpoint>| {
        let has_keys = matches!(endpoint.media_encryption, MediaEncryption::Sdes { .. });
        // Without a transport of its own it may use any: then one that is secure will do.
        has_keys && !endpoint.transport.as_deref().map_or(some_secure, secure)
    };
    let endpoints: Vec<_> = sip.endpoints.values().filter(in_the_clear).collect();
    let place = |endpoint: &&Arc<Endpoint>| (endpoint.name.clone(), endpoint.span_of("media_encryption"));
    let told = |who: &str| {
        let message = format!(
            "{who}: media_encryption=sdes tells keys in messages that are not encrypted themselves: who reads them can \
             listen in"
        );
        Diagnostic::warning("keys-in-the-clear", message).help(HELP)
    };
    found.extend(told_together(&endpoints, place, told));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use crate::configuration::{Configuration, Folders};

    fn is_told(transports: &str, lines: &str) -> bool {
        let pjsip = format!("{transports}\n[a]\ntype=endpoint\nidentify_by=ip\n{lines}\n");
        let files = MemoryFiles::from([
            ("/pbx/etc/pjsip.conf", pjsip.as_str()),
            ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ]);
        let (_, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        report.diagnostics.iter().any(|finding| finding.code == "keys-in-the-clear")
    }

    /// In the words of the file that it was written in.
    #[test]
    fn keys_of_sip_conf_are_noticed() {
        let files = MemoryFiles::from([
            (
                "/pbx/etc/sip.conf",
                "[general]\n[a]\ntype=friend\nhost=dynamic\nsecret=dJ3kfu39xlw0\nencryption=yes\n",
            ),
            ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ]);
        let (_, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let said = report.render(false);
        assert!(said.contains("[a]: encryption=yes tells keys") && said.contains("sip.conf:6:"), "{said}");
    }

    #[test]
    fn keys_without_tls_are_noticed() {
        let udp = "[udp]\ntype=transport\nbind=0.0.0.0";
        let both = format!("{udp}\n[wss]\ntype=transport\nprotocol=wss\nbind=0.0.0.0");
        assert!(is_told(udp, "media_encryption=sdes"));
        assert!(is_told(&both, "media_encryption=sdes\ntransport=udp"));
        assert!(!is_told(&both, "media_encryption=sdes"));
        assert!(!is_told(&both, "media_encryption=sdes\ntransport=wss"));
        assert!(!is_told(udp, ""));
    }
}
