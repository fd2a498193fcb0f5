//! What is heard through jitter buffers over simulated networks, as a table: `cargo run --release`.
//!
//! Words pick networks by their names; `--patient` takes the patient settings of ours.

use std::process::ExitCode;
use std::time::Duration;

use listening::grid;
use rtp_jitter::{Adaptive, Config, Mode};

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let is_patient = words.iter().any(|word| word == "--patient");
    words.retain(|word| !word.starts_with("--"));
    let mut config = Config::adaptive(8_000);
    if is_patient {
        let worth = Duration::from_secs(1);
        config.mode = Mode::Adaptive(Adaptive { quantile: 0.99, worth, peaks: true, ..Adaptive::default() });
    }
    grid::table(&words, &config)
}
