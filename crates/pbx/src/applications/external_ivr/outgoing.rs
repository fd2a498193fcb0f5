//! Events on their way to a program.

use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Octets that wait for a program which does not read. What comes then is left out.
const MOST_UNREAD: usize = 256 * 1024;

/// What a program has not taken yet.
pub(super) struct Outgoing<W> {
    output: W,
    unsent: Vec<u8>,
    /// Events that were left out.
    pub(super) left_out: u64,
    is_closed: bool,
}

impl<W: AsyncWrite + Unpin> Outgoing<W> {
    pub(super) fn new(output: W) -> Self {
        Self { output, unsent: Vec::new(), left_out: 0, is_closed: false }
    }

    pub(super) fn say(&mut self, line: &str) {
        if self.is_closed {
            return;
        }
        match self.unsent.len() + line.len() > MOST_UNREAD {
            true => self.left_out += 1,
            false => self.unsent.extend_from_slice(line.as_bytes()),
        }
    }

    pub(super) fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Sends what waits, in as many turns as it takes. Nothing is lost when it is dropped half-way.
    pub(super) async fn send(&mut self) {
        while !self.unsent.is_empty() {
            match self.output.write(&self.unsent).await {
                Ok(count) if count > 0 => {
                    self.unsent.drain(..count);
                }
                // It reads no more; its commands still count.
                _ => {
                    self.is_closed = true;
                    self.unsent.clear();
                }
            }
        }
        if self.output.flush().await.is_err() {
            self.is_closed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, duplex};

    #[tokio::test]
    async fn a_program_that_does_not_read_is_left_behind_at_a_bound() {
        let (ours, mut theirs) = duplex(16);
        let mut outgoing = Outgoing::new(ours);
        let line = "F,1700000000,a file\n";
        let fitting = MOST_UNREAD / line.len();
        for _ in 0..fitting + 3 {
            outgoing.say(line);
        }
        assert_eq!(outgoing.left_out, 3);
        let read = async {
            let mut octets = vec![0; fitting * line.len()];
            theirs.read_exact(&mut octets).await.map(|count| count / line.len())
        };
        let ((), lines) = tokio::join!(outgoing.send(), read);
        assert_eq!(lines.unwrap(), fitting);
        assert!(!outgoing.has_unsent());
    }
}
