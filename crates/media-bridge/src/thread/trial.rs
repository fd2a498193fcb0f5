//! A media thread to measure, kept here so that it always compiles: everything that it does for a packet but the calls of the
//! kernel. Packets are handed to it by the loop, and what it sends is counted and forgotten.

use std::any::Any;
use std::collections::VecDeque;
use std::f64::consts::TAU;
use std::hint::black_box;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audio::Pcm;
use rtp::Header;
use rtp::srtp::{MasterKey, Outbound, Suite};
use slab::Slab;

use super::paced::Clock;
use super::stage::Stage;
use super::{Neighbour, ThreadGroup};
use crate::codec::Codec;
use crate::conference::{ConferenceConfig, MemberSettings};
use crate::config::MediaConfig;
use crate::engine::{LegConfig, MediaEngine};
use crate::handle::Leg;
use crate::io::{MAX_DATAGRAM, PacketIo, Received, SocketId, Wake};
use crate::keys::LegKeys;
use crate::playback::{Playback, Sound};
use crate::recorder::{Content, Measured, RecordingPlan, Track};
use crate::settings::LegSettings;
use crate::tap::Sides;

/// Milliseconds of a packet.
const PACKET: u16 = 20;

/// Turns before anything is counted: encoders are there, sources are known, files are encoded.
const BEFORE: usize = 10;

/// Turns between two looks of the thread that records.
const RECORDER: usize = 5;

/// Packets of a second that a phone says, after which it says them again.
const SAID: usize = 50;

/// Phones, a media thread, and what it does for them.
pub struct Trial {
    now: Instant,
    stage: Stage<Given>,
    engine: MediaEngine,
    phones: Vec<Phone>,
    legs: Vec<Leg>,
    recordings: Vec<Measured>,
    /// What must stay for the legs to be together.
    stays: Vec<Box<dyn Any>>,
    turns: usize,
}

impl Trial {
    /// Calls of two phones that speak these codecs; with `keys` both legs are protected.
    ///
    /// # Panics
    /// Where the system has no ports left: there is nothing to measure then.
    pub fn calls(codecs: [Codec; 2], keys: bool, count: usize) -> Self {
        let mut trial = Self::new(2 * count);
        for _ in 0..count {
            let [one, other] = codecs.map(|codec| trial.admit(codec, keys));
            let bridge = trial.engine.bridge(&trial.legs[one], &trial.legs[other]);
            trial.stays.push(Box::new(bridge));
        }
        trial.begin(true)
    }

    /// Calls of G.711, each of which is recorded to a file of its own in that folder.
    ///
    /// # Panics
    /// As [`Trial::calls`].
    pub fn recorded(folder: &Path, count: usize) -> Self {
        let mut trial = Self::calls([Codec::Pcmu; 2], false, count);
        for (nth, leg) in trial.legs.iter().step_by(2).enumerate() {
            let path = folder.join(format!("{nth}.wav"));
            let track = Track { path, content: Content::Mixed, append: false };
            let plan = RecordingPlan::new(vec![track]);
            trial.recordings.push(Measured::new(leg.tap_at(trial.now, Sides::Both), plan));
        }
        trial.begin(true)
    }

    /// Rooms of ten who all speak.
    ///
    /// # Panics
    /// As [`Trial::calls`].
    pub fn rooms(codec: Codec, count: usize) -> Self {
        let mut trial = Self::new(10 * count);
        for _ in 0..count {
            let room = trial.engine.open_conference(ConferenceConfig::new(|_| {}));
            for _ in 0..10 {
                let leg = trial.admit(codec, false);
                trial.stays.push(Box::new(room.enter(&trial.legs[leg], MemberSettings::default())));
            }
            trial.stays.push(Box::new(room));
        }
        trial.begin(true)
    }

    /// Phones that hear a file, and say nothing.
    ///
    /// # Panics
    /// As [`Trial::calls`].
    pub fn players(codec: Codec, count: usize) -> Self {
        let mut trial = Self::new(count);
        let sound = Sound::shared(Arc::new(Pcm::new(8_000, voice(8_000))));
        for _ in 0..count {
            let leg = trial.admit(codec, false);
            trial.legs[leg].play(Playback::from(sound.clone()).repeated(), 1_u64);
        }
        trial.begin(false)
    }

