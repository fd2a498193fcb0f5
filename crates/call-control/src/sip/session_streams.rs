//! The streams of one session beside its audio: which of them are offered and answered, and their legs.

mod direct;

use std::net::IpAddr;
use std::sync::Arc;

use media_bridge::{Leg, LegConfig, LegSettings, Passage, PictureRequest};
use sdp::negotiation::{
    CodecOffer, Feedback, LineKind, LocalLine, NegotiatedLine, Negotiator, OfferedLine, Protection,
    video_variant,
};
use tracing::warn;

use super::codec_choice::Turn;
use super::endpoint::SipEndpoint;
use super::media_encryption::{Keyring, MediaEncryption, leg_keys};
use super::stream_codecs::{StreamCodec, passed};
use crate::streams::{CallStream, PartyStream};
pub(super) use direct::directed;

/// Streams of text that a session may have.
const MOST_TEXT: usize = 1;

/// The streams of a session beside its audio. Without any it holds nothing.
#[derive(Default)]
pub(super) struct SessionStreams {
    open: Vec<SessionStream>,
    /// What the party at the far end of the call has, as far as it is known.
    far: Option<Vec<PartyStream>>,
    /// The kinds that our last offer named.
    asked: Vec<LineKind>,
}

/// A stream with its leg, from the moment that it is described.
struct SessionStream {
    place: usize,
    kind: LineKind,
    leg: Arc<Leg>,
    keyring: Keyring,
    /// What we said of it last.
    told: Vec<CodecOffer>,
    agreed: Option<NegotiatedLine>,
}

/// Who wants a stream.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) endpoint: &'a SipEndpoint,
    /// The leg of its audio.
    pub(super) audio: &'a Leg,
    /// The terms of encryption that hold in this session.
    pub(super) encryption: MediaEncryption,
}

impl SessionStreams {
    /// The party at the far end has these now. Says whether our phone has to be offered others than it has.
    pub(super) fn suit(&mut self, far: Vec<PartyStream>, endpoint: &SipEndpoint) -> bool {
        self.far = Some(far);
        let wanted = self.wanted(endpoint);
        let kinds: Vec<LineKind> = wanted.iter().map(|stream| stream.kind).collect();
        let agreed: Vec<LineKind> = self.agreed().map(|(_, line)| line.kind).collect();
        let understood = |(_, line): (&SessionStream, &NegotiatedLine)| {
            let Some(first) = line.common.first() else { return true };
            wanted.iter().any(|far| same_format(&far.formats, &first.codec, first.fmtp.as_deref()).is_some())
        };
        // A phone that has refused them is not asked again.
        let refused = kinds == self.asked && agreed.len() < kinds.len();
        !refused && (kinds != agreed || !self.agreed().all(understood))
    }

    /// What we answer to an offer: which of its streams, in which formats. Their legs are opened.
    pub(super) fn for_answer(
        &mut self,
        negotiator: &Negotiator,
        (offer, protection): (&[u8], Option<&Protection>),
        turn: Turn,
        owner: Owner<'_>,
    ) -> Vec<LocalLine> {
        if owner.endpoint.streams.codecs.is_empty() {
            return Vec::new();
        }
        let mut lines: Vec<LocalLine> = Vec::new();
        for offered in negotiator.offered_lines(offer, protection) {
            let nth = lines.iter().filter(|line| line.kind == offered.kind).count();
            if nth >= most(owner.endpoint, offered.kind) {
                continue;
            }
            let codecs = self.answered_codecs(&offered, nth, turn, owner.endpoint);
            let far = self.far_stream(offered.kind, nth);
            let feedback = far.map_or(offered.feedback, |far| far.feedback);
            let bandwidth = far.map_or(offered.bandwidth, |far| far.bandwidth);
            lines.extend(self.describe(
                (offered.place, offered.kind),
                codecs,
                (feedback, bandwidth),
                owner,
                true,
            ));
        }
        lines
    }

    /// What we offer: what the far end has, or what was agreed on where that is not known.
    pub(super) fn for_offer(&mut self, negotiator: &Negotiator, owner: Owner<'_>) -> Vec<LocalLine> {
        let wanted = self.wanted(owner.endpoint);
        self.asked = wanted.iter().map(|stream| stream.kind).collect();
        let mut lines: Vec<LocalLine> = Vec::new();
        for stream in wanted {
            let taken: Vec<usize> = lines.iter().map(|line| line.place).collect();
            let known = |open: &&SessionStream| open.kind == stream.kind && !taken.contains(&open.place);
            let place = match self.open.iter().find(known) {
                Some(open) => open.place,
                None => negotiator.place_for(stream.kind, &taken),
            };
            let limits = (stream.feedback, stream.bandwidth);
            lines.extend(self.describe((place, stream.kind), stream.formats, limits, owner, false));
        }
        lines
    }

