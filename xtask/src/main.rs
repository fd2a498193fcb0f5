//! The project's own chores: `cargo xtask CHORE`. Each chore is a module; this file only picks one.

mod bench_media;
mod build;
mod programs;
mod sounds;
mod structure;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a chore ends with: nothing, or a sentence that says what to do.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
cargo xtask CHORE

  test             run every test; the last line counts them
  structure        check that every crate stands on its floor
  bench-media      what the media plane costs, beside the floor of the kernel and a peer
                   (--quick: only whether it can be measured; WORD...: only rows with that word)
  sounds           make the prompts of sounds/ from sounds/prompts.txt (runs flite and espeak-ng)
  sounds NAME...   make only these
  sounds --check   check the files that are there; runs no other program
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["test"] => test::run(),
        ["structure"] => structure::run(),
        ["bench-media", rest @ ..] => bench_media::run(rest),
        ["sounds", rest @ ..] => sounds::run(rest),
        [] | ["help" | "-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        [other, ..] => Err(format!("no chore is called `{other}`; `cargo xtask help` lists them").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}
