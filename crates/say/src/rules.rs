//! Rules of a dialplan's own for what is said: the language of `say.conf`.
//!
//! What is to be said is written `prefix:data` or `prefix:format:data` (`num:42`, `date:AdB:200604172030.00-1-107`). The first rule of
//! the language whose pattern fits makes it a list of sounds, and of further things to say, which are looked up in turn. In a
//! rule `${SAY}` is the data; who puts values into texts is up to the caller. A format of several parts that no rule fits is
//! said part by part.

use crate::Prompt;

/// How deep rules may lead to rules.
const DEEPEST: usize = 10;
/// Longest thing to say, in octets: rules may repeat it.
const LONGEST: usize = 4_096;
/// Most sounds of one thing to say, and most steps on the way there.
const MOST: usize = 2_000;

/// The rules of all languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether numbers and dates follow the rules (`mode=new`), or only what asks for them.
    pub replace_built_in: bool,
    languages: Vec<(String, Vec<Rule>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    pattern: String,
    says: String,
}

/// Why something is not said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// No rule fits.
    #[error("say.conf has no rule for '{text}' in {language}")]
    NoRule {
        /// What was to be said.
        text: String,
        /// In which language.
        language: String,
    },
    /// Rules lead to each other.
    #[error("the rules of say.conf for '{0}' lead in a circle, or too far")]
    TooDeep(String),
}

impl Rules {
    /// Adds a rule behind the others of a language.
    pub fn add(&mut self, language: &str, pattern: &str, says: &str) {
        let rule = Rule { pattern: pattern.trim().to_owned(), says: says.trim().to_owned() };
        match self.languages.iter_mut().find(|(name, _)| name == language) {
            Some((_, rules)) => rules.push(rule),
            None => self.languages.push((language.to_owned(), vec![rule])),
        }
    }

    /// Whether there is any rule.
    pub fn is_empty(&self) -> bool {
        self.languages.is_empty()
    }

    /// The sounds of `text` in a language; `put_in(say, part)` puts values into a part of a rule, `${SAY}` among them.
    ///
    /// # Errors
    /// [`RuleError`] where no rule fits, or they lead too far.
    pub fn prompts(
        &self,
        text: &str,
        language: &str,
        put_in: &mut dyn FnMut(&str, &str) -> String,
    ) -> Result<Vec<Prompt>, RuleError> {
        let mut saying = Saying { rules: self, language, put_in, prompts: Vec::new(), steps: 0 };
        saying.say(text, 0)?;
        Ok(saying.prompts)
    }

    /// The first rule that fits: of the language, of its base, of English.
    fn find(&self, text: &str, language: &str) -> Option<&Rule> {
        let base = language.split('_').next().unwrap_or_default();
        [language, base, "en"].into_iter().find_map(|name| {
            let (_, rules) = self.languages.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            rules.iter().find(|rule| fits(&rule.pattern, text))
        })
    }
}

struct Saying<'s> {
    rules: &'s Rules,
    language: &'s str,
    put_in: &'s mut dyn FnMut(&str, &str) -> String,
    prompts: Vec<Prompt>,
    steps: usize,
}

impl Saying<'_> {
    fn say(&mut self, text: &str, depth: usize) -> Result<(), RuleError> {
        self.steps += 1;
        if depth > DEEPEST || text.len() > LONGEST || self.steps > MOST || self.prompts.len() > MOST {
            return Err(RuleError::TooDeep(text.chars().take(80).collect()));
        }
        let Some(rule) = self.rules.find(text, self.language) else {
            return self.say_parts(text, depth);
        };
        let data = text.splitn(3, ':').last().unwrap_or_default().to_owned();
        for part in parts(&rule.says) {
            let part = (self.put_in)(&data, part.trim());
            let part = part.trim();
            match part.find(':') {
                None | Some(0) if part.is_empty() => {}
                None | Some(0) => self.prompts.push(part.to_owned().into()),
                Some(_) => self.say(part, depth + 1)?,
            }
        }
        Ok(())
    }

    /// A format that no rule fits as a whole: sounds in quotes, and letters.
    fn say_parts(&mut self, text: &str, depth: usize) -> Result<(), RuleError> {
        let unknown = || RuleError::NoRule { text: text.to_owned(), language: self.language.to_owned() };
        let mut pieces = text.splitn(3, ':');
        let (Some(prefix), Some(format), Some(data)) = (pieces.next(), pieces.next(), pieces.next()) else {
            // A number that has come to its end has nothing more to say.
            return if text.ends_with(':') { Ok(()) } else { Err(unknown()) };
        };
        if format.trim().chars().count() < 2 {
            return Err(unknown());
        }
        let mut rest = format.chars();
        while let Some(letter) = rest.next() {
            match letter {
                '\'' => {
                    let name: String = rest.by_ref().take_while(|c| *c != '\'').collect();
                    self.prompts.push(name.trim().to_owned().into());
                }
                blank if blank.is_whitespace() => {}
                letter => self.say(&format!("{prefix}:{letter}:{data}"), depth + 1)?,
            }
        }
        Ok(())
    }
}

/// The parts of a rule: commas within brackets and braces separate nothing.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

