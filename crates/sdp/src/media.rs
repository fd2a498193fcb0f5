//! `m=`: one media description and the lines below it (RFC 8866 §5.14).

use core::iter;

use crate::attribute::{Attributes, Fmtp, MaxPtime, Ptime, Rtcp, RtcpXr, RtpMap};
use crate::connection::Connection;
use crate::direction::Direction;
use crate::error::ValueError;
use crate::line::Lines;
use crate::words::{has_control, number_at, number_of, words};

/// One media description: an `m=` line and what follows it up to the next one.
#[derive(Clone, Debug)]
pub struct Media<'a> {
    line: MediaLine<'a>,
    lines: Lines<'a>,
    session: Lines<'a>,
}

/// The RTP profile that the transport of an `m=` line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// `RTP/AVP` (RFC 3551).
    Avp,
    /// `RTP/AVPF`: with early feedback (RFC 4585).
    Avpf,
    /// `RTP/SAVP`: protected (RFC 3711), with keys in `a=crypto`.
    Savp,
    /// `RTP/SAVPF`: both (RFC 5124).
    Savpf,
    /// `UDP/TLS/RTP/SAVP` and `UDP/TLS/RTP/SAVPF`: protected, with keys made by DTLS (RFC 5764).
    Dtls,
    /// No RTP over UDP: `udptl`, `TCP/MSRP`, `UDP/DTLS/SCTP` and others.
    Other,
}

impl<'a> Media<'a> {
    /// The media, for example `audio`, `video`, `image`.
    pub fn kind(&self) -> &'a str {
        self.line.kind
    }

    /// True for `m=audio`.
    pub fn is_audio(&self) -> bool {
        self.line.kind.eq_ignore_ascii_case("audio")
    }

    /// What may be sent to its writer, in kbit/s: `b=TIAS`, else `b=AS` (RFC 3890 §6.2, RFC 8866 §5.8).
    pub fn bandwidth(&self) -> Option<u32> {
        let said = |name: &str| {
            let mut values = self.lines.clone().filter(|line| line.kind == b'b');
            values.find_map(|line| {
                let (kind, value) = line.value.split_once(':')?;
                kind.trim_ascii()
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim_ascii().parse::<u32>().ok())?
            })
        };
        said("TIAS").map(|bits| bits.div_ceil(1_000)).or_else(|| said("AS"))
    }

    /// The port. 0 means that the stream is refused or closed (RFC 3264 §5.1, §6, §8.2).
    pub fn port(&self) -> u16 {
        self.line.port
    }

    /// The transport as written, for example `RTP/AVP`.
    pub fn protocol(&self) -> &'a str {
        self.line.protocol
    }

    /// What the transport means for RTP.
    pub fn profile(&self) -> Profile {
        let is = |name: &str| self.line.protocol.eq_ignore_ascii_case(name);
        match () {
            () if is("RTP/AVP") => Profile::Avp,
            () if is("RTP/AVPF") => Profile::Avpf,
            () if is("RTP/SAVP") => Profile::Savp,
            () if is("RTP/SAVPF") => Profile::Savpf,
            () if is("UDP/TLS/RTP/SAVP") || is("UDP/TLS/RTP/SAVPF") => Profile::Dtls,
            () => Profile::Other,
        }
    }

    /// The formats in order of preference, for RTP payload types.
    pub fn formats(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        words(self.line.formats)
    }

    /// The formats that are payload types: numbers up to 127.
    pub fn payload_types(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.formats().filter_map(|format| number_of(format).filter(|number| *number < 128))
    }

    /// Every line below the `m=` line.
    pub fn lines(&self) -> Lines<'a> {
        self.lines.clone()
    }

    /// The attributes of this media description alone.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.lines.clone())
    }

    /// The `c=` line that holds here: its own, else the one of the session.
    ///
    /// # Errors
    /// [`ValueError`] when the line is there but not readable. A host name is readable.
    pub fn connection(&self) -> Result<Option<Connection<'a>>, ValueError> {
        let value = self.lines.clone().value(b'c').or_else(|| self.session.clone().value(b'c'));
        value.map(Connection::parse).transpose()
    }

    /// The direction that holds here: its own, else the one of the session, else `sendrecv`.
    pub fn direction(&self) -> Direction {
        direction(self.attributes())
            .or_else(|| direction(Attributes::new(self.session.clone())))
            .unwrap_or_default()
    }

    /// `a=ptime`, in milliseconds; also found in the session part, where some phones put it.
    pub fn ptime(&self) -> Option<u16> {
        let own = self.attributes().typed::<Ptime>().next();
        own.or_else(|| Attributes::new(self.session.clone()).typed().next()).map(|Ptime(time)| time)
    }

    /// `a=maxptime`, in milliseconds; also found in the session part.
    pub fn maxptime(&self) -> Option<u16> {
        let own = self.attributes().typed::<MaxPtime>().next();
        own.or_else(|| Attributes::new(self.session.clone()).typed().next()).map(|MaxPtime(time)| time)
    }

    /// `a=rtcp` (RFC 3605).
    pub fn rtcp(&self) -> Option<Rtcp<'a>> {
        self.attributes().typed().next()
    }

    /// True with `a=rtcp-mux`: RTP and RTCP on one port (RFC 5761 §5.1.1).
    pub fn rtcp_mux(&self) -> bool {
        self.attributes().has("rtcp-mux")
    }

    /// `a=rtcp-xr` (RFC 3611 §5.1): its own, else that of the session.
    pub fn rtcp_xr(&self) -> Option<RtcpXr<'a>> {
        let own = self.attributes().typed().next();
        own.or_else(|| Attributes::new(self.session.clone()).typed().next())
    }

    /// The `a=rtpmap` of a payload type.
    pub fn rtpmap(&self, payload_type: u8) -> Option<RtpMap<'a>> {
        self.attributes().of_format(payload_type)
    }

    /// The `a=fmtp` of a payload type.
    pub fn fmtp(&self, payload_type: u8) -> Option<Fmtp<'a>> {
        self.attributes().of_format(payload_type)
    }
}

