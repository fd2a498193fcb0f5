//! The text of a rehearsal: one sentence a line.

use std::time::Duration;

use call_control::played::Part;
use call_control::{CallerId, HangupCause};
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Longest time that a script may name.
const LONGEST: f64 = 30.0 * 86_400.0;

/// A file of scenes.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// In order.
    pub scenes: Vec<Scene>,
}

/// One `test`: what the caller does, and what must come of it.
#[derive(Clone, Debug)]
pub struct Scene {
    /// What stands behind `test`.
    pub name: String,
    /// The line that it begins on.
    pub line: usize,
    pub(super) time: Zoned,
    pub(super) phones: Vec<(String, Option<Part>)>,
    pub(super) sentences: Vec<Sentence>,
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) action: Action,
}

/// What a line asks for.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Dials { phone: Option<String>, caller: CallerId, number: String, context: Option<String> },
    Presses(String),
    Waits(Duration),
    HangsUp,
    Hears(String),
    Rings(String),
    IsAnswered,
    TalksTo(String),
    Runs(String, Option<String>),
    Expect(String, String),
    Ends(Option<HangupCause>),
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

impl Script {
    /// Reads a script. What stands before the first `test` holds for all of them.
    ///
    /// # Errors
    /// [`ScriptError`] names the first line that means nothing.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let mut common = Setting::default();
        let mut script = Self::default();
        for (index, raw) in text.lines().enumerate() {
            let line = index + 1;
            let wrong = |problem: String| ScriptError { line, problem };
            let text = without_comment(raw);
            if text.is_empty() {
                continue;
            }
            let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            let rest = rest.trim();
            match word {
                "test" if rest.is_empty() => {
                    return Err(wrong("give the test a name: `test Wrong key`".into()));
                }
                "test" => script.scenes.push(common.scene(rest, line)),
                "time" | "phone" => match script.scenes.last_mut() {
                    Some(scene) => set(&mut scene.time, &mut scene.phones, word, rest).map_err(wrong)?,
                    None => set(&mut common.time, &mut common.phones, word, rest).map_err(wrong)?,
                },
                _ => {
                    let action = action(word, rest).map_err(wrong)?;
                    let Some(scene) = script.scenes.last_mut() else {
                        return Err(wrong("begin with a line such as `test Wrong key`".into()));
                    };
                    scene.sentences.push(Sentence { line, text: text.to_owned(), action });
                }
            }
        }
        Ok(script)
    }
}

/// What holds until something else is said.
struct Setting {
    time: Zoned,
    phones: Vec<(String, Option<Part>)>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            time: DateTime::constant(2026, 1, 5, 10, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap_or_default(),
            phones: Vec::new(),
        }
    }
}

impl Setting {
    fn scene(&self, name: &str, line: usize) -> Scene {
        Scene {
            name: name.to_owned(),
            line,
            time: self.time.clone(),
            phones: self.phones.clone(),
            sentences: Vec::new(),
        }
    }
}

/// A line without what stands behind `;` or `#`, unless that is the key of a phone (`presses 12#`).
fn without_comment(line: &str) -> &str {
    let starts = |at: usize| at == 0 || line.as_bytes().get(at - 1).is_some_and(u8::is_ascii_whitespace);
    let end = line.char_indices().find(|&(at, c)| match c {
        ';' => starts(at),
        '#' => line[..at].trim().is_empty(),
        _ => false,
    });
    end.map_or(line, |(at, _)| &line[..at]).trim()
}

fn set(
    time: &mut Zoned,
    phones: &mut Vec<(String, Option<Part>)>,
    word: &str,
    rest: &str,
) -> Result<(), String> {
    if word == "time" {
        *time = moment(rest)?;
        return Ok(());
    }
    let (name, does) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if !name.contains('/') {
        return Err(format!("a phone is written as in Dial, such as PJSIP/alice, not `{name}`"));
    }
    phones.push((name.to_owned(), part(does.trim())?));
    Ok(())
}

