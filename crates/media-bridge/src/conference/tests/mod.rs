//! A room on a virtual clock: what its members say, and what each of them is sent.

mod mixing;
mod playing;
mod rates;
mod sharing;
mod talking;
mod tapping;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rtp::{Header, Packet};

use super::{Audience, ConferenceConfig, ConferenceEvent, MemberSettings, Newcomer, Room};
use crate::codec::{Codec, Decoder, Encoder, MOST_SAMPLES};
use crate::event::LegEvent;
use crate::id::{BridgeId, LegId};
use crate::leg::{HIGHEST_RATE, LegCore, Outgoing, Seed};
use crate::settings::LegSettings;
use crate::statistics::Counters;

/// A room, and the phones of its members.
struct Hall {
    room: Room,
    phones: Phones,
    now: Instant,
    events: Receiver<ConferenceEvent>,
}

#[derive(Default)]
struct Phones(Vec<Phone>);

/// One member's leg and what reaches its phone.
struct Phone {
    leg: LegCore,
    told: Receiver<LegEvent>,
    /// Its number in the room, while it is there.
    number: Option<usize>,
    codec: Codec,
    encoder: Box<dyn Encoder>,
    decoder: Box<dyn Decoder>,
    sequence: u16,
    timestamp: u32,
    /// Packets of this turn.
    packets: Vec<Vec<u8>>,
}

impl Audience for Phones {
    fn leg(&mut self, place: usize) -> Option<&mut LegCore> {
        self.0.get_mut(place).map(|phone| &mut phone.leg)
    }

    fn send(&mut self, place: usize, buffer: &mut [u8], outgoing: Outgoing) {
        self.0[place].packets.push(buffer[..outgoing.length].to_vec());
    }
}

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4_000))
}

impl Hall {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut ConferenceConfig)) -> Self {
        let (sender, events) = channel();
        let mut config = ConferenceConfig::new(move |event| {
            let _ = sender.send(event);
        });
        change(&mut config);
        Self { room: Room::new(config), phones: Phones::default(), now: Instant::now(), events }
    }

    /// Somebody comes in, and has this place.
    fn enter(&mut self, codec: Codec) -> usize {
        self.enter_with(LegSettings::new(Some(peer()), codec), MemberSettings::default())
    }

    fn enter_with(&mut self, leg_settings: LegSettings, settings: MemberSettings) -> usize {
        let place = self.phones.0.len();
        let seed = Seed { ssrc: 1, sequence: 1, timestamp: 1, name: 1, opened: Duration::ZERO };
        let (sender, told) = channel();
        let sink = Box::new(move |event| {
            let _ = sender.send(event);
        });
        let mut leg = LegCore::new(self.now, seed, Arc::new(Counters::default()), sink);
        leg.configure(self.now, leg_settings);
        let stay = BridgeId(place as u64);
        let newcomer = Newcomer { stay, leg: LegId::new(0, place as u64), place, settings };
        let number = Some(self.room.enter(newcomer, leg.tuning()));
        let codec = leg_settings.codec;
        let encoder = codec.encoder(&opus::Settings::default()).unwrap();
        let decoder = codec.decoder().unwrap();
        let (sequence, timestamp, packets) = (0, 0, Vec::new());
        self.phones.0.push(Phone {
            leg,
            told,
            number,
            codec,
            encoder,
            decoder,
            sequence,
            timestamp,
            packets,
        });
        place
    }

    fn leave(&mut self, place: usize) {
        let number = self.phones.0[place].number.take().unwrap();
        assert_eq!(self.room.leave(number).map(|member| member.place), Some(place));
    }

    fn change(&mut self, place: usize, settings: MemberSettings) {
        self.room.change(self.phones.0[place].number.unwrap(), settings);
    }

    /// A phone sends a packet of that.
    fn say(&mut self, place: usize, sound: &[i16]) {
        let phone = &mut self.phones.0[place];
        let codec = phone.codec;
        let mut packet = vec![0; 4_000];
        let octets = phone.encoder.encode(sound, &mut packet[12..]);
        assert!(octets > 0);
        phone.sequence += 1;
        let ticks = sound.len() as u32 * codec.clock_rate() / codec.sample_rate();
        let (sequence, timestamp) = (phone.sequence, phone.timestamp);
        phone.timestamp += ticks;
        let payload_type = codec.static_payload_type().unwrap_or(96);
        Header { payload_type, sequence, timestamp, ssrc: 9, ..Header::default() }.write(&mut packet);
        self.deliver(place, &packet[..12 + octets]);
    }

    fn deliver(&mut self, place: usize, packet: &[u8]) {
        let phone = &mut self.phones.0[place];
        let mut pcm = [0; MOST_SAMPLES];
        let Some(heard) = phone.leg.hear(self.now, peer(), packet) else { return };
        let wanted = phone.number.map_or(HIGHEST_RATE, |number| self.room.wanted_rate(number));
        let Some(sound) = phone.leg.decode(&heard, packet, wanted, &mut pcm) else { return };
        if let Some(number) = phone.number {
            self.room.hear(number, (heard.header.timestamp, heard.clock_rate), sound);
        }
    }

    /// Time that a phone says nothing in.
    fn pass_over(&mut self, place: usize, samples: u32) {
        self.phones.0[place].timestamp += samples;
    }

    /// Twenty milliseconds.
    fn turn(&mut self) {
        self.phones.0.iter_mut().for_each(|phone| phone.packets.clear());
        let mut buffer = [0; 8_192];
        self.room.turn(self.now, &mut self.phones, &mut buffer);
        self.now += Duration::from_millis(20);
    }

    /// What a phone heard at the last turn; `None` where nothing came.
    fn heard(&mut self, place: usize) -> Option<Vec<i16>> {
        let phone = &mut self.phones.0[place];
        let mut heard = Vec::new();
        for packet in &phone.packets {
            let packet = Packet::parse(packet).unwrap();
            let mut pcm = [0; MOST_SAMPLES];
            let samples = phone.decoder.decode(packet.payload(), &mut pcm);
            heard.extend_from_slice(&pcm[..samples]);
        }
        (!phone.packets.is_empty()).then_some(heard)
    }

    fn payload(&self, place: usize) -> &[u8] {
        Packet::parse(&self.phones.0[place].packets[0]).unwrap().payload()
    }

    fn told(&self, place: usize) -> Vec<LegEvent> {
        let packets = |event: &LegEvent| !matches!(event, LegEvent::FirstPacket { .. });
        self.phones.0[place].told.try_iter().filter(packets).collect()
    }
}
