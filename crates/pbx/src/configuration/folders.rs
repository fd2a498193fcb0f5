//! Where things are: the `[directories]` of `asterisk.conf`.

use std::path::{Path, PathBuf};

use asterisk_conf::{Config, LoadOptions, SourceMap, load};

use super::disk::Disk;

/// The folders of one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// `astetcdir`: the `.conf` files.
    pub configuration: PathBuf,
    /// `astvarlibdir`: what comes with the exchange.
    pub library: PathBuf,
    /// `astdatadir`: sounds are searched in `sounds` below it.
    pub data: PathBuf,
    /// `astspooldir`: voicemail, recordings.
    pub spool: PathBuf,
    /// `astlogdir`.
    pub log: PathBuf,
    /// `astrundir`: the console's socket and the process number.
    pub run: PathBuf,
    /// `astagidir`.
    pub agi: PathBuf,
    /// `astdbdir`: the embedded store.
    pub database: PathBuf,
}

/// Why the folders are not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoldersError {
    /// Neither a file nor a folder.
    #[error("cannot read {path}: {source}; give the path of an asterisk.conf, or of a folder of .conf files")]
    Unreadable {
        /// What was given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file has errors.
    #[error("{path} has errors:\n{report}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The errors, rendered.
        report: String,
    },
}

impl Folders {
    /// The folders that `-C` means: `path` is an `asterisk.conf`, or a folder of `.conf` files.
    ///
    /// A folder with an `asterisk.conf` in it is read as that file. One without it keeps what the exchange writes in
    /// `var` below it, so that any folder of `.conf` files runs without root and without editing.
    ///
    /// # Errors
    /// [`FoldersError`] when it cannot be read.
    pub fn from_argument(path: &Path) -> Result<Self, FoldersError> {
        let unreadable = |source| FoldersError::Unreadable { path: path.to_owned(), source };
        let path = std::path::absolute(path).map_err(unreadable)?;
        let kind = std::fs::metadata(&path).map_err(unreadable)?;
        if !kind.is_dir() {
            return Self::from_file(&path);
        }
        let file = path.join("asterisk.conf");
        if file.is_file() { Self::from_file(&file) } else { Ok(Self::of_folder(&path)) }
    }

    /// All folders below `root`: `etc`, `lib`, `spool`, `log`, `run`, `db`.
    pub fn below(root: &Path) -> Self {
        Self { configuration: root.join("etc"), ..Self::written_below(root) }
    }

    /// A folder of `.conf` files; what is written goes to `var` in it.
    fn of_folder(folder: &Path) -> Self {
        Self { configuration: folder.to_owned(), ..Self::written_below(&folder.join("var")) }
    }

    fn written_below(root: &Path) -> Self {
        Self {
            configuration: root.to_owned(),
            library: root.join("lib"),
            data: root.join("lib"),
            spool: root.join("spool"),
            log: root.join("log"),
            run: root.join("run"),
            agi: root.join("lib/agi-bin"),
            database: root.join("db"),
        }
    }

    fn from_file(file: &Path) -> Result<Self, FoldersError> {
        let mut sources = SourceMap::new();
        let (config, diagnostics) = load(file, &Disk, &mut sources, &LoadOptions::default());
        if diagnostics.iter().any(asterisk_conf::Diagnostic::is_error) {
            let report = diagnostics.iter().map(|d| d.render(&sources, false)).collect();
            return Err(FoldersError::Malformed { path: file.to_owned(), report });
        }
        Ok(Self::of_config(&config, file.parent().unwrap_or(Path::new("/"))))
    }

    /// What `[directories]` says; Asterisk's own folders where it says nothing.
    fn of_config(config: &Config, own: &Path) -> Self {
        let directories = config.section("directories");
        let said = |key: &str| directories.and_then(|s| s.value(key)).map(|v| PathBuf::from(v.as_ref()));
        let folder = |key: &str, default: &str| said(key).unwrap_or_else(|| PathBuf::from(default));
        let library = folder("astvarlibdir", "/var/lib/asterisk");
        let data = said("astdatadir").unwrap_or_else(|| library.clone());
        Self {
            configuration: said("astetcdir").unwrap_or_else(|| own.to_owned()),
            spool: folder("astspooldir", "/var/spool/asterisk"),
            log: folder("astlogdir", "/var/log/asterisk"),
            run: folder("astrundir", "/var/run/asterisk"),
            agi: said("astagidir").unwrap_or_else(|| data.join("agi-bin")),
            database: said("astdbdir").unwrap_or_else(|| library.clone()),
            data,
            library,
        }
    }

    /// The folders that the exchange writes to. Made at the start where they are missing.
    pub fn written(&self) -> [&Path; 4] {
        [&self.spool, &self.log, &self.run, &self.database]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_asterisk_conf_keeps_its_data_in_itself() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::from_argument(folder.path()).unwrap();
        assert_eq!(folders.configuration, folder.path());
        assert_eq!(folders.run, folder.path().join("var/run"));
    }

    #[test]
    fn asterisk_conf_says_where_things_are() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[directories]\nastetcdir => /etc/pbx\nastvarlibdir => /srv/lib\nastrundir = /run/pbx\n";
        std::fs::write(folder.path().join("asterisk.conf"), text).unwrap();
        for argument in [folder.path().to_owned(), folder.path().join("asterisk.conf")] {
            let folders = Folders::from_argument(&argument).unwrap();
            assert_eq!(folders.configuration, Path::new("/etc/pbx"));
            assert_eq!(
                (folders.data.as_path(), folders.run.as_path()),
                (Path::new("/srv/lib"), Path::new("/run/pbx"))
            );
            assert_eq!(folders.spool, Path::new("/var/spool/asterisk"));
        }
        let missing = Folders::from_argument(&folder.path().join("no.conf")).unwrap_err();
        assert!(missing.to_string().contains("no.conf"));
    }
}
