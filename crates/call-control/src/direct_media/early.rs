//! Parties that are sent to each other before the call is answered, so that no message is needed afterwards
//! (`directrtpsetup` of `sip.conf`).

use super::meeting::{End, Meeting, Side};
use super::{MediaRoute, PartyMedia};
use crate::call::{Call, ChannelState};

/// What a destination of `caller` may be told in its INVITE: where the caller's media is.
pub(crate) fn offered(caller: &Call) -> Option<PartyMedia> {
    let waits = caller.state() == ChannelState::Ring && !caller.is_media_anchored();
    let media = caller.party_media().filter(|media| waits && media.early && !media.held);
    // What goes along with the audio has to be agreed on by both before either can be told of it.
    media.filter(|media| media.streams.is_empty())
}

/// `branch` has told where its media is. If it was sent to the caller's, the caller is sent there, before it hears of a
/// description at all.
pub(crate) fn settle(caller: &Call, branch: &Call) {
    let sent = branch.media_told();
    let here = caller.party_media();
    if caller.state() != ChannelState::Ring || sent.is_none() || sent != here.as_ref().map(PartyMedia::place)
    {
        return;
    }
    let mut meeting = Meeting::default();
    meeting.enter(Side::First, End { media: here, anchored: caller.is_media_anchored(), told: None });
    meeting.enter(Side::Second, End { media: branch.party_media(), anchored: false, told: sent });
    if meeting.obstacle().is_none()
        && let Some((Side::First, MediaRoute::Direct(place))) = meeting.poll_command()
    {
        caller.sends_media_to(place.clone());
        caller.0.route_media(MediaRoute::Direct(place));
    }
}
