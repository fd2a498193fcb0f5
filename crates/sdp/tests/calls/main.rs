//! Offers and answers as phones make them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod asymmetry;
mod codecs;
mod events;
mod extended_reports;
mod hold;
mod keys;
mod lines;
mod redundancy;
mod reoffer;
mod streams;
mod transports;

use sdp::negotiation::{CodecOffer, LocalMedia, Negotiated, NegotiationError, Negotiator};
use sdp::{Codec, SessionDescription};

/// Our media at 192.0.2.1:10000 with `codecs`.
fn local(codecs: &[Codec]) -> LocalMedia {
    let codecs = codecs.iter().cloned().map(CodecOffer::from).collect();
    LocalMedia::new("192.0.2.1".parse().unwrap(), 10_000, codecs)
}

/// A phone's description: its session lines, then `media`. Lines are parted by LF.
fn phone(media: &str) -> String {
    format!("v=0\no=phone 5 5 IN IP4 192.0.2.9\ns=call\nc=IN IP4 192.0.2.9\nt=0 0\n{media}\n")
}

/// Our answer to a phone's first offer, by an exchange with A-law and µ-law.
fn answer(media: &str) -> Result<(String, Negotiated), NegotiationError> {
    Negotiator::new(1, "-").answer(phone(media).as_bytes(), &local(&[Codec::PCMA, Codec::PCMU]))
}

/// The `m=` lines of a description.
fn media_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("m=")).collect()
}

/// The version in the `o=` line.
fn version(text: &str) -> u64 {
    SessionDescription::parse(text.as_bytes()).unwrap().origin().unwrap().version.parse().unwrap()
}
