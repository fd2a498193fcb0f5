//! libspandsp hears what ours hears, through `tests/judge/spandsp.py`.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) struct Judge(Child);

impl Judge {
    /// A judge, where the environment asks for one by `JUDGE`.
    pub(crate) fn start() -> Option<Judge> {
        std::env::var_os("JUDGE")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge/spandsp.py");
        let child = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        child.ok().map(Judge)
    }

    /// Lets it hear samples at 8 kHz.
    pub(crate) fn hear(&mut self, samples: &[i16]) {
        let octets: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        // One without its library does not read; that is seen in its status.
        let _ = self.0.stdin.as_mut().map(|input| input.write_all(&octets));
    }
}

/// How many digits it heard, in words where there are none to tell.
pub(crate) fn verdict(judge: Option<Judge>) -> String {
    let Some(Judge(child)) = judge else { return "not asked".into() };
    match child.wait_with_output() {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).lines().count().to_string()
        }
        _ => "not installed".into(),
    }
}
