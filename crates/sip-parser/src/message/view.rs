//! Reading a message.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::net::IpAddr;
use core::ops::Range;

use bytes::Bytes;
use bytestring::ByteString;

use super::parse::LONGEST;
use super::{HeaderLine, Message, Place, Start, StartIndex};
use crate::error::HeaderError;
use crate::header::{CSeq, Contact, HeaderName, NameAddr, UNLISTED, Via, by_number};
use crate::method::Method;
use crate::scan::{CommaList, number};
use crate::typed::TypedHeader;
use crate::uri::Uri;

impl Message {
    /// The first line.
    pub fn start(&self) -> Start<'_> {
        match &self.start {
            StartIndex::Request { method, uri } => {
                Start::Request { method: method.clone(), uri: self.text(*uri) }
            }
            StartIndex::Response { status, reason } => {
                Start::Response { status: *status, reason: self.text(*reason) }
            }
        }
    }

    /// Whether it is a request.
    pub fn is_request(&self) -> bool {
        matches!(self.start, StartIndex::Request { .. })
    }

    /// The method of a request.
    pub fn method(&self) -> Option<Method> {
        match &self.start {
            StartIndex::Request { method, .. } => Some(method.clone()),
            StartIndex::Response { .. } => None,
        }
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        match self.start {
            StartIndex::Request { .. } => None,
            StartIndex::Response { status, .. } => Some(status),
        }
    }

    /// The reason phrase of a response; empty for a request.
    pub fn reason(&self) -> &str {
        match self.start {
            StartIndex::Request { .. } => "",
            StartIndex::Response { reason, .. } => self.text(reason),
        }
    }

    /// The request-URI as written.
    pub fn uri(&self) -> Option<&str> {
        match self.start {
            StartIndex::Request { uri, .. } => Some(self.text(uri)),
            StartIndex::Response { .. } => None,
        }
    }

    /// The request-URI taken apart.
    ///
    /// # Errors
    /// [`HeaderError`] when it is a response, or the URI cannot be read.
    pub fn request_uri(&self) -> Result<Uri<'_>, HeaderError> {
        Uri::parse(self.uri().ok_or(HeaderError::Missing("request-URI"))?)
    }

    /// The value of the first line of that name, without the blanks around it.
    pub fn raw(&self, name: &HeaderName) -> Option<&str> {
        let number = name.number();
        self.lines.iter().find(|line| self.means(line, number, name)).map(|line| self.text(line.value))
    }

    /// The value of each line of that name.
    pub fn raw_all<'m>(&'m self, name: &HeaderName) -> impl Iterator<Item = &'m str> + use<'m> {
        let number = name.number();
        // The text counts only where there is no number.
        let unlisted = (number == UNLISTED).then(|| name.clone());
        let is_meant = move |line: &&HeaderLine| {
            line.number() == number && unlisted.as_ref().is_none_or(|name| self.is_written(line, name))
        };
        self.lines.iter().filter(is_meant).map(|line| self.text(line.value))
    }

    /// The values of a list header, over all its lines: `Allow: A, B` and `Allow: C` are three.
    pub fn values<'m>(&'m self, name: &HeaderName) -> impl Iterator<Item = &'m str> + use<'m> {
        self.raw_all(name).flat_map(|value| CommaList(Some(value)))
    }

    /// The first header of a type; `None` when there is none.
    ///
    /// # Errors
    /// [`HeaderError`] when it does not follow its grammar.
    pub fn header<'m, H: TypedHeader<'m>>(&'m self) -> Result<Option<H>, HeaderError> {
        self.headers_of().next().transpose()
    }

    /// Every header of a type, over all its lines, in order.
    pub fn headers_of<'m, H: TypedHeader<'m>>(
        &'m self,
    ) -> impl Iterator<Item = Result<H, HeaderError>> + use<'m, H> {
        self.raw_all(&H::NAME).flat_map(|line| {
            let (list, whole) = match H::LIST {
                true => (CommaList(Some(line)), None),
                false => (CommaList(None), Some(line)),
            };
            list.chain(whole).map(H::parse)
        })
    }

    /// All header lines in order.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, &str)> {
        self.lines.iter().map(|line| (self.name(line), self.text(line.value)))
    }

    /// The topmost Via.
    ///
    /// # Errors
    /// [`HeaderError`] when it is missing or cannot be read.
    pub fn via(&self) -> Result<Via<'_>, HeaderError> {
        Via::parse(self.values(&HeaderName::Via).next().ok_or(HeaderError::Missing("Via"))?)
    }

    /// From.
    ///
    /// # Errors
    /// [`HeaderError`] when it is missing or cannot be read.
    pub fn from(&self) -> Result<NameAddr<'_>, HeaderError> {
        NameAddr::parse(self.demand(&HeaderName::From, "From")?)
    }

    /// To.
    ///
    /// # Errors
    /// [`HeaderError`] when it is missing or cannot be read.
    pub fn to(&self) -> Result<NameAddr<'_>, HeaderError> {
        NameAddr::parse(self.demand(&HeaderName::To, "To")?)
    }

    /// Call-ID.
    ///
    /// # Errors
    /// [`HeaderError`] when it is missing or empty.
    pub fn call_id(&self) -> Result<&str, HeaderError> {
        self.demand(&HeaderName::CallId, "Call-ID")
    }

    /// CSeq.
    ///
    /// # Errors
    /// [`HeaderError`] when it is missing or cannot be read.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        CSeq::parse(self.demand(&HeaderName::CSeq, "CSeq")?)
    }

    /// The values of Contact.
    pub fn contacts(&self) -> impl Iterator<Item = Result<Contact<'_>, HeaderError>> {
        self.values(&HeaderName::Contact).map(Contact::parse)
    }

    /// Max-Forwards, if there is one.
    pub fn max_forwards(&self) -> Option<Result<u8, HeaderError>> {
        let value = self.raw(&HeaderName::MaxForwards)?;
        let problem = HeaderError::malformed("Max-Forwards", "write a number from 0 to 255");
        Some(number(value).ok_or(problem))
    }

    /// Expires in seconds, if there is one. A number that does not fit counts as the longest.
    pub fn expires(&self) -> Option<Result<u32, HeaderError>> {
        let value = self.raw(&HeaderName::Expires)?;
        if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Err(HeaderError::malformed("Expires", "write a number of seconds")));
        }
        Some(Ok(value.parse().unwrap_or(u32::MAX)))
    }

    /// Content-Type as written.
    pub fn content_type(&self) -> Option<&str> {
        self.raw(&HeaderName::ContentType)
    }

    /// All header lines as they stand, without the first line of the message.
    pub(crate) fn header_text(&self) -> &str {
        self.head.split_once('\n').map_or("", |(_, lines)| lines)
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The whole message as it came.
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The same message with `received` and `rport` put into its topmost Via, as who receives a request adds them
    /// (RFC 3261 §18.2.1, RFC 3581 §4). `rport` is filled in only where the sender asked for it.
    pub fn with_top_via(&self, received: Option<IpAddr>, rport: Option<u16>) -> Self {
        let Some(line) = self.lines.iter().find(|l| l.number() == HeaderName::Via.number()) else {
            return self.clone();
        };
        let value = self.text(line.value);
        let top = CommaList(Some(value)).next().unwrap_or(value);
        // A Via that says nothing stays so: it is refused by whoever reads it.
        if top.is_empty() {
            return self.clone();
        }
        let rewritten = rewritten_via(top, received, rport);
        let top_at = top.as_ptr() as usize - self.head.as_ptr() as usize;
        self.with_text(top_at..top_at + top.len(), &rewritten).unwrap_or_else(|| self.clone())
    }

    /// The same message with another text in place of a part of one header's value: what was indexed stays so, but for the
    /// places behind it. `None` if the message becomes longer than any may be.
    fn with_text(&self, part: Range<usize>, text: &str) -> Option<Self> {
        let length = self.bytes.len() - part.len() + text.len();
        let mut bytes = Vec::with_capacity(Some(length).filter(|length| *length <= LONGEST)?);
        bytes.extend_from_slice(self.head.get(..part.start)?.as_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(self.head.get(part.end..)?.as_bytes());
        bytes.extend_from_slice(self.bytes.get(self.head.len()..)?);
        let bytes = Bytes::from(bytes);
        let head_end = self.head.len() - part.len() + text.len();
        let head = ByteString::try_from(bytes.slice(..head_end)).ok()?;
        // The blank line stands between the head and the body.
        let body_at = head_end + 2;
        let body = bytes.get(body_at..body_at + self.body.len()).map(|body| bytes.slice_ref(body))?;
        let moved = |place: u32| match place as usize {
            before if before < part.end => place,
            behind => (behind - part.len() + text.len()) as u32,
        };
        let line = |line: &HeaderLine| {
            let value = Place { start: moved(line.value.start), end: moved(line.value.end) };
            HeaderLine::new(line.number(), moved(line.name()), value)
        };
        let lines = self.lines.iter().map(line).collect();
        Some(Self { bytes, head, start: self.start.clone(), lines, body })
    }

    /// Whether a line is of that header; unlisted names are compared without regard to case.
    #[inline]
    fn means(&self, line: &HeaderLine, number: u8, name: &HeaderName) -> bool {
        line.number() == number && (number != UNLISTED || self.is_written(line, name))
    }

    /// Whether a line has this name, in any case.
    fn is_written(&self, line: &HeaderLine, name: &HeaderName) -> bool {
        self.written_name(line).eq_ignore_ascii_case(name.as_str())
    }

    fn name(&self, line: &HeaderLine) -> HeaderName {
        by_number(line.number()).cloned().unwrap_or_else(|| HeaderName::from(self.written_name(line)))
    }

    /// The name as it stands in the message.
    fn written_name(&self, line: &HeaderLine) -> &str {
        let line = self.text(Place { start: line.name(), end: line.value.start });
        line.split(':').next().unwrap_or_default().trim_ascii_end()
    }

    fn demand(&self, name: &HeaderName, text: &'static str) -> Result<&str, HeaderError> {
        self.raw(name).filter(|value| !value.is_empty()).ok_or(HeaderError::Missing(text))
    }

    fn text(&self, place: Place) -> &str {
        // Places are cut at ASCII characters, so they are there and on boundaries.
        self.head.get(place.start as usize..place.end as usize).unwrap_or_default()
    }
}

/// The value with `received` set and an empty `rport` filled in; what was there of them is replaced.
fn rewritten_via(top: &str, received: Option<IpAddr>, rport: Option<u16>) -> String {
    let (head, params) = top.split_at(top.find(';').unwrap_or(top.len()));
    let mut text = String::with_capacity(top.len() + ";received=;rport=65535".len() + 39);
    text.push_str(head);
    let via_params = crate::header::Params(params);
    let mut asks_rport = false;
    for (name, value) in via_params.iter() {
        let is_rport = name.eq_ignore_ascii_case("rport");
        asks_rport |= is_rport;
        if (received.is_some() && name.eq_ignore_ascii_case("received")) || (rport.is_some() && is_rport) {
            continue;
        }
        text.extend([";", name]);
        if let Some(value) = value {
            let plain = |b| crate::scan::is_token(b) || matches!(b, b':' | b'[' | b']');
            let quote = if value.bytes().all(plain) { "" } else { "\"" };
            text.extend(["=", quote, value, quote]);
        }
    }
    // Writing into a String does not fail.
    if let Some(ip) = received {
        let _ = write!(text, ";received={ip}");
    }
    if let Some(port) = rport.filter(|_| asks_rport) {
        let _ = write!(text, ";rport={port}");
    }
    text
}
