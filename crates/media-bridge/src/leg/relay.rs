//! What another leg heard, sent to this leg's peer.

use std::net::SocketAddr;
use std::time::Instant;

use rtp::telephone_event::Event;
use rtp::{Header, Packet, Repacker};

use super::receive::{Content, Heard};
use super::{Key, LegCore, Outgoing};
use crate::codec::{Codec, Translation};
use crate::settings::LegSettings;

/// Octets of a millisecond of sound, in codecs whose packets can be cut after each of them.
const OCTETS_PER_MS: usize = 8;

/// A packet that goes on.
pub(super) struct Relayed {
    /// Its header, timed by the clock of this leg.
    pub(super) received: Header,
    /// What the peer calls its payload.
    pub(super) payload_type: u8,
    pub(super) to: SocketAddr,
}

impl LegCore {
    /// Makes of a packet that another leg heard the one that goes to this leg's peer, in place. `None`: nothing goes.
    ///
    /// The packet keeps its payload unless the codecs differ; its header gets this leg's SSRC, numbers and payload type.
    pub(crate) fn relay(&mut self, now: Instant, heard: &Heard, packet: &mut [u8]) -> Option<Outgoing> {
        let relayed = self.relay_to(now, heard)?;
        let (received, octets) = match &heard.content {
            Content::Audio(codec, range) => {
                self.fit(*codec, &relayed.received, packet.get_mut(range.clone())?)?
            }
            Content::Noise(range) => (self.number(&relayed.received)?, range.len()),
            _ => (self.fit_event(heard, &relayed.received, packet)?, Event::LENGTH),
        };
        let header = self.stream.forward(&received, relayed.payload_type, self.since(now))?;
        header.rewrite_valid(packet);
        if let Content::Event { payload, .. } = &heard.content {
            self.note_forwarded(&header, packet.get(payload.clone())?);
        }
        // Extensions are agreed on with each peer for itself, and with none so far.
        let length = Packet::remove_extension(packet);
        self.count_sent(octets);
        Some(Outgoing { length, to: relayed.to })
    }

    /// Where a packet that another leg heard goes, and as what. `None`: it does not go on, and shall not look lost.
    #[inline]
    pub(super) fn relay_to(&mut self, now: Instant, heard: &Heard) -> Option<Relayed> {
        if let Some(lasted) = heard.released {
            self.release_keys(now, Some(lasted));
        }
        self.follow_redundancy(heard.redundant);
        let Some(to) = self.destination().filter(|_| !matches!(heard.content, Content::Unheard)) else {
            self.leave_out();
            return None;
        };
        let payload_type = match &heard.content {
            Content::Audio(..) if self.makes_packets() || self.omitted.write.media => None,
            Content::Audio(..) if self.tells_key(now) => None,
            Content::Audio(..) => self.spoken.payload_type(),
            Content::Noise(_) if self.makes_packets() || self.omitted.write.noise => None,
            Content::Noise(_) => {
                self.settings.and_then(|settings| settings.comfort_noise).map(|noise| noise.send)
            }
            Content::Event { keys, .. } => self.relay_keys(now, keys),
            Content::Passed(..) | Content::Unheard => None,
        };
        let received = self.retimed(heard);
        let Some(payload_type) = payload_type else {
            self.skip(&received);
            return None;
        };
        Some(Relayed { received, payload_type, to })
    }

    /// A packet of whoever feeds the stream is left out, and shall not look lost.
    fn skip(&mut self, received: &Header) {
        match (&mut self.recoder, &mut self.repacker) {
            (Some(recoder), _) => {
                if !recoder.skip(received) {
                    self.stream.skip(received);
                }
            }
            (None, Some(repacker)) => repacker.skip(received),
            (None, None) => self.stream.skip(received),
        }
    }

    /// Translates a payload, and puts it with others where it has not the length that is wanted: then it does not go on
    /// itself. Returns the header that counts in its stream, and the octets of its payload.
    #[inline]
    fn fit(&mut self, codec: Codec, received: &Header, payload: &mut [u8]) -> Option<(Header, usize)> {
        let translation = Translation::between(codec, self.spoken.codec()?);
        if translation == Translation::Impossible {
            self.counters.untranslatable.add(1);
            return None;
        }
        translation.apply(payload);
        if self.recoder.take().is_some() {
            // The source has changed its codec, and its numbers count again.
            self.stream.splice();
        }
        let octets = payload.len();
        if self.repacker.is_none() && octets > self.longest {
            self.cut_packets();
        }
        match &mut self.repacker {
            None => Some((*received, octets)),
            Some(repacker) if repacker.fits(octets) => {
                repacker.pass(received, octets).map(|header| (header, octets))
            }
            Some(repacker) => {
                repacker.push(received, payload);
                None
            }
        }
    }

