//! The offers and answers of one session, one after the other.

mod streams;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use smol_str::SmolStr;
use zeroize::Zeroizing;

use super::NegotiationError;
use super::accept::{Offered, accept, accept_lines};
use super::answer::{Terms, answer_stream, rtcp_port};
use super::draft::{Draft, Section, StreamLine};
use super::feedback::Feedback;
use super::formats::{self, Format};
use super::local::{EVENTS, LocalMedia, Preference};
use super::negotiated::Negotiated;
use super::packet_time::{self, PacketTime};
use super::passed::PassedLine;
use super::payload_types::PayloadTypes;
use super::protection::{self, Protection};
use super::redundancy;
use crate::codec::Codec;
use crate::description::SessionDescription;
use crate::direction::Direction;
use crate::media::Media;
use crate::origin::OwnOrigin;
use streams::note_protection;

/// Formats of an offer that are looked at: a stream has no more payload types than this.
const FORMATS: usize = 128;

/// A description that was sent. It may tell keys, so `Debug` does not show it, and it is overwritten when dropped.
#[derive(Clone)]
struct Sent(Zeroizing<String>);

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sent({} octets)", self.0.len())
    }
}

/// Makes and answers offers for one session (RFC 3264), from its first INVITE to its end.
///
/// ```text
///            offer()                    accept(): agreed (again for each answer of a forked call)
///   idle ---------------> offered --------------------------> agreed --- offer() or answer() --> ...
///     \--- answer(): agreed; an offer of ours that is still open is forgotten
/// ```
///
/// It remembers the version of what we sent, the order of the `m=` lines, and the meaning of payload types. A call
/// that returns an error changes nothing.
#[derive(Clone, Debug)]
pub struct Negotiator {
    session_id: u64,
    user: SmolStr,
    name: SmolStr,
    terms: Terms,
    version: u64,
    /// What we sent last, to know whether the version has to grow.
    last_sent: Option<Sent>,
    /// Every `m=` line of the session, in order. Lines are never taken away (RFC 3264 §8).
    lines: Vec<StreamLine>,
    /// Which of them is our audio; always one that is there.
    audio: Option<usize>,
    payload_types: PayloadTypes,
    /// What is known of streams beside the audio.
    passed: Vec<PassedLine>,
    offered: Option<Offered>,
    current: Option<Negotiated>,
    /// Our address in `o=`, which names the session and stays what it was first (RFC 3264 §8), wherever media goes.
    origin: Option<IpAddr>,
}

impl Negotiator {
    /// A session that has not begun. `session_id` and `user` go into `o=`; the two together with our address name
    /// the session and should not be used again. An empty user becomes `-`.
    pub fn new(session_id: u64, user: &str) -> Self {
        Self {
            session_id,
            user: SmolStr::new(user),
            name: SmolStr::new_static("-"),
            terms: Terms {
                preference: Preference::Local,
                rtcp_mux: false,
                early_feedback: false,
                extended_reports: false,
                packet_time: PacketTime::Theirs,
            },
            version: 1,
            last_sent: None,
            lines: Vec::new(),
            audio: None,
            payload_types: PayloadTypes::default(),
            passed: Vec::new(),
            offered: None,
            current: None,
            origin: None,
        }
    }

