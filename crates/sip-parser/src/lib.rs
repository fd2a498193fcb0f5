//! SIP messages: zero-copy parsing, typed headers on demand, serialising, URIs and stream framing.