    /// The same for a telephone-event. Its duration counts by the clock that the peer knows.
    fn fit_event(&mut self, heard: &Heard, received: &Header, packet: &mut [u8]) -> Option<Header> {
        let Content::Event { payload, clock_rate, .. } = &heard.content else { return None };
        let ours = self.settings?.event_to_send(self.clock_rate())?.clock_rate;
        if ours != *clock_rate {
            rescale_duration(packet.get_mut(payload.clone())?, *clock_rate, ours);
        }
        self.number(received)
    }

    /// The header that counts in the stream, of what goes on between sound.
    fn number(&mut self, received: &Header) -> Option<Header> {
        match (&mut self.recoder, &mut self.repacker) {
            (Some(recoder), _) => recoder.pass(received),
            (None, Some(repacker)) => repacker.pass(received, 0),
            (None, None) => Some(*received),
        }
    }

    /// The next packet of another length than came, written into `packet`. After each [`relay`](Self::relay), call until
    /// `None`.
    pub(crate) fn next_repacked(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        let payload = packet.get_mut(Header::LENGTH..)?;
        let (received, octets) = match (&mut self.recoder, &mut self.repacker) {
            (Some(recoder), _) if recoder.is_full() => {
                recoder.pop(self.spoken.encoder(recoder.encoded())?, payload)?
            }
            (None, Some(repacker)) => repacker.pop(payload)?,
            _ => return None,
        };
        let (to, payload_type) = (self.destination()?, self.spoken.payload_type()?);
        let header = self.stream.forward(&received, payload_type, self.since(now))?;
        header.write(packet);
        self.count_sent(octets);
        Some(Outgoing { length: Header::LENGTH + octets, to })
    }

    /// Forwarded packets get the length that was agreed on, where that is wanted.
    pub(super) fn set_packet_length(&mut self, settings: &LegSettings) {
        let length = usize::from(settings.ptime_ms.clamp(10, 60)) * OCTETS_PER_MS;
        let codecs = settings.codecs();
        let can_be_cut = codecs.into_iter().all(|payload| payload.codec.has_octets_of_a_tick());
        self.longest = match settings.longest_ms.filter(|_| can_be_cut) {
            Some(ms) => usize::from(ms.max(settings.ptime_ms)) * OCTETS_PER_MS,
            None => usize::MAX,
        };
        let wanted = (settings.repack && can_be_cut).then_some(length);
        if self.repacker.as_ref().map(|repacker| repacker.length()) != wanted {
            self.repacker = wanted.map(|length| Box::new(Repacker::new(length)));
            // The one counts the numbers of its own, without it those of the source count.
            self.stream.splice();
        }
    }

    /// A packet is longer than the peer takes: it and those after it get the length that was agreed on.
    #[cold]
    fn cut_packets(&mut self) {
        let Some(settings) = self.settings else { return };
        let length = usize::from(settings.ptime_ms.clamp(10, 60)) * OCTETS_PER_MS;
        self.repacker = Some(Box::new(Repacker::new(length)));
        self.stream.splice();
    }

    /// Another feeds the stream from now on.
    pub(super) fn end_feed(&mut self) {
        self.stream.splice();
        if let Some(repacker) = &mut self.repacker {
            repacker.splice();
        }
        if let Some(recoder) = &mut self.recoder {
            recoder.splice();
        }
        if let Some(passing) = &mut self.passing {
            passing.await_source();
        }
        self.scale = None;
        self.follow_redundancy(false);
    }

    /// The payload type that a telephone-event goes on under. A peer that cannot read it hears its keys instead.
    fn relay_keys(&mut self, now: Instant, keys: &[Option<Key>]) -> Option<u8> {
        let settings = self.settings?;
        if self.omitted.write.keys {
            return None;
        }
        if settings.digits_elsewhere {
            keys.iter().flatten().for_each(|key| self.press_elsewhere(now, *key));
            return None;
        }
        // Between the packets of what is played here there is no room for those of another stream: its keys are sent anew.
        let makes_anew = self.program.is_playing() || self.keys.is_theirs();
        match settings.event_to_send(self.clock_rate()) {
            Some(event) if !makes_anew => Some(event.send),
            _ => {
                keys.iter().flatten().for_each(|key| self.keys.press(*key));
                None
            }
        }
    }

    /// A packet does not go on while one of the two is on hold. What comes afterwards is a new talkspurt, whose numbers
    /// follow the last ones that were sent: nothing was lost.
    fn leave_out(&mut self) {
        self.keys.release();
        self.end_forwarded();
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

/// Writes the duration of a telephone-event anew, counted by another clock (RFC 4733 §2.3).
fn rescale_duration(payload: &mut [u8], from: u32, to: u32) {
    let Ok(event) = Event::parse(payload) else { return };
    let ticks = u64::from(event.duration) * u64::from(to) / u64::from(from.max(1));
    let duration = u16::try_from(ticks).unwrap_or(u16::MAX);
    Event { duration, ..event }.write(payload);
}
