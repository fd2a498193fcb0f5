//! The body of the fuzz target `external_ivr`, kept here so that it always compiles.

use super::protocol::{Command, Event};
use super::target::Target;

/// A program's commands, and what a dialplan may write in front of them: nothing panics, names are never empty, and what is
/// told of a line is one line.
///
/// # Panics
/// When it is not so.
pub fn external_ivr(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(target) = Target::read(&text) {
        assert!(!target.to_string().is_empty());
    }
    for line in text.lines() {
        match Command::parse(line) {
            Ok(Command::Set(values)) => assert!(values.iter().all(|(name, _)| !name.is_empty())),
            Ok(Command::Play(file) | Command::Append(file)) => {
                let event = Event::with('F', file).at(1).to_string();
                assert_eq!(event.find('\n'), Some(event.len() - 1));
            }
            _ => {}
        }
    }
}
