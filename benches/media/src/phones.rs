//! The phones of a load: each sends 50 packets a second at moments of its own and hears what comes back, or hears only.
//!
//! A phone waits for nothing and so is never woken: what came is read when it is its turn to send. When it came is what
//! the kernel noted, and when it was sent stands in the packet.

use std::io::{IoSliceMut, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant, SystemTime};

use nix::cmsg_space;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use rtp::Header;
use rtp::srtp::{Outbound, Suite};

use crate::Outcome;
use crate::load::{Load, Service};
use crate::media::{Media, PACKET_MS};

/// The time between two packets of a phone.
const TURN: Duration = Duration::from_millis(PACKET_MS as u64);

/// A gap that is worth sleeping in; shorter ones are waited out, so that each packet leaves at its time.
const WORTH_SLEEPING: Duration = Duration::from_micros(500);

/// How long the last packets may be on their way.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct Phones {
    load: Load,
    phones: Vec<Phone>,
}

struct Phone {
    socket: UdpSocket,
    leg: SocketAddr,
    payload_type: u8,
    /// Ticks of the timestamp in a packet.
    ticks: u32,
    sequence: u16,
    payloads: Vec<Vec<u8>>,
    protection: Option<Outbound>,
    /// When it sends, within a turn.
    at: Duration,
}

/// What a load came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Packets that were to come.
    pub(crate) due: u64,
    /// Packets that came.
    pub(crate) came: u64,
    /// Time in transit of each, shortest first.
    pub(crate) transits: Vec<Duration>,
}

impl Heard {
    /// The time that so many of a thousand packets did not exceed.
    pub(crate) fn transit(&self, per_mille: usize) -> Option<Duration> {
        let last = self.transits.len().checked_sub(1)?;
        self.transits.get(last * per_mille / 1_000).copied()
    }
}

impl Phones {
    /// The phones of a load. They know no leg yet.
    pub(crate) fn new(load: Load) -> Outcome<Self> {
        let media = load.media;
        let legless = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let mut noise = 1_u32;
        let mut moment = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            TURN.mul_f64(f64::from(noise) / f64::from(u32::MAX))
        };
        let payloads = [media.payloads(0), media.payloads(1)];
        let phone = |number: usize| {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.set_nonblocking(true)?;
            setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
            let settings = media.settings(number, legless);
            Ok(Phone {
                socket,
                leg: legless,
                payload_type: settings.send_payload_type,
                ticks: settings.codec.clock_rate() / 1_000 * PACKET_MS,
                sequence: 0,
                payloads: payloads[number % 2].clone(),
                protection: media.keys(number).map(|[ours, _]| Outbound::new(&ours)),
                at: moment(),
            })
        };
        Ok(Self { load, phones: (0..load.phones).map(phone).collect::<Outcome<_>>()? })
    }

    /// Where each of them is.
    pub(crate) fn addresses(&self) -> Outcome<Vec<SocketAddr>> {
        self.phones.iter().map(|phone| Ok(phone.socket.local_addr()?)).collect()
    }

    /// Tells each its leg.
    pub(crate) fn meet(&mut self, legs: &[SocketAddr]) {
        self.phones.iter_mut().zip(legs).for_each(|(phone, &leg)| phone.leg = leg);
    }

    /// Sends and hears for so long. `after` a while, when all have found each other, counting begins.
    pub(crate) fn talk(&mut self, lead: Duration, length: Duration, mut begin: impl FnMut()) -> Heard {
        let mut order: Vec<usize> = (0..self.phones.len()).collect();
        order.sort_by_key(|&number| self.phones[number].at);
        let (mut heard, mut counts) = (Heard::default(), false);
        let speaks = self.load.service.is_spoken_to();
        // Elsewhere the time stands in no packet that comes.
        let stamped = (self.load.service, self.load.media) == (Service::Bridge, Media::Plain);
        let start = Instant::now();
        for turn in 0.. {
            let turn_start = start + TURN * turn;
            if !counts && turn_start >= start + lead {
                counts = true;
                heard = Heard::default();
                begin();
            }
            if turn_start >= start + lead + length {
                break;
            }
            for &number in &order {
                let phone = &mut self.phones[number];
                wait_until(turn_start + phone.at);
                phone.hear(stamped, &mut heard);
                if speaks {
                    phone.say();
                }
            }
        }
        heard.due = self.load.packets_in(length);
        // Where the machine was busy, the last ones are still on their way.
        let patience = Instant::now() + PATIENCE;
        while heard.came < heard.due && Instant::now() < patience {
            std::thread::sleep(TURN);
            self.phones.iter_mut().for_each(|phone| phone.hear(stamped, &mut heard));
        }
        heard.transits.sort_unstable();
        heard
    }
}

impl Phone {
    fn say(&mut self) {
        self.sequence = self.sequence.wrapping_add(1);
        let payload = &self.payloads[usize::from(self.sequence) % self.payloads.len()];
        let header = Header {
            payload_type: self.payload_type,
            sequence: self.sequence,
            timestamp: u32::from(self.sequence).wrapping_mul(self.ticks),
            ssrc: u32::from(self.leg.port()),
            ..Header::default()
        };
        let mut packet = [0; 2_048];
        header.write(&mut packet);
        let mut length = Header::LENGTH + payload.len();
        packet[Header::LENGTH..length].copy_from_slice(payload);
        let _ = (&mut packet[Header::LENGTH..]).write_all(&time_of_day().to_le_bytes());
        if self.payload_type != 0 || self.protection.is_some() {
            // What a codec made of a voice is not for writing in.
            packet[Header::LENGTH..length].copy_from_slice(payload);
        }
        if let Some(protection) = &mut self.protection {
            let room = length + Suite::MOST_ADDED;
            length = protection.protect_rtp(&mut packet[..room], length).unwrap_or(0);
        }
        // What is refused is missed where it was to come.
        let _ = self.socket.send_to(&packet[..length], self.leg);
    }

    fn hear(&mut self, stamped: bool, heard: &mut Heard) {
        let mut packet = [0; 2_048];
        let mut space = cmsg_space!(TimeSpec);
        loop {
            let mut parts = [IoSliceMut::new(&mut packet)];
            let flags = MsgFlags::MSG_DONTWAIT;
            let Ok(message) =
                recvmsg::<SockaddrIn>(self.socket.as_raw_fd(), &mut parts, Some(&mut space), flags)
            else {
                return;
            };
            heard.came += 1;
            let stamp = message.cmsgs().ok().and_then(|mut all| {
                all.find_map(|one| match one {
                    ControlMessageOwned::ScmTimestampns(stamp) => Some(Duration::from(stamp)),
                    _ => None,
                })
            });
            if stamped
                && let Some(stamp) = stamp
                && let Some(sent) = packet.get(Header::LENGTH..).and_then(|p| p.first_chunk())
            {
                let sent = Duration::from_nanos(u64::from_le_bytes(*sent));
                heard.transits.push(stamp.saturating_sub(sent));
            }
        }
    }
}

/// Nanoseconds of the clock that the kernel stamps packets by.
fn time_of_day() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

fn wait_until(moment: Instant) {
    loop {
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        if left > WORTH_SLEEPING {
            std::thread::sleep(left - WORTH_SLEEPING / 2);
        } else {
            std::hint::spin_loop();
        }
    }
}
