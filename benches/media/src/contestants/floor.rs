use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use media_bridge::{Backend, floor};

use super::tell;
use crate::Outcome;
use crate::load::Load;

pub(super) fn serve(backend: Backend, load: Load, phones: &[SocketAddr]) -> Outcome<()> {
    let sockets = sockets(phones.len())?;
    let legs: Vec<SocketAddr> = sockets.iter().map(UdpSocket::local_addr).collect::<Result<_, _>>()?;
    let phones = phones.to_vec();
    let works = if load.service.is_spoken_to() { floor::forward } else { floor::play };
    std::thread::spawn(move || {
        if let Err(error) = works(backend, sockets, &phones) {
            eprintln!("the floor cannot go on: {error}");
        }
    });
    tell(&legs)
}

/// So many sockets, a leg each.
pub(super) fn sockets(count: usize) -> Outcome<Vec<UdpSocket>> {
    let socket = |_| {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    };
    (0..count).map(socket).collect()
}
