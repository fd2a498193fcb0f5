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

/// The command that is meant, and what stands behind its words.
pub(super) fn find(typed: &[String]) -> Result<(&'static Command, &[String]), CommandError> {
    let fitting: Vec<&'static Command> = table().filter(|command| fits(command, typed)).collect();
    let longest = fitting.iter().map(|command| length(command)).max();
    let mut best: Vec<_> = fitting.into_iter().filter(|command| Some(length(command)) == longest).collect();
    if let Some(exact) = best.iter().find(|command| spelled_out(command, typed)) {
        best = vec![*exact];
    }
    match best.as_slice() {
        [] => Err(unknown(typed)),
        [one] => Ok((one, typed.get(length(one)..).unwrap_or_default())),
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
    let mut ways: Vec<String> = table()
        .filter(|command| typed.iter().zip(command.words.split(' ')).all(|(word, full)| starts(full, word)))
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

fn spelled_out(command: &Command, typed: &[String]) -> bool {
    command.words.split(' ').zip(typed).all(|(full, word)| full.eq_ignore_ascii_case(word))
}

fn starts(full: &str, word: &str) -> bool {
    full.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

fn length(command: &Command) -> usize {
    command.words.split(' ').count()
}

fn unknown(typed: &[String]) -> CommandError {
    let line = typed.join(" ");
    let nearest = suggest::nearest(&line, table().map(|command| command.words));
    CommandError::Unknown {
        first: typed.first().cloned().unwrap_or_default(),
        nearest: nearest.map(|words| format!("; did you mean '{words}'?")).unwrap_or_default(),
        typed: line,
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
        assert!(matches!(found("core sh"), Err(CommandError::Unknown { .. })));
    }

    #[test]
    fn what_is_not_known_is_answered_as_scripts_expect() {
        let error = found("core shwo channels").unwrap_err().to_string();
        assert!(
            error.starts_with("No such command 'core shwo channels' (type 'core show help core'"),
            "{error}"
        );
        assert!(error.contains("did you mean 'core show channels'?"), "{error}");
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(words(r#"a "b c"  "" d"#), ["a", "b c", "", "d"]);
        assert_eq!(words("   "), Vec::<String>::new());
    }
}
