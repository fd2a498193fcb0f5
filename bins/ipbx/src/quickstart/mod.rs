//! A first exchange, without editing: two phones, and something to call.

mod addresses;
mod page;
mod secret;

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use pbx::configuration::{Configuration, Folders, FoldersError};

pub(crate) use page::page;

/// Why the quickstart cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuickstartError {
    #[error(
        "there is no home folder to keep the quickstart in; set HOME or XDG_DATA_HOME, or give a configuration with -C"
    )]
    NoHome,
    #[error(
        "cannot write {path}: {source}; free the disk or make the folder yours, or set XDG_DATA_HOME to another place"
    )]
    Write { path: PathBuf, source: io::Error },
    #[error("the system has no random numbers for passwords: {0}")]
    NoRandom(getrandom::Error),
    #[error(transparent)]
    Folders(#[from] FoldersError),
    #[error("there is no quickstart in {root} yet; start it with {program}")]
    NotThere { root: PathBuf, program: String },
    #[error("the quickstart's files have errors:\n{0}")]
    Malformed(String),
}

/// The files, as they are written at the first start.
const FILES: &[(&str, &str)] = &[
    ("asterisk.conf", include_str!("files/asterisk.conf")),
    ("pjsip.conf", include_str!("files/pjsip.conf")),
    ("extensions.conf", include_str!("files/extensions.conf")),
    ("extensions.test", include_str!("files/extensions.test")),
    ("rtp.conf", include_str!("files/rtp.conf")),
];

/// Where the quickstart keeps everything: `$XDG_DATA_HOME/ipbx` or `~/.local/share/ipbx`.
pub(crate) fn root() -> Result<PathBuf, QuickstartError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // The XDG rule: a relative path is no path.
    let data = set("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let data = data.or_else(|| Some(set("HOME")?.join(".local/share")));
    Ok(data.ok_or(QuickstartError::NoHome)?.join("ipbx"))
}

/// Its folders; what is missing in them is written, what is there stays as it is.
pub(crate) fn prepare(root: &Path) -> Result<Folders, QuickstartError> {
    let etc = root.join("etc");
    make_folder(root)?;
    make_folder(&etc)?;
    for (name, text) in FILES {
        let path = etc.join(name);
        if !path.exists() {
            write_once(&path, &filled(text, root)?)?;
        }
    }
    // As they are written, not as we wrote them: its asterisk.conf is the user's to change.
    Ok(Folders::from_argument(&etc)?)
}

/// The page of a quickstart that was started before, from its files as they are.
pub(crate) fn show(program: &str) -> Result<String, QuickstartError> {
    let root = root()?;
    let etc = root.join("etc");
    if !etc.join("pjsip.conf").is_file() {
        return Err(QuickstartError::NotThere { root, program: program.trim_end_matches(" --").to_owned() });
    }
    let (configuration, report) = Configuration::load(&Folders::from_argument(&etc)?);
    let configuration = configuration.ok_or_else(|| QuickstartError::Malformed(report.render(false)))?;
    let server = configuration.sip.transports.first().map(|transport| transport.bind);
    Ok(page(&etc, server, &accounts(&configuration), program))
}

/// The accounts: the user and password of each endpoint.
pub(crate) fn accounts(configuration: &Configuration) -> Vec<(String, String)> {
    let endpoints = configuration.sip.endpoints.values();
    let auths = endpoints.filter_map(|endpoint| configuration.sip.auths.get(endpoint.auth.first()?));
    auths.map(|auth| (auth.username.clone(), auth.password.clone())).collect()
}

/// The text with what is particular to this machine.
fn filled(text: &str, root: &Path) -> Result<String, QuickstartError> {
    let mut text = text.replace("@ROOT@", &root.display().to_string());
    for place in ["@FIRST@", "@SECOND@"] {
        if text.contains(place) {
            text = text.replace(place, &secret::draw().map_err(QuickstartError::NoRandom)?);
        }
    }
    Ok(text)
}

/// A folder for the owner alone: passwords are in it.
fn make_folder(path: &Path) -> Result<(), QuickstartError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| QuickstartError::Write { path: path.to_owned(), source })
}

/// Writes a file whole or not at all, for the owner alone.
fn write_once(path: &Path, text: &str) -> Result<(), QuickstartError> {
    let failed = |source| QuickstartError::Write { path: path.to_owned(), source };
    let draft = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&draft, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_start_writes_a_configuration_without_a_fault() {
        let home = tempfile::tempdir().unwrap();
        let folders = prepare(home.path()).unwrap();
        let (configuration, report) = Configuration::load(&folders);
        assert!(report.is_clean(), "{}", report.render(false));
        let accounts = accounts(&configuration.unwrap());
        assert_eq!(accounts.iter().map(|(user, _)| user.as_str()).collect::<Vec<_>>(), ["100", "101"]);
        assert_ne!(accounts[0].1, accounts[1].1);
        assert!(accounts.iter().all(|(_, secret)| secret.len() >= 20), "{accounts:?}");
        let mode = fs::metadata(folders.configuration.join("pjsip.conf")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(folders, Folders::below(home.path()));
    }

    #[test]
    fn what_is_there_stays() {
        let home = tempfile::tempdir().unwrap();
        let folders = prepare(home.path()).unwrap();
        let file = folders.configuration.join("extensions.conf");
        let secrets = fs::read(folders.configuration.join("pjsip.conf")).unwrap();
        fs::write(&file, "[phones]\n").unwrap();
        prepare(home.path()).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"[phones]\n");
        assert_eq!(fs::read(folders.configuration.join("pjsip.conf")).unwrap(), secrets);
    }
}
