//! Writing a body of several parts.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Writes `multipart/mixed` (RFC 2046 §5.1.3), part by part in the order of the calls.
///
/// ```
/// use sip_parser::MultipartBuilder;
/// let parts = MultipartBuilder::new()
///     .part("application/sdp", &[], b"v=0\r\n")
///     .part("application/pidf+xml", &[("Content-ID", "<here@192.0.2.1>")], b"<presence/>");
/// let (content_type, octets) = parts.build();
/// assert_eq!(content_type, "multipart/mixed;boundary=\"next-part\"");
/// assert!(octets.ends_with(b"<presence/>\r\n--next-part--\r\n"));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder sends nothing"]
pub struct MultipartBuilder {
    parts: Vec<(String, Vec<u8>)>,
}

impl MultipartBuilder {
    /// Begins with no part.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part with its type and further headers. What would end a line becomes a blank.
    pub fn part(mut self, content_type: &str, headers: &[(&str, &str)], octets: &[u8]) -> Self {
        let mut head = String::new();
        for (name, value) in [("Content-Type", content_type)].iter().chain(headers) {
            let value = value.replace(['\r', '\n'], " ");
            // Writing into a String cannot fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        self.parts.push((head, octets.to_vec()));
        self
    }

    /// The type of the body, with the boundary in it, and the octets.
    pub fn build(&self) -> (String, Vec<u8>) {
        let boundary = self.boundary();
        let mut octets = Vec::new();
        for (head, body) in &self.parts {
            octets.extend_from_slice(format!("--{boundary}\r\n{head}\r\n").as_bytes());
            octets.extend_from_slice(body);
            octets.extend_from_slice(b"\r\n");
        }
        octets.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/mixed;boundary=\"{boundary}\""), octets)
    }

    /// A boundary that stands in none of the parts.
    fn boundary(&self) -> String {
        let stands_in = |boundary: &str| {
            let found = |octets: &[u8]| memchr::memmem::find(octets, boundary.as_bytes()).is_some();
            self.parts.iter().any(|(head, body)| found(head.as_bytes()) || found(body))
        };
        let mut boundary = String::from("next-part");
        let mut number = 0_u32;
        while stands_in(&boundary) {
            number += 1;
            boundary = format!("next-part-{number}");
        }
        boundary
    }
}
