//! A packet now and then where there is nothing to send, so that the way to us stays open.

use std::time::Instant;

use rtp::Header;

use super::{LegCore, Outgoing};

/// Comfort noise (RFC 3551 table 4).
const PAYLOAD_TYPE: u8 = 13;

/// Noise of -127 dBov (RFC 3389 §3.1): nothing that anybody hears.
const SILENCE: u8 = 127;

/// Since when nothing has been sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quiet {
    since: Instant,
    /// Packets that were sent by then.
    sent: u32,
}

impl Quiet {
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now, sent: 0 }
    }
}

impl LegCore {
    /// Writes a packet into `packet` when nothing has been sent for as long as the settings allow. About once a second.
    pub(crate) fn keep_alive(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        let settings = self.settings?;
        if self.quiet.sent != self.sent.packets {
            self.quiet = Quiet { since: now, sent: self.sent.packets };
        }
        let limit = settings.keepalive.filter(|_| !settings.away)?;
        if now.saturating_duration_since(self.quiet.since) < limit {
            return None;
        }
        let to = self.retargeted.or(settings.remote)?;
        let since = self.since(now);
        let header = self.stream.insert(PAYLOAD_TYPE, false, self.stream.timestamp_at(since), since);
        let start = header.write(packet);
        *packet.get_mut(start)? = SILENCE;
        self.count_sent(1);
        self.quiet = Quiet { since: now, sent: self.sent.packets };
        Some(Outgoing { length: Header::LENGTH + 1, to })
    }
}
