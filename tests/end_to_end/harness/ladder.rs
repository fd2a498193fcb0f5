//! What SIPp sent and heard, read from its log of messages.

use std::path::Path;

use bytes::Bytes;
use sip_parser::Message;

use super::wire::title;
use super::{Outcome, ensure};

/// The messages of one party in their order, without those that came again.
pub(crate) struct Ladder {
    rungs: Vec<Rung>,
    /// How many came or went once more.
    repeats: usize,
}

/// One message.
#[derive(Clone)]
struct Rung {
    /// `-> INVITE` went out, `<- 180 INVITE` came in.
    name: String,
    message: Message,
}

impl Ladder {
    /// Reads what has been logged so far.
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        let log = std::fs::read(path).unwrap_or_default();
        let mut ladder = Self { rungs: Vec::new(), repeats: 0 };
        let mut rest = &log[..];
        while let Some((sent, octets, after)) = next(rest) {
            rest = after;
            let message = Message::parse(Bytes::copy_from_slice(octets))
                .map_err(|error| format!("{error} in:\n{}", String::from_utf8_lossy(octets)))?;
            let name = format!("{} {}", if sent { "->" } else { "<-" }, title(&message));
            if ladder.rungs.iter().any(|rung| rung.name == name && rung.message.as_bytes() == octets) {
                ladder.repeats += 1;
            } else {
                ladder.rungs.push(Rung { name, message });
            }
        }
        Ok(ladder)
    }

    /// The party saw these messages in this order, and no others.
    pub(crate) fn is(&self, expected: &[&str]) -> Outcome {
        let names: Vec<&str> = self.rungs.iter().map(|rung| rung.name.as_str()).collect();
        ensure(names == expected, || format!("the ladder is\n{names:#?}\nand not\n{expected:#?}"))
    }

    /// The same without messages of one name, which may come or not.
    pub(crate) fn is_but_for(&self, name: &str, expected: &[&str]) -> Outcome {
        let rungs = self.rungs.iter().filter(|rung| rung.name != name).map(Rung::clone).collect();
        Self { rungs, repeats: self.repeats }.is(expected)
    }

    /// The messages of that name, in their order.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Message> {
        self.rungs.iter().filter(move |rung| rung.name == name).map(|rung| &rung.message)
    }

    /// The first message of that name.
    pub(crate) fn first(&self, name: &str) -> Outcome<&Message> {
        self.all(name).next().ok_or_else(|| format!("there is no '{name}' in the ladder").into())
    }

    /// The last message of that name.
    pub(crate) fn last(&self, name: &str) -> Outcome<&Message> {
        self.all(name).last().ok_or_else(|| format!("there is no '{name}' in the ladder").into())
    }

    /// How many messages came or went once more.
    pub(crate) fn repeats(&self) -> usize {
        self.repeats
    }
}

/// The next message of a log, whether it was sent, and what follows it. A line before each one says
/// `UDP message sent (429 bytes):` or `UDP message received [252] bytes :`.
fn next(log: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    const MARK: &[u8] = b" message ";
    let mark = log.windows(MARK.len()).position(|window| window == MARK)?;
    let line = log[mark + MARK.len()..].split(|&octet| octet == b'\n').next()?;
    let text = String::from_utf8_lossy(line);
    let length: usize =
        text.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty())?.parse().ok()?;
    let begin = mark + MARK.len() + line.len() + 2; // the line's end, and an empty line
    let octets = log.get(begin..begin + length)?;
    Some((text.starts_with("sent"), octets, &log[begin + length..]))
}
