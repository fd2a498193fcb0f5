use bytes::Bytes;

use crate::{Framer, Message};

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
    crate::typed::read_all(&message);
    let _ = message.with_top_via(Some([192, 0, 2, 1].into()), Some(5060));
    let again = Message::parse(message.as_bytes().clone()).ok();
    assert!(again.is_some_and(|a| a.headers().eq(message.headers()) && a.body() == message.body()));
}

/// Cuts a stream into frames, in chunks whose size the first octet tells.
///
/// # Panics
/// When chunks change what is found.
pub fn framing(data: &[u8]) {
    let Some((size, stream)) = data.split_first() else { return };
    let run = |chunk: usize| {
        let (mut framer, mut found) = (Framer::new(), 0_usize);
        for part in stream.chunks(chunk) {
            framer.push(part);
            while let Ok(Some(_)) = framer.next() {
                found += 1;
            }
        }
        found
    };
    let _ = run(usize::from(*size).max(1));
    let _ = run(stream.len().max(1));
}
