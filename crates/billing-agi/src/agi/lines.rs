//! Lines of a stream, with a bound.

use thiserror::Error;

/// The longest line in octets, its end included. Scripts that say more at once are cut off.
pub const MAX_LINE: usize = 64 * 1024;

/// A line that is longer than [`MAX_LINE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a line of more than {MAX_LINE} octets: an AGI command ends with a line feed")]
pub struct LineError;

/// Cuts a stream into lines, whatever pieces it comes in. It never holds more than one line and one piece.
#[derive(Debug, Default)]
pub struct Lines {
    held: Vec<u8>,
    /// Octets of `held` that were looked at without a line end among them.
    searched: usize,
    taken: usize,
}

impl Lines {
    /// What came of the stream.
    pub fn push(&mut self, octets: &[u8]) {
        self.held.drain(..std::mem::take(&mut self.taken));
        self.held.extend_from_slice(octets);
    }

    /// The next whole line, without its end (LF, or CR LF). What is not UTF-8 is replaced by U+FFFD.
    ///
    /// # Errors
    /// [`LineError`] when what is held makes too long a line.
    pub fn next_line(&mut self) -> Result<Option<String>, LineError> {
        let rest = &self.held[self.taken..];
        let end = rest[self.searched..].iter().position(|octet| *octet == b'\n').map(|at| at + self.searched);
        match end {
            Some(end) if end < MAX_LINE => {
                let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
                let line = String::from_utf8_lossy(line).into_owned();
                (self.taken, self.searched) = (self.taken + end + 1, 0);
                Ok(Some(line))
            }
            None if rest.len() < MAX_LINE => {
                self.searched = rest.len();
                Ok(None)
            }
            _ => Err(LineError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_ends_with_lf_or_crlf_and_may_come_in_pieces() {
        let mut lines = Lines::default();
        lines.push(b"ANS");
        assert_eq!(lines.next_line(), Ok(None));
        lines.push(b"WER\r\n\nNOOP");
        assert_eq!(lines.next_line(), Ok(Some("ANSWER".to_owned())));
        assert_eq!(lines.next_line(), Ok(Some(String::new())));
        assert_eq!(lines.next_line(), Ok(None));
        lines.push(b" \xff\n");
        assert_eq!(lines.next_line(), Ok(Some("NOOP \u{fffd}".to_owned())));
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        let mut lines = Lines::default();
        lines.push(&[b'x'; MAX_LINE - 1]);
        assert_eq!(lines.next_line(), Ok(None));
        lines.push(b"x");
        assert_eq!(lines.next_line(), Err(LineError));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(text in "[a-c\n]{0,60}", cuts in proptest::collection::vec(0_usize..60, 0..6)) {
            let expected: Vec<&str> = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for piece in cuts.windows(2) {
                lines.push(&text.as_bytes()[piece[0]..piece[1]]);
                while let Ok(Some(line)) = lines.next_line() {
                    found.push(line);
                }
            }
            prop_assert_eq!(found, expected);
        }
    }
}
