//! `prompts.txt`: a line a prompt, `name | English | French`.
//!
//! A line `rate 8000` gives the prompts behind it that rate in place of 16 kHz: half the octets, for what is heard once in a
//! call. `-` stands for "none in this language". `tone ...` (in the notation of `audio::tone`) and `silence SECONDS`
//! stand for what is not spoken and belongs to no language; it is kept with English, where every search ends.

use audio::Tone;

/// A language that prompts are made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    French,
}

pub(super) const LANGUAGES: [Language; 2] = [Language::English, Language::French];

impl Language {
    /// The name of its folder.
    pub(super) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }
}

/// Rate of prompts where the list says nothing: wideband, and half of it is a call's.
const WIDE: u32 = 16_000;
/// The other rate.
const NARROW: u32 = 8_000;

/// One prompt of the list.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) name: String,
    /// Samples a second of what is spoken, and of tones.
    pub(super) rate: u32,
    english: Option<Source>,
    french: Option<Source>,
}

/// What a file is made from.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    Text(String),
    Tone(Tone),
    Silence(u64),
}

impl Prompt {
    /// What it is made from in a language, if it exists there.
    pub(super) fn source(&self, language: Language) -> Option<&Source> {
        match language {
            Language::English => self.english.as_ref(),
            Language::French => self.french.as_ref(),
        }
    }
}

/// Reads the list; an error names its line.
pub(super) fn parse(text: &str) -> Result<Vec<Prompt>, String> {
    let mut prompts: Vec<Prompt> = Vec::new();
    let mut rate = WIDE;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let told = |error| format!("prompts.txt:{}: {error}", index + 1);
        if let Some(behind) = line.strip_prefix("rate ") {
            rate = rate_of(behind).map_err(told)?;
            continue;
        }
        let prompt = prompt(line, rate).map_err(told)?;
        if prompts.iter().any(|earlier| earlier.name == prompt.name) {
            return Err(format!("prompts.txt:{}: `{}` is there twice", index + 1, prompt.name));
        }
        prompts.push(prompt);
    }
    Ok(prompts)
}

fn rate_of(text: &str) -> Result<u32, String> {
    match text.trim() {
        "8000" => Ok(NARROW),
        "16000" => Ok(WIDE),
        other => Err(format!("`{other}` is no rate of prompts: 8000 or 16000")),
    }
}

fn prompt(line: &str, rate: u32) -> Result<Prompt, String> {
    let fields: Vec<&str> = line.split(" | ").map(str::trim).collect();
    let (name, english, french) = match *fields.as_slice() {
        [name, sound] => (name, Some(sound_of(sound)?), None),
        [name, english, french] => (name, text_of(english), text_of(french)),
        _ => {
            return Err(
                "write `name | English | French`, or `name | tone ...` or `name | silence SECONDS`".into()
            );
        }
    };
    let ordinary = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    if name.is_empty() || !name.chars().all(ordinary) {
        return Err(format!("`{name}` is no name: letters, digits, `-`, `_` and `/` only"));
    }
    Ok(Prompt { name: name.to_owned(), rate, english, french })
}

fn text_of(field: &str) -> Option<Source> {
    (field != "-").then(|| Source::Text(field.to_owned()))
}

fn sound_of(field: &str) -> Result<Source, String> {
    if let Some(tone) = field.strip_prefix("tone ") {
        return tone.trim().parse().map(Source::Tone).map_err(|error| format!("{error}"));
    }
    let seconds = field.strip_prefix("silence ").and_then(|seconds| seconds.trim().parse().ok());
    seconds.map(Source::Silence).ok_or_else(|| format!("`{field}` is neither a tone nor a silence"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_prompt() {
        let list = "# greetings\n\nhello | Hello. | Bonjour.\ndigits/et | - | et\nbeep | tone !1000/200\nsilence/2 | silence 2\n";
        let prompts = parse(list).unwrap();
        assert_eq!(prompts.len(), 4);
        assert_eq!(prompts[0].source(Language::French), Some(&Source::Text("Bonjour.".into())));
        assert_eq!(prompts[1].source(Language::English), None);
        assert!(matches!(prompts[2].source(Language::English), Some(Source::Tone(_))));
        assert_eq!(prompts[3].source(Language::English), Some(&Source::Silence(2)));
    }

    #[test]
    fn a_rate_is_that_of_what_follows() {
        let prompts = parse("a | A | A\nrate 8000\nb | B | B\nrate 16000\nc | C | C\n").unwrap();
        assert_eq!(prompts.iter().map(|prompt| prompt.rate).collect::<Vec<_>>(), [16_000, 8_000, 16_000]);
    }

    #[test]
    fn an_error_names_its_line() {
        for (list, error) in [
            ("hello", "prompts.txt:1: write"),
            ("\na | b | c\na | b | c", "prompts.txt:3: `a` is there twice"),
            ("../x | a | b", "prompts.txt:1: `../x` is no name"),
            ("beep | tone x", "prompts.txt:1: `x` at octet 0"),
            ("beep | loud", "prompts.txt:1: `loud` is neither"),
            ("rate 11025", "prompts.txt:1: `11025` is no rate"),
        ] {
            let found = parse(list).unwrap_err();
            assert!(found.starts_with(error), "{found}");
        }
    }
}