/// The direction among `attributes`; the first counts.
pub(crate) fn direction(attributes: Attributes<'_>) -> Option<Direction> {
    attributes.words().find_map(Direction::from_name)
}

/// The parts of an `m=` line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MediaLine<'a> {
    kind: &'a str,
    port: u16,
    protocol: &'a str,
    formats: &'a str,
}

impl<'a> MediaLine<'a> {
    /// Reads `audio 49170 RTP/AVP 0 8`. A count of ports (`49170/2`) is passed over; the list of formats
    /// may be empty, as some phones write it for a closed stream. Control characters are refused: an answer
    /// repeats the words of this line, and must not repeat those.
    pub(crate) fn parse(value: &'a str) -> Option<Self> {
        if has_control(value) { None } else { Self::read(value) }
    }

    /// Reads a line that [`parse`](Self::parse) has read before.
    fn read(value: &'a str) -> Option<Self> {
        let mut words = words(value);
        let (kind, port, protocol) = (words.next()?, words.next()?, words.next()?);
        let formats = words.rest();
        let (number, end) = number_at(port.as_bytes(), 0)?;
        let is_whole = matches!(port.as_bytes().get(end), None | Some(b'/'));
        let port = u16::try_from(number).ok().filter(|_| is_whole)?;
        Some(Self { kind, port, protocol, formats })
    }
}

/// The media descriptions, in order.
#[derive(Clone, Debug)]
pub struct MediaIter<'a> {
    lines: Lines<'a>,
    session: Lines<'a>,
}

impl<'a> MediaIter<'a> {
    pub(crate) fn new(lines: Lines<'a>) -> Self {
        Self { session: lines.section(), lines }
    }
}

impl<'a> Iterator for MediaIter<'a> {
    type Item = Media<'a>;

    fn next(&mut self) -> Option<Media<'a>> {
        let mut next = || self.lines.next_of(b'm');
        let line = iter::from_fn(&mut next).find_map(MediaLine::read)?;
        Some(Media { line, lines: self.lines.section(), session: self.session.clone() })
    }
}
