//! A leg whose sound is evened out before others hear it: packets wait in a jitter buffer, and what is missing is made up.

use std::time::{Duration, Instant};

use rtp::Header;
use rtp::rtcp::extended::{LossConcealment, VoipMetrics};
use rtp_jitter::{Adaptive, Config, Mode, PacketInfo, Playout};

use super::LegCore;
use super::receive::{Content, Heard};
use crate::codec::{Codec, Decoder, samples_at};
use crate::settings::{JitterBuffer, JitterMode};

/// Milliseconds between two turns of the wheel, each of which plays as much.
const TURN: u16 = 20;

/// A clock that seems to leap by less than this is a network that is uneven.
const LEAST_RESYNC: Duration = Duration::from_millis(100);

/// The stream of one codec that is evened out, and the one that is made of it.
pub(super) struct Evening {
    codec: Codec,
    /// Samples a second that it is decoded to.
    rate: u32,
    playout: Playout<Speech>,
    /// The header of what is played next, as if it had come so.
    next: Header,
    /// Nothing was said at the last turn.
    silent: bool,
    /// The last packet came in redundant data.
    redundant: bool,
}

/// The codec, as the buffer wants to see it.
struct Speech(Box<dyn Decoder>);

impl rtp_jitter::Decoder for Speech {
    fn decode(&mut self, _payload_type: u8, payload: &[u8], pcm: &mut [i16]) -> usize {
        self.0.decode(payload, pcm)
    }

    fn recover(&mut self, _payload_type: u8, payload: &[u8], pcm: &mut [i16]) -> usize {
        self.0.recover(payload, pcm)
    }

    fn conceal(&mut self, pcm: &mut [i16]) -> bool {
        self.0.conceal(pcm)
    }
}

impl Evening {
    /// `None` for a codec that is not known here.
    fn new(codec: Codec, wanted: JitterBuffer, ssrc: u32) -> Option<Self> {
        let defaults = Adaptive::default();
        let max = wanted.max.clamp(defaults.min, Config::LONGEST);
        let mode = match wanted.mode {
            JitterMode::Fixed => Mode::Fixed { delay: max },
            JitterMode::Adaptive => {
                let initial = defaults.initial.min(max);
                Mode::Adaptive(Adaptive { max, extra: wanted.extra, initial, ..defaults })
            }
        };
        let config = Config {
            mode,
            resync_threshold: wanted.resync.clamp(LEAST_RESYNC, Config::LONGEST),
            max_payload: codec.longest_kept(),
            ..Config::adaptive(codec.clock_rate())
        };
        let rate = codec.sample_rate();
        let playout = Playout::new(config, rate, Speech(codec.decoder()?)).ok()?;
        Some(Self {
            codec,
            rate,
            playout,
            next: Header { ssrc, ..Header::default() },
            silent: true,
            redundant: false,
        })
    }

    /// Decodes for whoever hears `wanted` samples a second; what waits goes on waiting.
    fn decode_for(&mut self, wanted: u32) {
        let rate = self.codec.rate_for(wanted);
        if rate == self.rate {
            return;
        }
        let decoder = self.codec.decoder_to(rate).map(Speech);
        if decoder.is_some_and(|decoder| self.playout.decode_to(rate, decoder).is_ok()) {
            self.rate = rate;
        }
    }

    /// What the buffer knows of the stream.
    pub(super) fn metrics(&self) -> VoipMetrics {
        let known = self.playout.voip_metrics();
        let ms = |ms: u16| Duration::from_millis(ms.into());
        VoipMetrics {
            loss_rate: known.loss_rate,
            discard_rate: known.discard_rate,
            burst_density: known.burst_density,
            gap_density: known.gap_density,
            burst: ms(known.burst_duration),
            gap: ms(known.gap_duration),
            gap_minimum: known.gmin,
            concealment: LossConcealment::Enhanced,
            adaption_rate: known.receiver_configuration & 0x0F,
            buffer_nominal: ms(known.nominal_delay),
            buffer_maximum: ms(known.maximum_delay),
            buffer_absolute_maximum: ms(known.absolute_maximum_delay),
            ..VoipMetrics::default()
        }
    }
}

impl LegCore {
    /// Evens out what is heard from now on, or no more.
    pub(crate) fn set_jitter_buffer(&mut self, wanted: Option<JitterBuffer>) {
        self.jitter_buffer = wanted;
        self.evening = None;
    }

    /// Whether its sound is played from a buffer, or made, so that it belongs on the wheel.
    pub(crate) fn plays_out(&self) -> bool {
        self.evening.is_some() || self.noise.is_some()
    }

    /// Puts the sound of a packet into the buffer. `true`: it is heard from there, at its time.
    pub(crate) fn even_out(&mut self, now: Instant, heard: &Heard, packet: &[u8]) -> bool {
        let Some(wanted) = self.jitter_buffer else { return false };
        let Content::Audio(codec, range) = &heard.content else { return false };
        if self.evening.as_ref().is_none_or(|evening| evening.codec != *codec) {
            // Another stream than that of the peer, for it has other numbers.
            self.evening = Evening::new(*codec, wanted, !heard.header.ssrc).map(Box::new);
        }
        let since = self.since(now);
        let (Some(evening), Some(payload)) = (&mut self.evening, packet.get(range.clone())) else {
            return false;
        };
        let Header { sequence, timestamp, payload_type, marker, ssrc, .. } = heard.header;
        let info = PacketInfo { sequence, timestamp, payload_type, marker, ssrc, ..PacketInfo::default() };
        evening.playout.insert(since, info, payload);
        evening.redundant = heard.redundant;
        true
    }

    /// The next 20 ms from the buffer, or of a pause, as if they had just been heard, for somebody who hears `wanted` samples a
    /// second. `None` while nobody talks.
    pub(crate) fn play_out<'p>(
        &mut self,
        now: Instant,
        wanted: u32,
        pcm: &'p mut [i16],
    ) -> Option<(Heard, (&'p [i16], u32))> {
        let since = self.since(now);
        let Some(evening) = &mut self.evening else { return self.next_noise(now, pcm) };
        evening.decode_for(wanted);
        let (codec, rate) = (evening.codec, evening.rate);
        let sound = pcm.get_mut(..samples_at(rate, TURN))?;
        let filled = evening.playout.fill(since, sound);
        let mut header = evening.next;
        evening.next.timestamp = header.timestamp.wrapping_add(u32::from(TURN) * codec.clock_rate() / 1_000);
        match &mut self.noise {
            // The peer has said how its pause sounds: nothing is to be made up.
            Some(noise) if filled.silent + filled.concealed == sound.len() => noise.fill(sound),
            None if filled.silent == sound.len() => {
                evening.silent = true;
                return None;
            }
            _ => {}
        }
        header.marker = std::mem::replace(&mut evening.silent, false);
        evening.next.sequence = header.sequence.wrapping_add(1);
        let content = Content::Audio(codec, 0..0);
        let clock_rate = codec.clock_rate();
        let heard = Heard { header, clock_rate, content, released: None, redundant: evening.redundant };
        Some((heard, (sound, rate)))
    }
}
