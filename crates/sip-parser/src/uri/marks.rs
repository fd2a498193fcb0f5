//! Where the parts of a SIP URI meet.

use wire_text::{Found, Places, Sixteen};

use super::malformed;
use crate::error::HeaderError;

/// A mark that is not there: a place beyond every text.
pub(super) const ABSENT: u32 = u32::MAX;

/// Nothing is there.
pub(super) const NO_MARKS: Marks = Marks {
    at: ABSENT,
    password: ABSENT,
    colon: ABSENT,
    second_at: ABSENT,
    semicolon: ABSENT,
    question: ABSENT,
};

/// Where the parts of a SIP URI meet. They are handed on with every address, and kept small for that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) at: u32,
    /// The colon between user and password.
    pub(super) password: u32,
    /// The first colon behind the `@`, or the first of all.
    pub(super) colon: u32,
    /// An `@` that should not be there.
    pub(super) second_at: u32,
    /// The semicolon behind host and port.
    pub(super) semicolon: u32,
    /// The question mark behind the parameters.
    pub(super) question: u32,
}

impl Marks {
    /// Goes once over the text behind the scheme. The text is shorter than [`ABSENT`].
    #[inline]
    pub(super) fn find(text: &[u8], from: usize) -> Result<Self, HeaderError> {
        let mut marks = NO_MARKS;
        let rest = text.get(from..).unwrap_or_default();
        for place in Places::of(rest, dividing) {
            let at = (from + place) as u32;
            match rest[place] {
                b'=' => {}
                // The first of each counts, and all others are behind it.
                b':' => marks.colon = marks.colon.min(at),
                // Headers hold others: RFC 3515 §2.1 writes them so, against the grammar.
                b'@' if marks.question != ABSENT && marks.at != ABSENT => {}
                b'@' if marks.at != ABSENT => marks.second_at = marks.second_at.min(at),
                b'@' => marks = Self { at, password: marks.colon, ..NO_MARKS },
                b';' if marks.question == ABSENT => marks.semicolon = marks.semicolon.min(at),
                b'?' => marks.question = marks.question.min(at),
                b';' => {}
                _ => return Err(malformed("a blank, a bracket or a quote stands in it", at as usize)),
            }
        }
        Ok(marks)
    }
}

/// Octets that divide the parts of a SIP URI, or may stand in no URI; the equals sign, which does neither, is among them.
#[inline]
fn dividing(octets: Sixteen) -> Found {
    octets.within(b':', b'@') | octets.up_to(b' ') | octets.equal(b'"') | octets.equal(0x7f)
}
