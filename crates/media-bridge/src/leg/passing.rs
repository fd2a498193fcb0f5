//! A leg whose packets are passed on as they come, without being looked into: video, and text as it is typed.

mod correction;
mod feedback;

use std::time::Instant;

use rtp::redundancy::RedundantPayload;
use rtp::{Header, Packet};

use correction::Sums;

use super::receive::{Content, Heard};
use super::{LegCore, Outgoing};
use crate::passage::{Passage, PassedFormat, PassedRole};
use crate::settings::LegSettings;

/// The most blocks that a packet of redundant data may have here.
const BLOCKS: usize = 8;

/// What a leg that passes on knows beside the others.
pub(super) struct Passing {
    passage: Passage,
    /// Nothing of the present source has gone out yet.
    awaits_source: bool,
    /// RTCP with feedback has come, and was not carried on yet.
    feedback: bool,
    /// The number of the next request for a picture (RFC 5104 §4.3.1.2).
    request: u8,
    /// What forward error correction may be made of, where both sides have that.
    sums: Option<Box<Sums>>,
}

/// The names of the formats in a packet of redundant data.
pub(crate) type BlockNames = [u64; BLOCKS];

impl Passing {
    /// Ticks a second of its timestamps.
    pub(super) fn clock_rate(&self) -> u32 {
        self.passage.clock_rate
    }

    /// Another feeds the stream from now on.
    pub(super) fn await_source(&mut self) {
        self.awaits_source = true;
        if let Some(sums) = &mut self.sums {
            sums.forget();
        }
    }

    /// Feedback has come from the peer.
    pub(super) fn note_feedback(&mut self) {
        self.feedback = true;
    }

    /// The format that the peer sends under this payload type: the number that we have announced, or its own where that means
    /// nothing else.
    fn received_as(&self, payload_type: u8) -> Option<PassedFormat> {
        let formats = || self.passage.formats.iter().copied();
        let announced = formats().find(|format| format.receive == payload_type);
        announced.or_else(|| formats().find(|format| format.send == payload_type))
    }

    fn named(&self, name: u64) -> Option<PassedFormat> {
        self.passage.formats.iter().copied().find(|format| format.name == name)
    }
}

impl LegCore {
    /// Takes over what was negotiated for a leg that passes on.
    pub(crate) fn configure_passage(&mut self, now: Instant, settings: LegSettings, passage: Passage) {
        let corrects = passage.formats.iter().any(|format| format.role == PassedRole::Correction);
        let passing = self.passing.get_or_insert_with(|| {
            let passage = passage.clone();
            Box::new(Passing { passage, awaits_source: true, feedback: false, request: 0, sums: None })
        });
        passing.passage = passage;
        passing.sums = corrects.then(|| passing.sums.take().unwrap_or_else(|| Box::new(Sums::new())));
        self.configure(now, settings);
    }

    /// Whether it passes on what comes.
    #[inline]
    pub(crate) fn passes(&self) -> bool {
        self.passing.is_some()
    }

    /// Counts a packet that goes on as it came.
    pub(super) fn hear_passed(&mut self, now: Instant, packet: &Packet<'_>) -> Option<Heard> {
        let (header, passing) = (packet.header(), self.passing.as_ref()?);
        let clock_rate = passing.clock_rate();
        let Some(format) = passing.received_as(header.payload_type) else {
            self.counters.unexpected_payload.add(1);
            return None;
        };
        self.counters.packets_received.add(1);
        self.counters.octets_received.add(packet.payload().len() as u64);
        let since = self.since(now);
        // Nobody presses keys in it.
        let (incoming, _) = self.incoming_of(header.ssrc, Some(clock_rate));
        incoming.reception.receive(&header, since);
        let content = match self.settings?.direction.receives() && !self.omitted.read.media {
            true => Content::Passed(format.name, packet.payload_range()),
            false => Content::Unheard,
        };
        Some(Heard { header, clock_rate, content, released: None, redundant: false })
    }

    /// The formats in a packet that this leg heard, where it is of redundant data. `None`: it cannot be read, or holds what was
    /// not agreed on.
    pub(crate) fn blocks(&self, heard: &Heard, packet: &[u8]) -> Option<BlockNames> {
        let mut names = BlockNames::default();
        let (Content::Passed(_, payload), Some(passing)) = (&heard.content, &self.passing) else {
            return Some(names);
        };
        if passing
            .received_as(heard.header.payload_type)
            .is_some_and(|format| format.role == PassedRole::Redundant)
        {
            let mut places = names.iter_mut();
            walk_blocks(packet.get(payload.clone())?, |payload_type| {
                *places.next()? = passing.received_as(payload_type)?.name;
                Some(())
            })?;
        }
        Some(names)
    }

