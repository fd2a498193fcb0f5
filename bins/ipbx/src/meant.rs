//! Which exchange is meant: that of `-C`, the quickstart, or the one in Asterisk's folder.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use manager::console::socket_path;
use pbx::configuration::{Folders, FoldersError};

use crate::command_line::CommandLine;
use crate::quickstart::{self, QuickstartError};

/// Where Asterisk's configuration is unless somebody says otherwise.
const ASTERISK_CONF: &str = "/etc/asterisk/asterisk.conf";

/// Why it is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeantError {
    #[error("neither {0} nor {ASTERISK_CONF} is there; name the configuration with -C")]
    Nothing(PathBuf),
    #[error(transparent)]
    Folders(#[from] FoldersError),
    #[error(transparent)]
    Quickstart(#[from] QuickstartError),
}

/// An exchange to start.
pub(crate) struct Start {
    pub(crate) folders: Folders,
    pub(crate) is_quickstart: bool,
    /// What is worth saying where nobody named it.
    pub(crate) note: Option<String>,
}

/// The exchange to start. The quickstart is written where it is meant and not there yet.
pub(crate) fn to_start(line: &CommandLine) -> Result<Start, MeantError> {
    let of_asterisk = Path::new(ASTERISK_CONF);
    let (path, note) = match &line.configuration {
        Some(path) => (path.as_path(), None),
        None if line.is_service() && of_asterisk.is_file() => {
            (of_asterisk, Some(format!("started like a service and without -C: taking {ASTERISK_CONF}")))
        }
        None => {
            let folders = quickstart::prepare(&quickstart::root()?)?;
            return Ok(Start { folders, is_quickstart: true, note: None });
        }
    };
    Ok(Start { folders: Folders::from_argument(path)?, is_quickstart: false, note })
}

/// The configuration to check.
pub(crate) fn to_check(line: &CommandLine, named: Option<&Path>) -> Result<PathBuf, MeantError> {
    match named.or(line.configuration.as_deref()) {
        Some(path) => Ok(path.to_owned()),
        None => Ok(known()?.swap_remove(0)),
    }
}

/// The console's socket, and what is worth saying where nobody named it.
pub(crate) fn to_ask(line: &CommandLine) -> Result<(PathBuf, Option<String>), MeantError> {
    match (&line.socket, &line.configuration) {
        (Some(socket), _) => Ok((socket.clone(), None)),
        (None, Some(path)) => Ok((socket_path(&Folders::from_argument(path)?.run), None)),
        (None, None) => {
            let known = known()?;
            let (place, socket) = serving(&known)?;
            Ok((socket, Some(format!("without -C: the exchange of {}", place.display()))))
        }
    }
}

/// The configurations that this machine has for this user, the quickstart first; at least one.
fn known() -> Result<Vec<PathBuf>, MeantError> {
    let of_asterisk = PathBuf::from(ASTERISK_CONF);
    let quickstart = quickstart::root().map(|root| root.join("etc"));
    let written = quickstart.as_ref().ok().filter(|etc| etc.join("pjsip.conf").is_file()).cloned();
    let known: Vec<_> = written.into_iter().chain(of_asterisk.is_file().then_some(of_asterisk)).collect();
    if known.is_empty() { Err(MeantError::Nothing(quickstart?)) } else { Ok(known) }
}

/// The first one whose exchange answers; the first of all where none does, for its error to be told.
fn serving(places: &[PathBuf]) -> Result<(&Path, PathBuf), FoldersError> {
    let socket = |place: &PathBuf| Folders::from_argument(place).map(|folders| socket_path(&folders.run));
    let answers = |place: &&PathBuf| socket(place).is_ok_and(|socket| UnixStream::connect(socket).is_ok());
    let place = places.iter().find(answers).unwrap_or(&places[0]);
    Ok((place, socket(place)?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn consoles_go_to_the_exchange_that_runs() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let places = [first.path().to_owned(), second.path().to_owned()];
        assert_eq!(serving(&places).unwrap(), (first.path(), first.path().join("var/run/ipbx.ctl")));
        let socket = second.path().join("var/run/ipbx.ctl");
        std::fs::create_dir_all(second.path().join("var/run")).unwrap();
        let _listener = UnixListener::bind(&socket).unwrap();
        assert_eq!(serving(&places).unwrap(), (second.path(), socket));
    }

    #[test]
    fn what_is_named_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let named = CommandLine { configuration: Some(folder.path().to_owned()), ..CommandLine::default() };
        assert_eq!(to_ask(&named).unwrap(), (folder.path().join("var/run/ipbx.ctl"), None));
        assert_eq!(to_check(&named, None).unwrap(), folder.path());
        let start = to_start(&named).unwrap();
        assert!(!start.is_quickstart && start.note.is_none());
        let socket = CommandLine { socket: Some("/run/own.ctl".into()), ..named };
        assert_eq!(to_ask(&socket).unwrap(), ("/run/own.ctl".into(), None));
    }
}
