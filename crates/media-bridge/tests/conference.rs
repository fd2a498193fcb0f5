//! A conference on loopback sockets, whose members begin on different threads.

#![expect(clippy::unwrap_used, reason = "a test ends where its machine fails")]

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use media_bridge::{
    Codec, ConferenceConfig, Leg, LegConfig, LegSettings, MediaConfig, MediaEngine, MemberSettings,
};

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A phone that says the same sample again and again, in linear samples.
struct Phone {
    socket: UdpSocket,
    leg: Leg,
    word: i16,
    sequence: u16,
}

impl Phone {
    fn new(engine: &MediaEngine, word: i16) -> Self {
        let socket = UdpSocket::bind((LOCAL, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let leg = engine.open_leg(LegConfig::new(LOCAL, |_| {})).unwrap();
        leg.configure(LegSettings::new(Some(socket.local_addr().unwrap()), Codec::L16));
        Self { socket, leg, word, sequence: 0 }
    }

    fn say(&mut self) {
        self.sequence += 1;
        let timestamp = 160 * u32::from(self.sequence);
        let header = rtp::Header {
            payload_type: 96,
            sequence: self.sequence,
            timestamp,
            ssrc: 7,
            ..Default::default()
        };
        let packet = [&header.to_bytes()[..], &[self.word.to_be_bytes(); 160].concat()].concat();
        self.socket.send_to(&packet, self.leg.rtp_address()).unwrap();
    }

    /// The last sample of everything that has come.
    fn heard(&self) -> Option<i16> {
        let (mut buffer, mut last) = ([0; 2_048], None);
        while let Ok((length, _)) = self.socket.recv_from(&mut buffer) {
            last = Some(i16::from_be_bytes([buffer[length - 2], buffer[length - 1]]));
        }
        last
    }
}

/// All of them say their words until each has heard what it should.
fn until_heard(phones: &mut [Phone], wanted: &[i16]) {
    let end = Instant::now() + Duration::from_secs(10);
    let mut right = vec![false; phones.len()];
    while right.contains(&false) {
        assert!(Instant::now() < end, "not everybody hears {wanted:?}: {right:?}");
        phones.iter_mut().for_each(Phone::say);
        std::thread::sleep(Duration::from_millis(20));
        for ((phone, wanted), right) in phones.iter().zip(wanted).zip(&mut right) {
            *right |= phone.heard() == Some(*wanted);
        }
    }
}

#[test]
fn members_of_all_threads_hear_all_but_themselves() {
    let config = MediaConfig { threads: Some(3), ports: 40_000..=44_999, ..MediaConfig::default() };
    let engine = MediaEngine::start(config).unwrap();
    let mut phones: Vec<Phone> = [100, 20, 3].map(|word| Phone::new(&engine, word)).into();
    let room = engine.open_conference(ConferenceConfig::new(|_| {}));
    let settings = MemberSettings::default();
    let mut members: Vec<_> = phones.iter().map(|phone| room.enter(&phone.leg, settings)).collect();
    until_heard(&mut phones, &[23, 103, 120]);
    members[1].change(MemberSettings { muted: true, ..settings });
    until_heard(&mut phones, &[3, 103, 100]);
    drop(members.pop());
    drop(phones.pop());
    until_heard(&mut phones, &[0, 100]);
    // Those who are bridged afterwards talk with each other.
    drop(members);
    let _bridge = engine.bridge(&phones[0].leg, &phones[1].leg);
    until_heard(&mut phones, &[20, 100]);
    drop(room);
    until_heard(&mut phones, &[20, 100]);
}
