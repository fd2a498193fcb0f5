//! Profiles and lists of `stir_shaken.conf` that are named and not there.

use asterisk_conf::{Diagnostic, suggest};

use crate::configuration::{Access, SipConfiguration, VerificationSettings};

pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let stir = &sip.stir_shaken;
    for endpoint in sip.endpoints.values() {
        let Some(name) =
            endpoint.stir_shaken_profile.as_ref().filter(|name| !stir.sections.contains_key(*name))
        else {
            continue;
        };
        let message = format!(
            "there is no profile '{name}' in stir_shaken.conf: calls from [{}] are refused, calls to it are not signed",
            endpoint.name
        );
        let nearest = suggest::nearest(name, stir.sections.keys().map(String::as_str));
        let finding = Diagnostic::warning("unknown-profile", message);
        found.push(finding.at(endpoint.span_of("stir_shaken_profile")).suggest(nearest));
    }
    let of_profiles = stir.sections.values().map(|section| &section.verification);
    let settings: Vec<&VerificationSettings> = stir.verification.iter().chain(of_profiles).collect();
    let access = settings.into_iter().filter_map(|settings| settings.x5u_access.as_ref());
    for (name, span) in access.flat_map(|access: &Access| &access.named) {
        if !sip.access_lists.contains_key(name) {
            let message = format!("there is no list '{name}' in acl.conf, so that no certificate is fetched");
            let nearest = suggest::nearest(name, sip.access_lists.keys().map(String::as_str));
            found.push(Diagnostic::warning("unknown-acl", message).at(*span).suggest(nearest));
        }
    }
}
