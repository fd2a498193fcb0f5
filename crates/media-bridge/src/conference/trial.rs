//! A room to measure, kept here so that it always compiles: everything that is done for its members but receiving and sending.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtp::Header;

use super::{Audience, ConferenceConfig, MemberSettings, Newcomer, Room};
use crate::codec::{Codec, MOST_SAMPLES};
use crate::id::{BridgeId, LegId};
use crate::leg::{LegCore, Outgoing, Seed};
use crate::settings::LegSettings;
use crate::statistics::Counters;

/// Milliseconds of a packet.
const PACKET: u16 = 20;

/// A room, some of whose members speak at each turn.
pub struct Trial {
    now: Instant,
    room: Room,
    legs: Legs,
    speakers: Vec<Speaker>,
    buffer: Box<[u8; 8_192]>,
    sound: Box<[i16; MOST_SAMPLES]>,
}

struct Legs {
    legs: Vec<LegCore>,
    packets: usize,
}

/// One who speaks: the packet that it sends again and again.
struct Speaker {
    place: usize,
    number: usize,
    header: Header,
    ticks: u32,
    packet: Vec<u8>,
}

impl Audience for Legs {
    fn leg(&mut self, place: usize) -> Option<&mut LegCore> {
        self.legs.get_mut(place)
    }

    fn send(&mut self, _place: usize, buffer: &mut [u8], outgoing: Outgoing) {
        std::hint::black_box((&buffer[..outgoing.length.min(buffer.len())], outgoing.to));
        self.packets += 1;
    }
}

impl Trial {
    /// A room of so many who speak and so many who listen; their codecs are `codecs` in turn.
    pub fn new(codecs: &[Codec], speakers: usize, listeners: usize) -> Self {
        let now = Instant::now();
        let mut trial = Self {
            now,
            room: Room::new(ConferenceConfig::new(|_| {})),
            legs: Legs { legs: Vec::new(), packets: 0 },
            speakers: Vec::new(),
            buffer: Box::new([0; 8_192]),
            sound: Box::new([0; MOST_SAMPLES]),
        };
        let codecs = codecs.iter().copied().cycle();
        codecs.take(speakers + listeners).enumerate().for_each(|(n, codec)| trial.admit(codec, n < speakers));
        trial
    }

    fn admit(&mut self, codec: Codec, speaks: bool) {
        let place = self.legs.legs.len();
        let seed = Seed { ssrc: place as u32, sequence: 0, timestamp: 0, name: 0, opened: Duration::ZERO };
        let mut leg = LegCore::new(self.now, seed, Arc::new(Counters::default()), Box::new(|_| {}));
        leg.configure(self.now, LegSettings::new(Some(peer()), codec));
        let (stay, id) = (BridgeId(place as u64), LegId::new(0, place as u64));
        let newcomer = Newcomer { stay, leg: id, place, settings: MemberSettings::default() };
        let number = self.room.enter(newcomer, leg.tuning());
        self.legs.legs.push(leg);
        if speaks {
            self.speakers.extend(Speaker::new(codec, place, number));
        }
    }

    /// One turn: everybody who speaks has sent a packet, and everybody is sent one. Returns how many were sent.
    pub fn turn(&mut self) -> usize {
        self.legs.packets = 0;
        for speaker in &mut self.speakers {
            let Some(leg) = self.legs.legs.get_mut(speaker.place) else { continue };
            let wanted = self.room.wanted_rate(speaker.number);
            let packet = speaker.next();
            let Some(heard) = leg.hear(self.now, peer(), packet) else { continue };
            let Some(sound) = leg.decode(&heard, packet, wanted, &mut self.sound[..]) else { continue };
            self.room.hear(speaker.number, (heard.header.timestamp, heard.clock_rate), sound);
        }
        self.room.turn(self.now, &mut self.legs, &mut self.buffer[..]);
        self.now += Duration::from_millis(u64::from(PACKET));
        self.legs.packets
    }
}

impl Speaker {
    fn new(codec: Codec, place: usize, number: usize) -> Option<Self> {
        let samples = codec.samples(PACKET);
        let sound: Vec<i16> =
            (0..samples).map(|n| ((n as f64 * 0.05 + place as f64).sin() * 3_000.0) as i16).collect();
        let mut packet = vec![0; Header::LENGTH + 2_000];
        let octets =
            codec.encoder(&opus::Settings::default())?.encode(&sound, packet.get_mut(Header::LENGTH..)?);
        packet.truncate(Header::LENGTH + octets);
        let payload_type = LegSettings::new(None, codec).receive_payload_type;
        let header = Header { payload_type, ssrc: 70_000 + place as u32, ..Header::default() };
        Some(Self { place, number, header, ticks: u32::from(PACKET) * codec.clock_rate() / 1_000, packet })
    }

    fn next(&mut self) -> &[u8] {
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(self.ticks);
        self.header.write(&mut self.packet);
        &self.packet
    }
}

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4_000))
}
