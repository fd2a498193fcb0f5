//! What comes from the peer.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

use rtp::telephone_event::{Event, EventReceiver, EventReport};
use rtp::{Header, Kind, Packet, Reception};
use stun::Stun;

use super::source::Verdict;
use super::{Incoming, Key, LegCore};
use crate::codec::Codec;
use crate::event::LegEvent;
use crate::settings::{EVENT_TIMEOUT, EventPayload};

/// A packet of the peer's that may go on to others.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) header: Header,
    /// Ticks a second of its timestamp.
    pub(crate) clock_rate: u32,
    pub(crate) content: Content,
    /// With it a key is up whose end was not heard, after so long: something else came, or another stream.
    pub(crate) released: Option<Duration>,
    /// It came in redundant data.
    pub(crate) redundant: bool,
}

/// What a packet carries.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Sound in this codec; where in the packet it is.
    Audio(Codec, Range<usize>),
    /// A telephone-event.
    Event {
        /// What it means for those who cannot read it.
        keys: [Option<Key>; 3],
        /// Where in the packet it is.
        payload: Range<usize>,
        /// Ticks a second of its duration.
        clock_rate: u32,
    },
    /// What a pause sounds like, described (RFC 3389); where in the packet it is.
    Noise(Range<usize>),
    /// What goes on as it came, by the name of its format; where in the packet it is.
    Passed(u64, Range<usize>),
    /// What may not be heard now, as on hold.
    Unheard,
}

impl Heard {
    /// Whether with it a key is up whose end was not heard.
    #[inline]
    pub(crate) fn ends_former_key(&self) -> bool {
        let before = match &self.content {
            // What comes up before another goes down.
            Content::Event { keys, .. } => matches!(keys, [Some(Key::Up(_)), Some(Key::Down(_)), _]),
            _ => false,
        };
        before || self.released.is_some()
    }
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

    /// The answer to a binding request of STUN: the peer asks under which address it is seen, or keeps its way open.
    pub(crate) fn answer_stun(&self, from: SocketAddr, datagram: &[u8]) -> Option<Vec<u8>> {
        if self.settings.is_none() || rtp::classify(datagram) != Kind::Stun {
            return None;
        }
        match stun::read(datagram, from) {
            Stun::Response(response) => Some(response),
            Stun::Other | Stun::Silence => None,
        }
    }

