//! The audio of a scripted phone: a mu-law tone out, what comes in kept with its time.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rtp::{Header, Packet};

use super::wait::{never, until};
use super::{Outcome, tone};

/// Where a scripted phone takes RTP, on its own address.
pub(crate) const MEDIA_PORT: u16 = 8_000;
/// Samples and octets of a packet: 20 ms.
const FRAME: usize = 160;
const PTIME: Duration = Duration::from_millis(20);

/// One running audio stream.
pub(crate) struct Media {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    remote: Option<SocketAddr>,
    heard: Vec<i16>,
    packets: usize,
    /// Packets that went out.
    sent: usize,
    /// Payload types that came, in order of their first packet.
    payload_types: Vec<u8>,
    /// Octets of sound in those that came, in order of the first of each length.
    lengths: Vec<usize>,
    /// Where packets came from, in order of their first one.
    sources: Vec<SocketAddr>,
    over: bool,
}

impl Media {
    /// Listens at once; sends this tone when it is told where to.
    pub(crate) fn start(address: Ipv4Addr, frequency: u32) -> Outcome<Self> {
        let socket = UdpSocket::bind((address, MEDIA_PORT))?;
        socket.set_read_timeout(Some(Duration::from_millis(5)))?;
        let media = Self { address: socket.local_addr()?, shared: Arc::default() };
        let shared = media.shared.clone();
        std::thread::spawn(move || run(&socket, &shared, frequency));
        Ok(media)
    }

    /// Where it takes RTP in.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forgets who has sent so far.
    pub(crate) fn forget_sources(&self) {
        self.lock().sources.clear();
    }

    /// Where packets came from, in order of their first one.
    pub(crate) fn sources(&self) -> Vec<SocketAddr> {
        self.lock().sources.clone()
    }

    /// Sends there, or nowhere.
    pub(crate) fn send_to(&self, remote: Option<SocketAddr>) {
        self.lock().remote = remote;
    }

    /// An offer or answer of PCMU and telephone-event with this direction.
    pub(crate) fn description(&self, direction: &str) -> String {
        description(self.address, "0", "a=rtpmap:0 PCMU/8000\r\n", direction)
    }

    /// Waits until it hears this tone and nothing else.
    pub(crate) fn hears(&self, frequency: u32) -> Outcome {
        until(&format!("{frequency} Hz at {}", self.address), || {
            Ok(tone::ends_with_tone(&self.lock().heard, frequency).then_some(()))
        })
    }

    /// Waits until it hears all of these tones, and nothing of that other one.
    pub(crate) fn hears_mix(&self, tones: &[u32], without: u32) -> Outcome {
        until(&format!("{tones:?} Hz without {without} Hz at {}", self.address), || {
            Ok(tone::ends_with_mix(&self.lock().heard, tones, without).then_some(()))
        })
    }

    /// Waits until no packet has come for a fifth of a second, then watches for `length` that none comes.
    pub(crate) fn falls_silent(&self, length: Duration) -> Outcome {
        let (mut count, mut since) = (self.lock().packets, Instant::now());
        until(&format!("the stream to {} to stop", self.address), || {
            let now = self.lock().packets;
            if now != count {
                (count, since) = (now, Instant::now());
            }
            Ok((since.elapsed() > Duration::from_millis(200)).then_some(()))
        })?;
        never(length, "no packet should come", || {
            let now = self.lock().packets;
            Ok((now != count).then(|| format!("{} came to {}", now - count, self.address)))
        })
    }

    /// How many packets went out and came in so far.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let shared = self.lock();
        (shared.sent, shared.packets)
    }

    /// Payload types that came, in order of their first packet.
    pub(crate) fn payload_types(&self) -> Vec<u8> {
        self.lock().payload_types.clone()
    }

    /// Octets of sound in the packets that came, in order of the first of each length.
    pub(crate) fn lengths(&self) -> Vec<usize> {
        self.lock().lengths.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.lock().over = true;
    }
}

/// An audio description with this payload type, its attributes and its direction.
pub(crate) fn description(at: SocketAddr, formats: &str, attributes: &str, direction: &str) -> String {
    let (ip, port) = (at.ip(), at.port());
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats} 101\r\n\
         {attributes}a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na={direction}\r\n"
    )
}

/// Where a description wants its RTP.
pub(crate) fn place_in(body: &[u8]) -> Outcome<SocketAddr> {
    let text = String::from_utf8_lossy(body);
    let ip = text.lines().find_map(|line| line.strip_prefix("c=IN IP4 "));
    let port = text.lines().find_map(|line| line.strip_prefix("m=audio ")?.split(' ').next());
    match (ip, port) {
        (Some(ip), Some(port)) => Ok(SocketAddr::new(ip.trim().parse()?, port.parse()?)),
        _ => Err(format!("no audio in:\n{text}").into()),
    }
}

/// Sends on a grid of 20 ms, and takes what comes in between.
fn run(socket: &UdpSocket, shared: &Mutex<Shared>, frequency: u32) {
    // One second holds whole cycles of every test tone, so it can be repeated.
    let tone = tone::sine(frequency, Duration::from_secs(1));
    let (mut next, mut sent) = (Instant::now(), 0_u32);
    let mut buffer = [0; 2_048];
    loop {
        if Instant::now() >= next {
            let remote = {
                let shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if shared.over {
                    return;
                }
                shared.remote
            };
            if let Some(remote) = remote {
                let _ = socket.send_to(&frame(&tone, sent), remote);
                shared.lock().unwrap_or_else(PoisonError::into_inner).sent += 1;
            }
            sent += 1;
            next += PTIME;
        }
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            keep(&buffer[..length], from, shared);
        }
    }
}

fn frame(tone: &[i16], number: u32) -> Vec<u8> {
    let header = Header {
        payload_type: 0,
        marker: number == 0,
        sequence: number as u16,
        timestamp: number.wrapping_mul(FRAME as u32),
        ssrc: 0x5EED_0001,
    };
    let start = number as usize * FRAME % tone.len();
    let mut packet = header.to_bytes().to_vec();
    packet.resize(Header::LENGTH + FRAME, 0);
    g711::ulaw::encode(&tone[start..start + FRAME], &mut packet[Header::LENGTH..]);
    packet
}

fn keep(datagram: &[u8], from: SocketAddr, shared: &Mutex<Shared>) {
    let Ok(packet) = Packet::parse(datagram) else { return };
    let mut pcm = vec![0; packet.payload().len()];
    match packet.payload_type() {
        0 => drop(g711::ulaw::decode(packet.payload(), &mut pcm)),
        8 => drop(g711::alaw::decode(packet.payload(), &mut pcm)),
        _ => pcm.clear(),
    }
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    shared.packets += 1;
    shared.heard.extend(pcm);
    if !shared.lengths.contains(&packet.payload().len()) {
        shared.lengths.push(packet.payload().len());
    }
    if !shared.sources.contains(&from) {
        shared.sources.push(from);
    }
    if !shared.payload_types.contains(&packet.payload_type()) {
        shared.payload_types.push(packet.payload_type());
    }
}
