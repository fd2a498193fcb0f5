//! How the lines of a file end.

/// The ends of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// A line feed.
    Unix,
    /// A carriage return and a line feed.
    Dos,
    /// A carriage return.
    Mac,
}

impl LineEnd {
    /// By the letter that dialplans use.
    pub(super) fn of_letter(letter: &str) -> Option<Self> {
        match letter.trim().chars().next()?.to_ascii_lowercase() {
            'u' => Some(Self::Unix),
            'd' => Some(Self::Dos),
            'm' => Some(Self::Mac),
            _ => None,
        }
    }

    /// That of the first line; `None` where no line ends.
    pub(super) fn of(content: &[u8]) -> Option<Self> {
        let at = content.iter().position(|octet| matches!(octet, b'\n' | b'\r'))?;
        Some(match (content[at], content.get(at + 1)) {
            (b'\n', _) => Self::Unix,
            (_, Some(b'\n')) => Self::Dos,
            _ => Self::Mac,
        })
    }

    pub(super) fn letter(self) -> char {
        match self {
            Self::Unix => 'u',
            Self::Dos => 'd',
            Self::Mac => 'm',
        }
    }

    pub(super) fn octets(self) -> &'static [u8] {
        match self {
            Self::Unix => b"\n",
            Self::Dos => b"\r\n",
            Self::Mac => b"\r",
        }
    }

    /// Where each line begins, and behind the last one the end of the content.
    pub(super) fn starts(self, content: &[u8]) -> Vec<usize> {
        let end = self.octets();
        let mut starts = vec![0];
        let mut at = 0;
        while at < content.len() {
            if content[at..].starts_with(end) {
                at += end.len();
                starts.push(at);
            } else {
                at += 1;
            }
        }
        if starts.last() != Some(&content.len()) {
            starts.push(content.len());
        }
        starts
    }

    /// How many lines there are; one that does not end counts as well.
    pub(super) fn count(self, content: &[u8]) -> usize {
        self.starts(content).len() - 1
    }
}
