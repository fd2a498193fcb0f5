//! `stir_shaken.conf`: who vouches for callers, and whose word is taken.
//!
//! `[attestation]` and `[verification]` say what holds everywhere, `type=profile` what is other for endpoints that name
//! it, `type=tn` what is other for one number. What comes of them together is a [`StirShakenProfile`].

mod attestation;
mod keys;
mod profile;
mod special_purpose;
mod trusted;
mod verification;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use asterisk_conf::{Config, Diagnostic, Files, Section, suggest};
use stir_shaken::{SigningKey, TelephoneNumber, TrustStore};

pub use attestation::AttestationSettings;
pub use profile::{EndpointBehavior, ProfileSection, StirShakenProfile};
pub use verification::{FailureAction, Verification, VerificationSettings};

use super::access::AccessLists;
use super::values::Values;

/// All of `stir_shaken.conf`.
#[derive(Clone, Debug, Default)]
pub struct StirShakenConfiguration {
    /// `[attestation]`; without it nothing is signed.
    pub attestation: Option<AttestationSettings>,
    /// `global_disable` of `[attestation]`.
    pub attestation_disabled: bool,
    /// `[verification]`; without it nobody is verified.
    pub verification: Option<VerificationSettings>,
    /// `global_disable` of `[verification]`.
    pub verification_disabled: bool,
    /// Whose word is taken where a profile does not say it; `None` where `[verification]` names no authority.
    pub trust: Option<Arc<TrustStore>>,
    /// `type=tn`, by number.
    pub numbers: BTreeMap<TelephoneNumber, AttestationSettings>,
    /// `type=profile` as they stand, by name.
    pub sections: BTreeMap<String, ProfileSection>,
    /// What each of them comes to, by name.
    pub profiles: BTreeMap<String, Arc<StirShakenProfile>>,
}

/// Where files are.
#[derive(Clone, Copy)]
pub(super) struct Place<'f> {
    /// Of those without a root.
    pub(super) folder: &'f Path,
    /// `astvarlibdir`: certificates are kept below it.
    pub(super) library: &'f Path,
    pub(super) files: &'f dyn Files,
}

/// Where files are read, and what was read already.
struct Reading<'f> {
    folder: &'f Path,
    files: &'f dyn Files,
    keys: HashMap<PathBuf, Option<Arc<SigningKey>>>,
    access_lists: &'f AccessLists,
    /// Where certificates are kept if nothing else is said.
    cache: PathBuf,
}

impl StirShakenConfiguration {
    /// Reads the sections and the files that they name.
    pub(super) fn read(
        config: &Config,
        place: &Place<'_>,
        access_lists: &AccessLists,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let Place { folder, library, files } = *place;
        let cache = library.join("keys/stir_shaken/cache");
        let mut reading = Reading { folder, files, keys: HashMap::new(), access_lists, cache };
        let mut all = Self::default();
        for section in config.objects() {
            all.take(section, &mut reading, found);
        }
        let mut stores = trusted::Stores::new(&reading);
        all.profiles = all.effective(&mut stores, found);
        all.trust = all.verification.as_ref().and_then(|settings| stores.everywhere(settings, found));
        all
    }

    fn take(&mut self, section: &Section, reading: &mut Reading<'_>, found: &mut Vec<Diagnostic>) {
        let name = section.name.value.clone();
        let mut values = Values { section, found };
        match name.as_str() {
            "attestation" => {
                values.check_keys("[attestation]", &keys::attestation_section(), |_| None);
                self.attestation_disabled = values.flag("global_disable", false);
                self.attestation = Some(AttestationSettings::read(&mut values, reading));
            }
            "verification" => {
                values.check_keys("[verification]", &keys::verification_section(), |_| None);
                self.verification_disabled = values.flag("global_disable", false);
                self.verification = Some(VerificationSettings::read(&mut values));
            }
            _ => self.take_typed(&name, &mut values, reading),
        }
    }

    fn take_typed(&mut self, name: &str, values: &mut Values<'_>, reading: &mut Reading<'_>) {
        match values.text("type").map(|kind| kind.to_ascii_lowercase()).as_deref() {
            Some("tn") => {
                values.check_keys("type=tn", &keys::number_section(), |_| None);
                let settings = AttestationSettings::read(values, reading);
                match TelephoneNumber::canonical(name) {
                    Some(number) => drop(self.numbers.insert(number, settings)),
                    None => values.found.push(no_number(values.section)),
                }
            }
            Some("profile") => {
                values.check_keys("type=profile", &keys::profile_section(), |_| None);
                let section = ProfileSection::read(values, reading);
                self.sections.insert(name.to_owned(), section);
            }
            kind => values.found.push(no_type(values.section, kind)),
        }
    }

    /// What each profile comes to beside the sections that hold everywhere.
    fn effective(
        &self,
        stores: &mut trusted::Stores<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> BTreeMap<String, Arc<StirShakenProfile>> {
        let attestation = self.attestation.as_ref().filter(|_| !self.attestation_disabled);
        let verification = self.verification.as_ref().filter(|_| !self.verification_disabled);
        let effective = |(name, section): (&String, &ProfileSection)| {
            let profile = StirShakenProfile::of(section, attestation, verification, stores, found);
            (name.clone(), Arc::new(profile))
        };
        self.sections.iter().map(effective).collect()
    }
}

fn no_number(section: &Section) -> Diagnostic {
    let message = format!("[{}] is no telephone number, so that it never fits a caller", section.name.value);
    let help = "write the number with its country and without +, as in [12025550143]";
    Diagnostic::warning("bad-number", message).at(section.name.span).help(help)
}

fn no_type(section: &Section, kind: Option<&str>) -> Diagnostic {
    let name = &section.name;
    let known = ["tn", "profile"];
    match kind {
        None => {
            let message = format!("[{}] has no type; it has no effect", name.value);
            let nearest = suggest::nearest(&name.value, ["attestation", "verification"]);
            let finding = Diagnostic::warning("no-type", message).at(name.span);
            finding.help("write type=tn or type=profile").suggest(nearest)
        }
        Some(old @ ("general" | "store" | "certificate")) => {
            let message =
                format!("type={old} is of the form before Asterisk 18.22; [{}] has no effect", name.value);
            let help =
                "write [attestation] and [verification], type=tn for each number, and profiles for endpoints";
            Diagnostic::warning("unknown-type", message).at(name.span).help(help)
        }
        Some(kind) => {
            let message =
                format!("there is no type={kind} in stir_shaken.conf; [{}] has no effect", name.value);
            Diagnostic::warning("unknown-type", message).at(name.span).suggest(suggest::nearest(kind, known))
        }
    }
}

#[cfg(test)]
mod tests;
