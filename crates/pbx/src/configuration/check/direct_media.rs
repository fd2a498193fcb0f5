//! Audio that is sent where it cannot arrive.

use std::sync::Arc;

use asterisk_conf::Diagnostic;

use super::told_together;
use crate::configuration::{Endpoint, SipConfiguration};

const HELP: &str = "add direct_media=no, or disable_direct_media_on_nat=yes";

/// Phones that are expected behind translators, and told to each other all the same: each would send to an address of the
/// other's own network.
pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let lost = |endpoint: &&Arc<Endpoint>| {
        let direct = &endpoint.direct_media;
        endpoint.rtp_symmetric && direct.allowed && !direct.avoid_nat
    };
    let endpoints: Vec<_> = sip.endpoints.values().filter(lost).collect();
    let place = |endpoint: &&Arc<Endpoint>| (endpoint.name.clone(), endpoint.span);
    let told = |who: &str| {
        let message = format!(
            "{who}: rtp_symmetric expects phones behind a router, and direct_media, on unless told otherwise, sends \
             audio straight to them"
        );
        Diagnostic::warning("direct-media-on-nat", message).help(HELP)
    };
    found.extend(told_together(&endpoints, place, told));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use crate::configuration::{Configuration, Folders};

    fn is_told(lines: &str) -> bool {
        let pjsip = format!(
            "[udp]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\nidentify_by=ip\nrtp_symmetric=yes\n{lines}\n"
        );
        let files = MemoryFiles::from([
            ("/pbx/etc/pjsip.conf", pjsip.as_str()),
            ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ]);
        let (_, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        report.diagnostics.iter().any(|finding| finding.code == "direct-media-on-nat")
    }

    #[test]
    fn phones_behind_routers_that_are_told_to_each_other_are_noticed() {
        assert!(is_told(""));
        assert!(is_told("direct_media=yes"));
        for safe in ["direct_media=no", "disable_direct_media_on_nat=yes", "rtp_symmetric=no"] {
            assert!(!is_told(safe), "{safe}");
        }
    }
}
