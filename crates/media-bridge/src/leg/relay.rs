//! What another leg heard, sent to this leg's peer.

use std::time::Instant;

use super::receive::{Content, Heard};
use super::{Key, LegCore, Outgoing};
use crate::codec::Translation;
use crate::settings::LegSettings;

impl LegCore {
    /// Makes of a packet that another leg heard the one that goes to this leg's peer, in place. `None`: nothing goes.
    ///
    /// The packet keeps its payload unless the codecs differ; its header gets this leg's SSRC, numbers and payload type.
    pub(crate) fn relay(&mut self, now: Instant, heard: &Heard, packet: &mut [u8]) -> Option<Outgoing> {
        let settings = self.settings?;
        if heard.released {
            self.keys.release();
        }
        let Some(to) = self.destination().filter(|_| !matches!(heard.content, Content::Unheard)) else {
            self.leave_out();
            return None;
        };
        let payload_type = match &heard.content {
            Content::Audio(..) if self.makes_packets() => None,
            Content::Audio(..) => Some(settings.send_payload_type),
            Content::Event(keys) => self.relay_keys(keys, &settings),
            Content::Unheard => None,
        };
        let Some(payload_type) = payload_type else {
            self.stream.skip(&heard.header);
            return None;
        };
        let header = self.stream.forward(&heard.header, payload_type, self.since(now))?;
        let mut octets = rtp::telephone_event::Event::LENGTH;
        if let Content::Audio(codec, range) = &heard.content {
            octets = range.len();
            if let Some(payload) = packet.get_mut(range.clone()) {
                Translation::between(*codec, settings.codec).apply(payload);
            }
        }
        header.rewrite_valid(packet);
        self.count_sent(octets);
        Some(Outgoing { length: packet.len(), to })
    }

    /// The payload type that a telephone-event goes on under. A peer that cannot read it hears its keys instead.
    fn relay_keys(&mut self, keys: &[Option<Key>], settings: &LegSettings) -> Option<u8> {
        let playing = self.program.is_playing();
        match settings.telephone_event {
            Some(event) => (!playing).then_some(event.send),
            None => {
                let keys = keys.iter().flatten().filter(|&&key| key == Key::Up || !playing);
                keys.for_each(|key| self.keys.press(*key));
                None
            }
        }
    }

    /// A packet does not go on while one of the two is on hold. What comes afterwards is a new talkspurt, whose numbers
    /// follow the last ones that were sent: nothing was lost.
    fn leave_out(&mut self) {
        self.keys.release();
        if !self.makes_packets() {
            self.stream.splice();
        }
    }

    /// Counts a packet that goes out.
    pub(super) fn count_sent(&mut self, octets: usize) {
        self.sent.count(octets);
        self.counters.packets_sent.add(1);
        self.counters.octets_sent.add(octets as u64);
    }

    /// The kernel did not take a packet.
    pub(crate) fn count_send_error(&self) {
        self.counters.send_errors.add(1);
    }
}
