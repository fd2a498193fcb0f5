//! From what was typed to the command that is meant. Words may be cut short where they stay clear.

use asterisk_conf::suggest;

use super::{Command, CommandError, Context, table};

/// The words of a line; quotes keep blanks in one.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, begun) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// The command that is meant, and what stands behind its words. The longest that fits is meant; of several, word by word,
/// those that have the word as it was typed rather than those that only begin with it.
pub(super) fn find(typed: &[String]) -> Result<(&'static Command, &[String]), CommandError> {
    let mut fitting: Vec<&'static Command> = table().filter(|command| fits(command, typed)).collect();
    let longest = fitting.iter().map(|command| length(command)).max().unwrap_or_default();
    fitting.retain(|command| length(command) == longest);
    for (at, word) in typed.iter().enumerate().take(longest) {
        let is_exact = |command: &&Command| {
            command.words.split(' ').nth(at).is_some_and(|full| full.eq_ignore_ascii_case(word))
        };
        if fitting.iter().any(is_exact) {
            fitting.retain(is_exact);
        }
    }
    match fitting.as_slice() {
        [] => Err(unknown(typed)),
        [one] => Ok((one, typed.get(longest..).unwrap_or_default())),
        several => Err(CommandError::Ambiguous {
            typed: typed.join(" "),
            may_be: several.iter().map(|command| format!("'{}'", command.words)).collect(),
        }),
    }
}

/// How the last word may go on: the next word of commands that fit, or a value of the one that is typed.
pub(super) fn complete(context: &Context, line: &str) -> Vec<String> {
    let mut typed = words(line);
    let begun = match line.ends_with(char::is_whitespace) || typed.is_empty() {
        true => String::new(),
        false => typed.pop().unwrap_or_default(),
    };
    // What stands behind `help` is a command itself.
    if let Ok((command, rest)) = find(&typed)
        && command.words.ends_with("help")
    {
        typed = rest.to_vec();
    }
    let mut ways: Vec<String> = table()
        .filter(|command| begins(command, &typed))
        .filter_map(|command| command.words.split(' ').nth(typed.len()))
        .filter(|word| starts(word, &begun))
        .map(str::to_owned)
        .collect();
    let whole = table().filter(|command| length(command) == typed.len() && fits(command, &typed));
    let values = whole.filter_map(|command| command.values).flat_map(|values| values(context));
    ways.extend(values.filter(|value| value.starts_with(&begun)));
    ways.sort();
    ways.dedup();
    ways
}

/// Whether each word of the command is begun by what was typed.
fn fits(command: &Command, typed: &[String]) -> bool {
    typed.len() >= length(command)
        && command.words.split(' ').zip(typed).all(|(full, word)| starts(full, word))
}

/// Whether the command may become what was begun.
pub(super) fn begins(command: &Command, typed: &[String]) -> bool {
    typed.len() <= length(command)
        && command.words.split(' ').zip(typed).all(|(full, word)| starts(full, word))
}

fn starts(full: &str, word: &str) -> bool {
    full.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

fn length(command: &Command) -> usize {
    command.words.split(' ').count()
}

fn unknown(typed: &[String]) -> CommandError {
    // What stands behind a command is no part of its name.
    let begins = (1..=typed.len()).rev().filter_map(|count| typed.get(..count));
    let nearest = begins
        .filter_map(|words| suggest::nearest(&words.join(" "), table().map(|command| command.words)))
        .next();
    CommandError::Unknown {
        first: typed.first().cloned().unwrap_or_default(),
        nearest: nearest.map(|words| format!("; did you mean '{words}'?")).unwrap_or_default(),
        typed: typed.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Result<(&'static str, Vec<String>), CommandError> {
        let typed = words(line);
        find(&typed).map(|(command, rest)| (command.words, rest.to_vec()))
    }

    #[test]
    fn words_may_be_cut_short() {
        assert_eq!(found("core show channels").unwrap().0, "core show channels");
        assert_eq!(found("co sh channels").unwrap().0, "core show channels");
        assert_eq!(found("core set verbose 5").unwrap(), ("core set verbose", vec!["5".to_owned()]));
        assert_eq!(found("pjsip show endpoint 100").unwrap().0, "pjsip show endpoint");
        assert_eq!(found("co sh channel x").unwrap(), ("core show channel", vec!["x".to_owned()]));
        assert_eq!(found("CORE Show Version").unwrap().0, "core show version");
        assert!(matches!(found("core sh"), Err(CommandError::Unknown { .. })));
        assert!(matches!(found("core show chan"), Err(CommandError::Ambiguous { .. })));
    }

    #[test]
    fn what_is_not_known_is_answered_as_scripts_expect() {
        let error = found("core shwo channels").unwrap_err().to_string();
        assert!(
            error.starts_with("No such command 'core shwo channels' (type 'core show help core'"),
            "{error}"
        );
        assert!(error.contains("did you mean 'core show channels'?"), "{error}");
        let error = found("pjsip shwo endpoint alice").unwrap_err().to_string();
        assert!(error.contains("did you mean 'pjsip show endpoint'?"), "{error}");
        let error = found("xyzzy").unwrap_err().to_string();
        assert!(error.ends_with("possible commands)"), "{error}");
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(words(r#"a "b c"  "" d"#), ["a", "b c", "", "d"]);
        assert_eq!(words("   "), Vec::<String>::new());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_answered(line in ".{0,60}|[a-z \"é]{0,40}") {
            let typed = words(&line);
            if let Ok((command, rest)) = find(&typed) {
                proptest::prop_assert_eq!(length(command) + rest.len(), typed.len());
            }
        }
    }
}
