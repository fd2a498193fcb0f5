//! `speech.conf`: the programs that speak texts. Not one of Asterisk's files; without it the programs of
//! [`SpeechConfiguration::default`] are used where an application names one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic, Section};

use super::values::{Values, at};

/// How texts are spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeechConfiguration {
    /// The programs, by the names of their sections.
    pub engines: BTreeMap<String, SpeechEngine>,
    /// `default`: who speaks where nobody is named, and the words of sounds that are missing. `None`: nobody does.
    pub default: Option<String>,
    /// `cache`: where what was spoken is kept; in the spool folder where it is not said.
    pub cache: Option<PathBuf>,
    /// `cache_size`, in octets.
    pub cache_size: u64,
    /// `simultaneous`: how many programs may run at a time.
    pub simultaneous: usize,
}

/// A program that writes what a text sounds like.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeechEngine {
    /// `program`: its path, or its name in `PATH`.
    pub program: String,
    /// `arguments`, with `{text}`, `{language}`, `{file}` and `{speed}` to be filled in. Without `{text}` the text is its
    /// standard input, without `{file}` the sound is its standard output.
    pub arguments: Vec<String>,
    /// `languages`: what it speaks, each with the name of its voice. Empty: any, by the language's own name without its country.
    pub languages: Vec<(String, String)>,
    /// `timeout`: how long it may take.
    pub timeout: Duration,
}

impl SpeechEngine {
    fn new(program: &str, arguments: &str, languages: &[&str]) -> Self {
        Self {
            program: program.to_owned(),
            arguments: words(arguments),
            languages: languages.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect(),
            timeout: TIMEOUT,
        }
    }

    /// The voice for a language: its own, else that of its base (`fr` for `fr_CA`). `None` where it does not speak it.
    pub fn voice<'v>(&'v self, language: &'v str) -> Option<&'v str> {
        if self.languages.is_empty() {
            // Voices are named as in `fr-be`; the country of `fr_BE` is that of a folder of sounds.
            return language.split('_').next();
        }
        let named = |wanted: &str| {
            self.languages
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, voice)| voice.as_str())
        };
        named(language).or_else(|| named(language.split(['_', '-']).next().unwrap_or_default()))
    }
}

/// How long a program may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What may be kept where nothing is said, and at most.
const CACHE_MEGABYTES: u64 = 64;
const MOST_MEGABYTES: u64 = 1 << 20;
/// How many programs run at a time where nothing is said, and at most.
const SIMULTANEOUS: usize = 4;
const MOST_SIMULTANEOUS: usize = 64;

impl Default for SpeechConfiguration {
    /// `espeak` (espeak-ng), `flite` and `festival`, for the applications of these names; and nobody for missing sounds.
    fn default() -> Self {
        let engines = [
            ("espeak", SpeechEngine::new("espeak-ng", "-v {language} -s {speed} -w {file} --stdin", &[])),
            ("festival", SpeechEngine::new("text2wave", "-o {file}", &["en"])),
            ("flite", SpeechEngine::new("flite", "-t {text} -o {file}", &["en"])),
        ];
        Self {
            engines: engines.into_iter().map(|(name, engine)| (name.to_owned(), engine)).collect(),
            default: None,
            cache: None,
            cache_size: CACHE_MEGABYTES << 20,
            simultaneous: SIMULTANEOUS,
        }
    }
}

const GENERAL: &[&str] = &["default", "cache", "cache_size", "simultaneous"];
const ENGINE: &[&str] = &["program", "arguments", "languages", "timeout"];

