//! What another leg heard, sent to this leg's peer.

use std::time::Instant;

use rtp::{Header, Repacker};

use super::receive::{Content, Heard};
use super::{Key, LegCore, Outgoing};
use crate::codec::Translation;
use crate::settings::LegSettings;

/// Octets of a millisecond of sound: both laws of G.711 have one for each of 8 samples.
const OCTETS_PER_MS: usize = 8;

impl LegCore {
    /// Makes of a packet that another leg heard the one that goes to this leg's peer, in place. `None`: nothing goes.
    ///
    /// The packet keeps its payload unless the codecs differ; its header gets this leg's SSRC, numbers and payload type.
    pub(crate) fn relay(&mut self, now: Instant, heard: &Heard, packet: &mut [u8]) -> Option<Outgoing> {
        let settings = self.settings?;
        if heard.released {
            self.keys.release();
        }
        let Some(to) = self.destination().filter(|_| !matches!(heard.content, Content::Unheard)) else {
            self.leave_out();
            return None;
        };
        let payload_type = match &heard.content {
            Content::Audio(..) if self.makes_packets() => None,
            Content::Audio(..) => self.spoken.payload_type(),
            Content::Event(keys) => self.relay_keys(keys, &settings),
            Content::Unheard => None,
        };
        let Some(payload_type) = payload_type else {
            match &mut self.repacker {
                Some(repacker) => repacker.skip(&heard.header),
                None => self.stream.skip(&heard.header),
            }
            return None;
        };
        let (received, octets) = self.fit(heard, packet)?;
        let header = self.stream.forward(&received, payload_type, self.since(now))?;
        header.rewrite_valid(packet);
        self.count_sent(octets);
        Some(Outgoing { length: packet.len(), to })
    }

    /// Translates a packet, and puts it with others where it has not the length that is wanted: then it does not go on
    /// itself. Returns the header that counts in its stream, and the octets of its payload.
    #[inline]
    fn fit(&mut self, heard: &Heard, packet: &mut [u8]) -> Option<(Header, usize)> {
        let Content::Audio(codec, range) = &heard.content else {
            let octets = rtp::telephone_event::Event::LENGTH;
            return match &mut self.repacker {
                Some(repacker) => repacker.pass(&heard.header, 0).map(|header| (header, octets)),
                None => Some((heard.header, octets)),
            };
        };
        let octets = range.len();
        let payload = packet.get_mut(range.clone())?;
        Translation::between(*codec, self.spoken.codec()?).apply(payload);
        match &mut self.repacker {
            None => Some((heard.header, octets)),
            Some(repacker) if repacker.fits(octets) => {
                repacker.pass(&heard.header, octets).map(|header| (header, octets))
            }
            Some(repacker) => {
                repacker.push(&heard.header, payload);
                None
            }
        }
    }

    /// The next packet of another length than came, written into `packet`. After each [`relay`](Self::relay), call until
    /// `None`.
    pub(crate) fn next_repacked(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        let repacker = self.repacker.as_mut()?;
        let (received, octets) = repacker.pop(packet.get_mut(Header::LENGTH..)?)?;
        let (to, payload_type) = (self.destination()?, self.spoken.payload_type()?);
        let header = self.stream.forward(&received, payload_type, self.since(now))?;
        header.write(packet);
        self.count_sent(octets);
        Some(Outgoing { length: Header::LENGTH + octets, to })
    }

    /// Forwarded packets get the length that was agreed on, where that is wanted.
    pub(super) fn set_packet_length(&mut self, settings: &LegSettings) {
        let length = usize::from(settings.ptime_ms.clamp(10, 60)) * OCTETS_PER_MS;
        let wanted = settings.repack.then_some(length);
        if self.repacker.as_ref().map(|repacker| repacker.length()) != wanted {
            self.repacker = wanted.map(|length| Box::new(Repacker::new(length)));
            // The one counts the numbers of its own, without it those of the source count.
            self.stream.splice();
        }
    }

    /// Another feeds the stream from now on.
    pub(super) fn end_feed(&mut self) {
        self.stream.splice();
        if let Some(repacker) = &mut self.repacker {
            repacker.splice();
        }
    }

    /// The payload type that a telephone-event goes on under. A peer that cannot read it hears its keys instead.
    fn relay_keys(&mut self, keys: &[Option<Key>], settings: &LegSettings) -> Option<u8> {
        let playing = self.program.is_playing();
        match settings.telephone_event {
            Some(event) => (!playing).then_some(event.send),
            None => {
                let keys = keys.iter().flatten().filter(|&&key| key == Key::Up || !playing);
                keys.for_each(|key| self.keys.press(*key));
                None
            }
        }
    }

    /// A packet does not go on while one of the two is on hold. What comes afterwards is a new talkspurt, whose numbers
    /// follow the last ones that were sent: nothing was lost.
    fn leave_out(&mut self) {
        self.keys.release();
        if !self.makes_packets() {
            self.end_feed();
        }
    }

    /// Counts a packet that goes out.
    pub(super) fn count_sent(&mut self, octets: usize) {
        self.sent.count(octets);
        self.counters.packets_sent.add(1);
        self.counters.octets_sent.add(octets as u64);
    }

    /// The kernel did not take a packet.
    pub(crate) fn count_send_error(&self) {
        self.counters.send_errors.add(1);
    }
}
