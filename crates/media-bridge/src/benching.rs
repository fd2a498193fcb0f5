//! What the benches measure: a media thread without its calls of the kernel, and a turn of the wheel for legs that play.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audio::Pcm;

use crate::codec::Codec;
use crate::event::PlayToken;
use crate::leg::{LegCore, Seed};
use crate::playback::{Form, Playback, Press, Sound};
use crate::settings::LegSettings;
use crate::statistics::Counters;
pub use crate::thread::Trial;

/// Legs that play the same sound again and again.
pub struct Players {
    legs: Vec<LegCore>,
    now: Instant,
    packet: Vec<u8>,
}

impl Players {
    /// So many legs of a codec. `shared`: what they play was encoded once for all of them; else each encodes for itself.
    pub fn new(codec: Codec, count: usize, shared: bool) -> Self {
        let (now, press) = (Instant::now(), Press::at_once());
        let samples = (0..80_000).map(|n| ((f64::from(n) * 0.3).sin() * 9_000.0) as i16).collect();
        let pcm = Arc::new(Pcm::new(8_000, samples));
        let list = match shared {
            true => Playback::from(Sound::shared(pcm)),
            false => Playback::from(pcm),
        };
        let list = list.repeated().pressed(&Form::new(codec, opus::Settings::default()), &press);
        let leg = |nth: usize| {
            let seed = Seed {
                ssrc: nth as u32,
                sequence: 1,
                timestamp: 1,
                name: nth as u64,
                opened: Duration::ZERO,
            };
            let mut leg = LegCore::new(now, seed, Arc::new(Counters::default()), Box::new(|_| {}));
            leg.configure(now, LegSettings::new(Some(SocketAddr::from(([192, 0, 2, 1], 4_000))), codec));
            leg.play(list.clone(), PlayToken(nth as u64));
            leg
        };
        Self { legs: (0..count).map(leg).collect(), now, packet: vec![0; 4_096] }
    }

    /// One turn: a packet of 20 ms for each leg. Returns the octets of all of them.
    pub fn turn(&mut self) -> usize {
        self.now += Duration::from_millis(20);
        let mut octets = 0;
        for leg in &mut self.legs {
            leg.tick();
            while let Some(outgoing) = leg.next_packet(self.now, &mut self.packet) {
                octets += outgoing.length;
            }
        }
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leg_sends_a_packet_a_turn() {
        for shared in [true, false] {
            let mut players = Players::new(Codec::Pcma, 7, shared);
            assert!((0..100).all(|_| players.turn() == 7 * 172));
        }
    }
}