/// `2026-11-23 10:00 [Europe/Paris]`.
fn moment(text: &str) -> Result<Zoned, String> {
    let wrong = || {
        format!("`{text}` is no time; write `time 2026-11-23 10:00` or `time 2026-11-23 10:00 Europe/Paris`")
    };
    let mut words = text.split_whitespace();
    let (Some(day), Some(hour)) = (words.next(), words.next()) else { return Err(wrong()) };
    let moment: DateTime = format!("{day}T{hour}").parse().map_err(|_| wrong())?;
    let zone = match words.next() {
        None => TimeZone::UTC,
        Some(name) => TimeZone::get(name).map_err(|_| format!("there is no time zone `{name}`"))?,
    };
    moment.to_zoned(zone).map_err(|_| wrong())
}

/// `answers [after 3s][, hangs up after 20s]`, `rings`, `is busy`, `refuses`, `is away`, `fails with CAUSE`.
fn part(text: &str) -> Result<Option<Part>, String> {
    let usage = || {
        format!(
            "`{text}` is nothing that a phone does; write answers [after 3s][, hangs up after 20s], rings, is busy, refuses, is away or fails with CONGESTION"
        )
    };
    let ends = |cause| Ok(Some(Part::Ends(cause)));
    match text {
        "rings" => return Ok(Some(Part::Rings)),
        "is busy" => return ends(HangupCause::USER_BUSY),
        "refuses" => return ends(HangupCause::REJECTED),
        "is away" => return Ok(None),
        _ => {}
    }
    if let Some(cause) = text.strip_prefix("fails with ") {
        return ends(named_cause(cause)?);
    }
    let rest = text.strip_prefix("answers").ok_or_else(usage)?;
    let (first, second) = rest.split_once(',').unwrap_or((rest, ""));
    let after = match first.trim() {
        "" => Duration::from_secs(2),
        first => duration(first.strip_prefix("after").ok_or_else(usage)?)?,
    };
    let hangs_up_after = match second.trim() {
        "" => None,
        second => Some(duration(second.strip_prefix("hangs up after").ok_or_else(usage)?)?),
    };
    Ok(Some(Part::Answers { after, hangs_up_after }))
}

fn action(word: &str, rest: &str) -> Result<Action, String> {
    let needs = |what: &str| match rest {
        "" => Err(format!("`{word}` wants {what} behind it")),
        rest => Ok(rest.to_owned()),
    };
    Ok(match word {
        "caller" => caller(None, rest)?,
        "presses" => {
            let keys = needs("the keys, such as `presses 12#`")?;
            if let Some(wrong) = keys.chars().find(|key| !matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')) {
                return Err(format!("`{wrong}` is no key of a phone"));
            }
            Action::Presses(keys)
        }
        "waits" => Action::Waits(duration(&needs("a time, such as `waits 5s`")?)?),
        "hangs" if rest == "up" => Action::HangsUp,
        "hears" => Action::Hears(needs("a prompt, or a tone such as `busy tone`")?),
        "rings" => Action::Rings(needs("a phone, such as `rings PJSIP/alice`")?),
        "is" if rest == "answered" => Action::IsAnswered,
        "talks" => {
            Action::TalksTo(rest.strip_prefix("to ").ok_or("write `talks to PJSIP/alice`")?.trim().to_owned())
        }
        "runs" => {
            let text = needs("an application, such as `runs VoiceMail(100)`")?;
            let inner = |rest: &str| rest.rfind(')').map_or(rest, |close| &rest[..close]).to_owned();
            match text.split_once('(') {
                Some((name, rest)) => Action::Runs(name.trim().to_owned(), Some(inner(rest))),
                None => Action::Runs(text, None),
            }
        }
        "expect" => {
            let text = needs("a variable and its value, such as `expect ${DIALSTATUS} = BUSY`")?;
            let (left, right) = text.split_once('=').ok_or("write `expect ${DIALSTATUS} = BUSY`")?;
            Action::Expect(left.trim().to_owned(), right.trim().to_owned())
        }
        "ends" => match rest.strip_prefix("with") {
            Some(cause) => Action::Ends(Some(named_cause(cause)?)),
            None if rest.is_empty() => Action::Ends(None),
            None => return Err("write `ends` or `ends with BUSY`".to_owned()),
        },
        phone if phone.contains('/') => caller(Some(phone.to_owned()), rest)?,
        _ => return Err(unknown(word)),
    })
}

