//! Speech from programs that are run, never linked: flite for English, espeak-ng for French.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use audio::{Pcm, wav};

use super::list::Language;

type Spoken = Result<Pcm, Box<dyn std::error::Error>>;

/// What a text sounds like, at the rate and level of the program that speaks.
pub(super) fn speak(language: Language, text: &str) -> Spoken {
    match language {
        Language::English => flite(text),
        Language::French => espeak("fr-fr", text),
    }
}

/// Female voice "slt" at 16 kHz, a little slower than it comes.
fn flite(text: &str) -> Spoken {
    let folder = crate::root().join("target").join("sounds");
    fs::create_dir_all(&folder)?;
    let file = folder.join("spoken.wav");
    let status = Command::new("flite")
        .args(["-voice", "slt", "--setf", "duration_stretch=1.04", "-t", text, "-o"])
        .arg(&file)
        .status()
        .map_err(|error| missing("flite", &error))?;
    if !status.success() {
        return Err(format!("flite ended with {status} on `{text}`").into());
    }
    Ok(Pcm::open(&file)?)
}

/// At 22.05 kHz, with a little air between the words.
fn espeak(voice: &str, text: &str) -> Spoken {
    let mut program = Command::new("espeak-ng")
        .args(["-v", voice, "-s", "158", "-p", "45", "--stdin", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| missing("espeak-ng", &error))?;
    if let Some(mut input) = program.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    let output = program.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("espeak-ng ended with {} on `{text}`", output.status).into());
    }
    Ok(wav::read(&output.stdout)?)
}

fn missing(program: &str, error: &std::io::Error) -> String {
    format!("{program} cannot be run ({error}); on Debian, `apt-get install {program}` brings it")
}
