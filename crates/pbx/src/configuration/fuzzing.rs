//! The bodies of the fuzz targets `pjsip_conf`, `geolocation_conf` and `sip_dialects`, kept here so that they always compile.

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

/// Loads a `geolocation.conf` beside an endpoint, checks it, and shows what is wrong with it.
///
/// # Panics
/// When a configuration is given in spite of errors, or withheld without any.
pub fn geolocation_conf(data: &[u8]) {
    let mut files = MemoryFiles::new();
    files.insert("/pbx/etc/geolocation.conf", data);
    files.insert("/pbx/etc/pjsip.conf", "[a]\ntype=endpoint\ngeoloc_incoming_call_profile=a\n");
    files.insert("/pbx/etc/extensions.conf", "[default]\nexten => _X.,1,Answer()\n");
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    assert_eq!(configuration.is_none(), report.has_errors());
    let _ = report.render(false);
}

/// Loads a `sip.conf`, a `pjsip_wizard.conf` and a `pjsip.conf`, with a line `---` between them, and shows what is wrong
/// with them together.
///
/// # Panics
/// When a configuration is given in spite of errors, or withheld without any; when a finding points outside of the files.
pub fn sip_dialects(data: &[u8]) {
    let mut files = MemoryFiles::new();
    files
        .insert("/pbx/etc/extensions.conf", "[default]\nexten => _X.,1,Dial(SIP/a&SIP/${EXTEN}@b&SIP/c/1)\n");
    let mut rest = data;
    for name in ["sip.conf", "pjsip_wizard.conf", "pjsip.conf"] {
        let end = rest.windows(5).position(|window| window == b"\n---\n");
        let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
        files.insert(format!("/pbx/etc/{name}"), text);
        rest = after.get(5..).unwrap_or_default();
    }
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    assert_eq!(configuration.is_none(), report.has_errors());
    let has_place =
        |d: &asterisk_conf::Diagnostic| d.span.is_none_or(|span| report.sources.place(span).is_some());
    assert!(report.diagnostics.iter().all(has_place), "a finding points outside of the files");
    let _ = report.render(false);
}