impl SpeechConfiguration {
    /// Reads `[general]`, and a program from every other section.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut speech = Self::default();
        for section in config.objects().filter(|section| !section.name.value.eq_ignore_ascii_case("general"))
        {
            speech.read_engine(section, found);
        }
        if let Some(section) = config.section("general") {
            speech.read_general(&mut Values { section, found });
        }
        speech
    }

    fn read_general(&mut self, values: &mut Values<'_>) {
        values.check_keys("[general] of speech.conf", GENERAL, |_| None);
        self.default = values.text("default").map(|name| name.to_ascii_lowercase());
        if let Some(name) = self.default.take_if(|name| !self.engines.contains_key(name)) {
            let known: Vec<&str> = self.engines.keys().map(String::as_str).collect();
            let help = format!("add a section [{name}], or write one of {}", known.join(", "));
            values.odd("default", format!("there is no engine '{name}'; nobody speaks"), &help);
        }
        self.cache = values.text("cache").map(PathBuf::from);
        let megabytes = values.number("cache_size", CACHE_MEGABYTES).clamp(1, MOST_MEGABYTES);
        self.cache_size = megabytes << 20;
        self.simultaneous = values.number("simultaneous", SIMULTANEOUS).clamp(1, MOST_SIMULTANEOUS);
    }

    fn read_engine(&mut self, section: &Section, found: &mut Vec<Diagnostic>) {
        let name = section.name.value.to_ascii_lowercase();
        let mut values = Values { section, found };
        values.check_keys("an engine of speech.conf", ENGINE, |_| None);
        let known = self.engines.remove(&name);
        let Some(program) = values.text("program").or_else(|| known.as_ref().map(|k| k.program.clone()))
        else {
            let message = format!("[{name}] of speech.conf names no program; it has no effect");
            let finding =
                Diagnostic::warning("missing-key", message).help("write program=espeak-ng, for example");
            values.found.push(at(finding, Some(section.name.span)));
            return;
        };
        let mut engine = known.unwrap_or_else(|| SpeechEngine::new("", "", &[]));
        engine.program = program;
        if let Some(arguments) = values.text("arguments") {
            engine.arguments = words(&arguments);
        }
        if values.text("languages").is_some() {
            engine.languages = values.list("languages").iter().map(|text| voice(text)).collect();
        }
        engine.timeout = values.seconds("timeout").unwrap_or(engine.timeout);
        self.engines.insert(name, engine);
    }
}

/// `fr` or `fr:fr-be`: a language, and the voice that speaks it.
fn voice(text: &str) -> (String, String) {
    let (language, voice) = text.split_once(':').unwrap_or((text, text));
    (language.trim().to_owned(), voice.trim().to_owned())
}

/// Arguments between blanks; quotes hold theirs together.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' => (quoted, begun) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => {
                begun = true;
                word.push(c);
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn config(text: &str) -> Config {
        let files = MemoryFiles::from([("/etc/asterisk/speech.conf", text)]);
        let path = Path::new("/etc/asterisk/speech.conf");
        load(path, &files, &mut SourceMap::new(), &LoadOptions::default()).0
    }

    fn of(text: &str) -> (SpeechConfiguration, Vec<&'static str>) {
        let mut found = Vec::new();
        let speech = SpeechConfiguration::read(&config(text), &mut found);
        (speech, found.iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn every_key_has_its_effect() {
        let (speech, found) =
            of("[general]\ndefault=Piper\ncache=/srv/spoken\ncache_size=5\nsimultaneous=2\n\
             [piper]\nprogram=/opt/piper\narguments=--voice {language} --quiet \"a b\" -f {file}\n\
             languages=fr:fr_FR-siwis, en\ntimeout=2.5\n[espeak]\ntimeout=3\n");
        assert_eq!(found, [""; 0]);
        assert_eq!(speech.default.as_deref(), Some("piper"));
        assert_eq!((speech.cache_size, speech.simultaneous), (5 << 20, 2));
        assert_eq!(speech.cache.as_deref(), Some(Path::new("/srv/spoken")));
        let piper = &speech.engines["piper"];
        assert_eq!(piper.arguments, ["--voice", "{language}", "--quiet", "a b", "-f", "{file}"]);
        assert_eq!(piper.timeout, Duration::from_millis(2_500));
        assert_eq!(
            (piper.voice("fr_CA"), piper.voice("en"), piper.voice("de")),
            (Some("fr_FR-siwis"), Some("en"), None)
        );
        let espeak = &speech.engines["espeak"];
        assert_eq!((espeak.program.as_str(), espeak.timeout), ("espeak-ng", Duration::from_secs(3)));
        assert_eq!((espeak.voice("de_AT"), espeak.voice("fr-be")), (Some("de"), Some("fr-be")));
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let (speech, found) = of("[general]\ndefault=siri\nspeed=1\n[robot]\narguments=-x\n");
        assert_eq!(found, ["missing-key", "unknown-key", "bad-value"]);
        assert_eq!(speech, SpeechConfiguration::default());
    }
}
