//! What goes along with the audio of a wire: video, and text as it is typed.
//!
//! Each end has the streams of the party beyond the other end. So what that party has is offered to whoever is joined with this
//! end, as if the two were joined themselves; and their packets go from leg to leg, through two more that send to each other.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use media_bridge::{Codec, Leg, LegConfig, LegId, LegSettings, Passage, PassedFormat, PictureRequest};
use sdp::negotiation::CodecOffer;
use tracing::warn;

use super::{LOOPBACK, Slot};
use crate::call::Call;
use crate::sip::passed_as;
use crate::streams::{CallStream, PartyStream, StreamKind};

/// The first payload type of formats on a wire, and how many there are.
const FIRST: u8 = 96;
const FORMATS: usize = 32;

/// Streams of a kind that a wire carries.
const MOST: usize = 4;

/// The streams of both ends.
pub(super) struct WireStreams {
    ends: [Slot; 2],
    /// The audio of one of them: legs of one call belong on one media thread.
    near: LegId,
    strands: Mutex<Vec<Strand>>,
    /// Whether it was said what is beyond the other end, for each end.
    told: [AtomicBool; 2],
}

/// A stream from end to end.
struct Strand {
    kind: StreamKind,
    legs: [Arc<Leg>; 2],
    /// What may pass, each under one number both ways.
    formats: Vec<PassedFormat>,
    clock_rate: u32,
}

impl WireStreams {
    pub(super) fn new(ends: [Slot; 2], near: LegId) -> Self {
        Self { ends, near, strands: Mutex::default(), told: Default::default() }
    }

    /// `near` is answered by an application, which takes whatever its party has, as it does of a phone: nobody has said yet what is
    /// beyond it.
    pub(super) fn take_all(&self, near: &Call, far: &Call) {
        let told = self.end_of(far).and_then(|end| self.told.get(end));
        if told.is_some_and(|told| !told.load(Ordering::Relaxed)) && near.has_streams() {
            self.bring(far, &near.party_streams());
        }
    }

    /// The party that the end `to` speaks for has these streams, and no others.
    pub(super) fn bring(&self, to: &Call, streams: &[PartyStream]) {
        let Some(end) = self.end_of(to) else { return };
        if let Some(told) = self.told.get(end) {
            told.store(true, Ordering::Relaxed);
        }
        let mut strands = self.strands.lock().unwrap_or_else(PoisonError::into_inner);
        let mut brought: Vec<CallStream> = Vec::with_capacity(streams.len());
        for stream in streams {
            let nth = brought.iter().filter(|known| known.party.kind == stream.kind).count();
            let of_kind = |strands: &[Strand]| -> Option<usize> {
                let same = strands.iter().enumerate().filter(|(_, strand)| strand.kind == stream.kind);
                same.map(|(at, _)| at).nth(nth)
            };
            let at = match of_kind(&strands) {
                Some(at) => at,
                None if nth >= MOST => continue,
                None => match self.stretch(to, stream.kind) {
                    Some(strand) => {
                        strands.push(strand);
                        strands.len() - 1
                    }
                    None => continue,
                },
            };
            let Some(strand) = strands.get_mut(at) else { continue };
            strand.let_pass(&stream.formats);
            brought.push(CallStream { party: stream.clone(), leg: strand.legs[end].clone() });
        }
        drop(strands);
        to.change_streams(brought);
    }

    fn end_of(&self, call: &Call) -> Option<usize> {
        self.ends.iter().position(|end| end.call().is_some_and(|known| known.name() == call.name()))
    }

    /// Two legs that send to each other. `None`: there are no ports left.
    fn stretch(&self, call: &Call, kind: StreamKind) -> Option<Strand> {
        let media = call.switchboard().media();
        let open = || media.open_leg(LegConfig::new(LOOPBACK, |_| {}).near(Some(self.near))).map(Arc::new);
        match (open(), open()) {
            (Ok(one), Ok(two)) => {
                Some(Strand { kind, legs: [one, two], formats: Vec::new(), clock_rate: 90_000 })
            }
            (Err(error), _) | (_, Err(error)) => {
                warn!(channel = call.name(), "a call goes on without its {}: {error}", kind.name());
                None
            }
        }
    }
}

impl Strand {
    /// These formats may pass, too.
    fn let_pass(&mut self, offered: &[CodecOffer]) {
        let before = self.formats.len();
        for format in offered {
            if self.formats.len() == FORMATS {
                break;
            }
            let number = FIRST + self.formats.len() as u8;
            let Some(passed) = passed_as(&format.codec, format.fmtp.as_deref(), (number, number)) else {
                continue;
            };
            if self.formats.is_empty() {
                self.clock_rate = format.codec.clock_rate;
            }
            if self.formats.iter().all(|known| known.name != passed.name) {
                self.formats.push(passed);
            }
        }
        if self.formats.len() > before {
            self.configure();
        }
    }

    fn configure(&self) {
        let pictures = match self.kind {
            StreamKind::Video => PictureRequest::Loss,
            StreamKind::Text => PictureRequest::None,
        };
        let [one, two] = &self.legs;
        for (leg, other) in [(one, two), (two, one)] {
            let remote = SocketAddr::new(LOOPBACK, other.rtp_address().port());
            let settings = LegSettings::new(Some(remote), Codec::default());
            let passage = Passage { formats: self.formats.clone(), clock_rate: self.clock_rate, pictures };
            leg.pass(settings, passage);
        }
    }
}
