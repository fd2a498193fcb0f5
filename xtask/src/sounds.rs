//! `cargo xtask sounds`: the prompts in `sounds/`, from the list of their texts.
//!
//! The same programs in the same versions give the same files, octet for octet.

mod list;
mod shape;
mod speech;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use audio::wav::{self, Encoding};
use audio::{Pcm, Tone, ToneGenerator, level};

use crate::Outcome;
use list::{LANGUAGES, Language, Prompt, Source};

/// Rate of silence, where nothing is lost by the lower one.
const SILENCE_RATE: u32 = 8_000;
/// Level of the beeps in dBm0, as loud as the speech around them.
const BEEP_DBM0: f64 = -14.0;
/// All prompts together, in octets: they are part of the program.
const MAX_TOTAL: u64 = 7_500_000;

/// Makes all prompts, those named, or checks them.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let folder = crate::root().join("sounds");
    let prompts = list::parse(&fs::read_to_string(folder.join("prompts.txt"))?)?;
    if arguments == ["--check"] {
        return check(&folder, &prompts);
    }
    if let Some(unknown) = arguments.iter().find(|name| prompts.iter().all(|prompt| prompt.name != **name)) {
        return Err(format!("`{unknown}` is not in sounds/prompts.txt").into());
    }
    for prompt in &prompts {
        if arguments.is_empty() || arguments.contains(&prompt.name.as_str()) {
            make(&folder, prompt)?;
        }
    }
    check(&folder, &prompts)
}

/// Makes the files of one prompt.
fn make(folder: &Path, prompt: &Prompt) -> Outcome {
    for (language, source) in sources(prompt) {
        let pcm = match source {
            Source::Tone(tone) => beep(tone, prompt.rate)?,
            Source::Silence(seconds) => Pcm::silence(SILENCE_RATE, Duration::from_secs(*seconds)),
            Source::Text(text) => shape::prompt(&speech::speak(language, text)?, prompt.rate),
        };
        let path = file(folder, language, &prompt.name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(&path, pcm.to_wav(Encoding::Ulaw)?)?;
        println!("{}: {:.2} s", path.display(), pcm.duration().as_secs_f64());
    }
    Ok(())
}

/// The languages that have the prompt, with what it is made from.
fn sources(prompt: &Prompt) -> impl Iterator<Item = (Language, &Source)> {
    LANGUAGES.into_iter().filter_map(|language| Some((language, prompt.source(language)?)))
}

fn file(folder: &Path, language: Language, name: &str) -> PathBuf {
    folder.join(language.code()).join(format!("{name}.wav"))
}

fn beep(tone: &Tone, rate: u32) -> Result<Pcm, Box<dyn std::error::Error>> {
    let length = tone.duration().ok_or("a beep must end: write `!` before each of its segments")?;
    let mut pcm = Pcm::silence(rate, length);
    ToneGenerator::new(tone.clone().with_level(BEEP_DBM0), rate).fill(&mut pcm.samples);
    shape::soften(&mut pcm);
    Ok(pcm)
}

/// Every prompt of the list has its files, each is as it should be, and there are no others.
fn check(folder: &Path, prompts: &[Prompt]) -> Outcome {
    let mut faults = Vec::new();
    let mut expected = BTreeSet::new();
    let mut total = 0;
    for prompt in prompts {
        for (language, source) in sources(prompt) {
            let path = file(folder, language, &prompt.name);
            match fs::read(&path).map_err(audio::AudioError::Io).and_then(|bytes| {
                total += bytes.len() as u64;
                fault(source, prompt.rate, &bytes)
            }) {
                Ok(None) => {}
                Ok(Some(fault)) => faults.push(format!("{}: {fault}", path.display())),
                Err(error) => faults.push(format!("{}: {error}", path.display())),
            }
            expected.insert(path);
        }
    }
    for language in LANGUAGES {
        let strays =
            files(&folder.join(language.code()))?.into_iter().filter(|path| !expected.contains(path));
        faults.extend(strays.map(|path| format!("{}: not in sounds/prompts.txt", path.display())));
    }
    if total > MAX_TOTAL {
        faults.push(format!("all prompts together take {total} octets, more than {MAX_TOTAL}"));
    }
    if !faults.is_empty() {
        return Err(faults.join("\n").into());
    }
    println!("{} prompts in {} files, {} kB", prompts.len(), expected.len(), total / 1_000);
    Ok(())
}

/// What is wrong with a file, if anything.
fn fault(source: &Source, rate: u32, bytes: &[u8]) -> Result<Option<String>, audio::AudioError> {
    let info = wav::probe(bytes)?;
    let pcm = wav::read(bytes)?;
    let rate = if matches!(source, Source::Silence(_)) { SILENCE_RATE } else { rate };
    if (info.rate, info.channels, info.encoding) != (rate, 1, Encoding::Ulaw) {
        return Ok(Some(format!("should be mono mu-law at {rate} Hz, is {info:?}")));
    }
    Ok(match source {
        Source::Silence(seconds) => {
            let right = pcm.duration() == Duration::from_secs(*seconds) && level::peak(&pcm.samples) == 0;
            (!right).then(|| format!("should be {seconds} s of silence"))
        }
        Source::Tone(_) | Source::Text(_) => shape::fault(&pcm),
    })
}

/// All files below a folder.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(self::files(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_fit_the_list() {
        run(&["--check"]).unwrap();
    }
}
