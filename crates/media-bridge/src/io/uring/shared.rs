//! The memory that the kernel reads and writes by itself, and the requests that name it: all that is `unsafe` in this
//! crate.
//!
//! It cannot be done without: a request names memory by its address, and the kernel uses it after the call has returned.
//! What makes it sound, for every `unsafe` block below:
//! - memory that is named ([`Memory`]) is allocated once, never moved, and freed after the ring, whose requests have been
//!   cancelled by then;
//! - a buffer of [`Memory::incoming`] is the kernel's until it tells us its number, and from then ours until
//!   [`Ring::give_back`]: a [`Packet`] stands for that, is made for a number that was told, and cannot be copied;
//! - [`Memory::outgoing`] is written only between two submissions. A datagram is copied, or refused, while it is
//!   submitted (`MSG_DONTWAIT`), so that nobody reads it afterwards.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use io_uring::squeue::{Entry, Flags};
use io_uring::types::{BufRingEntry, CancelBuilder, Fd, RecvMsgOut, SubmitArgs, Timespec};
use io_uring::{IoUring, cqueue, opcode};

use crate::io::MAX_DATAGRAM;

/// Octets of the longest address, that of IPv6.
const ADDRESS: usize = 28;
/// Octets of what the kernel says of a packet in front of it.
const HEAD: usize = 16;
/// Octets of a buffer for what comes, whole lines of the cache.
const INCOMING: usize = (HEAD + ADDRESS + MAX_DATAGRAM).next_multiple_of(64);
/// Octets of a place for what goes: the packet, then its destination.
const OUTGOING: usize = (MAX_DATAGRAM + ADDRESS).next_multiple_of(64);
/// Requests between two submissions.
const REQUESTS: usize = 128;
/// The group of our buffers.
const GROUP: u16 = 0;
/// A thread that nothing wakes looks round once in so long.
const LONGEST_SLEEP: Duration = Duration::from_secs(3_600);
const PAGE: usize = 4_096;

/// What a request was, in the upper half of its number.
const HEAR: u64 = 1 << 32;
const SEND: u64 = 2 << 32;
const CANCEL: u64 = 3 << 32;
const BELL: u64 = 4 << 32;
const KIND: u64 = !0 << 32;

/// What the kernel told.
pub(super) enum Completion {
    /// Of a socket that is heard; where it does not `goes_on`, it is heard no more.
    Heard { key: usize, goes_on: bool, packet: Option<Packet> },
    /// A packet of that socket was not sent.
    Refused { key: usize },
    /// The bell has rung; where it does not `goes_on`, nobody listens for it any more.
    Bell { goes_on: bool },
    /// A request to hear no more was seen.
    Cancelled,
}

/// A buffer that the kernel has filled.
pub(super) struct Packet {
    buffer: u16,
    octets: usize,
}

/// A ring with its memory.
pub(super) struct Ring {
    // Dropped, and so closed, before the memory.
    ring: IoUring,
    memory: Memory,
    /// The next place in the ring of buffers.
    tail: u16,
    /// Places for outgoing packets that are taken until the next submission.
    outgoing: usize,
    /// It belongs to the thread that submits first.
    enabled: bool,
}

impl Ring {
    /// Packets that may wait between two waits.
    pub(super) const BUFFERS: usize = 128;

    /// A ring, unless the kernel is too old or forbids it.
    ///
    /// When a ring ends, the kernel interrupts the threads that have used it, in whatever they wait for. The one that asks
    /// here shall not be one of them, so another makes it.
    pub(super) fn new() -> io::Result<Self> {
        let maker = std::thread::Builder::new().name("ring".to_owned()).spawn(Self::make)?;
        maker.join().map_err(|_| io::Error::other("the thread that makes rings has failed"))?
    }

    fn make() -> io::Result<Self> {
        let ring = IoUring::builder()
            .setup_r_disabled()
            .setup_single_issuer()
            .setup_defer_taskrun()
            .setup_submit_all()
            .setup_cqsize(8 * REQUESTS as u32)
            .build(REQUESTS as u32)?;
        if !ring.params().is_feature_min_timeout() {
            // All else that is needed is older.
            return Err(io::ErrorKind::Unsupported.into());
        }
        let memory = Memory::new();
        // SAFETY: the ring of buffers has as many entries, begins at a page, and outlives the ring.
        unsafe {
            let place = memory.entries().as_ptr() as u64;
            ring.submitter().register_buf_ring_with_flags(place, Self::BUFFERS as u16, GROUP, 0)?;
        }
        let mut ring = Self { ring, memory, tail: 0, outgoing: 0, enabled: false };
        (0..Self::BUFFERS as u16).for_each(|buffer| ring.give_back(Packet { buffer, octets: 0 }));
        Ok(ring)
    }

