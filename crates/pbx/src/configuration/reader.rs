//! Reads the files of one folder, and keeps what is wrong with them.

use std::path::Path;

use asterisk_conf::{Config, Diagnostic, Files, LoadOptions, SourceMap, load};

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

    /// Says that a file is missing, and what that means.
    pub(super) fn miss(&mut self, name: &str, missing: bool, means: &str) {
        if missing {
            let message = format!("there is no {name} in {}: {means}", self.folder.display());
            self.found.push(Diagnostic::warning("missing-file", message));
        }
    }
}
