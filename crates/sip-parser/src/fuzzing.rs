use alloc::string::ToString;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::compact;
use crate::typed::{read_all, round_trips};
use crate::{Framer, HeaderName, Message, NameAddr, RequestBuilder, ResponseBuilder, Start, TelUri, Uri};

/// Reads a message in every way there is, and writes it again.
///
/// # Panics
/// When the message that was written is not read as the same headers and body.
pub fn message(data: &[u8]) {
    let Ok(message) = Message::parse(Bytes::copy_from_slice(data)) else { return };
    let _ = (message.via(), message.from(), message.to(), message.call_id(), message.cseq());
    let _ = (message.max_forwards(), message.expires(), message.request_uri());
    for address in message.contacts().flatten() {
        let _ = (address.expires(), address.q());
    }
    if let Ok(from) = message.from() {
        let _ = (from.display(), from.uri().user_unescaped(), from.uri().equivalent(&from.uri()));
    }
    read_all(&message);
    for part in message.parts() {
        let _ = (part.content_id(), part.is_optional(), part.content_type());
    }
    let described = message.session_description();
    assert!(described.is_none_or(|described| described.len() <= message.body().len()));
    let noted = message.with_top_via(Some([192, 0, 2, 1].into()), Some(5060));
    assert!(noted.start() == message.start() && noted.body() == message.body());
    let noted_names = noted.headers().map(|(name, _)| name);
    assert!(noted_names.eq(message.headers().map(|(name, _)| name)));
    let below_top =
        |message: &Message| message.raw_all(&HeaderName::Via).skip(1).map(str::len).sum::<usize>();
    assert_eq!(below_top(&noted), below_top(&message));
    written_again(&noted);
    let again = Message::parse(message.as_bytes().clone()).ok();
    assert!(again.is_some_and(|a| a.headers().eq(message.headers()) && a.body() == message.body()));
    written_again(&message);
    written_otherwise(&message);
}

/// Writes a message with short names, and with another body.
fn written_otherwise(message: &Message) {
    let short = Message::parse(compact(message.as_bytes()).into());
    let is_same = |short: Message| short.headers().eq(message.headers()) && short.body() == message.body();
    assert!(short.is_ok_and(is_same));
    // One with as many headers as it may have may get no Content-Length.
    let Ok(other) = message.with_body(b"other") else { return };
    let other_headers = |message: &Message| {
        let others = message.headers().filter(|(name, _)| *name != HeaderName::ContentLength);
        others.map(|(name, value)| (name, value.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(other_headers(&other), other_headers(message));
    assert!(other.body() == b"other" && other.start() == message.start());
}

/// Writes a request, and the answer to it, with our own builders.
fn written_again(message: &Message) {
    let reply = Message::parse(ResponseBuilder::reply(message, 200).to_tag("tag").build());
    assert!(reply.is_ok_and(|reply| reply.raw(&HeaderName::CSeq) == message.raw(&HeaderName::CSeq)
        || message.raw(&HeaderName::CSeq).is_some_and(|value| value.contains(char::is_control))));
    let Start::Request { method, uri } = message.start() else { return };
    let ours = [HeaderName::ContentLength, HeaderName::ContentType];
    let headers = || message.headers().filter(|(name, _)| !ours.contains(name));
    let mut request = RequestBuilder::new(&method, uri);
    for (name, value) in headers() {
        request = request.header(&name, value);
    }
    let request = Message::parse(request.body("a/b", message.body()).build());
    let again = match request {
        Ok(again) => again,
        // A message that is as long as it may be grows by what its builder adds.
        Err(error) => return assert_eq!(error.status(), Some(513), "{error}"),
    };
    assert_eq!(again.body(), message.body());
    // Control characters become blanks when they are written.
    if !headers().any(|(_, value)| value.contains(char::is_control)) && !uri.contains(char::is_control) {
        let kept = again.headers().filter(|(name, _)| !ours.contains(name));
        assert!(kept.eq(headers()) && again.start() == message.start());
    }
}

/// Reads a text as the value of each header that has a type, and writes what was read.
///
/// # Panics
/// When what was written is not read as the same value.
pub fn typed_headers(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    round_trips(text);
}

/// Reads two texts, divided by a line end, as URIs, and compares them.
///
/// # Panics
/// When a URI is not written as it was read, is not the same as itself, or is the same as another one that is not the
/// same as it.
pub fn uri(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let (first, second) = text.split_once('\n').unwrap_or((text, text));
    let (Ok(a), Ok(b)) = (Uri::parse(first), Uri::parse(second)) else { return };
    assert_eq!(a.to_string(), first);
    assert!(a.equivalent(&a) && b.equivalent(&b), "each is the same as itself");
    assert_eq!(a.equivalent(&b), b.equivalent(&a));
    let _ = (a.dialed(), a.param_unescaped("transport"), a.header("Replaces"), a.password());
    if let Some(number) = a.telephone() {
        let _ = (number.is_global(), number.context(), number.extension(), number.subaddress());
        let written = number.to_string();
        assert_eq!(TelUri::parse(&written).as_ref(), Ok(&number));
    }
    let bracketed = alloc::format!("<{first}>;tag=1");
    if let Ok(address) = NameAddr::parse(&bracketed) {
        let written = address.to_string();
        assert_eq!(NameAddr::parse(&written).as_ref(), Ok(&address));
        assert_eq!((address.uri_str(), address.tag()), (first.trim_ascii(), Some("1")));
    }
}

/// Cuts a stream into frames, in chunks whose size the first octet tells.
///
/// # Panics
/// When chunks change what is found.
pub fn framing(data: &[u8]) {
    let Some((size, stream)) = data.split_first() else { return };
    let run = |chunk: usize| {
        let (mut framer, mut messages) = (Framer::new(), alloc::vec::Vec::new());
        for part in stream.chunks(chunk) {
            framer.push(part);
            while let Ok(Some(frame)) = framer.next() {
                // A line end alone is a pong, or the first half of a ping: that does depend on the chunks.
                if let crate::Frame::Message(bytes) = frame {
                    messages.push(bytes);
                }
            }
        }
        messages
    };
    assert_eq!(run(usize::from(*size).max(1)), run(stream.len().max(1)));
}
