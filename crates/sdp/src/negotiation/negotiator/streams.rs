//! The streams beside the audio, over the life of a session.

use alloc::vec::Vec;

use super::super::draft::{Section, StreamLine};
use super::super::lines::{LineKind, NegotiatedLine, OfferedLine};
use super::super::local::LocalMedia;
use super::super::passed::{self, OfferedSection, PassedLine};
use super::super::protection::Protection;
use super::Negotiator;
use crate::description::{MAX_MEDIA, SessionDescription};
use crate::media::Media;

impl Negotiator {
    /// The place for a stream of that kind in an offer of ours: that of a closed one which is not among `taken`, else a new one
    /// at the end (RFC 3264 §8.1).
    pub fn place_for(&self, kind: LineKind, taken: &[usize]) -> usize {
        let free = |(place, line): &(usize, &StreamLine)| line.is(kind.name()) && !taken.contains(place);
        let known = self.lines.iter().enumerate().find(free).map(|(place, _)| place);
        // The first offer begins with the audio.
        let end = taken.iter().map(|place| place + 1).fold(self.lines.len().max(1), usize::max);
        known.unwrap_or(end)
    }

    /// The streams beside the audio that an offer has open, for whoever chooses among them what [`answer`](Self::answer) gets,
    /// with the same `protection`.
    pub fn offered_lines(&self, offer: &[u8], protection: Option<&Protection>) -> Vec<OfferedLine> {
        let Ok(description) = SessionDescription::parse(offer) else { return Vec::new() };
        let lines = description.media().enumerate();
        lines.filter_map(|(place, media)| passed::read(place, &media, protection)).collect()
    }

    /// Answers those streams beside the audio that we want and that can be had.
    pub(super) fn answer_lines(
        &mut self,
        streams: &[Media<'_>],
        local: &LocalMedia,
    ) -> Vec<((usize, Section), NegotiatedLine)> {
        let mut answered = Vec::new();
        for line in local.lines.iter().filter(|line| line.port != 0) {
            let Some(media) = streams
                .get(line.place)
                .filter(|media| media.port() != 0 && LineKind::from_name(media.kind()) == Some(line.kind))
            else {
                continue;
            };
            let known = answered.iter().any(|((place, _), _): &((usize, _), _)| *place == line.place);
            let terms = (local.address, self.terms.rtcp_mux);
            if let Some((section, agreed)) = passed::answer(media, line, terms).ok().filter(|_| !known) {
                self.passed_line(line.place).payload_types.bind(&section.formats);
                note_protection(&mut self.passed, &agreed);
                answered.push(((line.place, section), agreed));
            }
        }
        answered
    }

    /// What our offer says of the streams beside the audio, each once, in the place of its kind.
    pub(super) fn offered_sections(&mut self, local: &LocalMedia, audio: usize) -> Vec<OfferedSection> {
        let mut lines: Vec<OfferedSection> = Vec::with_capacity(local.lines.len());
        for line in &local.lines {
            let taken = line.place == audio || lines.iter().any(|known| known.place == line.place);
            // Whoever asked for the place has got it for this kind.
            if taken || line.place >= MAX_MEDIA {
                continue;
            }
            while self.lines.len() <= line.place {
                self.lines.push(StreamLine::new(line.kind.name(), self.terms.early_feedback));
            }
            if !self.lines[line.place].is(line.kind.name()) {
                continue;
            }
            let terms = (local.address, self.terms.rtcp_mux, self.lines[line.place].protocol.clone());
            let known = self.passed_line(line.place);
            let offered = passed::offered(line, known, (terms.0, terms.1, &terms.2));
            known.payload_types.bind(&offered.section.formats);
            lines.push(offered);
        }
        lines
    }

    /// What is known of the stream in that place.
    fn passed_line(&mut self, place: usize) -> &mut PassedLine {
        let at = self.passed.iter().position(|line| line.place == place).unwrap_or_else(|| {
            self.passed.push(PassedLine { place, ..PassedLine::default() });
            self.passed.len() - 1
        });
        &mut self.passed[at]
    }
}

/// Notes whether the stream is protected, so that our next offer of it is the same.
pub(super) fn note_protection(passed: &mut [PassedLine], agreed: &NegotiatedLine) {
    if let Some(line) = passed.iter_mut().find(|line| line.place == agreed.place) {
        line.is_protected = agreed.protection.is_some();
    }
}
