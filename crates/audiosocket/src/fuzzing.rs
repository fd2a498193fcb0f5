//! The body of the fuzz target `audiosocket_stream`, kept here so that it always compiles.

use alloc::vec::Vec;

use crate::{Incoming, Message, Outgoing};

/// A stream in parts, whose length is that of the first octet: it never stops for want of room, and what is read can be written and is
/// read as the same.
///
/// # Panics
/// When it is not so.
pub fn audiosocket_stream(data: &[u8]) {
    let Some((part, data)) = data.split_first() else { return };
    let (mut stream, mut outgoing, mut written) = (Incoming::new(), Outgoing::new(70_000), Vec::new());
    for part in data.chunks(usize::from(*part).max(1)) {
        let space = stream.space();
        assert!(space.len() >= part.len());
        space[..part.len()].copy_from_slice(part);
        stream.arrived(part.len());
        loop {
            let message = match stream.next_message() {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(_) => return,
            };
            written.clear();
            assert!(message.write(&mut written).is_ok() && written.len() == message.length());
            assert_eq!(Message::read(&written), Ok(Some((message, written.len()))));
            assert!(outgoing.push(&message).is_ok() && outgoing.waiting().len() <= 70_000);
            outgoing.sent(usize::from(part[0]));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_law_holds_for_messages_in_a_row(
            part: u8,
            messages in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..600)), 0..20),
        ) {
            let mut data = vec![part];
            for (kind, payload) in messages {
                data.push(kind);
                data.extend((payload.len() as u16).to_be_bytes());
                data.extend(payload);
            }
            audiosocket_stream(&data);
        }
    }
}
