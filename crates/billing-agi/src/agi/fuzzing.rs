//! The body of the fuzz target `agi_lines`, kept here so that it always compiles.

use super::{Command, Environment, Lines, Reply, quote, words};

/// A script's stream and an exchange's: nothing panics, and what is read and written again is read as the same.
///
/// # Panics
/// When it is not so.
pub fn agi_lines(data: &[u8]) {
    let mut lines = Lines::default();
    let mut environment = Environment::new();
    for piece in data.chunks(7) {
        lines.push(piece);
        while let Ok(Some(line)) = lines.next_line() {
            environment.read_line(&line);
            let again: Vec<String> = words(&line).iter().map(|word| quote(word)).collect();
            let plain: Vec<String> = words(&line).iter().map(|word| word.replace('\r', " ")).collect();
            assert_eq!(words(&again.join(" ")), plain);
            if let Ok(command) = Command::parse(&line) {
                let written = command.to_string();
                let read = Command::parse(&written).map(|command| command.to_string());
                assert_eq!(read.as_ref(), Ok(&written), "what was written is read");
            }
            if let Ok(reply) = Reply::parse(&line) {
                let written = reply.to_string();
                assert_eq!(Reply::parse(&written).map(|reply| reply.to_string()), Ok(written));
            }
        }
    }
}
