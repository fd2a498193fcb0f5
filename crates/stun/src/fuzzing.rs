//! The body of the fuzz target `stun_request`, kept here so that it always compiles.

use crate::{Stun, read};

/// A datagram that may be STUN: the answer is well formed, and no answer is answered again.
///
/// # Panics
/// When it is not so.
pub fn stun_request(data: &[u8]) {
    let source = ([192, 0, 2, 1], 32_853).into();
    if let Stun::Response(response) = read(data, source) {
        assert_eq!(response.get(4..20), data.get(4..20), "the transaction is that of the request");
        let length = response.get(2..4).map(|octets| usize::from(octets[0]) << 8 | usize::from(octets[1]));
        assert_eq!(length, Some(response.len() - 20));
        assert_eq!(read(&response, source), Stun::Silence);
    }
}
