//! The channels of a bridge and their meeting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tracing::debug;

use super::meeting::{End, Meeting, Side};
use super::{MediaPlace, MediaRoute, PartyMedia};
use crate::call::{Call, Channel};

/// What is known of the media of one channel, over all its bridges.
#[derive(Default)]
pub(crate) struct MediaStanding(Mutex<Standing>);

#[derive(Default)]
struct Standing {
    media: Option<PartyMedia>,
    /// How many need the audio here.
    anchors: usize,
    /// Where the party was told to send.
    told: Option<MediaPlace>,
    pair: Option<(Arc<Pair>, Side)>,
}

impl MediaStanding {
    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel has ended: nothing of it may go anywhere.
    pub(crate) fn clear(&self) {
        *self.lock() = Standing::default();
    }
}

/// The two channels of a bridge.
///
/// Whoever needs both locks takes that of the meeting first and that of a channel's standing then.
pub(crate) struct Pair {
    meeting: Mutex<Meeting>,
    first: Weak<Channel>,
    second: Weak<Channel>,
}

impl Pair {
    /// Lets two channels meet. If nothing stands between them, their technologies are told at once.
    pub(crate) fn join(first: &Call, second: &Call) -> Arc<Self> {
        let (weak_first, weak_second) = (Arc::downgrade(&first.0), Arc::downgrade(&second.0));
        let pair = Arc::new(Self { meeting: Mutex::default(), first: weak_first, second: weak_second });
        let mut meeting = pair.lock();
        for (side, call) in [(Side::First, first), (Side::Second, second)] {
            let mut standing = call.0.media.lock();
            standing.pair = Some((Arc::clone(&pair), side));
            let (media, told) = (standing.media.clone(), standing.told.clone());
            meeting.enter(side, End { media, told, anchored: standing.anchors > 0 });
        }
        pair.carry_out(&mut meeting);
        if let Some(obstacle) = meeting.obstacle() {
            debug!(call = %first.call_id(), "the audio of {} and {} passes here: {obstacle}", first.name(), second.name());
        }
        drop(meeting);
        pair
    }

    /// Lets them part, and go on sending where they send: what is done with either next decides what becomes of it.
    pub(crate) fn part(&self) {
        for channel in [&self.first, &self.second].into_iter().filter_map(Weak::upgrade) {
            let mut standing = channel.media.lock();
            standing.pair.take_if(|(pair, _)| std::ptr::eq(Arc::as_ptr(pair), self));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Meeting> {
        self.meeting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what holds of a channel now.
    fn look_at(&self, side: Side, channel: &Channel) {
        let mut meeting = self.lock();
        // Read under the lock of the meeting: of two changes at once the later one counts.
        let standing = channel.media.lock();
        let (media, anchored) = (standing.media.clone(), standing.anchors > 0);
        drop(standing);
        meeting.handle_media(side, media);
        meeting.handle_anchored(side, anchored);
        self.carry_out(&mut meeting);
    }

    fn carry_out(&self, meeting: &mut Meeting) {
        while let Some((side, route)) = meeting.poll_command() {
            let channel = match side {
                Side::First => &self.first,
                Side::Second => &self.second,
            };
            let Some(channel) = channel.upgrade() else { continue };
            let mut standing = channel.media.lock();
            // One that was sent elsewhere is in another bridge by now.
            let is_ours = |(pair, _): &(Arc<Self>, Side)| std::ptr::eq(Arc::as_ptr(pair), self);
            if standing.pair.as_ref().is_some_and(is_ours) {
                standing.told = route.place().cloned();
                channel.route_media(route);
            }
        }
    }
}

impl Call {
    /// The technology tells where the party's media is.
    pub(crate) fn change_media(&self, media: Option<PartyMedia>) {
        self.alter(|standing| {
            let heard = standing.media.as_ref().map(|before| (before.rtp, before.heard_from));
            standing.media = media;
            if let (Some(now), Some((rtp, from))) = (&mut standing.media, heard)
                && now.rtp == rtp
            {
                now.heard_from = from;
            }
        });
    }

    /// The first packets of the party came from there.
    pub(crate) fn change_source(&self, from: std::net::SocketAddr) {
        self.alter(|standing| {
            if let Some(media) = &mut standing.media {
                media.heard_from = Some(from);
            }
        });
    }

    fn alter(&self, change: impl FnOnce(&mut Standing)) {
        let mut standing = self.0.media.lock();
        change(&mut standing);
        let pair = standing.pair.clone();
        drop(standing);
        if let Some((pair, side)) = pair {
            pair.look_at(side, &self.0);
        }
    }

    /// Where the party takes its media in, if that is known and may be told to another one.
    pub(crate) fn party_media(&self) -> Option<PartyMedia> {
        self.0.media.lock().media.clone()
    }

    /// Where media for the party goes: where it was heard from, if that counts, else where it said. `None` before anything is
    /// agreed on, and after the end.
    pub fn media_address(&self) -> Option<std::net::SocketAddr> {
        let heard = self.party_media().filter(|media| media.symmetric).and_then(|media| media.heard_from);
        heard.or_else(|| self.leg()?.remote_address())
    }

    /// Whether the party sends its audio to somebody else, as far as it was told.
    pub fn is_media_direct(&self) -> bool {
        self.0.media.lock().told.is_some()
    }

    /// Where the party was told to send, if not to us.
    pub(crate) fn media_told(&self) -> Option<MediaPlace> {
        self.0.media.lock().told.clone()
    }

    /// Notes that the party is told to send there from the first: for technologies that followed
    /// [`OriginateRequest::direct_to`](crate::OriginateRequest::direct_to).
    pub fn sends_media_to(&self, place: MediaPlace) {
        self.0.media.lock().told = Some(place);
    }

    /// Whether somebody needs the audio here.
    pub(crate) fn is_media_anchored(&self) -> bool {
        self.0.media.lock().anchors > 0
    }

    /// Keeps the party's audio and keys here until what it returns is dropped: in a bridge, where they could pass us by,
    /// and after one. For whoever listens, records, or waits for keys.
    #[must_use = "the audio may leave when it is dropped"]
    pub fn keep_media(&self) -> MediaAnchor {
        let mut standing = self.0.media.lock();
        standing.anchors += 1;
        let pair = standing.pair.clone();
        drop(standing);
        match pair {
            Some((pair, side)) => pair.look_at(side, &self.0),
            None => self.take_media_back(),
        }
        MediaAnchor(Arc::downgrade(&self.0))
    }

    /// After a bridge: has the party send to us again, if it sends to its former partner. In a bridge it does nothing.
    pub(crate) fn take_media_back(&self) {
        let mut standing = self.0.media.lock();
        if standing.pair.is_none() && standing.told.take().is_some() {
            self.0.route_media(MediaRoute::Here { prefer: None });
        }
    }
}

/// Keeps the audio of a party at the exchange, from [`Call::keep_media`] until it is dropped.
pub struct MediaAnchor(Weak<Channel>);

impl Drop for MediaAnchor {
    fn drop(&mut self) {
        let Some(channel) = self.0.upgrade() else { return };
        let mut standing = channel.media.lock();
        standing.anchors = standing.anchors.saturating_sub(1);
        let pair = standing.pair.clone();
        drop(standing);
        if let Some((pair, side)) = pair {
            pair.look_at(side, &channel);
        }
    }
}

#[cfg(test)]
mod tests;
