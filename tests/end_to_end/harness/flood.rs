//! A flood of datagrams, from as many addresses as it is given.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Outcome;

/// How often it sends a handful, to keep its rate.
const TICK: Duration = Duration::from_millis(2);

/// One running flood. It ends when it is stopped, or dropped.
pub(crate) struct Flood {
    over: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Flood {
    /// Sends so many datagrams a second to `target`, each from the next address, with the next text; `{n}` in a text
    /// becomes the number of the datagram.
    pub(crate) fn start(
        sources: &[Ipv4Addr],
        target: SocketAddr,
        per_second: u32,
        texts: &'static [&'static str],
    ) -> Outcome<Self> {
        let sockets: Vec<UdpSocket> =
            sources.iter().map(|source| UdpSocket::bind((*source, 0))).collect::<Result<_, _>>()?;
        let (over, sent) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (is_over, count) = (over.clone(), sent.clone());
        let thread = std::thread::spawn(move || {
            let begun = Instant::now();
            while !is_over.load(Ordering::Relaxed) {
                let due = (begun.elapsed().as_secs_f64() * f64::from(per_second)) as u64;
                let number = count.load(Ordering::Relaxed);
                for n in number..due {
                    let text = texts[n as usize % texts.len()].replace("{n}", &n.to_string());
                    let socket = &sockets[n as usize % sockets.len()];
                    // What the other side's buffer has no room for is lost, as it would be on the way.
                    let _ = socket.send_to(text.as_bytes(), target);
                }
                count.store(due.max(number), Ordering::Relaxed);
                std::thread::sleep(TICK);
            }
        });
        Ok(Self { over, sent, thread: Some(thread) })
    }

    /// Ends it; how many datagrams were sent.
    pub(crate) fn stop(mut self) -> u64 {
        self.end();
        self.sent.load(Ordering::Relaxed)
    }

    fn end(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.end();
    }
}
