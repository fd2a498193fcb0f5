//! Finding the parts of a body.

use alloc::vec::Vec;

use super::{MOST_PARTS, Part};
use crate::typed::ContentType;

/// Parts within parts that are looked into.
const DEEPEST: usize = 4;

/// The longest boundary (RFC 2046 §5.1.1).
const LONGEST_BOUNDARY: usize = 70;

/// Adds the parts of `body` to `found`, or the body itself where it has none. `head` is what stands before it.
pub(super) fn gather<'m>(
    content: Option<ContentType<'m>>,
    head: &'m str,
    body: &'m [u8],
    depth: usize,
    found: &mut Vec<Part<'m>>,
) {
    let boundary = content.filter(ContentType::is_multipart).map(|content| boundary_of(&content));
    match boundary {
        None => found.push(Part { head, body }),
        // Nobody could tell its parts apart.
        Some(None) => {}
        Some(Some(_)) if depth >= DEEPEST => {}
        Some(Some(boundary)) => {
            for entity in Entities::new(body, boundary) {
                if found.len() >= MOST_PARTS {
                    return;
                }
                let Part { head, body } = split_head(entity);
                let content = Part { head, body }.content_type();
                gather(content, head, body, depth + 1, found);
            }
        }
    }
}

fn boundary_of<'m>(content: &ContentType<'m>) -> Option<&'m str> {
    let boundary = content.params.get("boundary").flatten()?;
    (!boundary.is_empty() && boundary.len() <= LONGEST_BOUNDARY).then_some(boundary)
}

/// What stands between the boundaries: headers, a blank line, octets.
struct Entities<'m> {
    rest: &'m [u8],
    boundary: &'m str,
}

impl<'m> Entities<'m> {
    fn new(body: &'m [u8], boundary: &'m str) -> Self {
        let begun = Delimiter::find(body, boundary);
        // What stands before the first boundary is for programs that know no parts.
        let rest =
            begun.filter(|delimiter| !delimiter.closes).map_or(&body[body.len()..], |d| &body[d.end..]);
        Self { rest, boundary }
    }
}

impl<'m> Iterator for Entities<'m> {
    type Item = &'m [u8];

    fn next(&mut self) -> Option<&'m [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let whole = self.rest;
        let Some(next) = Delimiter::find(whole, self.boundary) else {
            // The last boundary is missing: all that came belongs to this part.
            self.rest = &[];
            return Some(whole);
        };
        self.rest = if next.closes { &[] } else { &whole[next.end..] };
        Some(without_line_end(&whole[..next.start]))
    }
}

/// A line that ends one part.
struct Delimiter {
    start: usize,
    /// Where the next part begins.
    end: usize,
    /// It is the last one.
    closes: bool,
}

impl Delimiter {
    fn find(octets: &[u8], boundary: &str) -> Option<Self> {
        let places = memchr::memmem::find_iter(octets, boundary.as_bytes());
        places.filter_map(|at| Self::at(octets, at, boundary.len())).next()
    }

    /// The delimiter whose boundary stands at `at`, if its line holds nothing else.
    fn at(octets: &[u8], at: usize, length: usize) -> Option<Self> {
        let start = at.checked_sub(2).filter(|start| &octets[*start..at] == b"--")?;
        if start > 0 && octets[start - 1] != b'\n' {
            return None;
        }
        let behind = &octets[at + length..];
        let closes = behind.starts_with(b"--");
        let rest = if closes { &behind[2..] } else { behind };
        let line = memchr::memchr(b'\n', rest).map_or(rest, |end| &rest[..=end]);
        let alone = line.iter().all(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n'));
        let end = octets.len() - rest.len() + line.len();
        alone.then_some(Self { start, end, closes })
    }
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(octets: &[u8]) -> &[u8] {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    octets.strip_suffix(b"\r").unwrap_or(octets)
}

/// Headers and octets of a part. Headers that are no text count as none.
fn split_head(entity: &[u8]) -> Part<'_> {
    let mut at = 0;
    while at < entity.len() {
        let length = memchr::memchr(b'\n', &entity[at..]).map_or(entity.len() - at, |end| end + 1);
        if without_line_end(&entity[at..at + length]).is_empty() {
            let head = core::str::from_utf8(&entity[..at]).unwrap_or_default();
            return Part { head, body: &entity[at + length..] };
        }
        at += length;
    }
    // Without a blank line there is nothing but headers.
    Part { head: core::str::from_utf8(entity).unwrap_or_default(), body: &[] }
}

/// Name and value of each header, one that goes on over several lines in one piece.
pub(super) fn header_lines(head: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = head;
    core::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let ends = rest.match_indices('\n').map(|(at, _)| at + 1);
            let ends = ends.filter(|end| !rest[*end..].starts_with([' ', '\t']));
            let (line, next) = rest.split_at({ ends }.next().unwrap_or(rest.len()));
            rest = next;
            if let Some((name, value)) = line.split_once(':') {
                return Some((name.trim_ascii(), value.trim_ascii()));
            }
        }
    })
}
