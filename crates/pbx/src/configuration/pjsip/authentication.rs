//! What the `auth` sections that an endpoint or a registration names come to: challenges, and credentials.

use sip_ua::digest::{Algorithm, ChallengeTerms, Credentials};

use super::{Auth, SipConfiguration};
use crate::configuration::values::Values;

/// All of them, weakest first, as old phones know them.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::Md5, Algorithm::Sha256, Algorithm::Sha512Trunc256];

impl SipConfiguration {
    /// What those who must prove one of these `auth` sections are told: the first realm and lifetime that they name,
    /// and the algorithms that they and their secrets allow, in the order of the files.
    pub(crate) fn challenge_terms(&self, names: &[String]) -> ChallengeTerms {
        let auths = || self.sections(names);
        let realm = auths().find_map(|auth| auth.realm.clone());
        let mut terms = ChallengeTerms::new(realm.unwrap_or_else(|| self.global.default_realm.clone()));
        terms.informs = self.global.authentication_info;
        if let Some(lifetime) = auths().map(|auth| auth.nonce_lifetime).next() {
            terms.nonce_lifetime = lifetime;
        }
        let mut offered: Vec<Algorithm> = Vec::new();
        for algorithm in auths().flat_map(|auth| self.offered_for(auth)) {
            if !offered.contains(&algorithm) {
                offered.push(algorithm);
            }
        }
        if names.is_empty() && !self.global.default_auth_algorithms_uas.is_empty() {
            offered.clone_from(&self.global.default_auth_algorithms_uas);
        }
        if !offered.is_empty() {
            terms.algorithms = offered;
        }
        terms
    }

    /// What those must prove who call as an endpoint that names these `auth` sections. One that is missing proves
    /// nothing, and the check has said so.
    pub(crate) fn credentials_of_callers(&self, names: &[String]) -> Vec<Credentials> {
        let made = |auth: &Auth| Credentials { algorithms: self.offered_for(auth), ..auth.credentials() };
        self.sections(names).map(made).collect()
    }

    /// What we answer the challenges of others with. Where nothing is said, by the strongest algorithm that they know.
    pub(crate) fn credentials_of_ours(&self, names: &[String]) -> Vec<Credentials> {
        let made = |auth: &Auth| {
            let said = [&auth.algorithms_uac, &self.global.default_auth_algorithms_uac];
            let algorithms = said.into_iter().find(|list| !list.is_empty()).cloned();
            Credentials { algorithms: algorithms.unwrap_or_default(), ..auth.credentials() }
        };
        self.sections(names).map(made).collect()
    }

    fn sections<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = &'a Auth> {
        names.iter().filter_map(|name| self.auths.get(name))
    }

    /// The algorithms by which a section may be proven: those that it or `type=global` names, else MD5; of these, those
    /// that its secret allows. A secret that allows none of them is proven by what it allows.
    fn offered_for(&self, auth: &Auth) -> Vec<Algorithm> {
        let secret = auth.credentials().secret;
        let said = [&auth.algorithms_uas, &self.global.default_auth_algorithms_uas];
        let wanted =
            said.into_iter().find(|list| !list.is_empty()).map_or(&[Algorithm::Md5][..], |list| list);
        let suit = |list: &[Algorithm]| -> Vec<Algorithm> {
            list.iter().copied().filter(|algorithm| secret.suits(*algorithm)).collect()
        };
        Some(suit(wanted)).filter(|list| !list.is_empty()).unwrap_or_else(|| suit(&ALGORITHMS))
    }
}

/// Names of algorithms between commas, in order; nothing where the key is absent.
pub(super) fn algorithms(values: &mut Values<'_>, key: &str) -> Vec<Algorithm> {
    let mut named = Vec::new();
    for text in values.names(key) {
        match text.parse::<Algorithm>() {
            Ok(algorithm) if named.contains(&algorithm) => {}
            Ok(algorithm) => named.push(algorithm),
            Err(error) => values.odd(
                key,
                format!("'{text}': {error}; it is left out"),
                "write some of MD5, SHA-256, SHA-512-256",
            ),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, Folders};

    const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn load(pjsip: &str) -> (SipConfiguration, String) {
        let mut files = MemoryFiles::new();
        files.insert("/pbx/etc/pjsip.conf", pjsip);
        files.insert("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let said = report.render(false);
        (configuration.unwrap_or_else(|| panic!("{said}")).sip, said)
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn challenges_say_what_the_sections_say() {
        let (sip, said) = load(
            "[a]\ntype=auth\npassword=f3a9c1d7e5b2\nnonce_lifetime=600\nrealm=east\n\
             supported_algorithms_uas=SHA-256, md5\n[b]\ntype=auth\npassword=a3a9c1d7e5b2\n",
        );
        let terms = sip.challenge_terms(&names(&["a"]));
        assert_eq!((terms.realm.as_str(), terms.nonce_lifetime), ("east", Duration::from_secs(600)));
        assert_eq!(terms.algorithms, [Algorithm::Sha256, Algorithm::Md5]);
        let plain = sip.challenge_terms(&names(&["b"]));
        assert_eq!((plain.algorithms, plain.nonce_lifetime), (vec![Algorithm::Md5], Duration::from_secs(32)));
        assert!(!terms.informs, "phones are told nothing unless it is wanted");
        assert!(!said.contains("no-effect"), "{said}");
    }

    #[test]
    fn the_defaults_of_all_sections_are_in_global() {
        let (sip, _) = load(
            "[g]\ntype=global\nauthentication_info=yes\ndefault_auth_algorithms_uas=SHA-512-256,SHA-256\n\
             default_auth_algorithms_uac=MD5\n\
             [a]\ntype=auth\npassword=f3a9c1d7e5b2\n\
             [b]\ntype=auth\npassword=a3a9c1d7e5b2\nsupported_algorithms_uac=SHA-256\n",
        );
        let both = [Algorithm::Sha512Trunc256, Algorithm::Sha256];
        assert_eq!(sip.challenge_terms(&names(&["a"])).algorithms, both);
        assert!(sip.challenge_terms(&names(&["a"])).informs);
        assert_eq!(sip.challenge_terms(&[]).algorithms, both, "unknown callers see the same");
        let ours = sip.credentials_of_ours(&names(&["a", "b"]));
        assert_eq!(ours[0].algorithms, [Algorithm::Md5]);
        assert_eq!(ours[1].algorithms, [Algorithm::Sha256]);
    }

    #[test]
    fn a_hash_is_asked_for_by_its_own_algorithm() {
        let (sip, said) = load(&format!(
            "[a]\ntype=auth\npassword_digest=SHA-256:{HASH}\nsupported_algorithms_uas=MD5,SHA-256,rot13\n\
             [b]\ntype=auth\npassword_digest=SHA-512-256:{HASH}\n"
        ));
        assert_eq!(sip.challenge_terms(&names(&["a"])).algorithms, [Algorithm::Sha256]);
        assert_eq!(sip.challenge_terms(&names(&["b"])).algorithms, [Algorithm::Sha512Trunc256]);
        assert!(said.contains("no hash by MD5"), "{said}");
        assert!(said.contains("'rot13'"), "{said}");
    }
}
