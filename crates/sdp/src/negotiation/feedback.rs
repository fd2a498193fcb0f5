//! What receivers of video may ask of its sender: `a=rtcp-fb` (RFC 4585 §4.2, RFC 5104 §7.1).

use crate::media::Media;

/// Kinds of feedback that one side is ready to get. Those that nobody has on the other side are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Feedback(u8);

/// As they are written, each with its bit.
const KINDS: [&str; 5] = ["nack", "nack pli", "ccm fir", "ccm tmmbr", "goog-remb"];

impl Feedback {
    /// Requests for packets.
    pub const NACK: Self = Self(1);
    /// Requests for a picture that needs no other, of who has lost one.
    pub const PLI: Self = Self(1 << 1);
    /// The same of who joins.
    pub const FIR: Self = Self(1 << 2);
    /// All that can be carried from one side to the other.
    pub const ALL: Self = Self((1 << KINDS.len()) - 1);

    /// What a media description names, for any of its formats.
    pub(super) fn of(media: &Media<'_>) -> Self {
        let named = media.attributes().filter(|attribute| attribute.is("rtcp-fb"));
        let kinds = named.filter_map(|attribute| attribute.value?.split_once(' '));
        let bits = kinds.filter_map(|(_, kind)| KINDS.iter().position(|known| says(kind, known)));
        Self(bits.fold(0, |all, bit| all | 1 << bit))
    }

    /// What both have.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of `other` is among it.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Each kind as it is written behind `a=rtcp-fb:*`.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| name)
    }
}

/// Whether that is of a kind. `ccm tmmbr smaxpr=120`: parameters behind two words change nothing of what it is.
fn says(text: &str, kind: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    let begins_so = kind.split(' ').all(|word| words.next() == Some(word));
    begins_so && (kind.contains(' ') || words.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionDescription;

    #[test]
    fn kinds_are_read_for_any_format() {
        let text = "v=0\nm=video 4000 RTP/AVPF 96\na=rtcp-fb:96 nack\na=rtcp-fb:* nack pli\na=rtcp-fb:96 transport-cc\n\
                    a=rtcp-fb:96 ccm tmmbr smaxpr=120\na=rtcp-fb:96";
        let description = SessionDescription::parse(text.as_bytes()).unwrap();
        let feedback = Feedback::of(&description.media().next().unwrap());
        assert!(feedback.names().eq(["nack", "nack pli", "ccm tmmbr"]));
        assert!(feedback.has(Feedback::PLI) && !feedback.has(Feedback::FIR));
        assert!(feedback.and(Feedback::PLI).names().eq(["nack pli"]));
        assert!(Feedback::ALL.names().eq(KINDS));
    }
}