    /// Takes in what was agreed on. Streams that are not part of it end. `away`: the phone was told another party's place.
    /// `signalling`: where the phone's messages come from.
    pub(super) fn apply(
        &mut self,
        lines: &[NegotiatedLine],
        endpoint: &SipEndpoint,
        signalling: IpAddr,
        away: bool,
    ) {
        self.open.retain_mut(|stream| {
            let agreed = lines.iter().find(|line| (line.place, line.kind) == (stream.place, stream.kind));
            stream.follow(agreed, endpoint, signalling, away)
        });
    }

    /// An offer or an answer came to nothing: what was opened for it ends.
    pub(super) fn settle(&mut self) {
        self.open.retain(|stream| stream.agreed.is_some());
    }

    /// The streams as the channel has them.
    pub(super) fn of_call(&self) -> Vec<CallStream> {
        let streams = self.agreed().map(|(stream, line)| {
            let formats = line.common.iter().map(|common| CodecOffer {
                codec: common.codec.clone(),
                payload_type: common.send_payload_type,
                fmtp: common.fmtp.clone(),
            });
            let (formats, feedback, bandwidth) = (formats.collect(), line.feedback, line.bandwidth);
            let party = PartyStream { kind: line.kind, formats, feedback, bandwidth };
            CallStream { party, leg: stream.leg.clone() }
        });
        streams.collect()
    }

    fn agreed(&self) -> impl Iterator<Item = (&SessionStream, &NegotiatedLine)> {
        self.open.iter().filter_map(|stream| Some((stream, stream.agreed.as_ref()?)))
    }

    fn far_stream(&self, kind: LineKind, nth: usize) -> Option<&PartyStream> {
        self.far.iter().flatten().filter(|stream| stream.kind == kind).nth(nth)
    }

    /// What our phone is to be offered.
    fn wanted(&self, endpoint: &SipEndpoint) -> Vec<PartyStream> {
        let again = || {
            self.agreed().map(|(stream, line)| PartyStream {
                kind: line.kind,
                formats: stream.told.clone(),
                feedback: line.feedback,
                bandwidth: line.bandwidth,
            })
        };
        let all: Vec<PartyStream> = match &self.far {
            Some(far) => far.clone(),
            None => again().collect(),
        };
        let mut wanted: Vec<PartyStream> = Vec::new();
        for mut stream in all {
            stream.formats.retain(|format| may_use(endpoint, &format.codec));
            let speaks = stream.formats.iter().any(|format| !format.codec.is_auxiliary());
            let nth = wanted.iter().filter(|other| other.kind == stream.kind).count();
            if speaks && nth < most(endpoint, stream.kind) {
                wanted.push(stream);
            }
        }
        wanted
    }

    /// The formats of an offered stream that our answer names. Whoever is at the far end has to understand them, once that is
    /// known; a stream that comes later than the first answer is taken, and offered to the far end then.
    fn answered_codecs(
        &self,
        offered: &OfferedLine,
        nth: usize,
        turn: Turn,
        endpoint: &SipEndpoint,
    ) -> Vec<CodecOffer> {
        let usable = || offered.codecs.iter().filter(|format| may_use(endpoint, &format.codec));
        let stream = match (&self.far, self.far_stream(offered.kind, nth)) {
            (_, Some(stream)) => stream,
            (Some(_), None) if turn == Turn::First => return Vec::new(),
            _ => return usable().cloned().collect(),
        };
        let common = usable().filter_map(|format| {
            let theirs = same_format(&stream.formats, &format.codec, format.fmtp.as_deref())?;
            Some(CodecOffer { fmtp: theirs.fmtp.clone(), ..format.clone() })
        });
        let common: Vec<CodecOffer> = common.collect();
        match turn {
            Turn::Later if common.is_empty() => usable().cloned().collect(),
            _ => common,
        }
    }

