//! Reading the values of one section, with a finding for each that cannot be meant.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic, Entry, Section, Span, boolean, suggest};

/// A section, and where its findings go.
pub(super) struct Values<'s> {
    pub(super) section: &'s Section,
    pub(super) found: &'s mut Vec<Diagnostic>,
}

impl Values<'_> {
    /// The last value of a key; an empty one counts as none.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.section.value(key).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// All that is written, the last value of each key. Keys are in lower case.
    pub(super) fn written(&self) -> BTreeMap<String, String> {
        let pair =
            |entry: &Entry| (entry.key.value.to_ascii_lowercase(), entry.value.value.trim().to_owned());
        self.section.entries.iter().map(pair).collect()
    }

    /// The place of a key's last value.
    pub(super) fn span(&self, key: &str) -> Option<Span> {
        self.section.last(key).map(|entry| entry.value.span)
    }

    /// A yes or no.
    pub(super) fn flag(&mut self, key: &str, default: bool) -> bool {
        let Some(text) = self.text(key) else { return default };
        boolean(&text).unwrap_or_else(|| {
            let says = if default { "yes" } else { "no" };
            self.odd(key, format!("'{text}' is neither yes nor no; '{says}' is taken"), "write yes or no");
            default
        })
    }

    /// A number.
    pub(super) fn number<N: FromStr + Display + Copy>(&mut self, key: &str, default: N) -> N {
        let Some(text) = self.text(key) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.odd(
                key,
                format!("'{text}' is no number that fits; {default} is taken"),
                "write a whole number",
            );
            default
        })
    }

    /// A number that has bounds: what is beyond them counts as the bound.
    pub(super) fn number_within<N>(&mut self, key: &str, default: N, bounds: RangeInclusive<N>) -> N
    where
        N: FromStr + Display + Copy + PartialOrd,
    {
        let number = self.number(key, default);
        let (least, most) = (*bounds.start(), *bounds.end());
        let taken = match number {
            number if number < least => least,
            number if number > most => most,
            number => return number,
        };
        self.odd(
            key,
            format!("'{number}' is beyond what there is; {taken} is taken"),
            &format!("write {least} to {most}"),
        );
        taken
    }

    /// A number of seconds, fractions allowed; 0 means never.
    pub(super) fn seconds(&mut self, key: &str) -> Option<Duration> {
        let text = self.text(key)?;
        match text.parse::<f64>() {
            Ok(seconds) if (0.0..=1e9).contains(&seconds) => {
                Some(Duration::from_secs_f64(seconds)).filter(|time| !time.is_zero())
            }
            _ => {
                self.odd(
                    key,
                    format!("'{text}' is no number of seconds; it is left out"),
                    "write seconds, as in 30",
                );
                None
            }
        }
    }

    /// Anything that parses, such as an address; `what` says what is wanted.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, what: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.odd(key, format!("'{text}' is no {what}; it is left out"), &format!("write {what}"));
        }
        parsed
    }

    /// One of several words. Where `yes` or `no` is among them, all that means the same is, too.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, words: &[(&str, T)], default: T) -> T {
        let Some(text) = self.text(key) else { return default };
        let of = |wanted: &str| words.iter().find(|(word, _)| word.eq_ignore_ascii_case(wanted));
        let meant = boolean(&text).map(|yes| if yes { "yes" } else { "no" });
        if let Some((_, value)) = of(&text).or_else(|| of(meant?)) {
            return *value;
        }
        let nearest = suggest::nearest(&text, words.iter().map(|(word, _)| *word));
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("'{text}' is no {key}; known are {}", known.join(", "));
        let finding = Diagnostic::warning("bad-value", message);
        self.found.push(at(finding, self.span(key)).suggest(nearest));
        default
    }

    /// Names between commas, of every line with that key.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let entries = self.section.all(key).flat_map(|entry| entry.value.value.split(','));
        entries.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// Names between commas, of the last line with that key: what a section says stands in place of its template's.
    pub(super) fn names(&self, key: &str) -> Vec<String> {
        let text = self.section.value(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// The value of a key is odd, and the exchange goes on without it.
    pub(super) fn odd(&mut self, key: &str, message: String, help: &str) {
        let finding = Diagnostic::warning("bad-value", format!("{key}: {message}")).help(help);
        self.found.push(at(finding, self.span(key)));
    }

    /// Every key that the table does not have, with `advice` on it, or else the nearest that the table has.
    pub(super) fn check_keys(&mut self, what: &str, known: &[&str], advice: impl Fn(&str) -> Option<String>) {
        for entry in &self.section.entries {
            if !known.iter().any(|key| entry.is(key)) {
                let finding = unknown_key(entry, what);
                self.found.push(match advice(&entry.key.value) {
                    Some(advice) => finding.help(advice),
                    None => finding.suggest(suggest::nearest(&entry.key.value, known.iter().copied())),
                });
            }
        }
    }
}

/// Every section of a file that is none of those which it may have, or is there a second time; nothing of such a section has an
/// effect.
pub(super) fn check_sections(config: &Config, file: &str, known: &[&str], found: &mut Vec<Diagnostic>) {
    for section in config.objects() {
        let name = &section.name;
        if let Some(first) =
            config.section(&name.value.to_ascii_lowercase()).filter(|first| first.name.span != name.span)
        {
            let message = format!("[{}] of {file} is here a second time; it has no effect", name.value);
            let finding = Diagnostic::warning("defined-twice", message).at(name.span);
            found.push(finding.related(first.name.span, "the one that counts"));
        } else if !known.iter().any(|known| known.eq_ignore_ascii_case(&name.value)) {
            let message = format!("[{}] is no section of {file}; it has no effect", name.value);
            let finding = Diagnostic::warning("unknown-section", message).at(name.span);
            found.push(finding.suggest(suggest::nearest(&name.value, known.iter().copied())));
        }
    }
}

fn unknown_key(entry: &Entry, what: &str) -> Diagnostic {
    let key = &entry.key.value;
    let finding =
        Diagnostic::warning("unknown-key", format!("'{key}' is no key of {what}; it has no effect"));
    finding.at(entry.key.span)
}

/// A finding at its place, where it has one.
pub(super) fn at(finding: Diagnostic, span: Option<Span>) -> Diagnostic {
    match span {
        Some(span) => finding.at(span),
        None => finding,
    }
}
