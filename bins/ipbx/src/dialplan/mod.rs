//! `ipbx dialplan`: a dialplan without phones.

mod rehearse;
mod trace;

use std::io;
use std::path::{Path, PathBuf};

use pbx::configuration::{Configuration, Folders, FoldersError};
use pbx::rehearsal::{RehearsalError, ScriptError};

pub(crate) use rehearse::rehearse;
pub(crate) use trace::trace;

use crate::command_line::CommandLine;
use crate::meant::{self, MeantError};
use crate::output::warn;

/// Why there is nothing to tell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialplanError {
    #[error(transparent)]
    Meant(#[from] MeantError),
    #[error(transparent)]
    Folders(#[from] FoldersError),
    #[error("the configuration has errors; ipbx check shows them all")]
    Configuration,
    #[error("{path} cannot be read: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{path}, {source}")]
    Script { path: PathBuf, source: ScriptError },
    #[error("{0} has no test in it; begin with a line such as `test Wrong key`")]
    NoTest(PathBuf),
    #[error(transparent)]
    Rehearsal(#[from] RehearsalError),
    #[error("there is no context '{0}' in the dialplan")]
    NoContext(String),
    #[error("name a context, too, as in 100@phones")]
    NoContextNamed,
}

/// The configuration that is meant: that of `-C`, else that of the folder `beside`, if it is one.
fn load(line: &CommandLine, beside: Option<&Path>) -> Result<(Configuration, Folders), DialplanError> {
    let beside = beside.filter(|folder| folder.join("extensions.conf").is_file());
    let folders =
        Folders::from_argument(&meant::to_check(line, beside.filter(|_| line.configuration.is_none()))?)?;
    let (configuration, report) = Configuration::load(&folders);
    match configuration {
        Some(configuration) => Ok((configuration, folders)),
        None => {
            warn(report.render(false).trim_end());
            Err(DialplanError::Configuration)
        }
    }
}
