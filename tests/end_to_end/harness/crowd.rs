//! Many phones that speak at once, evenly: each sends a packet of RTP every 20 ms.

use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::time::{Duration, Instant};

use rtp::Header;

use super::Outcome;
use super::wait::until;

/// Octets of a packet's sound: 20 ms of G.711.
const FRAME: usize = 160;
const PTIME: Duration = Duration::from_millis(20);
/// Phones send in groups, one a millisecond, so that one thread serves all of them and sleeps in between.
const GROUPS: usize = 20;

/// Phones that say something in G.711, and count what they hear.
#[derive(Default)]
pub(crate) struct Crowd(Vec<Phone>);

struct Phone {
    socket: UdpSocket,
    to: SocketAddr,
    header: Header,
    heard: u32,
}

impl Crowd {
    /// One more phone, which takes RTP at `address` and sends it to `to`.
    pub(crate) fn join(&mut self, address: SocketAddr, to: SocketAddr) -> Outcome {
        let number = self.0.len() as u32;
        let header = Header {
            payload_type: 0,
            marker: true,
            // Some of them count over the end.
            sequence: (number as u16).wrapping_mul(331),
            timestamp: number.wrapping_mul(0x0123_4567),
            ssrc: 0x0C20_0000 + number,
        };
        let socket = UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        self.0.push(Phone { socket, to, header, heard: 0 });
        Ok(())
    }

    /// Those of these numbers send so many packets each, and wait until they have heard as many.
    pub(crate) fn speak(&mut self, numbers: Range<usize>, packets: u32) -> Outcome {
        let phones = self.0.get_mut(numbers).unwrap_or_default();
        let start = Instant::now();
        for turn in 0..packets {
            for group in 0..GROUPS {
                let due = start + PTIME * turn + PTIME / GROUPS as u32 * group as u32;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                phones.iter_mut().skip(group).step_by(GROUPS).try_for_each(Phone::say)?;
            }
        }
        until("all packets to arrive", || {
            phones.iter_mut().for_each(Phone::hear);
            Ok(phones.iter().all(|phone| phone.heard >= packets).then_some(()))
        })
    }
}

impl Phone {
    fn say(&mut self) -> Outcome {
        self.hear();
        let mut packet = [0x55; Header::LENGTH + FRAME];
        self.header.write(&mut packet);
        self.socket.send_to(&packet, self.to)?;
        self.header.marker = false;
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(FRAME as u32);
        Ok(())
    }

    fn hear(&mut self) {
        while self.socket.recv(&mut [0; Header::LENGTH + FRAME]).is_ok() {
            self.heard += 1;
        }
    }
}
