use super::{RawPacket, word};

/// The item that ends a chunk.
const END: u8 = 0;

/// Names of sources (RFC 3550 §6.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceDescription<'a> {
    count: u8,
    body: &'a [u8],
}

impl<'a> SourceDescription<'a> {
    /// A chunk for each source, at most 31.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
        let mut rest = self.body;
        (0..self.count).map_while(move |_| {
            let (chunk, after) = split_chunk(rest)?;
            rest = after;
            Some(chunk)
        })
    }

    /// The canonical name of a source, which stays when its SSRC changes (RFC 3550 §6.5.1).
    pub fn cname(&self, ssrc: u32) -> Option<&'a [u8]> {
        let chunk = self.chunks().find(|chunk| chunk.ssrc == ssrc)?;
        chunk.items().find(|item| item.kind == Item::CNAME).map(|item| item.text)
    }

    pub(super) fn is_valid(raw: &RawPacket<'_>) -> bool {
        let mut rest = raw.body;
        (0..raw.count).all(|_| match split_chunk(rest) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }

    pub(super) fn new(raw: &RawPacket<'a>) -> Self {
        Self { count: raw.count, body: raw.body }
    }
}

/// What is said of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// The source.
    pub ssrc: u32,
    items: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// The items, in order.
    pub fn items(&self) -> impl Iterator<Item = Item<'a>> + use<'a> {
        let mut rest = self.items;
        core::iter::from_fn(move || {
            let (item, after) = split_item(rest)?;
            rest = after;
            Some(item)
        })
    }
}

/// One item of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// What it says: see the constants.
    pub kind: u8,
    /// UTF-8 by the standard, though nothing enforces it; at most 255 octets.
    pub text: &'a [u8],
}

impl Item<'_> {
    /// The canonical name.
    pub const CNAME: u8 = 1;
    /// The user's name.
    pub const NAME: u8 = 2;
    /// The application.
    pub const TOOL: u8 = 6;
}

/// The first chunk, and what follows it. A chunk ends with at least one zero, up to the next word; the last one of senders that
/// forget the zero ends with the packet.
fn split_chunk(octets: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let items = octets.get(4..)?;
    let mut at = 0;
    while items.get(at).is_some_and(|kind| *kind != END) {
        let length = usize::from(*items.get(at + 1)?);
        at += 2 + length;
    }
    if at >= items.len() {
        return (at == items.len()).then_some((Chunk { ssrc: word(octets, 0), items }, &[]));
    }
    let next = (at + 1).next_multiple_of(4);
    Some((Chunk { ssrc: word(octets, 0), items: &items[..at] }, items.get(next..)?))
}

/// The first item, and what follows it.
fn split_item(octets: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let (&[kind, length], rest) = octets.split_first_chunk()?;
    let (text, after) = rest.split_at_checked(usize::from(length))?;
    Some((Item { kind, text }, after))
}

#[cfg(test)]
mod tests {
    use super::{Item, SourceDescription};
    use crate::rtcp::RawPacket;

    fn raw(count: u8, body: &[u8]) -> RawPacket<'_> {
        RawPacket { packet_type: 202, count, body }
    }

    #[test]
    fn chunks_and_items_are_walked() {
        let body = [
            0, 0, 0, 1, 1, 2, b'a', b'b', 6, 1, b'x', 0, // ends on a word
            0, 0, 0, 2, 1, 1, b'c', 0, // ends in the middle of one
            0, 0, 0, 3, 0, 0, 0, 0, // says nothing
        ];
        let packet = raw(3, &body);
        assert!(SourceDescription::is_valid(&packet));
        let sdes = SourceDescription::new(&packet);
        assert_eq!(sdes.chunks().map(|chunk| chunk.ssrc).collect::<Vec<_>>(), [1, 2, 3]);
        let first: Vec<_> = sdes.chunks().next().unwrap().items().collect();
        assert_eq!(first, [Item { kind: 1, text: b"ab" }, Item { kind: 6, text: b"x" }]);
        assert_eq!(sdes.cname(2), Some(&b"c"[..]));
        assert_eq!((sdes.cname(3), sdes.cname(4)), (None, None));
    }

    #[test]
    fn what_is_cut_short_is_invalid() {
        for body in [&[0, 0, 0][..], &[0, 0, 0, 1, 1, 9, b'a', 0], &[0, 0, 0, 1, 1, 3, b'a', b'b']] {
            assert!(!SourceDescription::is_valid(&raw(1, body)), "{body:?}");
        }
        assert!(!SourceDescription::is_valid(&raw(2, &[0, 0, 0, 1, 1, 2, b'a', b'b'])), "one of two");
    }

    #[test]
    fn the_last_chunk_may_end_with_the_packet() {
        let body = [0, 0, 0, 2, 1, 1, b'c', 0, 0, 0, 0, 1, 1, 2, b'a', b'b'];
        assert!(SourceDescription::is_valid(&raw(2, &body)));
        let sdes = SourceDescription::new(&raw(2, &body));
        assert_eq!((sdes.cname(1), sdes.cname(2)), (Some(&b"ab"[..]), Some(&b"c"[..])));
        let bare = [0, 0, 0, 1];
        assert!(SourceDescription::is_valid(&raw(1, &bare)));
        assert_eq!(SourceDescription::new(&raw(1, &bare)).chunks().count(), 1);
    }
}
