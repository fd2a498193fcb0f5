//! Many phones that speak at once, evenly: each sends a packet of RTP every 20 ms.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rtp::Header;

use super::Outcome;

/// Octets of a packet's sound: 20 ms of G.711.
const FRAME: usize = 160;
const PTIME: Duration = Duration::from_millis(20);
/// Phones send in groups, one a millisecond, so that one thread serves all of them and sleeps in between.
const GROUPS: usize = 20;

/// Phones that say something in G.711, and do not listen.
#[derive(Default)]
pub(crate) struct Crowd(Vec<Phone>);

struct Phone {
    socket: UdpSocket,
    to: SocketAddr,
    header: Header,
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
        self.0.push(Phone { socket: UdpSocket::bind(address)?, to, header });
        Ok(())
    }

    /// All of them send so many packets.
    pub(crate) fn speak(&mut self, packets: u32) -> Outcome {
        let start = Instant::now();
        for turn in 0..packets {
            for group in 0..GROUPS {
                let due = start + PTIME * turn + PTIME / GROUPS as u32 * group as u32;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                self.0.iter_mut().skip(group).step_by(GROUPS).try_for_each(Phone::say)?;
            }
        }
        Ok(())
    }
}

impl Phone {
    fn say(&mut self) -> Outcome {
        let mut packet = [0x55; Header::LENGTH + FRAME];
        self.header.write(&mut packet);
        self.socket.send_to(&packet, self.to)?;
        self.header.marker = false;
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(FRAME as u32);
        Ok(())
    }
}
