//! What comes from the peer.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use rtp::telephone_event::{Event, EventReceiver, EventReport};
use rtp::{Header, Kind, Packet, Reception};

use super::source::Verdict;
use super::{Incoming, Key, LegCore};
use crate::codec::Codec;
use crate::event::LegEvent;

/// A packet of the peer's that may go on to others.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) header: Header,
    pub(crate) content: Content,
    /// Another stream began with it, and a key that the last one held is up.
    pub(crate) released: bool,
}

/// What a packet carries.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Sound in this codec; where in the packet it is.
    Audio(Codec, Range<usize>),
    /// A telephone-event, and what it means for those who cannot read it.
    Event([Option<Key>; 3]),
    /// What may not be heard now, as on hold.
    Unheard,
}

impl LegCore {
    /// Takes in a datagram from the RTP port. `None`: there is nothing to pass on.
    pub(crate) fn hear(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Option<Heard> {
        match rtp::classify(datagram) {
            Kind::Rtp => self.hear_rtp(now, from, datagram),
            Kind::Rtcp => {
                self.hear_rtcp(now, from, datagram);
                None
            }
            Kind::Stun => None,
            _ => {
                self.counters.malformed.add(1);
                None
            }
        }
    }

    fn hear_rtp(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Option<Heard> {
        let settings = self.settings?;
        let Ok(packet) = Packet::parse(datagram) else {
            self.counters.malformed.add(1);
            return None;
        };
        let header = packet.header();
        match self.guard.judge(now, from, header.ssrc, header.sequence) {
            Verdict::Trusted => {}
            Verdict::NewlyTrusted => self.trust(from),
            Verdict::Stranger => {
                self.counters.strangers.add(1);
                return None;
            }
        }
        self.heard_at = now;
        self.silent = false;
        let event = settings.telephone_event.is_some_and(|e| e.receive == header.payload_type);
        // What is not heard now, as on hold, changes nothing.
        let follow = !settings.asymmetric && settings.direction.receives();
        let codec = if event { None } else { self.spoken.hear(header.payload_type, follow) };
        if !event && codec.is_none() {
            self.counters.unexpected_payload.add(1);
            return None;
        }
        self.counters.packets_received.add(1);
        self.counters.octets_received.add(packet.payload().len() as u64);
        let (content, released) = match codec {
            None => self.take_event(now, &packet)?,
            Some(codec) => (Content::Audio(codec, packet.payload_range()), self.take_audio(now, &header)),
        };
        let content = if settings.direction.receives() { content } else { Content::Unheard };
        Some(Heard { header, content, released })
    }

    /// Counts a packet of sound. `true`: with it a key came up.
    fn take_audio(&mut self, now: Instant, header: &Header) -> bool {
        let since = self.since(now);
        let (incoming, left) = self.incoming_of(header.ssrc);
        incoming.reception.receive(header, since);
        left.and_then(|report| self.tell_digit(report)).is_some()
    }

    /// Counts a telephone-event and tells the owner what it means.
    fn take_event(&mut self, now: Instant, packet: &Packet<'_>) -> Option<(Content, bool)> {
        let header = packet.header();
        let since = self.since(now);
        let Ok(event) = Event::parse(packet.payload()) else {
            self.counters.malformed.add(1);
            return None;
        };
        let (incoming, left) = self.incoming_of(header.ssrc);
        incoming.reception.receive_event(&header);
        let reports = incoming.digits.receive(header.timestamp, header.marker, event, since);
        let released = left.and_then(|report| self.tell_digit(report)).is_some();
        let mut keys = [None; 3];
        for (place, report) in keys.iter_mut().zip(reports) {
            *place = self.tell_digit(report);
        }
        Some((Content::Event(keys), released))
    }

    /// The stream of that SSRC. Another one than before begins anew; a key that the last one left down is reported.
    fn incoming_of(&mut self, ssrc: u32) -> (&mut Incoming, Option<EventReport>) {
        let known = self.incoming.as_ref().is_some_and(|incoming| incoming.reception.ssrc() == ssrc);
        let former = if known { None } else { self.incoming.take() };
        let left = former.and_then(|mut former| former.digits.finish());
        let clock_rate = self.settings.map_or(8_000, |settings| settings.codec.clock_rate());
        let anew =
            || Incoming { reception: Reception::new(ssrc, clock_rate), digits: EventReceiver::new(8_000) };
        (self.incoming.get_or_insert_with(anew), left)
    }

    /// The peer is known by where it sends from. A symmetric leg sends there, too.
    fn trust(&mut self, from: SocketAddr) {
        (self.events)(LegEvent::FirstPacket { from });
        let Some(settings) = &self.settings else { return };
        let current = self.retargeted.or(settings.remote);
        if settings.symmetric && current != Some(from) {
            self.retargeted = Some(from);
            (self.events)(LegEvent::Retargeted { to: from });
        }
    }
}