    fn new(legs: usize) -> Self {
        let now = Instant::now();
        let bell: Arc<dyn Wake> = Arc::new(Silent);
        let neighbours: Arc<[Neighbour]> = [Neighbour::new(bell, 0)].into();
        let config = MediaConfig { ports: 34_000..=60_999, ..MediaConfig::default() };
        let engine = MediaEngine::with(&config, ThreadGroup(neighbours.clone()));
        let engine = engine.unwrap_or_else(|error| panic!("no engine to measure: {error}"));
        let stage = Stage::by_clock(Clock::Told(now), 0, Given::default(), neighbours);
        let (phones, legs) = (Vec::with_capacity(legs), Vec::with_capacity(legs));
        let (recordings, stays) = Default::default();
        Self { now, stage, engine, phones, legs, recordings, stays, turns: 0 }
    }

    /// A phone and its leg; returns their number.
    fn admit(&mut self, codec: Codec, keys: bool) -> usize {
        let number = self.legs.len();
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let leg = self.engine.open_leg(LegConfig::new(local, |_| {}));
        let leg = leg.unwrap_or_else(|error| panic!("no leg to measure: {error}"));
        let phone = Phone::new(codec, number, keys);
        if let Some([receive, send]) = phone.keys() {
            leg.protect(Some(LegKeys { send, receive, receive_mki: None }));
        }
        leg.configure(LegSettings::new(Some(phone.address), codec));
        self.phones.push(phone);
        self.legs.push(leg);
        number
    }

    /// Everything is told to the thread, and goes on for a while.
    fn begin(mut self, spoken: bool) -> Self {
        // It takes some at a time.
        self.legs.iter().for_each(|_| self.stage.serve_messages());
        self.phones.iter_mut().for_each(|phone| phone.speaks = spoken);
        self.prepare(BEFORE);
        // The press encodes files on a thread of its own.
        std::thread::sleep(Duration::from_millis(if spoken { 0 } else { 50 }));
        for _ in 0..BEFORE {
            self.turn();
        }
        self
    }

    /// Has the phones' packets for so many turns ready.
    pub fn prepare(&mut self, turns: usize) {
        for _ in 0..turns {
            for (number, phone) in self.phones.iter_mut().enumerate().filter(|(_, phone)| phone.speaks) {
                let leg = self.legs.get(number).map(Leg::rtp_address);
                let from = phone.address;
                self.stage.io.waiting.extend(leg.map(|leg| (leg.port(), from, phone.next())));
            }
        }
    }

    /// Twenty milliseconds: a packet of each phone that speaks, and a turn of the wheel. Returns how many packets were sent.
    pub fn turn(&mut self) -> usize {
        self.now += Duration::from_millis(u64::from(PACKET));
        self.stage.clock = Clock::Told(self.now);
        self.stage.io.sent = 0;
        self.stage.io.allowed = self.phones.iter().filter(|phone| phone.speaks).count();
        self.stage.serve();
        self.turns += 1;
        if self.turns.is_multiple_of(RECORDER) {
            self.recordings.iter_mut().for_each(|recording| recording.turn(self.now));
        }
        self.stage.io.sent
    }
}

impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Trial({} phones, {} turns so far)", self.phones.len(), self.turns)
    }
}

/// One who speaks, the same second again and again.
struct Phone {
    address: SocketAddr,
    speaks: bool,
    header: Header,
    ticks: u32,
    said: Vec<Vec<u8>>,
    number: usize,
    protection: Option<Outbound>,
}

impl Phone {
    fn new(codec: Codec, number: usize, keys: bool) -> Self {
        let frames = voice(codec.sample_rate());
        let mut encoder = codec.encoder(&opus::Settings::default());
        let said = frames.chunks_exact(codec.samples(PACKET)).take(SAID).map(|frame| {
            let mut payload = vec![0; 2_000];
            let octets = encoder.as_mut().map_or(0, |encoder| encoder.encode(frame, &mut payload));
            payload.truncate(octets);
            payload
        });
        let payload_type = LegSettings::new(None, codec).receive_payload_type;
        let mut phone = Self {
            address: SocketAddr::from(([192, 0, 2, 1], 4_000 + number as u16)),
            speaks: true,
            header: Header { payload_type, ssrc: 70_000 + number as u32, ..Header::default() },
            ticks: u32::from(PACKET) * codec.clock_rate() / 1_000,
            said: said.collect(),
            number,
            protection: None,
        };
        phone.protection = keys.then(|| phone.key(1).map(|key| Outbound::new(&key))).flatten();
        phone
    }

