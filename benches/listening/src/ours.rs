use std::time::Duration;

use rtp_jitter::{Config, Decoder, PacketInfo, Playout};

use crate::listener::{InOrder, Listener, Packet, TICK};

/// `rtp-jitter` with this configuration.
pub struct Ours {
    playout: Playout<Numbered>,
}

/// G.711, and a count of what was decoded.
#[derive(Default)]
struct Numbered(InOrder);

impl Decoder for Numbered {
    fn decode(&mut self, _payload_type: u8, payload: &[u8], pcm: &mut [i16]) -> usize {
        g711::ulaw::decode(self.0.decode(payload), pcm)
    }
}

impl Ours {
    pub fn new(config: Config) -> Self {
        let playout = Playout::new(config, 8_000, Numbered::default()).expect("the configuration is valid");
        Self { playout }
    }
}

impl Listener for Ours {
    fn insert(&mut self, now: Duration, packet: Packet<'_>) {
        let Packet { sequence, timestamp, payload } = packet;
        self.playout.insert(now, PacketInfo { sequence, timestamp, ..PacketInfo::default() }, payload);
    }

    fn tick(&mut self, now: Duration, out: &mut [i16; TICK]) {
        self.playout.fill(now, out);
    }

    fn concealed(&self) -> Duration {
        self.playout.statistics().concealed
    }

    fn decoded(&self) -> u64 {
        self.playout.decoder().0.count()
    }
}
