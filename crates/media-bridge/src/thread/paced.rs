//! A media plane without threads and without packets: whoever has it says what time it is.
//!
//! For rehearsals: what a call hears takes its time, and that time is the rehearsal's.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use slab::Slab;

use super::stage::Stage;
use super::{Neighbour, ThreadGroup};
use crate::io::{MAX_DATAGRAM, PacketIo, Received, SocketId, Wake};

/// Turns of one moment, after which the rest waits for the next: legs that send to each other in a circle.
const TURNS: usize = 64;

/// Packets that wait for their leg; what comes beyond is lost, as on a network.
const WAITING: usize = 4_096;

/// What a stage takes the time from.
pub(super) enum Clock {
    System,
    Told(Instant),
}

impl Clock {
    pub(super) fn now(&self) -> Instant {
        match self {
            Self::System => Instant::now(),
            Self::Told(now) => *now,
        }
    }
}

/// Drives a media plane that was [paced](crate::MediaEngine::paced).
///
/// Call [`Pacer::turn`] whenever its bell rings or the time that it named has passed.
pub struct Pacer {
    stage: Stage<Within>,
}

impl Pacer {
    pub(crate) fn new(now: Instant, wake: impl Fn() + Send + Sync + 'static) -> (Self, ThreadGroup) {
        let bell: Arc<dyn Wake> = Arc::new(Bell(Box::new(wake)));
        let neighbours: Arc<[Neighbour]> = [Neighbour::new(bell.clone(), 0)].into();
        let io = Within { bell, sockets: Slab::new(), inbox: VecDeque::new() };
        let stage = Stage::by_clock(Clock::Told(now), 0, io, neighbours.clone());
        (Self { stage }, ThreadGroup(neighbours))
    }

    /// Does what is due at `now`, and says for how long there is nothing more to do: `None` in it until the bell rings.
    /// `None` once the engine and all that was opened on it are gone.
    pub fn turn(&mut self, now: Instant) -> Option<Option<Duration>> {
        let neighbours = self.stage.neighbours.clone();
        let own = &neighbours.first()?.mailbox;
        own.awake();
        self.stage.clock = Clock::Told(now);
        for _ in 0..TURNS {
            if self.stage.mailbox_stopped() {
                self.stage.leave();
                return None;
            }
            self.stage.serve();
            if self.stage.io.inbox.is_empty() && own.fall_asleep() {
                return Some(self.stage.timeout(now));
            }
        }
        Some(Some(Duration::ZERO))
    }
}

impl std::fmt::Debug for Pacer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pacer({} legs)", self.stage.seats.len())
    }
}

struct Bell(Box<dyn Fn() + Send + Sync>);

impl Wake for Bell {
    fn wake(&self) {
        (self.0)();
    }
}

/// Sockets that hold their ports, and through which nothing leaves: what goes to one of them arrives, the rest is lost.
struct Within {
    bell: Arc<dyn Wake>,
    sockets: Slab<Held>,
    inbox: VecDeque<Packet>,
}

struct Held {
    socket: UdpSocket,
    address: SocketAddr,
    token: u32,
}

struct Packet {
    token: u32,
    from: SocketAddr,
    octets: Vec<u8>,
}

impl PacketIo for Within {
    fn new() -> io::Result<Self> {
        let bell = Arc::new(Bell(Box::new(|| {})));
        Ok(Self { bell, sockets: Slab::new(), inbox: VecDeque::new() })
    }

    fn bell(&self) -> Arc<dyn Wake> {
        self.bell.clone()
    }

    fn add(&mut self, socket: UdpSocket, token: u32) -> io::Result<SocketId> {
        let address = socket.local_addr()?;
        Ok(SocketId(self.sockets.insert(Held { socket, address, token })))
    }

    fn rename(&mut self, socket: SocketId, token: u32) {
        if let Some(held) = self.sockets.get_mut(socket.0) {
            held.token = token;
        }
    }

    fn remove(&mut self, socket: SocketId) -> Option<UdpSocket> {
        self.sockets.try_remove(socket.0).map(|held| held.socket)
    }

    fn wait(&mut self, _timeout: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Option<Received> {
        let Packet { token, from, octets } = self.inbox.pop_front()?;
        let length = octets.len().min(MAX_DATAGRAM);
        buffer[..length].copy_from_slice(&octets[..length]);
        Some(Received { token, length, from })
    }

    fn send(&mut self, socket: SocketId, packet: &[u8], to: SocketAddr) -> io::Result<()> {
        let from = self.sockets.get(socket.0).ok_or(io::ErrorKind::NotConnected)?.address;
        let there = self.sockets.iter().find(|(_, held)| held.address == to);
        if let Some((_, held)) = there.filter(|_| self.inbox.len() < WAITING) {
            self.inbox.push_back(Packet { token: held.token, from, octets: packet.to_vec() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::mpsc::channel;

    use audio::Pcm;

    use super::*;
    use crate::{Codec, LegConfig, LegEvent, LegSettings, MediaConfig, MediaEngine};

    #[test]
    fn a_second_of_sound_takes_a_second_of_its_own_clock() {
        let config = MediaConfig { ports: 34_000..=34_199, ..MediaConfig::default() };
        let now = Instant::now();
        let (engine, mut pacer) = MediaEngine::paced(&config, now, || {}).unwrap();
        let (sender, events) = channel();
        let sink = move |event| {
            let _ = sender.send(event);
        };
        let leg = engine.open_leg(LegConfig::new(IpAddr::V4(Ipv4Addr::LOCALHOST), sink)).unwrap();
        leg.configure(LegSettings::new(Some(SocketAddr::from(([127, 0, 0, 1], 9))), Codec::Pcmu));
        leg.play(Arc::new(Pcm::new(8_000, vec![0; 8_000])), 7_u64);
        let mut at = now;
        let ended = |event: LegEvent| matches!(event, LegEvent::PlaybackEnded { .. });
        while !events.try_iter().any(ended) {
            let rest = pacer.turn(at).unwrap().expect("a leg that plays has something to do");
            assert!(at - now < Duration::from_secs(5), "it never ends");
            at += rest;
        }
        let took = at - now;
        assert!((980..=1_100).contains(&took.as_millis()), "{took:?}");
        assert!(now.elapsed() < Duration::from_secs(1), "nobody waited for it");
        drop((leg, engine));
        assert_eq!(pacer.turn(at), None);
    }
}
