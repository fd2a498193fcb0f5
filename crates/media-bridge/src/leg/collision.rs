//! Two who have chosen the same SSRC, and packets of ours that come back (RFC 3550 §8.2).

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rtp::Transmission;
use rtp::rtcp::AVERAGE_INTERVAL;

use super::{LegCore, Outgoing};

/// For so long after it was heard, a host that sends under our SSRC is known: ten reports (RFC 3550 §8.2).
const REMEMBERED: Duration = AVERAGE_INTERVAL.saturating_mul(10);

/// Who shares our SSRC.
#[derive(Debug, Default)]
pub(super) struct Collisions {
    /// The SSRC that is to be said goodbye to.
    leaving: Option<u32>,
    /// The host that sent under an SSRC of ours, and when it did so last.
    conflict: Option<(IpAddr, Duration)>,
}

impl Collisions {
    /// Notes a packet under our SSRC from that host. `true`: it did so before, and not long ago. Then the packets are our own,
    /// which something sends back, and another SSRC would come back likewise.
    fn is_loop(&mut self, from: IpAddr, since: Duration) -> bool {
        let known = self.conflict.replace((from, since));
        known.is_some_and(|(host, at)| host == from && since.saturating_sub(at) < REMEMBERED)
    }
}

impl LegCore {
    /// Looks whether the peer has the SSRC that we have. The first time we take another one, under which numbers and time go
    /// on; [`farewell`](Self::farewell) has the goodbye.
    ///
    /// What is heard is heard all the same: who sends our own packets back is an echo, and may be meant to be one. Contributing
    /// sources are not looked at: a conference names us among them.
    #[inline]
    pub(super) fn watch_ssrc(&mut self, now: Instant, from: SocketAddr, ssrc: u32) {
        if ssrc == self.stream.ssrc() {
            self.collide(now, from);
        }
    }

    #[cold]
    fn collide(&mut self, now: Instant, from: SocketAddr) {
        self.counters.collisions.add(1);
        if self.collisions.is_loop(from.ip(), self.since(now)) {
            return;
        }
        let former = self.stream.ssrc();
        if self.sent.packets > 0 || self.reports.has_spoken() {
            self.collisions.leaving = Some(former);
        }
        self.stream.set_ssrc(self.reports.draw_other_than(former));
        self.counters.ssrc.set(i64::from(self.stream.ssrc()));
        // The new one has sent nothing (RFC 3550 §6.4.1).
        self.sent = Transmission::default();
        self.reports.begin_count();
    }

    /// The goodbye of an SSRC that was given up, once, written into `packet`.
    pub(crate) fn farewell(&mut self, packet: &mut [u8]) -> Option<Outgoing> {
        let former = self.collisions.leaving.take()?;
        self.leave(former, "collision", packet)
    }

    /// Whether [`farewell`](Self::farewell) has something to say.
    #[inline]
    pub(crate) fn has_farewell(&self) -> bool {
        self.collisions.leaving.is_some()
    }
}
