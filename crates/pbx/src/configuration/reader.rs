//! Reads the files of one folder, and keeps what is wrong with them.

use std::path::Path;

use asterisk_conf::{Config, Diagnostic, Files, LoadOptions, SourceMap, load};

/// Files of Asterisk with effects that somebody may wait for. Others say which modules are loaded, or concern what the exchange has in
/// a way of its own.
const UNREAD: &[&str] = &[
    "agents.conf",
    "ari.conf",
    "cel.conf",
    "chan_dahdi.conf",
    "extensions.ael",
    "extensions.lua",
    "extconfig.conf",
    "followme.conf",
    "hep.conf",
    "iax.conf",
    "logger.conf",
    "manager.conf",
    "meetme.conf",
    "minivm.conf",
    "motif.conf",
    "phoneprov.conf",
    "prometheus.conf",
    "queuerules.conf",
    "res_fax.conf",
    "res_parking.conf",
    "res_snmp.conf",
    "sla.conf",
    "sorcery.conf",
    "statsd.conf",
    "udptl.conf",
    "unistim.conf",
    "users.conf",
    "xmpp.conf",
];

/// Reads files of one folder and collects what is found.
pub(super) struct Reader<'f> {
    /// Where they are.
    pub(super) folder: &'f Path,
    /// What reads them.
    pub(super) files: &'f dyn Files,
    /// Their texts.
    pub(super) sources: SourceMap,
    /// What is wrong with them.
    pub(super) found: Vec<Diagnostic>,
    /// `#exec` runs programs.
    pub(super) allow_exec: bool,
}

impl<'f> Reader<'f> {
    /// One that has read nothing yet.
    pub(super) fn of(folder: &'f Path, files: &'f dyn Files) -> Self {
        Self { folder, files, sources: SourceMap::new(), found: Vec::new(), allow_exec: false }
    }

    /// Reads a file; `None` when there is none.
    pub(super) fn read(&mut self, name: &str) -> Option<Config> {
        let path = self.folder.join(name);
        match self.files.read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            _ => {}
        }
        let options = LoadOptions {
            folder: Some(self.folder.to_owned()),
            allow_exec: self.allow_exec,
            ..LoadOptions::default()
        };
        let (config, found) = load(&path, self.files, &mut self.sources, &options);
        self.found.extend(found);
        Some(config)
    }

    /// Reads a file that may be missing, and understands it.
    pub(super) fn read_as<T>(
        &mut self,
        name: &str,
        understand: impl FnOnce(&Config, &mut Vec<Diagnostic>) -> T,
    ) -> T {
        let config = self.read(name).unwrap_or_default();
        understand(&config, &mut self.found)
    }

    /// What a step makes, and whether it found no error: names are missing only from what could be read whole.
    pub(super) fn whole<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let before = self.found.len();
        let made = step(self);
        let is_whole = !self.found.iter().skip(before).any(Diagnostic::is_error);
        (made, is_whole)
    }

    /// Says which files of Asterisk are here that nobody reads yet.
    pub(super) fn tell_unread(&mut self) {
        let is_there = |name: &&&str| self.files.read(&self.folder.join(name)).is_ok();
        let there: Vec<&str> = UNREAD.iter().filter(is_there).copied().collect();
        if !there.is_empty() {
            let message = format!("not read yet, and so without an effect: {}", there.join(", "));
            self.found.push(Diagnostic::note("unread-file", message));
        }
    }

    /// Says that a file is missing, and what that means.
    pub(super) fn miss(&mut self, name: &str, missing: bool, means: &str) {
        if missing {
            let message = format!("there is no {name} in {}: {means}", self.folder.display());
            self.found.push(Diagnostic::warning("missing-file", message));
        }
    }
}
