//! Redundant audio data (RFC 2198) at the edge of a leg: what comes is the sound alone to everybody behind it, with what was lost
//! put back; what goes out gets the sound of the packets before it.
//!
//! So each side of a call has redundancy of its own, whatever is done with the sound between them.

use std::ops::Range;

use rtp::redundancy::{Recovered, RedundancyReceiver, RedundancySender, RedundantPayload};
use rtp::{Header, Kind, Packet};

use super::receive::{Content, Heard};
use super::{LegCore, Outgoing};
use crate::settings::{LegSettings, REDUNDANCIES, RedundantPayloads};

/// What a leg knows that has agreed on redundant data.
pub(super) struct Redundancy {
    agreed: [Option<RedundantPayloads>; REDUNDANCIES],
    /// Payload types under which the peer may send it.
    heard_as: [Option<u8>; 2 * REDUNDANCIES],
    receiver: RedundancyReceiver,
    sender: RedundancySender,
    /// The peer sends it.
    peer_does: bool,
    /// Whoever feeds the stream does.
    source_does: bool,
}

impl LegCore {
    /// Takes over what was negotiated.
    pub(super) fn configure_redundancy(&mut self, settings: &LegSettings) {
        let agreed = settings.redundancy;
        if agreed.iter().all(Option::is_none) {
            self.redundancy = None;
            return;
        }
        if self.redundancy.as_ref().is_some_and(|known| known.agreed == agreed) {
            return;
        }
        let means_other = |number: u8| {
            let noise = settings.comfort_noise.map(|noise| noise.receive);
            settings.codecs().any(|codec| codec.receive == number)
                || settings.event_received_as(number).is_some()
                || noise == Some(number)
        };
        let mut heard_as = [None; 2 * REDUNDANCIES];
        for (places, agreed) in heard_as.chunks_mut(2).zip(agreed.iter().flatten()) {
            // Some peers send under the number that they want to hear.
            let own = Some(agreed.send).filter(|number| !means_other(*number));
            places.copy_from_slice(&[Some(agreed.receive), own]);
        }
        self.redundancy = Some(Box::new(Redundancy {
            agreed,
            heard_as,
            receiver: RedundancyReceiver::new(),
            sender: RedundancySender::new(),
            peer_does: false,
            source_does: false,
        }));
    }

    /// Whether a datagram is a packet of redundant data.
    #[inline]
    pub(crate) fn is_redundant(&self, datagram: &[u8]) -> bool {
        let Some(redundancy) = &self.redundancy else { return false };
        let number = datagram.get(1).map(|octet| octet & 0x7F);
        rtp::classify(datagram) == Kind::Rtp && redundancy.heard_as.contains(&number)
    }

    /// Makes of a packet of redundant data one of its primary data alone, in place, and returns its length. `None`: it is none.
    pub(crate) fn take_primary(&self, packet: &mut [u8]) -> Option<usize> {
        let primary = primary_of(packet);
        if primary.is_none() {
            self.counters.malformed.add(1);
        }
        let (header, start, data) = primary?;
        let length = start + data.len();
        packet.copy_within(data, start);
        header.rewrite_valid(packet);
        // Padding stood behind all data.
        packet[0] &= !0x20;
        Some(length)
    }

    /// Takes in a packet of redundant data whose primary data was heard: `whole` is how it came. Returns what was lost before it
    /// and is in it, the oldest first. `None`: its sound has gone on before, and may not go on again.
    pub(crate) fn hear_redundant<'w>(
        &mut self,
        heard: &Heard,
        whole: &'w [u8],
    ) -> Option<impl Iterator<Item = Recovered<'w>> + use<'w>> {
        let redundancy = self.redundancy.as_mut()?;
        let packet = Packet::parse(whole).ok()?;
        let payload = RedundantPayload::parse(packet.payload()).ok()?;
        // The primary data has been counted.
        self.counters.octets_received.add(payload.primary_range().start as u64);
        redundancy.peer_does = true;
        let found = redundancy.receiver.receive(&heard.header);
        let is_sound = matches!(heard.content, Content::Audio(..));
        let goes_on = !(is_sound && found.is_repeated());
        goes_on.then(|| found.fill(&mut redundancy.receiver, &payload))
    }

    /// Takes in an ordinary packet. `true`: its sound was found in a later one, and has gone on.
    #[inline]
    pub(crate) fn was_recovered(&mut self, heard: &Heard) -> bool {
        let Some(redundancy) = &mut self.redundancy else { return false };
        let found = redundancy.receiver.receive(&heard.header);
        matches!(heard.content, Content::Audio(..)) && found.is_repeated()
    }

    /// A packet that was lost and found again, whose sound is at `place`. `None`: it is no sound, or may not be heard now.
    pub(crate) fn hear_lost(&mut self, header: Header, place: Range<usize>) -> Option<Heard> {
        let settings = self.settings.as_ref()?;
        if !settings.direction.receives() || settings.event_received_as(header.payload_type).is_some() {
            return None;
        }
        let codec = self.spoken.hear(header.payload_type, false)?;
        self.counters.recovered.add(1);
        Some(Heard {
            header,
            clock_rate: codec.clock_rate(),
            content: Content::Audio(codec, place),
            released: false,
            redundant: true,
        })
    }

    /// What goes on to the peer comes in redundant data, or does not.
    #[inline]
    pub(super) fn follow_redundancy(&mut self, source_does: bool) {
        if let Some(redundancy) = &mut self.redundancy {
            redundancy.source_does = source_does;
        }
    }

    /// Adds what was sent before to a packet that stands at the start of `buffer`, where its peer is to have that.
    #[inline]
    pub(crate) fn with_redundancy(&mut self, buffer: &mut [u8], outgoing: Outgoing) -> Outgoing {
        let Some(redundancy) = &mut self.redundancy else { return outgoing };
        let number = buffer.get(1).map(|octet| octet & 0x7F);
        let carried = redundancy.agreed.iter().flatten().find(|agreed| Some(agreed.carries) == number);
        let Some(agreed) = carried else { return outgoing };
        if !(agreed.preferred || redundancy.peer_does || redundancy.source_does) {
            return outgoing;
        }
        let generations = agreed.generations.into();
        let Some(length) = redundancy.sender.add(buffer, outgoing.length, agreed.send, generations) else {
            return outgoing;
        };
        let added = length - outgoing.length;
        self.sent.octets = self.sent.octets.wrapping_add(added as u32);
        self.counters.octets_sent.add(added as u64);
        Outgoing { length, ..outgoing }
    }
}

/// The header of the primary data, where the payload begins, and where in the packet the primary data is.
fn primary_of(packet: &[u8]) -> Option<(Header, usize, Range<usize>)> {
    let packet = Packet::parse(packet).ok()?;
    let payload = RedundantPayload::parse(packet.payload()).ok()?;
    let (start, primary) = (packet.payload_range().start, payload.primary_range());
    let header = Header { payload_type: payload.primary().payload_type, ..packet.header() };
    Some((header, start, start + primary.start..start + primary.end))
}
