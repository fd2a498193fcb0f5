//! Reading a message.

use alloc::boxed::Box;
use alloc::string::String;
use core::net::IpAddr;
use core::ops::Range;

use bytes::Bytes;
use wire_text::{Address, Decimal, Places, Sixteen, all, find, position};

use super::lines::{Line, Place};
use super::{Message, NotedVia, Start, StartKind};
use crate::error::HeaderError;
use crate::header::{CSeq, Contact, HeaderName, NameAddr, Params, UNLISTED, Via, by_number, tag_in};
use crate::method::Method;
use crate::scan::{CommaList, is_token, number, offset, split_before};
use crate::typed::TypedHeader;
use crate::uri::Uri;

impl Message {
    /// The first line.
    pub fn start(&self) -> Start<'_> {
        let text = self.text(self.start.text);
        match self.start.kind {
            StartKind::Request(number) => Start::Request { method: self.method_of(number), uri: text },
            StartKind::Response(status) => Start::Response { status, reason: text },
        }
    }

    /// Whether it is a request.
    pub fn is_request(&self) -> bool {
        matches!(self.start.kind, StartKind::Request(_))
    }

    /// The method of a request.
    pub fn method(&self) -> Option<Method> {
        match self.start.kind {
            StartKind::Request(number) => Some(self.method_of(number)),
            StartKind::Response(_) => None,
        }
    }

    /// The method of this number, or the one that is written.
    fn method_of(&self, number: u8) -> Method {
        Method::by_number(number).unwrap_or_else(|| {
            let end = self.head.find(' ').unwrap_or_default();
            Method::from(self.head.get(..end).unwrap_or_default())
        })
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        match self.start.kind {
            StartKind::Request(_) => None,
            StartKind::Response(status) => Some(status),
        }
    }

    /// The reason phrase of a response; empty for a request.
    pub fn reason(&self) -> &str {
        if self.is_request() { "" } else { self.text(self.start.text) }
    }

    /// The request-URI as written.
    pub fn uri(&self) -> Option<&str> {
        self.is_request().then(|| self.text(self.start.text))
    }

    /// The request-URI taken apart.
    ///
    /// # Errors
    /// [`HeaderError`] when it is a response, or the URI cannot be read.
    pub fn request_uri(&self) -> Result<Uri<'_>, HeaderError> {
        Uri::parse(self.uri().ok_or(HeaderError::Missing("request-URI"))?)
    }

    /// The value of the first line of that name, without the blanks around it.
    #[inline]
    pub fn raw(&self, name: &HeaderName) -> Option<&str> {
        let found = match name.number() {
            UNLISTED => self.find_written(name, 0),
            number => self.lines.find(number, 0),
        };
        found.map(|(_, value)| self.text(value))
    }

    /// The value of each line of that name.
    pub fn raw_all<'m>(&'m self, name: &HeaderName) -> impl Iterator<Item = &'m str> + use<'m> {
        let number = name.number();
        // The text counts only where there is no number.
        let unlisted = (number == UNLISTED).then(|| name.clone());
        let mut from = 0;
        core::iter::from_fn(move || {
            let (index, value) = match &unlisted {
                Some(name) => self.find_written(name, from)?,
                None => self.lines.find(number, from)?,
            };
            from = index + 1;
            Some(self.text(value))
        })
    }

    /// Hands over the value of each line of a listed name.
    #[inline(always)]
    pub(crate) fn each_listed<'m>(&'m self, name: &HeaderName, mut take: impl FnMut(&'m str)) {
        let (number, mut from) = (name.number(), 0);
        while let Some((index, value)) = self.lines.find(number, from) {
            take(self.text(value));
            from = index + 1;
        }
    }

    /// The first line from `from` on that has this name, which is not listed.
    fn find_written(&self, name: &HeaderName, mut from: usize) -> Option<(usize, Place)> {
        loop {
            let (index, value) = self.lines.find(UNLISTED, from)?;
            if self.is_written(index, name) {
                return Some((index, value));
            }
            from = index + 1;
        }
    }

    /// Whether more than one line has this name. One line may hold several values.
    pub fn is_repeated(&self, name: &HeaderName) -> bool {
        match name.number() {
            UNLISTED => self.raw_all(name).nth(1).is_some(),
            number => self.lines.is_repeated(number),
        }
    }

    /// Whether one of the [values](Self::values) of a list header `is` what is looked for.
    pub fn has_value(&self, name: &HeaderName, is: impl Fn(&str) -> bool) -> bool {
        self.raw_all(name).any(|line| match has_marks(line) {
            false => words(line).any(&is),
            true => CommaList(Some(line)).any(&is),
        })
    }

    /// Whether a list header has more than one [value](Self::values).
    pub fn has_several(&self, name: &HeaderName) -> bool {
        let may_have = self.is_repeated(name)
            || self.raw(name).is_some_and(|line| find(line.as_bytes(), b',').is_some());
        may_have && self.values(name).nth(1).is_some()
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
        let line = |index| self.lines.get(index).map(|line| (self.name(index, line), self.text(line.value)));
        (0..self.lines.len()).filter_map(line)
    }

    /// The topmost Via.
    ///
    /// # Errors
    /// [`HeaderError`] when it is missing or cannot be read.
    pub fn via(&self) -> Result<Via<'_>, HeaderError> {
        let first = self.raw(&HeaderName::Via).and_then(|line| CommaList(Some(line)).next());
        let top = first.or_else(|| self.values(&HeaderName::Via).next());
        Via::parse(top.ok_or(HeaderError::Missing("Via"))?)
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

    /// The tag of From, found without reading the address before it; `None` where there is none. It tells
    /// nothing of whether that address [can be read](Self::from).
    pub fn from_tag(&self) -> Option<&str> {
        tag_in(self.raw(&HeaderName::From)?)
    }

    /// The tag of To, likewise.
    pub fn to_tag(&self) -> Option<&str> {
        tag_in(self.raw(&HeaderName::To)?)
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
    pub fn body(&self) -> &[u8] {
        self.bytes.get(self.body.range()).unwrap_or_default()
    }

    /// The whole message as it came, without what was [put into](Self::with_top_via) its Via.
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The same message with `received` and `rport` put into its topmost Via, as who receives a request adds them
    /// (RFC 3261 §18.2.1, RFC 3581 §4). `rport` is filled in only where the sender asked for it.
    ///
    /// Every way to read the header shows them; [`as_bytes`](Self::as_bytes) stays as it came.
    pub fn with_top_via(&self, received: Option<IpAddr>, rport: Option<u16>) -> Self {
        let mut noted = self.clone();
        noted.note_in_top_via(received, rport);
        noted
    }

    /// [`with_top_via`](Self::with_top_via) in place.
    pub fn note_in_top_via(&mut self, received: Option<IpAddr>, rport: Option<u16>) {
        let Some((index, place)) = self.lines.find(HeaderName::Via.number(), 0) else { return };
        let value = self.text(place);
        let top = CommaList(Some(value)).next().unwrap_or(value);
        // A Via that says nothing stays so: it is refused by whoever reads it.
        if top.is_empty() {
            return;
        }
        let at = offset(top, value);
        let (before, behind) = (&value[..at], &value[at + top.len()..]);
        let value = rewritten_via([before, top, behind], received, rport);
        let end = self.noted.as_ref().map_or(place.end, |noted| noted.end);
        self.noted = Some(Box::new(NotedVia { value, end }));
        self.lines.set_elsewhere(index);
    }

    /// Whether the line at a place in the order has this name, in any case.
    fn is_written(&self, index: usize, name: &HeaderName) -> bool {
        self.written_name(index).eq_ignore_ascii_case(name.as_str())
    }

    fn name(&self, index: usize, line: Line) -> HeaderName {
        by_number(line.number).cloned().unwrap_or_else(|| HeaderName::from(self.written_name(index)))
    }

    /// The name as it stands in the message: behind the value of the line before, and the line end.
    fn written_name(&self, index: usize) -> &str {
        let before = match index.checked_sub(1).and_then(|before| self.lines.get(before)) {
            Some(Line { value: Place::ELSEWHERE, .. }) => {
                self.noted.as_ref().map_or(0, |noted| noted.end as usize)
            }
            Some(line) => line.value.end as usize,
            None => self.head.find("\r\n").unwrap_or_default(),
        };
        let text = self.head.get(before..).unwrap_or_default().trim_ascii_start();
        text.split(':').next().unwrap_or_default().trim_ascii_end()
    }

    fn demand(&self, name: &HeaderName, text: &'static str) -> Result<&str, HeaderError> {
        self.raw(name).filter(|value| !value.is_empty()).ok_or(HeaderError::Missing(text))
    }

    #[cold]
    fn noted_value(&self) -> &str {
        self.noted.as_ref().map_or("", |noted| &noted.value)
    }

    #[inline]
    fn text(&self, place: Place) -> &str {
        // Places are cut at ASCII characters, so they are there and on boundaries, unless the value is elsewhere.
        self.head.get(place.range()).unwrap_or_else(|| self.noted_value())
    }
}