    /// Our side of a stream, whose leg is opened where it has none.
    fn describe(
        &mut self,
        (place, kind): (usize, LineKind),
        codecs: Vec<CodecOffer>,
        (feedback, bandwidth): (Feedback, Option<u32>),
        owner: Owner<'_>,
        answers: bool,
    ) -> Option<LocalLine> {
        if codecs.is_empty() {
            return None;
        }
        let known = self.open.iter().position(|open| (open.place, open.kind) == (place, kind));
        let at = match known {
            Some(at) => at,
            None => {
                self.open.push(SessionStream::open((place, kind), owner)?);
                self.open.len() - 1
            }
        };
        let stream = self.open.get_mut(at)?;
        stream.told.clone_from(&codecs);
        let protection = if answers { stream.keyring.for_answer() } else { stream.keyring.for_offer() };
        let limit = owner.endpoint.streams.bandwidth.filter(|_| kind == LineKind::Video);
        let bandwidth = [bandwidth, limit].into_iter().flatten().min();
        let (port, direction) = (stream.leg.rtp_address().port(), sdp::Direction::SendRecv);
        let (address, rtcp_port) = (None, None);
        Some(LocalLine {
            place,
            kind,
            address,
            port,
            rtcp_port,
            codecs,
            feedback,
            bandwidth,
            direction,
            protection,
        })
    }
}

impl SessionStream {
    fn open((place, kind): (usize, LineKind), owner: Owner<'_>) -> Option<Self> {
        let bind = owner.audio.rtp_address().ip();
        // What its media plane tells is of no use to anybody.
        let config = owner.endpoint.rtp.apply(LegConfig::new(bind, |_| {}));
        let marking = owner.endpoint.streams.marking;
        match owner.audio.open_beside(LegConfig { marking, ..config }) {
            Ok(leg) => {
                let (leg, keyring) = (Arc::new(leg), Keyring::new(owner.encryption));
                Some(Self { place, kind, leg, keyring, told: Vec::new(), agreed: None })
            }
            Err(error) => {
                warn!(endpoint = %owner.endpoint.name, "a call goes on without its {}: {error}", kind.name());
                None
            }
        }
    }

    /// Does as was agreed. `false`: it is over.
    fn follow(
        &mut self,
        agreed: Option<&NegotiatedLine>,
        endpoint: &SipEndpoint,
        signalling: IpAddr,
        away: bool,
    ) -> bool {
        let Some(line) = agreed else { return false };
        self.keyring.agreed(line.protection.as_ref());
        let keys = match &line.protection {
            None => None,
            Some(agreed) => match leg_keys(agreed) {
                None => return false,
                keys => keys,
            },
        };
        // Keys before what lets packets out.
        self.leg.protect(keys);
        let settings = LegSettings { away, signalling: Some(signalling), ..settings_of(line, endpoint) };
        self.leg.pass(settings, passage_of(line));
        self.agreed = Some(line.clone());
        true
    }
}

/// Who is at the other end of a stream, and how it is treated: as with the audio.
fn settings_of(line: &NegotiatedLine, endpoint: &SipEndpoint) -> LegSettings {
    LegSettings {
        remote_rtcp: line.remote_rtcp,
        rtcp_mux: line.rtcp_mux,
        direction: super::media::direction_of(line.direction),
        symmetric: endpoint.symmetric_media,
        strict: endpoint.strict_media,
        learning: endpoint.rtp.learning,
        rtcp_interval: endpoint.rtp.rtcp_interval,
        ..LegSettings::new(line.remote, media_bridge::Codec::default())
    }
}

fn passage_of(line: &NegotiatedLine) -> Passage {
    let clock_rate = line.common.first().map_or(90_000, |common| common.codec.clock_rate);
    let pictures = match line.kind {
        LineKind::Video if line.feedback.has(Feedback::PLI) => PictureRequest::Loss,
        LineKind::Video if line.feedback.has(Feedback::FIR) => PictureRequest::Full,
        _ => PictureRequest::None,
    };
    Passage { formats: line.common.iter().filter_map(passed).collect(), clock_rate, pictures }
}

/// The one of these formats that goes together with another.
fn same_format<'f>(
    formats: &'f [CodecOffer],
    codec: &sdp::Codec,
    fmtp: Option<&str>,
) -> Option<&'f CodecOffer> {
    let same = |format: &&CodecOffer| {
        format.codec == *codec
            && video_variant(&format.codec, format.fmtp.as_deref()) == video_variant(codec, fmtp)
    };
    formats.iter().find(same)
}

fn may_use(endpoint: &SipEndpoint, codec: &sdp::Codec) -> bool {
    let codec = match StreamCodec::of(codec) {
        Some(StreamCodec::Ulpfec) => Some(StreamCodec::Red),
        other => other,
    };
    codec.is_some_and(|codec| endpoint.streams.codecs.contains(&codec))
}

fn most(endpoint: &SipEndpoint, kind: LineKind) -> usize {
    match kind {
        LineKind::Video => endpoint.streams.most_video,
        LineKind::Text => MOST_TEXT,
    }
}
