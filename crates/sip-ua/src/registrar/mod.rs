//! The registrar: which contacts serve an address of record (RFC 3261 section 10).
