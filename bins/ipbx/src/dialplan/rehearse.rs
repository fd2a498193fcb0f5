//! `ipbx dialplan test FILE`: the calls that a file describes, played through the dialplan.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use call_control::Prompts;
use pbx::rehearsal::{Script, Verdict, play};

use super::{DialplanError, load};
use crate::command_line::CommandLine;
use crate::output::say;
use crate::sounds;

/// Country of the tones.
const TONE_ZONE: &str = "us";

/// Plays the file and tells what failed. Status 0: nothing did.
pub(crate) fn rehearse(line: &CommandLine, path: &Path) -> Result<ExitCode, DialplanError> {
    let began = Instant::now();
    let text = std::fs::read_to_string(path)
        .map_err(|source| DialplanError::File { path: path.to_owned(), source })?;
    let script =
        Script::parse(&text).map_err(|source| DialplanError::Script { path: path.to_owned(), source })?;
    if script.scenes.is_empty() {
        return Err(DialplanError::NoTest(path.to_owned()));
    }
    let beside =
        path.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    let (configuration, folders) = load(line, beside)?;
    let prompts = Prompts::new(sounds::library(&folders), TONE_ZONE);
    let mut failed = 0;
    for scene in &script.scenes {
        let verdict = play(&configuration, &prompts, scene)?;
        failed += usize::from(verdict.failure.is_some());
        say(told(path, &verdict, line.verbosity > 0));
    }
    let all = script.scenes.len();
    let took = began.elapsed().as_millis();
    say(match failed {
        0 => format!("{all} passed, in {took} ms\n"),
        failed => format!("{failed} of {all} failed, in {took} ms\n"),
    });
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A verdict in words; the whole story of one that failed, or where it is asked for.
fn told(path: &Path, verdict: &Verdict, whole: bool) -> String {
    let mut text = match &verdict.failure {
        None => format!("passed  {} ({:.1} s of calls)\n", verdict.name, verdict.took.as_secs_f64()),
        Some(_) => format!("FAILED  {} ({}:{})\n", verdict.name, path.display(), verdict.line),
    };
    if whole || verdict.failure.is_some() {
        for line in &verdict.story {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if let Some(failure) = &verdict.failure {
        text.push_str(&format!("  {}:{}: {}\n", path.display(), failure.line, failure.wanted));
        text.push_str(&format!("      but: {}\n", failure.seen));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a file with the configuration beside it.
    fn passes(path: &Path) {
        let line = CommandLine::default();
        let outcome = rehearse(&line, path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{outcome:?}"), format!("{:?}", ExitCode::SUCCESS), "{}", path.display());
    }

    #[test]
    fn the_plan_of_the_quickstart_does_what_its_file_says() {
        let home = tempfile::tempdir().unwrap();
        let folders = crate::quickstart::prepare(home.path()).unwrap();
        passes(&folders.configuration.join("extensions.test"));
    }

    #[test]
    fn the_plans_of_the_examples_do_what_their_files_say() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/dialplan");
        for file in ["office.test", "guessing/game.test"] {
            passes(&examples.join(file));
        }
    }
}