    /// Everything that a socket hears is told from the next submission on, until it is stopped or fails.
    pub(super) fn hear(&mut self, socket: BorrowedFd<'_>, key: usize) -> io::Result<()> {
        let header = self.memory.header().as_ptr();
        let request = opcode::RecvMsgMulti::new(Fd(socket.as_raw_fd()), header, GROUP).build();
        self.push(request.user_data(HEAR | key as u64))
    }

    /// The kernel ends hearing a socket, and tells so.
    pub(super) fn stop_hearing(&mut self, key: usize) -> io::Result<()> {
        self.push(opcode::AsyncCancel::new(HEAR | key as u64).build().user_data(CANCEL))
    }

    /// Each ring of a bell is told.
    pub(super) fn watch(&mut self, bell: BorrowedFd<'_>) -> io::Result<()> {
        let readable = u32::from(libc::POLLIN.cast_unsigned());
        self.push(opcode::PollAdd::new(Fd(bell.as_raw_fd()), readable).multi(true).build().user_data(BELL))
    }

    /// Sends a packet with the next submission.
    pub(super) fn send(
        &mut self,
        socket: BorrowedFd<'_>,
        key: usize,
        packet: &[u8],
        to: SocketAddr,
    ) -> io::Result<()> {
        if self.outgoing == REQUESTS {
            self.submit()?;
            if self.outgoing == REQUESTS {
                // The kernel has no memory for more requests: the places are those of packets that have yet to leave.
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
        let (address, length) = octets_of(to);
        let place = self.memory.outgoing(self.outgoing);
        let Some(room) = place.get_mut(..packet.len()).filter(|room| room.len() <= MAX_DATAGRAM) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        room.copy_from_slice(packet);
        place[MAX_DATAGRAM..][..ADDRESS].copy_from_slice(&address);
        let destination = place[MAX_DATAGRAM..].as_ptr();
        let octets = u32::try_from(packet.len()).unwrap_or(0);
        let request = opcode::Send::new(Fd(socket.as_raw_fd()), place.as_ptr(), octets)
            .flags(rustix::net::SendFlags::DONTWAIT.bits().cast_signed())
            .dest_addr(destination.cast())
            .dest_addr_len(length)
            .build()
            // It is told of only where it fails, and so ends no sleep.
            .flags(Flags::SKIP_SUCCESS);
        self.push(request.user_data(SEND | key as u64))?;
        self.outgoing += 1;
        Ok(())
    }

    /// Hands all requests to the kernel.
    pub(super) fn submit(&mut self) -> io::Result<()> {
        self.enable()?;
        let submitted = self.ring.submit();
        self.submitted(submitted)
    }

    /// The same, and sleeps until something is told, or for `timeout`: where `linger` is given, until so many things are
    /// told, or something has been when that time is over.
    pub(super) fn wait(
        &mut self,
        want: usize,
        timeout: Option<Duration>,
        linger: Option<Duration>,
    ) -> io::Result<()> {
        self.enable()?;
        let mut arguments = SubmitArgs::new();
        // Without a limit the kernel does not sleep on once `linger` is over.
        let limit = Timespec::from(timeout.unwrap_or(LONGEST_SLEEP));
        arguments = arguments.timespec(&limit);
        let linger = linger.map(|linger| timeout.map_or(linger, |timeout| timeout.min(linger)));
        if let Some(linger) = linger.and_then(|linger| u32::try_from(linger.as_micros()).ok()) {
            arguments = arguments.min_wait_usec(linger);
        }
        let submitted = self.ring.submitter().submit_with_args(want, &arguments);
        self.submitted(submitted)
    }

    /// What the kernel told next.
    pub(super) fn next_completion(&mut self) -> Option<Completion> {
        let entry = self.ring.completion().next()?;
        let (kind, key) = (entry.user_data() & KIND, (entry.user_data() & !KIND) as usize);
        let goes_on = cqueue::more(entry.flags());
        Some(match kind {
            HEAR => {
                let octets = usize::try_from(entry.result()).unwrap_or(0);
                let packet = cqueue::buffer_select(entry.flags()).map(|buffer| Packet { buffer, octets });
                Completion::Heard { key, goes_on, packet }
            }
            SEND => Completion::Refused { key },
            BELL => Completion::Bell { goes_on },
            _ => Completion::Cancelled,
        })
    }

    /// Copies a packet out, and gives its buffer back. Returns its length, which is that of `buffer` where it was longer,
    /// and the sender.
    pub(super) fn take(
        &mut self,
        packet: Packet,
        buffer: &mut [u8; MAX_DATAGRAM],
    ) -> Option<(usize, SocketAddr)> {
        let taken = self.memory.incoming(&packet).and_then(|filled| {
            // SAFETY: the header was written when the memory was made, and is only read since.
            let header = unsafe { self.memory.header().as_ref() };
            let message = RecvMsgOut::parse(filled, header).ok()?;
            let payload = message.payload_data();
            let length = payload.len().min(MAX_DATAGRAM);
            buffer[..length].copy_from_slice(&payload[..length]);
            let length = if message.is_payload_truncated() { MAX_DATAGRAM } else { length };
            Some((length, address_of(message.name_data())?))
        });
        self.give_back(packet);
        taken
    }

    /// The kernel may fill a buffer again.
    pub(super) fn give_back(&mut self, packet: Packet) {
        let place = usize::from(self.tail) % Self::BUFFERS;
        let address = self.memory.incoming_at(packet.buffer);
        // SAFETY: the place is one of the entries, which the kernel reads up to the tail, and the tail is moved afterwards.
        unsafe {
            let entry = self.memory.entries().add(place).as_mut();
            entry.set_addr(address.as_ptr() as u64);
            entry.set_len(INCOMING as u32);
            entry.set_bid(packet.buffer);
            self.tail = self.tail.wrapping_add(1);
            let tail = BufRingEntry::tail(self.memory.entries().as_ptr()).cast_mut();
            AtomicU16::from_ptr(tail).store(self.tail, Ordering::Release);
        }
    }

    fn push(&mut self, request: Entry) -> io::Result<()> {
        // SAFETY: what a request names is `Memory`, which outlives it, and descriptors, which are open until it is
        // submitted: whoever closes one submits before.
        if unsafe { self.ring.submission().push(&request) }.is_ok() {
            return Ok(());
        }
        self.submit()?;
        // SAFETY: as above.
        unsafe { self.ring.submission().push(&request) }.map_err(|_| io::ErrorKind::WouldBlock.into())
    }

    fn enable(&mut self) -> io::Result<()> {
        if !self.enabled {
            self.ring.submitter().register_enable_rings()?;
            self.enabled = true;
        }
        Ok(())
    }

    fn submitted(&mut self, outcome: io::Result<usize>) -> io::Result<()> {
        use rustix::io::Errno;
        let error = outcome.err().and_then(|error| Errno::from_io_error(&error));
        match error {
            None | Some(Errno::TIME | Errno::INTR | Errno::BUSY | Errno::AGAIN) => {
                // Whatever was interrupted is the sleep, which begins after all requests were taken.
                if self.ring.submission().is_empty() {
                    self.outgoing = 0;
                }
                Ok(())
            }
            Some(error) => Err(error.into()),
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // Requests end here, while their memory is there. A ring that was never used has none.
        if self.enabled {
            let _ = self.ring.submitter().register_sync_cancel(None, CancelBuilder::any());
        }
    }
}

/// One allocation: the entries of the ring of buffers, the header of messages, and both kinds of buffers.
struct Memory(NonNull<u8>);

// SAFETY: it is an allocation like any other, and belongs to whoever has it.
unsafe impl Send for Memory {}

impl Memory {
    const HEADER: usize = PAGE;
    const INCOMING: usize = 2 * PAGE;
    const OUTGOING: usize = Self::INCOMING + Ring::BUFFERS * INCOMING;
    const LENGTH: usize = Self::OUTGOING + REQUESTS * OUTGOING;

    const fn layout() -> Layout {
        match Layout::from_size_align(Self::LENGTH, PAGE) {
            Ok(layout) => layout,
            Err(_) => panic!("the sizes are constants, and fit"),
        }
    }

    fn new() -> Self {
        assert!(Ring::BUFFERS * size_of::<BufRingEntry>() <= PAGE);
        // SAFETY: the layout is not empty.
        let Some(place) = NonNull::new(unsafe { alloc_zeroed(Self::layout()) }) else {
            handle_alloc_error(Self::layout())
        };
        let memory = Self(place);
        // SAFETY: zeroes are a valid header, and nobody else knows of it yet.
        unsafe { (*memory.header().as_ptr()).msg_namelen = ADDRESS as u32 };
        memory
    }

    fn at<T>(&self, offset: usize) -> NonNull<T> {
        // SAFETY: offsets are those of the parts, within the allocation, whose alignment is that of a page or of 64 octets.
        unsafe { self.0.add(offset) }.cast()
    }

    fn entries(&self) -> NonNull<BufRingEntry> {
        self.at(0)
    }

    fn header(&self) -> NonNull<libc::msghdr> {
        self.at(Self::HEADER)
    }

    fn incoming_at(&self, buffer: u16) -> NonNull<u8> {
        self.at(Self::INCOMING + usize::from(buffer) % Ring::BUFFERS * INCOMING)
    }

    /// What the kernel has written of a packet.
    fn incoming(&self, packet: &Packet) -> Option<&[u8]> {
        let octets = packet.octets.min(INCOMING);
        // SAFETY: a packet says that its buffer is ours, and the kernel has filled so much of it; zeroes were there before.
        Some(unsafe { std::slice::from_raw_parts(self.incoming_at(packet.buffer).as_ptr(), octets) })
    }

    /// A place for an outgoing packet and its destination.
    fn outgoing(&mut self, number: usize) -> &mut [u8] {
        let place = self.at::<u8>(Self::OUTGOING + number % REQUESTS * OUTGOING);
        // SAFETY: places are apart, and the kernel has read what was in this one (see above).
        unsafe { std::slice::from_raw_parts_mut(place.as_ptr(), OUTGOING) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: it was allocated so.
        unsafe { dealloc(self.0.as_ptr(), Self::layout()) }
    }
}

/// An address as the kernel wants it (`sockaddr_in`, `sockaddr_in6`), and its length.
fn octets_of(address: SocketAddr) -> ([u8; ADDRESS], libc::socklen_t) {
    let mut octets = [0; ADDRESS];
    octets[2..4].copy_from_slice(&address.port().to_be_bytes());
    let (family, length) = match address {
        SocketAddr::V4(address) => {
            octets[4..8].copy_from_slice(&address.ip().octets());
            (libc::AF_INET, 16)
        }
        SocketAddr::V6(address) => {
            octets[4..8].copy_from_slice(&address.flowinfo().to_be_bytes());
            octets[8..24].copy_from_slice(&address.ip().octets());
            octets[24..].copy_from_slice(&address.scope_id().to_ne_bytes());
            (libc::AF_INET6, ADDRESS as libc::socklen_t)
        }
    };
    octets[..2].copy_from_slice(&(family as libc::sa_family_t).to_ne_bytes());
    (octets, length)
}

/// The address that the kernel wrote so.
fn address_of(octets: &[u8]) -> Option<SocketAddr> {
    let family = i32::from(libc::sa_family_t::from_ne_bytes(*octets.first_chunk()?));
    let port = u16::from_be_bytes(*octets.get(2..)?.first_chunk()?);
    let second = *octets.get(4..)?.first_chunk::<4>()?;
    match family {
        libc::AF_INET => Some(SocketAddr::new(IpAddr::from(second), port)),
        libc::AF_INET6 => {
            let ip = Ipv6Addr::from(*octets.get(8..)?.first_chunk::<16>()?);
            let scope = u32::from_ne_bytes(*octets.get(24..)?.first_chunk()?);
            Some(SocketAddrV6::new(ip, port, u32::from_be_bytes(second), scope).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() {
        let v6 = SocketAddrV6::new("fe80::1:2".parse().unwrap(), 5_004, 7, 3);
        for address in ["192.0.2.1:10000".parse().unwrap(), SocketAddr::from(v6)] {
            let (octets, length) = octets_of(address);
            assert_eq!(address_of(&octets[..length as usize]), Some(address));
        }
        assert_eq!(address_of(&[0; ADDRESS]), None);
        assert_eq!(address_of(&[2]), None);
    }
}
