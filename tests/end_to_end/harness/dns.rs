//! A name server on loopback, just enough of one (RFC 1035): it says what the test tells it, and nothing to
//! the rest.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Outcome, Scene};

/// How often the thread looks whether the test is over.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Seconds that answers are good for: longer than any test.
const TTL: u32 = 300;

const A: u16 = 1;
const SRV: u16 = 33;
const NAPTR: u16 = 35;

/// A line of the zone: name, type, and the data as the wire has it.
type Line = (String, u16, Vec<u8>);

/// A running name server.
pub(crate) struct NameServer {
    address: SocketAddr,
    zone: Arc<Mutex<Vec<Line>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl NameServer {
    /// Starts one on an address of its own, with an empty zone.
    pub(crate) fn start(scene: &Scene) -> Outcome<Self> {
        let socket = UdpSocket::bind((scene.address()?, 0))?;
        socket.set_read_timeout(Some(LOOK_EVERY))?;
        let address = socket.local_addr()?;
        let (zone, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (theirs, end) = (zone.clone(), over.clone());
        let thread = std::thread::spawn(move || serve(&socket, &theirs, &end));
        Ok(Self { address, zone, over, thread: Some(thread) })
    }

    /// `resolver_unbound.conf` of an exchange that asks this one.
    pub(crate) fn resolver_conf(&self) -> String {
        format!("[general]\nnameserver = {}\n", self.address)
    }

    /// `service` of `domain` is served by what `servers` has SRV records for.
    pub(crate) fn naptr(&self, domain: &str, order: u16, service: &str, servers: &str) {
        let mut data = [order, 10].map(u16::to_be_bytes).concat();
        for text in ["s", service, ""] {
            data.push(u8::try_from(text.len()).unwrap_or(0));
            data.extend(text.as_bytes());
        }
        data.extend(labels(servers));
        self.add(domain, NAPTR, data);
    }

    /// A server with its priority.
    pub(crate) fn srv(&self, name: &str, priority: u16, port: u16, target: &str) {
        let mut data = [priority, 0, port].map(u16::to_be_bytes).concat();
        data.extend(labels(target));
        self.add(name, SRV, data);
    }

    /// The address of a host, which has no other.
    pub(crate) fn a(&self, name: &str, address: Ipv4Addr) {
        self.lines().retain(|(known, kind, _)| !(known == name && *kind == A));
        self.add(name, A, address.octets().to_vec());
    }

    fn add(&self, name: &str, kind: u16, data: Vec<u8>) {
        self.lines().push((name.to_owned(), kind, data));
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Vec<Line>> {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, zone: &Mutex<Vec<Line>>, over: &AtomicBool) {
    let mut buffer = [0; 1500];
    while !over.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        let lines = zone.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(reply) = answer(&buffer[..length], &lines) {
            let _ = socket.send_to(&reply, from);
        }
    }
}

/// The answer to a datagram with one question: what the zone has, or that there is no such name.
fn answer(datagram: &[u8], zone: &[Line]) -> Option<Vec<u8>> {
    let (name, end) = read_name(datagram, 12)?;
    let question = datagram.get(12..end + 4)?;
    let kind = u16::from_be_bytes([*datagram.get(end)?, *datagram.get(end + 1)?]);
    let found: Vec<_> = zone.iter().filter(|(known, of, _)| *known == name && *of == kind).collect();
    let exists = zone.iter().any(|(known, _, _)| *known == name);
    let code = if exists { 0 } else { 3 };
    let count = u16::try_from(found.len()).ok()?;
    let mut reply = datagram.get(..2)?.to_vec();
    reply.extend([0x85, 0x80 | code]); // an authoritative response, recursion desired and available
    reply.extend([1, count, 0, 0].map(u16::to_be_bytes).concat());
    reply.extend(question);
    for (_, _, data) in found {
        reply.extend([0xc0, 12]); // the name of the question
        reply.extend([kind, 1].map(u16::to_be_bytes).concat());
        reply.extend(TTL.to_be_bytes());
        reply.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        reply.extend(data);
    }
    Some(reply)
}

/// The name at a place, in lower case, and where it ends.
fn read_name(datagram: &[u8], mut place: usize) -> Option<(String, usize)> {
    let mut name = String::new();
    loop {
        let length = usize::from(*datagram.get(place)?);
        let label = datagram.get(place + 1..place + 1 + length)?;
        place += 1 + length;
        if length == 0 {
            return Some((name, place));
        }
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(&String::from_utf8_lossy(label).to_ascii_lowercase());
    }
}

/// A name as the wire has it.
fn labels(name: &str) -> Vec<u8> {
    let label = |text: &str| [&[u8::try_from(text.len()).unwrap_or(0)], text.as_bytes()].concat();
    let mut octets: Vec<u8> = name.split('.').flat_map(label).collect();
    octets.push(0);
    octets
}