    fn key(&self, direction: u8) -> Option<MasterKey> {
        let mut octets = [direction; 30];
        octets[..8].copy_from_slice(&(self.number as u64).to_le_bytes());
        MasterKey::new(Suite::AesCm128HmacSha1_80, &octets).ok()
    }

    /// What it sends and hears under.
    fn keys(&self) -> Option<[MasterKey; 2]> {
        self.protection.as_ref()?;
        Some([self.key(1)?, self.key(2)?])
    }

    fn next(&mut self) -> Vec<u8> {
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(self.ticks);
        let payload = &self.said[usize::from(self.header.sequence) % self.said.len()];
        let mut packet = vec![0; Header::LENGTH + payload.len() + Suite::MOST_ADDED];
        self.header.write(&mut packet);
        let mut length = Header::LENGTH + payload.len();
        packet[Header::LENGTH..length].copy_from_slice(payload);
        if let Some(protection) = &mut self.protection {
            length = protection.protect_rtp(&mut packet, length).unwrap_or(0);
        }
        packet.truncate(length);
        packet
    }
}

/// A second of a tone.
fn voice(rate: u32) -> Vec<i16> {
    let sample = |n: u32| (f64::from(n) * 300.0 / f64::from(rate) * TAU).sin() * 3_000.0;
    (0..rate).map(|n| sample(n) as i16).collect()
}

struct Silent;

impl Wake for Silent {
    fn wake(&self) {}
}

/// Hands packets out that were made before, and forgets what is sent.
#[derive(Default)]
struct Given {
    /// Tokens by the port of the socket.
    tokens: Vec<Option<u32>>,
    sockets: Slab<UdpSocket>,
    /// Packets with the port that they come to, and their senders.
    waiting: VecDeque<(u16, SocketAddr, Vec<u8>)>,
    /// How many may be handed out yet.
    allowed: usize,
    /// Packets but for reports.
    sent: usize,
}

impl PacketIo for Given {
    fn new() -> io::Result<Self> {
        Ok(Self::default())
    }

    fn bell(&self) -> Arc<dyn Wake> {
        Arc::new(Silent)
    }

    fn add(&mut self, socket: UdpSocket, token: u32) -> io::Result<SocketId> {
        self.tokens.resize(1 << 16, None);
        if let Some(place) = self.tokens.get_mut(usize::from(socket.local_addr()?.port())) {
            *place = Some(token);
        }
        Ok(SocketId(self.sockets.insert(socket)))
    }

    fn rename(&mut self, _socket: SocketId, _token: u32) {}

    fn remove(&mut self, socket: SocketId) -> Option<UdpSocket> {
        self.sockets.try_remove(socket.0)
    }

    fn wait(&mut self, _timeout: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Option<Received> {
        self.allowed = self.allowed.checked_sub(1)?;
        let (port, from, octets) = self.waiting.pop_front()?;
        let token = (*self.tokens.get(usize::from(port))?)?;
        let length = octets.len().min(MAX_DATAGRAM);
        buffer[..length].copy_from_slice(&octets[..length]);
        Some(Received { token, length, from })
    }

    fn send(&mut self, _socket: SocketId, packet: &[u8], to: SocketAddr) -> io::Result<()> {
        black_box((packet, to));
        self.sent += usize::from(!rtp::is_rtcp(packet));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packet_is_answered_by_one() {
        let twice = |mut trial: Trial, packets: usize| {
            trial.prepare(2);
            assert_eq!([trial.turn(), trial.turn()], [packets; 2], "{trial:?}");
        };
        twice(Trial::calls([Codec::Pcmu, Codec::Pcmu], false, 3), 6);
        twice(Trial::calls([Codec::Pcmu, Codec::Pcmu], true, 3), 6);
        twice(Trial::calls([Codec::Pcmu, Codec::G722], false, 2), 4);
        twice(Trial::rooms(Codec::Pcma, 1), 10);
        twice(Trial::players(Codec::Pcmu, 5), 5);
    }

    #[test]
    fn a_recorded_call_leaves_its_file() {
        let folder = std::env::temp_dir().join(format!("media-trial-{}", std::process::id()));
        let mut trial = Trial::recorded(&folder, 1);
        trial.prepare(100);
        (0..100).for_each(|_| assert_eq!(trial.turn(), 2));
        drop(trial);
        let octets = std::fs::read(folder.join("0.wav")).unwrap();
        assert!(octets.len() > 8_000, "{}", octets.len());
        assert!(octets[1_000..].iter().any(|octet| *octet != 0));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
