//! The body of the fuzz target `pjsip_conf`, kept here so that it always compiles.

use std::path::Path;

use asterisk_conf::MemoryFiles;

use super::{Configuration, Folders};

/// Loads a `pjsip.conf` beside a small dialplan, checks it, and shows what is wrong with it.
///
/// # Panics
/// When a configuration is given in spite of errors, or withheld without any.
pub fn pjsip_conf(data: &[u8]) {
    let mut files = MemoryFiles::new();
    files.insert("/pbx/etc/pjsip.conf", data);
    files.insert("/pbx/etc/extensions.conf", "[default]\nexten => _X.,1,Dial(PJSIP/a&PJSIP/${EXTEN}@b)\n");
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    assert_eq!(configuration.is_none(), report.has_errors());
    let _ = report.render(false);
}