    /// Makes of a packet that another leg heard the one that goes to this leg's peer, in place. `None`: nothing goes.
    ///
    /// Payload, marker and padding stay as they are; the header gets this leg's SSRC, numbers and payload type, and so do the
    /// headers of redundant data within, and those of forward error correction.
    pub(crate) fn relay_passed(
        &mut self,
        now: Instant,
        heard: &Heard,
        blocks: &BlockNames,
        packet: &mut [u8],
    ) -> Option<Outgoing> {
        let to = self.destination().filter(|_| !self.omitted.write.media);
        let (Content::Passed(name, payload), Some(to)) = (&heard.content, to) else {
            // Held: what comes afterwards follows what was sent last.
            self.end_feed();
            return None;
        };
        let is_extended = packet.first().is_some_and(|first| first & 0x10 != 0);
        let (octets, place) = (payload.len(), packet.get_mut(payload.clone())?);
        let before = data_type(place, &heard.header, self.passing.as_ref()?.named(*name));
        let offsets = self.stream.offsets().filter(|_| self.stream.source() == Some(heard.header.ssrc));
        let format = self.passing.as_ref().and_then(|passing| {
            let format = passing.named(*name)?;
            match format.role {
                PassedRole::Data => {}
                PassedRole::Redundant => {
                    rename_blocks(place, blocks, passing)?;
                    passing.renumber_corrections(place, blocks, offsets)?;
                }
                // Beside redundant data it would be another stream, with numbers of its own.
                PassedRole::Correction => return None,
            }
            Some(format)
        });
        let Some(format) = format else {
            self.counters.untranslatable.add(1);
            self.stream.skip(&heard.header);
            return None;
        };
        let after = data_type(place, &Header { payload_type: format.send, ..heard.header }, Some(format));
        let header = self.stream.forward(&heard.header, format.send, self.since(now))?;
        if let Some(sums) = self.passing.as_mut().and_then(|passing| passing.sums.as_mut()) {
            let typed = |header: Header, payload_type| Header { payload_type, ..header };
            sums.note(typed(heard.header, before), typed(header, after), is_extended);
        }
        // In video the marker ends a picture; a new source is no reason for one.
        Header { marker: heard.header.marker, ..header }.rewrite_valid(packet);
        // Extensions are agreed on with each peer for itself, and with none so far.
        let length = Packet::remove_extension(packet);
        self.count_sent(octets);
        Some(Outgoing { length, to })
    }

    /// Whether what was sent last is the first of its source: its peer needs a picture that builds on no other.
    pub(crate) fn has_new_source(&mut self) -> bool {
        self.passing.as_mut().is_some_and(|passing| std::mem::take(&mut passing.awaits_source))
    }

    /// Whether feedback has come that is to be carried on. Asking once takes it.
    pub(crate) fn has_feedback(&mut self) -> bool {
        self.passing.as_mut().is_some_and(|passing| std::mem::take(&mut passing.feedback))
    }
}

impl Passing {
    /// Tells forward error correction within redundant data in this leg's numbers.
    fn renumber_corrections(
        &self,
        payload: &mut [u8],
        blocks: &BlockNames,
        offsets: Option<(u16, u32)>,
    ) -> Option<()> {
        let Some(sums) = &self.sums else { return Some(()) };
        let redundant = RedundantPayload::parse(payload).ok()?;
        let mut start = redundant.primary_range().start;
        start -= redundant.blocks().map(|block| block.data.len()).sum::<usize>();
        let lengths = redundant.blocks().chain([redundant.primary()]).map(|block| block.data.len());
        // `rename_blocks` has seen that there are no more than that.
        let mut places = [0..0, 0..0, 0..0, 0..0, 0..0, 0..0, 0..0, 0..0];
        for (place, length) in places.iter_mut().zip(lengths) {
            *place = start..start + length;
            start += length;
        }
        for (place, name) in places.into_iter().zip(blocks) {
            let is_sum = self.named(*name).is_some_and(|format| format.role == PassedRole::Correction);
            if is_sum && !place.is_empty() {
                sums.renumber(payload.get_mut(place)?, offsets?)?;
            }
        }
        Some(())
    }
}

/// The payload type of the data in a packet, within redundant data too.
fn data_type(payload: &[u8], header: &Header, format: Option<PassedFormat>) -> u8 {
    let redundant = format.filter(|format| format.role == PassedRole::Redundant);
    let within = redundant.and_then(|_| RedundantPayload::parse(payload).ok());
    within.map_or(header.payload_type, |redundant| redundant.primary().payload_type)
}

/// Writes this leg's payload types into the headers of redundant data.
fn rename_blocks(payload: &mut [u8], blocks: &BlockNames, passing: &Passing) -> Option<()> {
    let mut numbers = [0; BLOCKS];
    let mut count = 0;
    walk_blocks(payload, |_| {
        *numbers.get_mut(count)? = passing.named(*blocks.get(count)?)?.send;
        count += 1;
        Some(())
    })?;
    let mut at = 0;
    for number in &numbers[..count] {
        let header = payload.get_mut(at)?;
        *header = *header & 0x80 | number;
        at += 4;
    }
    Some(())
}

/// Shows the payload type in each header of redundant data (RFC 2198 §3): all but the last have four octets, and the last has one.
fn walk_blocks(payload: &[u8], mut show: impl FnMut(u8) -> Option<()>) -> Option<()> {
    let mut at = 0;
    loop {
        let header = *payload.get(at)?;
        show(header & 0x7F)?;
        if header & 0x80 == 0 {
            return Some(());
        }
        at += 4;
    }
}
