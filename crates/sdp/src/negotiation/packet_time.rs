//! How much audio goes into a packet.

use crate::media::Media;

/// Milliseconds in the shortest and in the longest packet that we make, and the step between them.
const SHORTEST: u16 = 10;
const LONGEST: u16 = 60;
const STEP: u16 = 10;

/// Whose wish decides how much audio goes into the packets that we send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PacketTime {
    /// The peer's, where it has one.
    #[default]
    Theirs,
    /// Ours. The peer's `ptime` is no more than a wish (RFC 8866 §6.4); its `maxptime` holds all the same.
    Ours,
}

/// Milliseconds of audio in the packets to a peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreed {
    /// What we send.
    pub(super) sent: u16,
    /// What the peer asks for; ours where it does not care.
    pub(super) wanted: u16,
}

/// The packet time towards a peer, within what it can take and what we make.
pub(super) fn agree(media: &Media<'_>, ours: u16, rule: PacketTime) -> Agreed {
    let wanted = settle(media.ptime(), media.maxptime(), ours);
    let sent = match rule {
        PacketTime::Theirs => wanted,
        PacketTime::Ours => settle(None, media.maxptime(), ours),
    };
    Agreed { sent, wanted }
}

/// The packet time that we ask for.
pub(super) fn offered(ours: u16) -> u16 {
    settle(None, None, ours)
}

fn settle(wish: Option<u16>, most: Option<u16>, ours: u16) -> u16 {
    let most = most.unwrap_or(LONGEST).clamp(SHORTEST, LONGEST);
    let time = wish.unwrap_or(ours).clamp(SHORTEST, most);
    time - time % STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_s_wish_within_both_limits() {
        assert_eq!(settle(Some(30), None, 20), 30);
        assert_eq!(settle(None, None, 20), 20);
        assert_eq!(settle(Some(30), Some(20), 20), 20);
        assert_eq!(settle(None, Some(10), 20), 10);
        assert_eq!(settle(Some(25), None, 20), 20);
        assert_eq!(settle(Some(1000), Some(5), 20), 10);
        assert_eq!(settle(Some(200), None, 20), 60);
    }
}
