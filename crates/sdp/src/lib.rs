//! Session descriptions (RFC 8866) and the offer/answer engine (RFC 3264).
