//! Whether a human or a machine has answered, judged by how they greet: what Asterisk's `AMD` does.

use std::fmt;

use crate::talk::{FRAME_MS, FrameMeter, THRESHOLD};

/// Parameters of `AMD()` and of `amd.conf`, in ms where nothing else is said. The [default](Settings::default) is what
/// Asterisk's sample of that file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Silence before the greeting that no human leaves (`initial_silence`): 2500.
    pub initial_silence: u32,
    /// Voice that is too long for a human's greeting (`greeting`): 1500.
    pub greeting: u32,
    /// Silence after the greeting in which a human waits (`after_greeting_silence`): 800.
    pub after_greeting_silence: u32,
    /// After this time it gives up (`total_analysis_time`): 5000.
    pub total_analysis_time: u32,
    /// Voice that is too short for a word (`min_word_length`): 100.
    pub min_word_length: u32,
    /// Silence that parts two words (`between_words_silence`): 50.
    pub between_words_silence: u32,
    /// How many words a human greets with at most (`maximum_number_of_words`): 2.
    pub maximum_number_of_words: u32,
    /// Average level that is no silence, out of 32767 (`silence_threshold`): 256.
    pub silence_threshold: u16,
    /// A word that is too long for a human (`maximum_word_length`): 5000.
    pub maximum_word_length: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            initial_silence: 2_500,
            greeting: 1_500,
            after_greeting_silence: 800,
            total_analysis_time: 5_000,
            min_word_length: 100,
            between_words_silence: 50,
            maximum_number_of_words: 2,
            silence_threshold: THRESHOLD,
            maximum_word_length: 5_000,
        }
    }
}

/// Who has answered, and what told it; durations in ms.
///
/// [`status`](Verdict::status) is the value of `AMDSTATUS`, [`Display`](fmt::Display) writes that of `AMDCAUSE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A machine: nothing was said for so long.
    InitialSilence {
        /// How long it was silent.
        silence: u32,
        /// [`Settings::initial_silence`].
        limit: u32,
    },
    /// A machine: the greeting is long.
    LongGreeting {
        /// How long the voice was.
        voice: u32,
        /// [`Settings::greeting`].
        limit: u32,
    },
    /// A machine: one word is long.
    MaxWordLength {
        /// How long the word was.
        word: u32,
    },
    /// A machine: the greeting has many words.
    MaxWords {
        /// How many there were.
        words: u32,
        /// [`Settings::maximum_number_of_words`].
        limit: u32,
    },
    /// A human: they greeted and wait.
    Human {
        /// How long it was silent after the greeting.
        silence: u32,
        /// [`Settings::after_greeting_silence`].
        limit: u32,
    },
    /// Not sure: the time is over.
    TooLong {
        /// How long it listened.
        total: u32,
    },
    /// Not sure: no sound came. The caller of the detector finds that.
    NoAudioData {
        /// How long it waited.
        total: u32,
    },
    /// They hung up before. The caller of the detector finds that.
    HangUp,
}

impl Verdict {
    /// `MACHINE`, `HUMAN`, `NOTSURE` or `HANGUP`.
    pub fn status(&self) -> &'static str {
        match self {
            Verdict::InitialSilence { .. }
            | Verdict::LongGreeting { .. }
            | Verdict::MaxWordLength { .. }
            | Verdict::MaxWords { .. } => "MACHINE",
            Verdict::Human { .. } => "HUMAN",
            Verdict::TooLong { .. } | Verdict::NoAudioData { .. } => "NOTSURE",
            Verdict::HangUp => "HANGUP",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::InitialSilence { silence, limit } => write!(f, "INITIALSILENCE-{silence}-{limit}"),
            Verdict::LongGreeting { voice, limit } => write!(f, "LONGGREETING-{voice}-{limit}"),
            Verdict::MaxWordLength { word } => write!(f, "MAXWORDLENGTH-{word}"),
            Verdict::MaxWords { words, limit } => write!(f, "MAXWORDS-{words}-{limit}"),
            Verdict::Human { silence, limit } => write!(f, "HUMAN-{silence}-{limit}"),
            Verdict::TooLong { total } => write!(f, "TOOLONG-{total}"),
            Verdict::NoAudioData { total } => write!(f, "NOAUDIODATA-{total}"),
            Verdict::HangUp => Ok(()),
        }
    }
}

/// Listens to whoever has answered until it knows who it is.
///
/// ```text
/// silent at first --word--> greeting --silence--> a human
///   | silence                 | voice, word or number of words too long
///   +------> a machine <------+           (and after the total time: not sure)
/// ```
///
/// Judges 20 ms at a time, by their average level. Allocates nothing.
///
/// ```
/// use audio::answering_machine::{Detector, Settings};
/// let mut detector = Detector::new(8_000, Settings::default());
/// let speech = |ms: usize| vec![4_000_i16; 8 * ms];
/// assert_eq!(detector.push(&speech(600)), None);
/// let verdict = detector.push(&[0; 8 * 1_000]).expect("somebody who said hello and waits");
/// assert_eq!((verdict.status(), verdict.to_string().as_str()), ("HUMAN", "HUMAN-800-800"));
/// ```
#[derive(Clone, Debug)]
pub struct Detector {
    meter: FrameMeter,
    greeting: Greeting,
    verdict: Option<Verdict>,
}

/// What was heard so far, in ms.
#[derive(Clone, Copy, Debug)]
struct Greeting {
    settings: Settings,
    total: u32,
    /// Silence since the last voice.
    silence: u32,
    /// All voice.
    voice: u32,
    /// Voice of this word, or of what may become one.
    word: u32,
    words: u32,
    in_word: bool,
    /// A word was heard.
    has_begun: bool,
}

