use std::path::Path;

use audio::Pcm;

use crate::listener::Packet;

/// Samples of a packet, of 20 ms.
pub const PACKET: usize = 160;

/// Seconds that are spoken.
const LENGTH: usize = 64;

/// Prompts of `sounds/` one after another, English and French in turns.
const PROMPTS: [&str; 12] = [
    "en/demo-congrats",
    "fr/demo-congrats",
    "en/demo-echotest",
    "fr/demo-echotest",
    "en/ipbx-menu",
    "fr/ipbx-menu",
    "en/ipbx-welcome",
    "fr/ipbx-welcome",
    "en/demo-thanks",
    "fr/demo-thanks",
    "en/ipbx-menu-invalid",
    "fr/ipbx-menu-invalid",
];

/// What is said: the sound, and payloads of mu-law that begin with their number.
pub struct Speech {
    pub samples: Vec<i16>,
    payloads: Vec<u8>,
}

impl Speech {
    /// # Errors
    /// When a prompt cannot be read.
    pub fn load() -> Result<Self, audio::AudioError> {
        let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sounds");
        let mut said = Vec::new();
        for prompt in PROMPTS.iter().cycle() {
            if said.len() >= LENGTH * 8_000 {
                break;
            }
            said.extend(Pcm::open(sounds.join(prompt).with_extension("wav"))?.resampled(8_000).samples);
            said.extend([0; 2_400]);
        }
        said.truncate(LENGTH * 8_000);
        let mut payloads = Vec::new();
        for (number, sound) in said.chunks_exact_mut(PACKET).enumerate() {
            let mut payload = [0; PACKET];
            g711::ulaw::encode(sound, &mut payload);
            g711::ulaw::decode(&payload, sound);
            payloads.extend_from_slice(&(number as u32).to_be_bytes());
            payloads.extend_from_slice(&payload);
        }
        Ok(Self { samples: said, payloads })
    }

    /// Packets of all that is said.
    pub fn packets(&self) -> u32 {
        (self.samples.len() / PACKET) as u32
    }

    /// One of them. Both of its numbers wrap on the way.
    pub fn packet(&self, number: u32) -> Packet<'_> {
        let begin = number as usize * (PACKET + 4);
        Packet {
            sequence: (number as u16).wrapping_add(65_000),
            timestamp: (PACKET as u32 * number).wrapping_add(u32::MAX - 100_000),
            payload: &self.payloads[begin..begin + PACKET + 4],
        }
    }
}
