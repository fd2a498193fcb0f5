//! A leg in a conference: what it hears there is made by the room, and sent here.

use std::time::Instant;

use audio::talk::TalkEvent;
use rtp::{Header, Packet};

use super::{LegCore, Outgoing};
use crate::codec::Codec;
use crate::event::LegEvent;

/// What a room has to know of a leg to make sound for it. Those of whom it is the same can hear the same packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tuning {
    /// What it speaks.
    pub(crate) codec: Codec,
    /// How its peer wants Opus to be encoded.
    pub(crate) opus: opus::Settings,
    /// Milliseconds of sound in a packet.
    pub(crate) ms: u16,
    /// Samples a second above which its peer says nothing.
    pub(crate) says: u32,
}

impl Tuning {
    /// Samples a second above which its peer hears nothing.
    pub(crate) fn hears(&self) -> u32 {
        let most = if self.codec == Codec::Opus { self.opus.max_bandwidth.rate().hertz() } else { u32::MAX };
        self.codec.sample_rate().min(most)
    }

    /// The same for all who hear the same.
    pub(crate) fn of_listener(self) -> Self {
        Self { says: 0, ..self }
    }
}

impl LegCore {
    /// How sound for it is made; `None` where none can be.
    #[inline]
    pub(crate) fn tuning(&self) -> Option<Tuning> {
        let settings = self.settings.as_ref()?;
        let codec = self.spoken.codec().filter(|codec| codec.is_translatable())?;
        let (opus, most) = match codec {
            Codec::Opus => (settings.opus, settings.opus_captured),
            _ => (opus::Settings::default(), u32::MAX),
        };
        let says = codec.sample_rate().min(most);
        Some(Tuning { codec, opus, ms: codec.packet_time(settings.ptime_ms), says })
    }

    /// Whether its peer can be sent anything now: there is a place for it, and no hold.
    #[inline]
    pub(crate) fn can_be_sent_to(&self) -> bool {
        self.destination().is_some() && !self.omitted.write.media
    }

    /// Sends a payload that many hear, written into `packet`. It plays for so many milliseconds.
    #[inline]
    pub(crate) fn speak_encoded(
        &mut self,
        now: Instant,
        payload: &[u8],
        ms: u16,
        packet: &mut [u8],
    ) -> Option<Outgoing> {
        let to = self.destination()?;
        let place = packet.get_mut(Header::LENGTH..)?.get_mut(..payload.len())?;
        place.copy_from_slice(payload);
        self.finish(now, (payload.len(), ms), to, packet)
    }

    /// Encodes what this leg alone hears, at a rate that its codec has and as long as a packet of it, and sends it.
    pub(crate) fn speak(
        &mut self,
        now: Instant,
        (sound, rate): (&[i16], u32),
        packet: &mut [u8],
    ) -> Option<Outgoing> {
        let to = self.destination()?;
        let ms = (sound.len() * 1_000 / rate as usize) as u16;
        let unshaped = (sound, rate);
        let shapes = self.shapes_sent();
        let sound = match &mut self.shaping {
            Some(shaping) => shaping.for_peer(now, sound, rate),
            None => sound,
        };
        let octets = match self.spoken.encoder(rate)?.encode(sound, packet.get_mut(Header::LENGTH..)?) {
            0 => return None,
            octets => octets,
        };
        let outgoing = self.finish(now, (octets, ms), to, packet);
        if shapes && let Ok(sent) = Packet::parse(packet) {
            self.tap_unshaped(now, &sent.header(), unshaped);
        }
        outgoing
    }

    /// Writes the header before a payload that stands in its place.
    #[inline]
    fn finish(
        &mut self,
        now: Instant,
        (octets, ms): (usize, u16),
        to: std::net::SocketAddr,
        packet: &mut [u8],
    ) -> Option<Outgoing> {
        let ticks = u32::from(ms) * self.clock_rate() / 1_000;
        let header = self.stream.next(self.spoken.payload_type()?, ticks, self.since(now));
        header.write(packet);
        self.count_sent(octets);
        Some(Outgoing { length: Header::LENGTH + octets, to })
    }

    /// The room has nothing to say for a while: what follows is a new talkspurt.
    pub(crate) fn pause(&mut self) {
        self.stream.splice();
    }

    /// Tells the owner that the peer talks, or is silent again.
    pub(crate) fn tell_talk(&self, event: TalkEvent) {
        (self.events)(match event {
            TalkEvent::Began { .. } => LegEvent::TalkBegan,
            TalkEvent::Ended { duration, .. } => {
                LegEvent::TalkEnded { duration: std::time::Duration::from_millis(duration) }
            }
        });
    }
}