/// `[NUMBER] ["NAME"] dials EXTENSION [in CONTEXT]`.
fn caller(phone: Option<String>, rest: &str) -> Result<Action, String> {
    let usage =
        || "write `caller 0612345678 \"Marie\" dials 100 in CONTEXT`, or `PJSIP/alice dials 100`".to_owned();
    let (who, what) = match rest.strip_prefix("dials ") {
        Some(what) => ("", what),
        None => rest.split_once(" dials ").ok_or_else(usage)?,
    };
    let (number, name) = match who.split_once('"') {
        Some((number, name)) => (number.trim(), name.trim().trim_end_matches('"')),
        None => (who.trim(), ""),
    };
    let mut words = what.split_whitespace();
    let dialled = words.next().ok_or_else(usage)?.to_owned();
    let context = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("in"), Some(context), None) => Some(context.to_owned()),
        _ => return Err(usage()),
    };
    if phone.is_none() && context.is_none() {
        return Err("say where the number is looked for: `… dials 100 in CONTEXT`".to_owned());
    }
    Ok(Action::Dials { phone, caller: CallerId::new(name, number), number: dialled, context })
}

/// `5s`, `200ms`, `2m`, `1.5`.
fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let unit = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit);
    let factor = match unit.trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        _ => return Err(format!("`{text}` is no time; write 5s, 200ms or 2m")),
    };
    let seconds = number.parse::<f64>().map_err(|_| format!("`{text}` is no time; write 5s, 200ms or 2m"))?;
    Ok(Duration::from_secs_f64((seconds * factor).clamp(0.0, LONGEST)))
}

fn named_cause(text: &str) -> Result<HangupCause, String> {
    let text = text.trim();
    let unknown =
        || format!("`{text}` is no cause; write a name such as BUSY or CONGESTION, or a Q.850 number");
    HangupCause::from_name(text).ok_or_else(unknown)
}

/// The words that a line may begin with.
const WORDS: [&str; 13] = [
    "test",
    "time",
    "phone",
    "caller",
    "presses",
    "waits",
    "hangs up",
    "hears",
    "rings",
    "is answered",
    "talks to",
    "runs",
    "expect",
];

fn unknown(word: &str) -> String {
    match asterisk_conf::suggest::nearest(word, WORDS) {
        Some(near) => format!("a line does not begin with `{word}`; do you mean `{near}`?"),
        None => format!("a line does not begin with `{word}`; it begins with {} or ends", WORDS.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Script::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_script_reads_as_it_is_written() {
        let text = "phone PJSIP/bob is busy\n\ntest One ; the first\n  time 2026-11-23 10:00 Europe/Paris\n  \
                    phone PJSIP/alice answers after 1.5s, hangs up after 2m\n  \
                    caller 061 \"Marie C\" dials 100 in in\n  presses 1#\n  ends with BUSY\ntest Two\n  PJSIP/bob dials 2\n";
        let script = Script::parse(text).unwrap();
        let [one, two] = &script.scenes[..] else { panic!("two scenes") };
        assert_eq!((one.name.as_str(), one.line, two.line), ("One", 3, 9));
        assert_eq!(one.time.to_string(), "2026-11-23T10:00:00+01:00[Europe/Paris]");
        assert_eq!((one.phones.len(), two.phones.len()), (2, 1));
        let answers = Part::Answers {
            after: Duration::from_millis(1_500),
            hangs_up_after: Some(Duration::from_secs(120)),
        };
        assert_eq!(one.phones[1].1, Some(answers));
        let Action::Dials { caller, number, .. } = &one.sentences[0].action else { panic!("dials") };
        assert_eq!(
            (caller.name.as_str(), caller.number.as_str(), number.as_str()),
            ("Marie C", "061", "100")
        );
        let Action::Presses(keys) = &one.sentences[1].action else { panic!("presses") };
        assert_eq!(keys, "1#");
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        assert!(
            problem("test A\n  heers x")
                .contains("line 2: a line does not begin with `heers`; do you mean `hears`?")
        );
        assert!(problem("hears x").contains("begin with a line such as"));
        assert!(problem("test A\n caller 1 dials 2").contains("in CONTEXT"));
        assert!(problem("test A\n presses x").contains("`x` is no key"));
        assert!(problem("test A\n waits long").contains("no time"));
        assert!(problem("phone alice rings").contains("PJSIP/alice"));
        assert!(problem("phone PJSIP/a sleeps").contains("nothing that a phone does"));
        assert!(problem("time tomorrow").contains("no time"));
    }
}
