//! Sound that another leg heard in another codec: decoded there, encoded here.

use std::time::Instant;

use audio::Resampler;
use rtp::{Header, Repacker};

use super::receive::{Content, Heard};
use super::{LegCore, Outgoing};
use crate::codec::{Codec, Encoder, Translation, samples_at};

/// Samples a second of whoever hears everything.
pub(crate) const HIGHEST_RATE: u32 = 48_000;

/// Milliseconds of the longest packet that is understood.
const LONGEST: u16 = 120;

/// Samples of 240 ms at 48 kHz: what comes in one packet, behind what waits for another.
const ROOM: usize = 11_520;

/// The samples of a packet on their way to another length.
type Samples = Repacker<i16, ROOM>;

/// What makes sound of one rate the packets of one codec.
pub(super) struct Recoder {
    /// Rate of the sound that comes in.
    rate: u32,
    /// The one that it is encoded at.
    encoded: u32,
    codec: Codec,
    /// `None` where the rates are the same.
    resampler: Option<Resampler>,
    resampled: Box<[i16]>,
    /// Where packets do not have the length that came: the codec cannot make them, or the peer asks for another.
    repacker: Option<Box<Samples>>,
}

/// What became of the sound of a packet.
pub(super) enum Recoded {
    /// A payload of so many octets.
    Payload(usize),
    /// It waits for more. With the first that does, packets get other numbers.
    Waiting { begins: bool },
}

impl LegCore {
    /// Whether what another leg heard has to be decoded before this leg can send it.
    #[inline]
    pub(crate) fn recodes(&self, heard: &Heard) -> bool {
        let Content::Audio(codec, _) = heard.content else { return false };
        self.spoken.codec().is_some_and(|ours| match Translation::between(codec, ours) {
            Translation::Recode => true,
            Translation::Impossible => false,
            _ => self.shapes_sent() && codec.is_translatable(),
        })
    }

    /// Samples in a second of sound that this leg has a use for: its peer hears no more of it.
    pub(crate) fn heard_rate(&self) -> u32 {
        self.spoken.codec().map_or(HIGHEST_RATE, Codec::sample_rate)
    }

    /// Decodes what this leg heard for somebody who hears `wanted` samples a second, and returns the samples and their rate.
    pub(crate) fn decode<'p>(
        &mut self,
        heard: &Heard,
        packet: &[u8],
        wanted: u32,
        pcm: &'p mut [i16],
    ) -> Option<(&'p [i16], u32)> {
        let Content::Audio(codec, range) = &heard.content else { return None };
        let (rate, decoder) = self.spoken.decoder(*codec, wanted)?;
        let samples = decoder.decode(packet.get(range.clone())?, pcm);
        Some((pcm.get(..samples)?, rate))
    }

    /// Makes of sound that another leg heard the packet that goes to this leg's peer, written into `packet`. `None`: nothing
    /// goes. Call [`next_repacked`](Self::next_repacked) afterwards, as after [`relay`](Self::relay).
    pub(crate) fn relay_sound(
        &mut self,
        now: Instant,
        heard: &Heard,
        (sound, rate): (&[i16], u32),
        packet: &mut [u8],
    ) -> Option<Outgoing> {
        let relayed = self.relay_to(now, heard)?;
        if sound.is_empty() {
            // What made no sense is lost, and shall look so.
            return None;
        }
        let unshaped = (sound, rate);
        let sound = match &mut self.shaping {
            Some(shaping) => shaping.for_peer(now, sound, rate),
            None => sound,
        };
        let codec = self.spoken.codec()?;
        let settings = self.settings.as_ref()?;
        let too_long = |ms: u16| sound.len() > samples_at(rate, ms.max(settings.ptime_ms));
        let cut = settings.repack || settings.longest_ms.is_some_and(too_long);
        let wanted = cut.then_some(settings.ptime_ms);
        let encoded = codec.encoding_rate(rate, self.spoken.opus());
        let (recoder, is_new) = recoder(&mut self.recoder, (rate, encoded), codec)?;
        if is_new {
            self.stream.splice();
        }
        recoder.prepare(sound.len(), wanted)?;
        let payload = packet.get_mut(Header::LENGTH..)?;
        let encoder = self.spoken.encoder(recoder.encoded)?;
        let octets = match recoder.recode(&relayed.received, sound, wanted, encoder, payload)? {
            Recoded::Payload(octets) => octets,
            Recoded::Waiting { begins } => {
                if begins {
                    self.stream.splice();
                }
                return None;
            }
        };
        let header = self.stream.forward(&relayed.received, relayed.payload_type, self.since(now))?;
        header.write(packet);
        self.tap_unshaped(now, &header, unshaped);
        self.count_sent(octets);
        Some(Outgoing { length: Header::LENGTH + octets, to: relayed.to })
    }
}

