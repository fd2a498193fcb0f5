//! The authorities that profiles believe, read from their files once for all profiles that name the same ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use asterisk_conf::{Diagnostic, Span};
use stir_shaken::{TrustError, TrustStore};

use super::Reading;
use super::verification::{Verification, VerificationSettings};

/// The authorities that the system believes, where Debian and its kin keep them.
const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What a store is made of.
type Sources = (bool, [Option<PathBuf>; 6]);

/// Stores that were made already.
pub(super) struct Stores<'r> {
    reading: &'r Reading<'r>,
    made: Vec<(Sources, Arc<TrustStore>)>,
}

/// Adds what a file holds.
type Add = fn(&mut TrustStore, &[u8]) -> Result<(), TrustError>;

impl<'r> Stores<'r> {
    pub(super) fn new(reading: &'r Reading<'r>) -> Self {
        Self { reading, made: Vec::new() }
    }

    /// How callers are verified, with the files read. `span` is the place of the profile.
    pub(super) fn settle(
        &mut self,
        settings: &VerificationSettings,
        span: Span,
        found: &mut Vec<Diagnostic>,
    ) -> Verification {
        let trust = self.store(settings, span, found);
        let cache = settings.cert_cache_dir.as_ref().unwrap_or(&self.reading.cache);
        settings.settled(trust, self.reading.access_lists, self.reading.folder.join(cache))
    }

    /// What `[verification]` itself believes, if it names authorities.
    pub(super) fn everywhere(
        &mut self,
        settings: &VerificationSettings,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Arc<TrustStore>> {
        let span = settings.span?;
        let system = settings.load_system_certs.unwrap_or(false);
        let names_some = system || settings.ca_file.is_some() || settings.ca_path.is_some();
        names_some.then(|| self.store(settings, span, found))
    }

    fn store(
        &mut self,
        settings: &VerificationSettings,
        span: Span,
        found: &mut Vec<Diagnostic>,
    ) -> Arc<TrustStore> {
        let sources = sources_of(settings);
        if let Some((_, made)) = self.made.iter().find(|(known, _)| *known == sources) {
            return made.clone();
        }
        let store = Arc::new(self.read(settings, span, found));
        self.made.push((sources, store.clone()));
        store
    }

    fn read(&self, settings: &VerificationSettings, span: Span, found: &mut Vec<Diagnostic>) -> TrustStore {
        let mut store = TrustStore::new();
        for step in steps_of(settings) {
            for file in self.files_at(&step.path, step.is_folder) {
                if let Err(problem) = self.add(&mut store, &file, step.add) {
                    let message = format!("{}: {}: {problem}", step.key, file.display());
                    found.push(Diagnostic::error("bad-certificate", message).at(span));
                }
            }
        }
        if store.is_empty() {
            let message = "no authority is believed here, so that no caller can be verified";
            let help = "name the authorities of your country's carriers: ca_file or ca_path, in [verification] or here";
            found.push(Diagnostic::warning("no-authority", message).at(span).help(help));
        }
        store
    }

    /// The file itself, or those of a folder. A folder may hold each file again under the name of its hash.
    fn files_at(&self, path: &Path, is_folder: bool) -> Vec<PathBuf> {
        let path = self.reading.folder.join(path);
        if !is_folder {
            return vec![path];
        }
        let hashed = |file: &PathBuf| {
            let ending =
                file.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
            let ending = ending.strip_prefix('r').unwrap_or(&ending);
            !ending.is_empty() && ending.bytes().all(|octet| octet.is_ascii_digit())
        };
        let all = self.reading.files.glob(&path.join("*"));
        let (links, plain): (Vec<_>, Vec<_>) = all.into_iter().partition(hashed);
        if plain.is_empty() { links } else { plain }
    }

    fn add(&self, store: &mut TrustStore, file: &Path, add: Add) -> Result<(), String> {
        let pem = self.reading.files.read(file).map_err(|error| error.to_string())?;
        add(store, &pem).map_err(|error| error.to_string())
    }
}

/// What is added to a store.
struct Step {
    key: &'static str,
    path: PathBuf,
    is_folder: bool,
    add: Add,
}

/// What the settings name, in the order in which it is added: lists come last, for those who signed them have to be there.
fn steps_of(settings: &VerificationSettings) -> Vec<Step> {
    let system = settings.load_system_certs.unwrap_or(false).then(|| PathBuf::from(SYSTEM_AUTHORITIES));
    let (authorities, untrusted, lists): (Add, Add, Add) =
        (TrustStore::add_authorities, TrustStore::add_untrusted, TrustStore::add_revocations);
    let named = [
        ("load_system_certs", &system, authorities),
        ("ca_file", &settings.ca_file, authorities),
        ("ca_path", &settings.ca_path, authorities),
        ("untrusted_cert_file", &settings.untrusted_cert_file, untrusted),
        ("untrusted_cert_path", &settings.untrusted_cert_path, untrusted),
        ("crl_file", &settings.crl_file, lists),
        ("crl_path", &settings.crl_path, lists),
    ];
    let step = |(key, path, add): (&'static str, &Option<PathBuf>, Add)| {
        Some(Step { key, path: path.clone()?, is_folder: key.ends_with("_path"), add })
    };
    named.into_iter().filter_map(step).collect()
}

fn sources_of(settings: &VerificationSettings) -> Sources {
    let files = [
        &settings.ca_file,
        &settings.ca_path,
        &settings.untrusted_cert_file,
        &settings.untrusted_cert_path,
        &settings.crl_file,
        &settings.crl_path,
    ];
    (settings.load_system_certs.unwrap_or(false), files.map(Clone::clone))
}