/// Whether a pattern fits a text: with `_` before it `X`, `Z`, `N` and `[…]` are one character of a set, `.` is what is left, at
/// least one, and `!` perhaps none; without, it is the same text. Small and capital letters are the same.
fn fits(pattern: &str, text: &str) -> bool {
    let Some(pattern) = pattern.strip_prefix('_') else { return pattern.eq_ignore_ascii_case(text) };
    let mut rest = text.chars().peekable();
    let mut pattern = pattern.chars();
    while let Some(symbol) = pattern.next() {
        let digit = |low: char| move |c: char| (low..='9').contains(&c);
        let found = match symbol {
            '.' => return rest.peek().is_some(),
            '!' => return true,
            '-' => continue,
            'x' | 'X' => rest.next().is_some_and(digit('0')),
            'z' | 'Z' => rest.next().is_some_and(digit('1')),
            'n' | 'N' => rest.next().is_some_and(digit('2')),
            '[' => {
                let set: Vec<char> = pattern.by_ref().take_while(|c| *c != ']').collect();
                rest.next().is_some_and(|c| is_among(&set, c))
            }
            letter => rest.next().is_some_and(|c| c.eq_ignore_ascii_case(&letter)),
        };
        if !found {
            return false;
        }
    }
    rest.peek().is_none()
}

/// Whether a character is one of a set with ranges.
fn is_among(set: &[char], wanted: char) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    let mut at = 0;
    while let Some(first) = set.get(at) {
        let (low, high) = match (set.get(at + 1), set.get(at + 2)) {
            (Some('-'), Some(last)) => (*first, *last),
            _ => (*first, *first),
        };
        if (low.to_ascii_lowercase()..=high.to_ascii_lowercase()).contains(&wanted) {
            return true;
        }
        at += if low == high { 1 } else { 3 };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `${SAY}` and its pieces, as a dialplan would put them in.
    fn put_in(say: &str, part: &str) -> String {
        let Some((before, rest)) = part.split_once("${SAY") else { return part.to_owned() };
        let (range, after) = rest.split_once('}').unwrap();
        let mut numbers = range.split(':').skip(1).map(|number| number.parse::<usize>().unwrap());
        let from = numbers.next().unwrap_or(0).min(say.len());
        let to = numbers.next().map_or(say.len(), |length| (from + length).min(say.len()));
        put_in(say, &format!("{before}{}{after}", &say[from..to]))
    }

    fn rules() -> Rules {
        let mut rules = Rules::default();
        for (pattern, says) in [
            ("_[n]um:0.", "num:${SAY:1}"),
            ("_[n]um:X", "digits/${SAY}"),
            ("_[n]um:1X", "digits/${SAY}"),
            ("_[n]um:[2-9]0", "digits/${SAY}"),
            ("_[n]um:[2-9][1-9]", "digits/${SAY:0:1}0, num:${SAY:1}"),
            ("_[n]um:X00", "num:${SAY:0:1}, digits/hundred"),
            ("_[n]um:XXX", "num:${SAY:0:1}, digits/hundred, num:${SAY:1}"),
            ("_date:[Aa]:.", "digits/day-${SAY:16:1}"),
            ("_date:Y:.", "num:${SAY:2:2}"),
            ("_datetime::.", "date:A 'digits/at' Y:${SAY}"),
            ("circle:x", "circle:x"),
        ] {
            rules.add("en", pattern, says);
        }
        rules.add("fr", "_[n]um:71", "digits/60, digits/et, digits/11");
        rules
    }

    fn say(text: &str, language: &str) -> Result<String, RuleError> {
        rules().prompts(text, language, &mut put_in).map(|prompts| prompts.join(" "))
    }

    #[test]
    fn numbers_are_taken_apart() {
        assert_eq!(say("num:345", "en").unwrap(), "digits/3 digits/hundred digits/40 digits/5");
        assert_eq!(say("num:71", "fr_CA").unwrap(), "digits/60 digits/et digits/11");
        assert_eq!(say("num:20", "fr_CA").unwrap(), "digits/20", "English has what French lacks");
    }

    #[test]
    fn formats_are_said_part_by_part() {
        assert_eq!(say("datetime::200604172030.00-1-107", "en").unwrap(), "digits/day-1 digits/at digits/6");
    }

    #[test]
    fn circles_and_unknown_things_end() {
        assert!(matches!(say("circle:x", "en"), Err(RuleError::TooDeep(_))));
        assert!(matches!(say("song:la", "en"), Err(RuleError::NoRule { .. })));
        assert!(matches!(say("date:B:2006", "en"), Err(RuleError::NoRule { .. })));
    }

    #[test]
    fn patterns_are_those_of_numbers() {
        assert!(fits("_[n]um:1X", "num:15") && !fits("_[n]um:1X", "num:25") && !fits("_[n]um:1X", "num:155"));
        assert!(fits("_date:[Bbh]:.", "date:h:1") && !fits("_date:[Bbh]:.", "date:h:"));
        assert!(fits("_digit:[*]", "digit:*") && fits("NUM:1", "num:1") && fits("_a!", "a"));
        for odd in ["_[", "_[a-", "_", "_[]", "_[-]"] {
            fits(odd, "x");
        }
    }
}