    /// Names the session in `s=`; `-` without it.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.name = SmolStr::new(name);
        self
    }

    /// Sets whose order of codecs our answers follow; [`Preference::Local`] without it.
    #[must_use]
    pub fn with_preference(mut self, preference: Preference) -> Self {
        self.terms.preference = preference;
        self
    }

    /// Offers and accepts RTP and RTCP on one port (RFC 5761); off without it. Only for media that can do so.
    #[must_use]
    pub fn with_rtcp_mux(mut self, allowed: bool) -> Self {
        self.terms.rtcp_mux = allowed;
        self
    }

    /// Offers streams that the peer has not described yet with early feedback (`RTP/AVPF`, RFC 4585); `RTP/AVP` without it.
    /// Answers have the profile of their offer in any case.
    #[must_use]
    pub fn with_early_feedback(mut self, offered: bool) -> Self {
        self.terms.early_feedback = offered;
        self
    }

    /// Takes in wishes for extended reports (RFC 3611); off without it. Only for media that can send them.
    #[must_use]
    pub fn with_extended_reports(mut self, allowed: bool) -> Self {
        self.terms.extended_reports = allowed;
        self
    }

    /// Keeps a dynamic payload type for `codec` in offers of ours, where both are free still: the number that another party
    /// has for it, so that packets may pass from one to the other as they are.
    pub fn reserve_payload_type(&mut self, payload_type: u8, codec: Codec) {
        self.payload_types.reserve(payload_type, codec);
    }

    /// Sets whose wish decides on the length of our packets; [`PacketTime::Theirs`] without it.
    #[must_use]
    pub fn with_packet_time(mut self, rule: PacketTime) -> Self {
        self.terms.packet_time = rule;
        self
    }

    /// What holds now: the result of the last answer, given or taken in. `None` before the first.
    pub fn current(&self) -> Option<&Negotiated> {
        self.current.as_ref()
    }

    /// Writes an offer with `local` as our audio stream. Streams that were refused before keep their places.
    ///
    /// With port 0, or without a codec, the offer closes the stream of a session that had one; whatever the answer
    /// says then, nothing is sent any more.
    pub fn offer(&mut self, local: &LocalMedia) -> String {
        let index = self.audio.unwrap_or(self.lines.len());
        if index == self.lines.len() {
            self.lines.push(StreamLine::new("audio", self.terms.early_feedback));
        }
        self.audio = Some(index);
        let section = Section {
            kind: "audio",
            address: None,
            port: local.port,
            protocol: self.offered_protocol(index, local),
            formats: self.offered_formats(local),
            rtcp_port: rtcp_port(local),
            rtcp_mux: self.terms.rtcp_mux,
            extended_reports: self.current.as_ref().map_or_else(Default::default, |now| now.extended_reports),
            feedback: Feedback::default(),
            bandwidth: None,
            ptime: Some(packet_time::offered(local.ptime)),
            direction: local.possible_direction(),
            keys: protection::offered_lines(local.protection.as_ref()),
        };
        self.payload_types.bind(&section.formats);
        let lines = self.offered_sections(local, index);
        let further = lines.iter().map(|line| (line.place, &line.section));
        let text = self.publish(local, &[(index, &section)].into_iter().chain(further).collect::<Vec<_>>());
        let (address, protection) = (local.address, local.protection.clone());
        self.offered = Some(Offered { index, address, section, protection, lines });
        text
    }

    /// The codecs of an offer's open audio streams, in its order, each once: for whoever chooses among them what
    /// [`answer`](Self::answer) gets, with the same `protection`. None where the offer cannot be read; the answer to it says
    /// why.
    pub fn offered_codecs(&self, offer: &[u8], protection: Option<&Protection>) -> Vec<Codec> {
        let mut codecs: Vec<Codec> = Vec::new();
        let Ok(description) = SessionDescription::parse(offer) else { return codecs };
        let open = |media: &Media<'_>| {
            media.is_audio() && media.port() != 0 && protection::check_profile(media, protection).is_ok()
        };
        for format in description.media().filter(open).flat_map(|media| formats::read(&media)).take(FORMATS) {
            if !format.codec.is_auxiliary() && !codecs.contains(&format.codec) {
                codecs.push(format.codec);
            }
        }
        codecs
    }

    /// Answers an offer with `local` as our audio stream. Returns the answer and what is agreed with it.
    ///
    /// An offer that closes the audio of a session (port 0) is answered alike; then there is no
    /// [`remote`](Negotiated::remote) and the direction is `inactive`.
    ///
    /// # Errors
    /// [`NegotiationError`]; its [`status`](NegotiationError::status) is what the INVITE gets. Nothing has changed
    /// then: what was agreed before goes on (RFC 3261 §14.2).
    pub fn answer(
        &mut self,
        offer: &[u8],
        local: &LocalMedia,
    ) -> Result<(String, Negotiated), NegotiationError> {
        if local.port == 0 {
            return Err(NegotiationError::NoLocalPort);
        }
        let description = SessionDescription::parse(offer)?;
        let streams: Vec<Media<'_>> = description.media().collect();
        let (index, section, negotiated) = match self.answer_audio(&streams, local)? {
            Some((index, section, negotiated)) => (Some(index), Some(section), negotiated),
            None if self.is_audio_of(&streams) => (None, None, self.closed(true)?),
            None => return Err(NegotiationError::NoAudio),
        };
        self.lines = streams.iter().map(StreamLine::of).collect();
        self.audio = index.or(self.audio);
        self.offered = None;
        if let Some(section) = &section {
            self.payload_types.bind(&section.formats);
        }
        let (lines, agreed): (Vec<_>, Vec<_>) = self.answer_lines(&streams, local).into_iter().unzip();
        let negotiated = Negotiated { lines: agreed, ..negotiated };
        self.current = Some(negotiated.clone());
        let further = lines.iter().map(|(place, section)| (*place, section));
        let text =
            self.publish(local, &index.zip(section.as_ref()).into_iter().chain(further).collect::<Vec<_>>());
        Ok((text, negotiated))
    }

    /// Takes in the answer to our last offer. It may be called again with the same answer, which a 183 and then a
    /// 200 both carry, and with another one from another branch of a forked call; the last one counts.
    ///
    /// # Errors
    /// [`NegotiationError`] when the answer refuses our stream, does not fit, or when there is no offer of ours.
    pub fn accept(&mut self, answer: &[u8]) -> Result<Negotiated, NegotiationError> {
        let offered = self.offered.as_ref().ok_or(NegotiationError::NoOffer)?;
        let negotiated = if offered.closes() {
            let description = SessionDescription::parse(answer);
            let lines = description.map_or_else(|_| Vec::new(), |answer| accept_lines(offered, &answer));
            Negotiated { lines, ..self.closed(false)? }
        } else {
            accept(offered, answer, self.terms)?
        };
        negotiated.lines.iter().for_each(|line| note_protection(&mut self.passed, line));
        self.current = Some(negotiated.clone());
        Ok(negotiated)
    }

    /// Answers the first open audio stream that can be, the one in use before any other. `None` when no audio
    /// stream is open.
    fn answer_audio(
        &self,
        streams: &[Media<'_>],
        local: &LocalMedia,
    ) -> Result<Option<(usize, Section, Negotiated)>, NegotiationError> {
        let in_use = self.audio.filter(|index| *index < streams.len());
        let mut refusal = None;
        for index in in_use.into_iter().chain(0..streams.len()) {
            let media = &streams[index];
            if !media.is_audio() || media.port() == 0 {
                continue;
            }
            match answer_stream(media, local, self.terms) {
                Ok((section, negotiated)) => return Ok(Some((index, section, negotiated))),
                Err(reason) => refusal = refusal.or(Some(reason)),
            }
        }
        refusal.map_or(Ok(None), Err)
    }

    /// True when the stream of our audio is among `streams`, in its place.
    fn is_audio_of(&self, streams: &[Media<'_>]) -> bool {
        self.audio.and_then(|index| streams.get(index)).is_some_and(Media::is_audio)
    }

    /// What is agreed when one side closes the audio of a session that had some.
    fn closed(&self, remote_hold: bool) -> Result<Negotiated, NegotiationError> {
        let before = self.current.clone().ok_or(NegotiationError::NoAudio)?;
        let (remote, remote_rtcp) = (None, None);
        Ok(Negotiated { remote, remote_rtcp, direction: Direction::Inactive, remote_hold, ..before })
    }

    /// The transport of an offer: protected where it must be, and where it is.
    fn offered_protocol(&self, index: usize, local: &LocalMedia) -> SmolStr {
        let is_protected = |protection: &Protection| {
            let agreed = self.current.as_ref().is_some_and(|current| current.protection.is_some());
            protection.demanded || (agreed && self.lines[index].is_secure())
        };
        let is_protected = local.protection.as_ref().is_some_and(is_protected);
        protection::offered_protocol(&self.lines[index].protocol, is_protected)
    }

    /// Our codecs in our order, then events on the clock of each.
    fn offered_formats(&self, local: &LocalMedia) -> Vec<Format> {
        let mut formats: Vec<Format> = Vec::with_capacity(local.codecs.len() + 1);
        for offer in local.codecs.iter().filter(|offer| !offer.codec.is_telephone_event()) {
            let repeated =
                formats.iter().any(|format| format.codec == offer.codec && format.fmtp == offer.fmtp);
            let number = self.payload_types.assign(&offer.codec, Some(offer.payload_type), &formats);
            if let Some(payload_type) = number.filter(|_| !repeated) {
                formats.push(Format { payload_type, codec: offer.codec.clone(), fmtp: offer.fmtp.clone() });
            }
        }
        if local.redundancy {
            formats.extend(redundancy::offered(&formats, &self.payload_types));
        }
        if let Some(wanted) = local.telephone_event {
            self.add_events(&mut formats, wanted);
        }
        formats
    }

    fn add_events(&self, formats: &mut Vec<Format>, wanted: u8) {
        let speech = formats.iter().filter(|format| !format.codec.is_auxiliary());
        let mut rates: Vec<u32> = speech.map(|format| format.codec.clock_rate).collect();
        // The wanted number goes to the clock that every phone knows.
        rates.sort_unstable_by_key(|rate| (*rate != 8000, *rate));
        rates.dedup();
        for rate in rates {
            let codec = Codec::telephone_event(rate);
            if let Some(payload_type) = self.payload_types.assign(&codec, Some(wanted), formats) {
                formats.push(Format { payload_type, codec, fmtp: Some(EVENTS.to_owned()) });
            }
        }
    }

    /// Writes the lines of the session, all closed but those that are `open`, under the next version where they have changed.
    fn publish(&mut self, local: &LocalMedia, open: &[(usize, &Section)]) -> String {
        let address = local.address.to_canonical();
        let draft = Draft { address, lines: &self.lines, open };
        let origin = *self.origin.get_or_insert(address);
        let (user, session_id) = (&self.user, self.session_id);
        let write =
            |version| draft.write(&OwnOrigin { user, session_id, version, address: origin }, &self.name);
        let mut text = write(self.version);
        if self.last_sent.as_ref().is_some_and(|last| *last.0 != text) {
            self.version += 1;
            text = write(self.version);
        }
        self.last_sent = Some(Sent(Zeroizing::new(text.clone())));
        text
    }
}
