//! Redundant audio data (RFC 2198) at the edge of a leg: what comes is the sound alone to everybody behind it, with what was lost
//! put back; what goes out gets the sound of the packets before it.
//!
//! What is repeated in another codec than that of its packet becomes a packet of that one: whoever is behind knows one stream in one
//! codec, whatever was lost of it.
//!
//! So each side of a call has redundancy of its own, whatever is done with the sound between them.

use std::ops::Range;

use rtp::redundancy::{Recovered, RedundancyReceiver, RedundancySender, RedundantPayload};
use rtp::{Header, Kind, Packet};

use super::receive::{Content, Heard};
use super::recode::{Recoded, Recoder};
use super::{LegCore, Outgoing};
use crate::codec::{Codec, Encoder, MOST_SAMPLES, Translation};
use crate::settings::{LegSettings, REDUNDANCIES, RedundantPayloads};

/// What a leg knows that has agreed on redundant data.
pub(super) struct Redundancy {
    agreed: [Option<RedundantPayloads>; REDUNDANCIES],
    /// Payload types under which the peer may send it.
    heard_as: [Option<u8>; 2 * REDUNDANCIES],
    receiver: RedundancyReceiver,
    sender: RedundancySender,
    /// Made when something is found in another codec.
    patch: Option<Patch>,
    /// The peer sends it.
    peer_does: bool,
    /// Whoever feeds the stream does.
    source_does: bool,
}

/// Makes packets in the codec of a stream of what was repeated in another one.
struct Patch {
    from: Codec,
    to: Codec,
    recoder: Recoder,
    encoder: Box<dyn Encoder>,
}

impl Patch {
    fn between(from: Codec, to: Codec, opus: &opus::Settings) -> Option<Self> {
        Some(Self {
            from,
            to,
            recoder: Recoder::new(from.sample_rate(), to.sample_rate(), to)?,
            encoder: to.encoder(opus)?,
        })
    }

    /// Writes the payload, and returns its length. `None`: the codec cannot make a packet of that length.
    fn write(&mut self, header: &Header, sound: &[i16], payload: &mut [u8]) -> Option<usize> {
        // Decoders know what came before, and this encoder does not: what leads up to the sound without a break brings it to where
        // they are. That is the sound turned about its first sample, and before that the sound once more, for a third of what it
        // began with is left after a packet.
        let mut before = [0; MOST_SAMPLES];
        let before = before.get_mut(..sound.len())?;
        let first = i32::from(*sound.first()?);
        for (turned, sample) in before.iter_mut().rev().zip(sound.iter().skip(1)) {
            *turned = (2 * first - i32::from(*sample)).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
        self.recoder.splice();
        self.encode(header, sound, payload)?;
        self.encode(header, before, payload)?;
        self.encode(header, sound, payload)
    }

    fn encode(&mut self, header: &Header, sound: &[i16], payload: &mut [u8]) -> Option<usize> {
        match self.recoder.recode(header, sound, None, self.encoder.as_mut(), payload)? {
            Recoded::Payload(octets) => Some(octets),
            Recoded::Waiting { .. } => None,
        }
    }
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
            patch: None,
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
            released: None,
            redundant: true,
        })
    }

    /// Brings what was found to the codec of the packet that it was found in, whose codec and payload type are `beside`, in place.
    /// `None`: there is no way, and it stays lost.
    pub(crate) fn fit_lost(
        &mut self,
        lost: Heard,
        beside: Option<(Codec, u8)>,
        packet: &mut [u8],
    ) -> Option<Heard> {
        let Content::Audio(from, range) = &lost.content else { return Some(lost) };
        let Some((to, payload_type)) = beside.filter(|(codec, _)| codec != from) else { return Some(lost) };
        if from.clock_rate() != to.clock_rate() {
            return None; // Its time was told by another clock (RFC 2198 §4).
        }
        let (from, start) = (*from, range.start);
        let end = match Translation::between(from, to) {
            Translation::Impossible => return None,
            Translation::Recode => {
                let mut pcm = [0; MOST_SAMPLES];
                let (sound, _) = self.decode(&lost, packet, from.sample_rate(), &mut pcm)?;
                let opus = *self.spoken.opus();
                let redundancy = self.redundancy.as_mut()?;
                redundancy.patch.take_if(|patch| (patch.from, patch.to) != (from, to));
                if redundancy.patch.is_none() {
                    redundancy.patch = Patch::between(from, to, &opus);
                }
                start + redundancy.patch.as_mut()?.write(&lost.header, sound, packet.get_mut(start..)?)?
            }
            translation => {
                translation.apply(packet.get_mut(range.clone())?);
                range.end
            }
        };
        let header = Header { payload_type, ..lost.header };
        header.write(packet);
        Some(Heard { header, content: Content::Audio(to, start..end), ..lost })
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
        let is_wanted = agreed.preferred || redundancy.peer_does || redundancy.source_does;
        // Some peers want it in other codecs than that of the packet, and get none.
        if !is_wanted || agreed.generations == 0 {
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
