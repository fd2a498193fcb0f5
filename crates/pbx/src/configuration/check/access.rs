//! Access lists that are named and not there.

use asterisk_conf::{Diagnostic, suggest};

use crate::configuration::{Access, SipConfiguration};

pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let endpoints = sip.endpoints.values().flat_map(|endpoint| [&endpoint.access, &endpoint.contact_access]);
    let everywhere = sip.access.iter().chain(&sip.contact_access);
    let direct = sip.device_rules.values().filter_map(|rules| Some(&rules.direct_media.as_ref()?.peers));
    for (name, span) in endpoints.chain(everywhere).chain(direct).flat_map(|access: &Access| &access.named) {
        if !sip.access_lists.contains_key(name) {
            let message = format!("there is no list '{name}' in acl.conf, so nobody is let in");
            let nearest = suggest::nearest(name, sip.access_lists.keys().map(String::as_str));
            found.push(Diagnostic::warning("unknown-acl", message).at(*span).suggest(nearest));
        }
    }
}
