use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use media_bridge::{Backend, floor};

use super::tell;
use crate::Outcome;

pub(super) fn serve(backend: Backend, phones: &[SocketAddr]) -> Outcome<()> {
    let sockets: Vec<UdpSocket> = phones
        .iter()
        .map(|_| {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        })
        .collect::<Outcome<_>>()?;
    let legs: Vec<SocketAddr> = sockets.iter().map(UdpSocket::local_addr).collect::<Result<_, _>>()?;
    let phones = phones.to_vec();
    std::thread::spawn(move || {
        if let Err(error) = floor::forward(backend, sockets, &phones) {
            eprintln!("the floor cannot go on: {error}");
        }
    });
    tell(&legs)
}
