//! The floor with the codecs of calls: it receives and sends what comes as the floor does, and for each packet runs one end of
//! the codec of its call. Less the floor that is what codecs cost beside that load, with its pauses and its caches.

use std::hint::black_box;
use std::net::{SocketAddr, UdpSocket};

use media_bridge::{Backend, floor};
use opus::{MAX_OCTETS, MAX_TICKS};
use rtp::Header;

use super::floor::sockets;
use super::tell;
use crate::Outcome;
use crate::codec::Ends;
use crate::load::Load;

pub(super) fn serve(backend: Backend, load: Load, hertz: u32, phones: &[SocketAddr]) -> Outcome<()> {
    let calls = phones.len() / 2;
    let mut calls: Vec<Ends> = (0..calls).map(|_| Ends::new(load.media, hertz)).collect::<Outcome<_>>()?;
    let sockets = sockets(phones.len())?;
    let legs: Vec<SocketAddr> = sockets.iter().map(UdpSocket::local_addr).collect::<Result<_, _>>()?;
    let phones = phones.to_vec();
    let (mut payload, mut pcm) = ([0; MAX_OCTETS], [0; MAX_TICKS]);
    let work = move |phone: usize, packet: &[u8]| {
        let Some(ends) = calls.get_mut(phone / 2) else { return };
        // The first phone of a call speaks G.711.
        let made = match phone % 2 {
            0 => ends.encode(&mut payload),
            _ => ends.decode(packet.get(Header::LENGTH..).unwrap_or_default(), &mut pcm),
        };
        black_box(made);
    };
    std::thread::spawn(move || {
        if let Err(error) = floor::forward_and(backend, sockets, &phones, work) {
            eprintln!("the codecs cannot go on: {error}");
        }
    });
    tell(&legs)
}
