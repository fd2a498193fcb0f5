//! What comes from the peer.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use rtp::telephone_event::{Event, EventReceiver};
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
}

/// What a packet carries.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Sound in this codec; where in the packet it is.
    Audio(Codec, Range<usize>),
    /// A telephone-event, and what it means for those who cannot read it.
    Event([Option<Key>; 3]),
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
        if !event && header.payload_type != settings.receive_payload_type {
            self.counters.unexpected_payload.add(1);
            return None;
        }
        self.counters.packets_received.add(1);
        self.counters.octets_received.add(packet.payload().len() as u64);
        let content = if event {
            Content::Event(self.take_event(now, &packet)?)
        } else {
            let since = self.since(now);
            self.incoming_of(header.ssrc).reception.receive(&header, since);
            Content::Audio(settings.codec, packet.payload_range())
        };
        settings.direction.receives().then_some(Heard { header, content })
    }

    /// Counts a telephone-event and tells the owner what it means.
    fn take_event(&mut self, now: Instant, packet: &Packet<'_>) -> Option<[Option<Key>; 3]> {
        let header = packet.header();
        let since = self.since(now);
        let Ok(event) = Event::parse(packet.payload()) else {
            self.counters.malformed.add(1);
            return None;
        };
        let incoming = self.incoming_of(header.ssrc);
        incoming.reception.receive_event(&header);
        let reports = incoming.digits.receive(header.timestamp, header.marker, event, since);
        let mut keys = [None; 3];
        for (place, report) in keys.iter_mut().zip(reports) {
            *place = self.tell_digit(report);
        }
        Some(keys)
    }

    /// The stream of that SSRC; another one than before begins anew, and what the last one left open ends.
    fn incoming_of(&mut self, ssrc: u32) -> &mut Incoming {
        let known = self.incoming.as_ref().is_some_and(|incoming| incoming.reception.ssrc() == ssrc);
        if !known && let Some(report) = self.incoming.as_mut().and_then(|former| former.digits.finish()) {
            self.tell_digit(report);
        }
        let clock_rate = self.settings.map_or(8_000, |settings| settings.codec.clock_rate());
        let anew =
            || Incoming { reception: Reception::new(ssrc, clock_rate), digits: EventReceiver::new(8_000) };
        if !known {
            self.incoming = None;
        }
        self.incoming.get_or_insert_with(anew)
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