impl Detector {
    /// A detector for a stream of `rate` samples a second.
    pub fn new(rate: u32, settings: Settings) -> Detector {
        let greeting = Greeting {
            settings,
            total: 0,
            silence: 0,
            voice: 0,
            word: 0,
            words: 0,
            in_word: false,
            has_begun: false,
        };
        Detector { meter: FrameMeter::new(rate, settings.silence_threshold), greeting, verdict: None }
    }

    /// Takes the next samples, in frames of any length. Once it knows, it stays with that.
    pub fn push(&mut self, samples: &[i16]) -> Option<Verdict> {
        let (greeting, verdict) = (&mut self.greeting, &mut self.verdict);
        self.meter.push(samples, |silent| {
            if verdict.is_none() {
                *verdict = greeting.pass(silent);
            }
        });
        self.verdict
    }

    /// How long it has listened, in ms.
    pub fn total(&self) -> u32 {
        self.greeting.total
    }
}

impl Greeting {
    fn pass(&mut self, silent: bool) -> Option<Verdict> {
        self.total += FRAME_MS;
        let verdict = if silent { self.pass_silence() } else { self.pass_voice() };
        let total = self.total;
        verdict.or_else(|| (total >= self.settings.total_analysis_time).then_some(Verdict::TooLong { total }))
    }

    fn pass_silence(&mut self) -> Option<Verdict> {
        self.silence += FRAME_MS;
        if self.silence >= self.settings.between_words_silence {
            (self.in_word, self.word) = (false, 0);
        }
        let (silence, settings) = (self.silence, &self.settings);
        match self.has_begun {
            false if silence >= settings.initial_silence => {
                Some(Verdict::InitialSilence { silence, limit: settings.initial_silence })
            }
            true if silence >= settings.after_greeting_silence => {
                Some(Verdict::Human { silence, limit: settings.after_greeting_silence })
            }
            _ => None,
        }
    }

    fn pass_voice(&mut self) -> Option<Verdict> {
        self.silence = 0;
        self.voice += FRAME_MS;
        self.word += FRAME_MS;
        if !self.in_word && self.word >= self.settings.min_word_length {
            (self.in_word, self.has_begun) = (true, true);
            self.words += 1;
        }
        let settings = &self.settings;
        if self.word >= settings.maximum_word_length {
            Some(Verdict::MaxWordLength { word: self.word })
        } else if self.words > settings.maximum_number_of_words {
            Some(Verdict::MaxWords { words: self.words, limit: settings.maximum_number_of_words })
        } else if self.has_begun && self.voice >= settings.greeting {
            Some(Verdict::LongGreeting { voice: self.voice, limit: settings.greeting })
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Voice and silence in turns, in ms, beginning with silence.
    fn judge(settings: Settings, parts: &[u32]) -> Option<(&'static str, String)> {
        let mut detector = Detector::new(8_000, settings);
        let mut verdict = None;
        for (n, ms) in parts.iter().enumerate() {
            let level = if n % 2 == 0 { 100 } else { 2_000 };
            verdict = detector.push(&vec![level; 8 * *ms as usize]);
        }
        verdict.map(|verdict| (verdict.status(), verdict.to_string()))
    }

    fn by_default(parts: &[u32]) -> Option<(&'static str, String)> {
        judge(Settings::default(), parts)
    }

    #[test]
    fn who_says_hello_and_waits_is_a_human() {
        assert_eq!(by_default(&[300, 400, 790]), None);
        assert_eq!(by_default(&[300, 400, 900]), Some(("HUMAN", "HUMAN-800-800".into())));
        assert_eq!(by_default(&[300, 400, 200, 300, 900]), Some(("HUMAN", "HUMAN-800-800".into())));
    }

    #[test]
    fn each_limit_tells_a_machine() {
        let machine = |cause: &str| Some(("MACHINE", cause.to_owned()));
        assert_eq!(by_default(&[2_600]), machine("INITIALSILENCE-2500-2500"));
        assert_eq!(by_default(&[300, 1_600]), machine("LONGGREETING-1500-1500"));
        assert_eq!(by_default(&[300, 200, 100, 200, 100, 200]), machine("MAXWORDS-3-2"));
        let long_words = Settings { maximum_word_length: 1_000, ..Settings::default() };
        assert_eq!(judge(long_words, &[300, 1_100]), machine("MAXWORDLENGTH-1000"));
    }

    #[test]
    fn short_noises_are_no_words_and_short_pauses_part_none() {
        assert_eq!(by_default(&[1_000, 80, 1_000, 80, 1_000, 80]), None);
        assert_eq!(
            by_default(&[300, 200, 40, 200, 40, 200, 40, 200, 900]),
            Some(("HUMAN", "HUMAN-800-800".into()))
        );
    }

    #[test]
    fn after_the_total_time_it_is_not_sure() {
        let parts = [2_000, 60, 2_000, 60, 2_000];
        assert_eq!(by_default(&parts), Some(("NOTSURE", "TOOLONG-5000".into())));
    }

    #[test]
    fn a_verdict_stays() {
        let mut detector = Detector::new(16_000, Settings::default());
        let verdict = detector.push(&vec![0; 16 * 3_000]);
        assert!(verdict.is_some());
        assert_eq!(detector.push(&vec![5_000; 16 * 3_000]), verdict);
        assert_eq!(detector.total(), 2_500);
    }

    #[test]
    fn what_the_caller_of_it_finds_has_names_too() {
        assert_eq!((Verdict::HangUp.status(), Verdict::HangUp.to_string()), ("HANGUP", String::new()));
        let silent = Verdict::NoAudioData { total: 2_000 };
        assert_eq!((silent.status(), silent.to_string().as_str()), ("NOTSURE", "NOAUDIODATA-2000"));
    }
}