/// The recoder in its place, made anew where another is there, and whether it was.
fn recoder(
    place: &mut Option<Box<Recoder>>,
    (rate, encoded): (u32, u32),
    codec: Codec,
) -> Option<(&mut Recoder, bool)> {
    let fits = place.as_ref().is_some_and(|recoder| (recoder.rate, recoder.codec) == (rate, codec));
    if !fits {
        *place = Recoder::new(rate, encoded, codec).map(Box::new);
    }
    place.as_deref_mut().map(|recoder| (recoder, !fits))
}

impl Recoder {
    /// `None` where there is no way between the rates.
    pub(super) fn new(rate: u32, encoded: u32, codec: Codec) -> Option<Self> {
        let resampler = match rate == encoded {
            true => None,
            false => Some(Resampler::new(rate, encoded).ok()?),
        };
        let length = samples_at(encoded, LONGEST);
        let resampled = vec![0; if resampler.is_some() { length.max(1) } else { 0 }].into();
        Some(Self { rate, encoded, codec, resampler, resampled, repacker: None })
    }

    /// Whether so many samples make a packet as they are.
    fn makes_packet(&self, samples: usize, wanted: Option<u16>) -> bool {
        let fits = |ms| samples_at(self.rate, self.codec.packet_time(ms)) == samples;
        self.codec.makes_packet_of(samples, self.rate) && wanted.is_none_or(fits)
    }

    /// What has to be put together has at least as many samples as the clock has ticks. `None` where there is no way between the
    /// rates.
    fn prepare(&mut self, samples: usize, wanted: Option<u16>) -> Option<()> {
        if self.encoded < self.codec.clock_rate() && !self.makes_packet(samples, wanted) {
            *self = Self::new(self.rate, self.codec.sample_rate(), self.codec)?;
        }
        Some(())
    }

    /// Encodes the sound of a packet, or keeps it until there is enough of it. `None` for what cannot be encoded.
    pub(super) fn recode(
        &mut self,
        received: &Header,
        sound: &[i16],
        wanted: Option<u16>,
        encoder: &mut dyn Encoder,
        payload: &mut [u8],
    ) -> Option<Recoded> {
        let as_it_came = self.makes_packet(sound.len(), wanted);
        let sound = match &mut self.resampler {
            Some(resampler) => {
                let written = resampler.process(sound, &mut self.resampled).written;
                self.resampled.get(..written)?
            }
            None => sound,
        };
        let wanted = wanted.map(|ms| self.codec.packet_time(ms));
        if as_it_came && self.repacker.is_none() {
            return match encoder.encode(sound, payload) {
                0 => None,
                octets => Some(Recoded::Payload(octets)),
            };
        }
        let (codec, begins) = (self.codec, self.repacker.is_none());
        let repacker = self.repacker.get_or_insert_with(|| {
            let length = codec.samples(wanted.unwrap_or(codec.packet_time(20)));
            let per_tick = codec.sample_rate() / codec.clock_rate();
            Box::new(Samples::of_units(length, per_tick as usize))
        });
        repacker.push(received, sound);
        Some(Recoded::Waiting { begins })
    }

    /// Samples a second of the sound that is encoded.
    pub(super) fn encoded(&self) -> u32 {
        self.encoded
    }

    /// Whether a packet of another length than came is ready.
    pub(super) fn is_full(&self) -> bool {
        self.repacker.as_ref().is_some_and(|repacker| repacker.is_full())
    }

    /// The next packet of another length than came: its header, and the octets of its payload.
    pub(super) fn pop(&mut self, encoder: &mut dyn Encoder, payload: &mut [u8]) -> Option<(Header, usize)> {
        let mut frame = [0_i16; ROOM / 4];
        let (header, samples) = self.repacker.as_mut()?.pop(&mut frame)?;
        match encoder.encode(frame.get(..samples)?, payload) {
            0 => None,
            octets => Some((header, octets)),
        }
    }

    /// The header that a telephone-event between the sound goes on with.
    pub(super) fn pass(&mut self, received: &Header) -> Option<Header> {
        match &mut self.repacker {
            Some(repacker) => repacker.pass(received, 0),
            None => Some(*received),
        }
    }

    /// A packet is left out. `true`: the numbers are counted here.
    pub(super) fn skip(&mut self, received: &Header) -> bool {
        let Some(repacker) = &mut self.repacker else { return false };
        repacker.skip(received);
        true
    }

    /// Another feeds the stream from now on. What it says may have the length that is wanted.
    pub(super) fn splice(&mut self) {
        self.repacker = None;
        if let Some(resampler) = &mut self.resampler {
            resampler.reset();
        }
    }
}
