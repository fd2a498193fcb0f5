//! One endpoint, for the tests of its options.

use std::path::Path;
use std::sync::Arc;

use asterisk_conf::MemoryFiles;

use super::Endpoint;
use crate::configuration::{Configuration, Folders};

/// The endpoint with these lines, and what is said of them.
pub(super) fn endpoint_of(lines: &str) -> (Arc<Endpoint>, String) {
    let pjsip = format!("[udp]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\n{lines}\n");
    let files = MemoryFiles::from([
        ("/pbx/etc/pjsip.conf", pjsip.as_str()),
        ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
    ]);
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    let said = report.render(false);
    let configuration = configuration.unwrap_or_else(|| panic!("{said}"));
    (configuration.sip.endpoints["a"].clone(), said)
}
