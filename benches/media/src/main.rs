//! What the media plane costs: each row of the table is measured with our engine, with the floor of the machine, and with
//! a peer where one is installed. `cargo xtask bench-media` builds and runs it; `benches/README.md` keeps the last table.
//!
//! This program is all of it: the phones that send and hear, and, started anew with `serve`, what stands between them, so
//! that the processor time of a process is that of the media plane alone.

mod codec;
mod contestants;
mod load;
mod machine;
mod measure;
mod media;
mod phones;
mod process;
mod rows;
mod table;

use std::process::ExitCode;

/// What a step ends with: a value, or a sentence that says what is wrong.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Every allocation of the process, so that a row can say what a call weighs.
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

const HELP: &str = "\
media-bench [--quick] [WORD...]

  --quick   a second for each row, and fails where one cannot be done: says nothing of what it costs
  WORD...   only rows whose names have one of these words
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = process::raise_descriptors().and_then(|()| match arguments.as_slice() {
        ["serve", contestant, service, media] => contestants::serve(contestant, service, media),
        ["inside", row, backend, rounds] => rows::run_inside(row, backend, rounds),
        ["--help" | "-h", ..] => {
            print!("{HELP}");
            Ok(())
        }
        ["--quick", words @ ..] => table::run(true, words),
        words => table::run(false, words),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("media-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
