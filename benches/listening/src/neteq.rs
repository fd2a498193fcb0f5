use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use neteq::codec::AudioDecoder;
use neteq::{AudioPacket, NetEq, NetEqConfig, RtpHeader};
use web_time::Instant;

use crate::listener::{InOrder, Listener, Packet, TICK};

/// `neteq` as it comes, at 8 kHz.
pub struct Peer {
    neteq: NetEq,
    order: Arc<Mutex<InOrder>>,
}

/// G.711, and a count of what was decoded.
struct Decoder(Arc<Mutex<InOrder>>);

impl AudioDecoder for Decoder {
    fn sample_rate(&self) -> u32 {
        8_000
    }

    fn channels(&self) -> u8 {
        1
    }

    fn decode(&mut self, encoded: &[u8]) -> neteq::Result<Vec<f32>> {
        let sound = self.0.lock().unwrap_or_else(PoisonError::into_inner).decode(encoded);
        Ok(sound.iter().map(|octet| f32::from(g711::ulaw::decode_sample(*octet)) / 32_768.0).collect())
    }
}

impl Default for Peer {
    fn default() -> Self {
        Instant::set(Duration::ZERO);
        let config = NetEqConfig { sample_rate: 8_000, ..NetEqConfig::default() };
        let mut neteq = NetEq::new(config).expect("the defaults are valid");
        let order = Arc::default();
        neteq.register_decoder(0, Box::new(Decoder(Arc::clone(&order))));
        Self { neteq, order }
    }
}

impl Listener for Peer {
    fn insert(&mut self, now: Duration, packet: Packet<'_>) {
        Instant::set(now);
        let header = RtpHeader::new(packet.sequence, packet.timestamp, 0, 0, false);
        let packet = AudioPacket::new(header, packet.payload.to_vec(), 8_000, 1, 20);
        self.neteq.insert_packet(packet).expect("the packet is valid");
    }

    fn tick(&mut self, now: Duration, out: &mut [i16; TICK]) {
        Instant::set(now);
        let frame = self.neteq.get_audio().expect("there is always sound");
        for (out, sample) in out.iter_mut().zip(frame.samples) {
            *out = (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
        }
    }

    fn concealed(&self) -> Duration {
        let samples = self.neteq.get_statistics().lifetime.concealed_samples;
        Duration::from_micros(samples * 125)
    }

    fn decoded(&self) -> u64 {
        self.order.lock().unwrap_or_else(PoisonError::into_inner).count()
    }
}