    fn hear_rtp(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Option<Heard> {
        self.settings?;
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
        self.watch_ssrc(now, from, header.ssrc);
        if self.passing.is_some() {
            return self.hear_passed(now, &packet);
        }
        let settings = self.settings.as_ref()?;
        let (event, receives) =
            (settings.event_received_as(header.payload_type), settings.direction.receives());
        let noise = settings.comfort_noise.map(|noise| noise.receive);
        // What is not heard now, as on hold, changes nothing.
        let follow = !settings.asymmetric && receives;
        let codec = match event {
            Some(_) => None,
            None => self.hear_codec(header.payload_type, follow),
        };
        if (event, codec) == (None, None) && noise == Some(header.payload_type) {
            return self.hear_noise(now, &packet, receives && !self.omitted.read.noise);
        }
        if event.is_none() && codec.is_none() {
            self.counters.unexpected_payload.add(1);
            return None;
        }
        self.counters.packets_received.add(1);
        self.counters.octets_received.add(packet.payload().len() as u64);
        let (content, released) = match (codec, event) {
            (None, Some(_)) if self.omitted.read.keys => (Content::Unheard, self.omit_event(&header)),
            (None, event) => self.take_event(now, &packet, event?)?,
            (Some(codec), _) => {
                let released = self.take_audio(now, &header, codec);
                match self.omitted.read.media {
                    true => (Content::Unheard, released),
                    false => (Content::Audio(codec, packet.payload_range()), released),
                }
            }
        };
        let content = if receives { content } else { Content::Unheard };
        // Events have the timestamps of the sound that they interrupt.
        let clock_rate = self.incoming.as_ref().map_or(8_000, |incoming| incoming.clock_rate);
        Some(Heard { header, clock_rate, content, released, redundant: false })
    }

    /// The codec of a packet. The leg speaks it too from now on, unless its peer changes for itself.
    fn hear_codec(&mut self, payload_type: u8, follow: bool) -> Option<Codec> {
        let codec = self.spoken.hear(payload_type, follow)?;
        if follow {
            self.follow_codec();
        }
        Some(codec)
    }

    /// Counts a description of a pause.
    fn hear_noise(&mut self, now: Instant, packet: &Packet<'_>, receives: bool) -> Option<Heard> {
        self.counters.packets_received.add(1);
        self.counters.octets_received.add(packet.payload().len() as u64);
        let (header, since) = (packet.header(), self.since(now));
        let (incoming, left) = self.incoming_of(header.ssrc, None);
        let clock_rate = incoming.clock_rate;
        incoming.reception.receive(&header, since);
        let released = self.tell_released(left);
        let content = if receives { Content::Noise(packet.payload_range()) } else { Content::Unheard };
        Some(Heard { header, clock_rate, content, released, redundant: false })
    }

    /// Counts a packet of sound. A key that came up with it was down for so long.
    fn take_audio(&mut self, now: Instant, header: &Header, codec: Codec) -> Option<Duration> {
        let since = self.since(now);
        let (incoming, left) = self.incoming_of(header.ssrc, Some(codec.clock_rate()));
        incoming.reception.receive(header, since);
        let over = incoming.digits.receive_sound(header.timestamp, incoming.clock_rate);
        self.tell_released(left.or(over))
    }

    /// Counts a telephone-event that is left out.
    fn omit_event(&mut self, header: &Header) -> Option<Duration> {
        let (incoming, left) = self.incoming_of(header.ssrc, None);
        incoming.reception.receive_event(header);
        self.tell_released(left)
    }

    /// Tells the owner of a key that came up without a word, and returns how long it was down.
    fn tell_released(&self, report: Option<EventReport>) -> Option<Duration> {
        match self.tell_digit(report?) {
            Some(Key::Up(lasted)) => lasted,
            _ => None,
        }
    }

    /// Counts a telephone-event and tells the owner what it means.
    fn take_event(
        &mut self,
        now: Instant,
        packet: &Packet<'_>,
        agreed: EventPayload,
    ) -> Option<(Content, Option<Duration>)> {
        let header = packet.header();
        let since = self.since(now);
        let Ok(event) = Event::parse(packet.payload()) else {
            self.counters.malformed.add(1);
            return None;
        };
        let (incoming, left) = self.incoming_of(header.ssrc, None);
        incoming.reception.receive_event(&header);
        incoming.digits.set_clock_rate(agreed.clock_rate);
        let reports = incoming.digits.receive(header.timestamp, header.marker, event, since);
        let released = self.tell_released(left);
        let mut keys = [None; 3];
        for (place, report) in keys.iter_mut().zip(reports) {
            *place = self.tell_digit(report);
        }
        let content = Content::Event { keys, payload: packet.payload_range(), clock_rate: agreed.clock_rate };
        Some((content, released))
    }

    /// The stream of that SSRC, on that clock where it is known. Another one than before begins anew; a key that the last
    /// one left down is reported.
    pub(super) fn incoming_of(
        &mut self,
        ssrc: u32,
        clock_rate: Option<u32>,
    ) -> (&mut Incoming, Option<EventReport>) {
        let known = self.incoming.as_ref().is_some_and(|incoming| {
            let clock_rate = clock_rate.unwrap_or(incoming.clock_rate);
            (incoming.reception.ssrc(), incoming.clock_rate) == (ssrc, clock_rate)
        });
        let left = if known { None } else { self.end_incoming(ssrc) };
        let clock_rate = clock_rate.unwrap_or_else(|| self.clock_rate());
        let timeout = self.settings.map_or(EVENT_TIMEOUT, |settings| settings.event_timeout);
        let anew = || Incoming {
            reception: Reception::new(ssrc, clock_rate),
            clock_rate,
            digits: EventReceiver::new(clock_rate).with_timeout(timeout),
            has_left: false,
        };
        let incoming = self.incoming.get_or_insert_with(anew);
        // One that has said goodbye and speaks is back.
        incoming.has_left = false;
        (incoming, left)
    }

    /// The stream of that SSRC takes the place of the one that came until now. What the former lost stays counted.
    #[cold]
    fn end_incoming(&mut self, ssrc: u32) -> Option<EventReport> {
        self.counters.remote_ssrc.set(i64::from(ssrc));
        let mut former = self.incoming.take()?;
        self.lost_before = self.lost_before.saturating_add(former.reception.sequence().lost());
        former.digits.finish()
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