impl Place {
    #[inline]
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Whether quotes or brackets stand in a list, between which a comma divides nothing.
fn has_marks(list: &str) -> bool {
    position(list.as_bytes(), |octets| octets.equal(b'"') | octets.equal(b'<')).is_some()
}

/// The elements of a list without them.
fn words(list: &str) -> impl Iterator<Item = &str> {
    let mut ends = Places::of(list.as_bytes(), |octets: Sixteen| octets.equal(b','));
    let mut start = 0;
    core::iter::from_fn(move || {
        while start <= list.len() {
            let end = ends.next().unwrap_or(list.len());
            let word = list[start..end].trim_ascii();
            start = end + 1;
            if !word.is_empty() {
                return Some(word);
            }
        }
        None
    })
}

/// Whether a value of a parameter of Via needs no quotes.
fn is_bare_in_via(value: &str) -> bool {
    let usual = |octets: Sixteen| {
        octets.lower().within(b'a', b'z') | octets.within(b'0', b':') | octets.within(b'-', b'.')
    };
    let bare = |octet| is_token(octet) || matches!(octet, b':' | b'[' | b']');
    all(value.as_bytes(), usual) || value.bytes().all(bare)
}

/// The value of a line, of which one part is the topmost Via, with `received` set and an empty `rport` filled in; what was
/// there of them is replaced.
fn rewritten_via([before, top, behind]: [&str; 3], received: Option<IpAddr>, rport: Option<u16>) -> String {
    const NAMES: [&str; 2] = [";received=", ";rport=65535"];
    let received = received.map(Address::of);
    let address = received.as_ref().map_or("", Address::as_str);
    let longer = address.len() + NAMES.map(str::len).iter().sum::<usize>();
    let mut text = String::with_capacity(before.len() + top.len() + behind.len() + longer);
    let (head, params) = split_before(top, b';');
    text.extend([before, head]);
    let asks_rport = copy_params(&mut text, params, |name| {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        (received.is_some() && is("received")) || (rport.is_some() && is("rport"))
    });
    if received.is_some() {
        text.extend([";received=", address]);
    }
    if let Some(port) = rport.filter(|_| asks_rport) {
        text.extend([";rport=", Decimal::of(port).as_str()]);
    }
    text.push_str(behind);
    text
}

/// Copies parameters of a Via but those that are `left_out`. Tells whether `rport` was among them.
fn copy_params(text: &mut String, params: &str, left_out: impl Fn(&str) -> bool) -> bool {
    let mut asks_rport = false;
    let mut takes = |name: &str| {
        asks_rport |= name.eq_ignore_ascii_case("rport");
        !name.is_empty() && !left_out(name)
    };
    let odd = |octets: Sixteen| octets.equal(b'"') | octets.equal(b'<') | octets.up_to(b' ');
    if position(params.as_bytes(), odd).is_none() {
        // Nearly always semicolons alone divide them.
        let mut rest = params;
        while let Some(tail) = rest.strip_prefix(';') {
            let (param, next) = split_before(tail, b';');
            if takes(split_before(param, b'=').0) {
                text.extend([";", param]);
            }
            rest = next;
        }
        return asks_rport;
    }
    for (name, value) in Params(params).iter().filter(|(name, _)| takes(name)) {
        text.extend([";", name]);
        if let Some(value) = value {
            let quote = if is_bare_in_via(value) { "" } else { "\"" };
            text.extend(["=", quote, value, quote]);
        }
    }
    asks_rport
}
