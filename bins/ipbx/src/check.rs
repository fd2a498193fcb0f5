//! `ipbx check`: what is wrong with a configuration, without starting it.

use std::io::{IsTerminal, stdout};
use std::path::Path;
use std::process::ExitCode;

use pbx::configuration::{Configuration, Folders};

/// Prints the report. Status 0: it starts, with or without warnings. Status 1: it does not.
pub(crate) fn check(path: &Path, no_color: bool) -> ExitCode {
    let folders = match Folders::from_argument(path) {
        Ok(folders) => folders,
        Err(error) => {
            eprintln!("ipbx: {error}");
            return ExitCode::FAILURE;
        }
    };
    let (configuration, report) = Configuration::load(&folders);
    print!("{}", report.render(stdout().is_terminal() && !no_color));
    if configuration.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
