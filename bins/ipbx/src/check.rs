//! `ipbx check`: what is wrong with a configuration, without starting it.

use std::io::{IsTerminal, stdout};
use std::path::Path;
use std::process::ExitCode;

use pbx::configuration::{Configuration, Folders, FoldersError};

use crate::output::say;

/// Prints the report. Status 0: it starts, with or without warnings. Status 1: it does not.
pub(crate) fn check(path: &Path, no_color: bool) -> Result<ExitCode, FoldersError> {
    let (configuration, report) = Configuration::load(&Folders::from_argument(path)?);
    say(report.render(stdout().is_terminal() && !no_color));
    Ok(if configuration.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
