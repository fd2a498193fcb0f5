//! Where the peer wants its media.

use core::net::{IpAddr, SocketAddr};

use super::NegotiationError;
use super::error::excerpt;
use crate::connection::Host;
use crate::media::Media;

/// The peer's addresses; none of them when it put a black hole in place of its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    pub(super) rtp: Option<SocketAddr>,
    pub(super) rtcp: Option<SocketAddr>,
}

impl Remote {
    /// A stream to which nothing is sent.
    const NOWHERE: Self = Self { rtp: None, rtcp: None };

    /// True for the address `0.0.0.0` or `::`: do not send (RFC 2543 §B.5, kept by RFC 3264 §8.4).
    pub(super) fn is_black_hole(&self) -> bool {
        self.rtp.is_none()
    }

    /// The addresses of an open stream, for media of ours that is at `local`.
    pub(super) fn of(media: &Media<'_>, local: IpAddr, rtcp_mux: bool) -> Result<Self, NegotiationError> {
        let connection = media.connection().ok().flatten().ok_or(NegotiationError::NoConnection)?;
        let address = match connection.host {
            Host::Ip(address) => address,
            Host::Name(name) => return Err(NegotiationError::HostName { name: excerpt(name) }),
        };
        if address.is_unspecified() {
            return Ok(Self::NOWHERE);
        }
        if !is_unicast(address) {
            return Err(NegotiationError::NotUnicast { address });
        }
        if address.is_ipv4() != local.to_canonical().is_ipv4() {
            return Err(NegotiationError::AddressFamily { remote: address, local });
        }
        let rtp = SocketAddr::new(address, media.port());
        let rtcp = if rtcp_mux { Some(rtp) } else { rtcp(media, rtp) };
        Ok(Self { rtp: Some(rtp), rtcp })
    }
}

/// RTCP is where `a=rtcp` says, else one port higher (RFC 3550 §11, RFC 3605 §2.1). An address there that
/// cannot be sent to is passed over.
fn rtcp(media: &Media<'_>, rtp: SocketAddr) -> Option<SocketAddr> {
    let Some(rtcp) = media.rtcp() else {
        return rtp.port().checked_add(1).map(|port| SocketAddr::new(rtp.ip(), port));
    };
    let address = match rtcp.connection.map(|connection| connection.host) {
        Some(Host::Ip(ip)) if is_unicast(ip) && !ip.is_unspecified() && ip.is_ipv4() == rtp.is_ipv4() => ip,
        _ => rtp.ip(),
    };
    (rtcp.port != 0).then_some(SocketAddr::new(address, rtcp.port))
}

fn is_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_multicast() && !v4.is_broadcast(),
        IpAddr::V6(v6) => !v6.is_multicast(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionDescription;

    fn remote(lines: &str) -> Result<Remote, NegotiationError> {
        let text = format!("v=0\n{lines}");
        let description = SessionDescription::parse(text.as_bytes()).unwrap();
        Remote::of(&description.media().next().unwrap(), "192.0.2.1".parse().unwrap(), false)
    }

    fn at(address: &str) -> Option<SocketAddr> {
        Some(address.parse().unwrap())
    }

    #[test]
    fn the_stream_s_own_address_wins() {
        let found = remote("c=IN IP4 192.0.2.8\nm=audio 4000 RTP/AVP 0\nc=IN IP4 192.0.2.9").unwrap();
        assert_eq!((found.rtp, found.rtcp), (at("192.0.2.9:4000"), at("192.0.2.9:4001")));
    }

    #[test]
    fn rtcp_may_be_elsewhere() {
        let session = "c=IN IP4 192.0.2.8\nm=audio 4000 RTP/AVP 0\n";
        let rtcp = |line: &str| remote(&format!("{session}{line}")).unwrap().rtcp;
        assert_eq!(rtcp("a=rtcp:5000"), at("192.0.2.8:5000"));
        assert_eq!(rtcp("a=rtcp:5000 IN IP4 192.0.2.7"), at("192.0.2.7:5000"));
        assert_eq!(rtcp("a=rtcp:5000 IN IP4 224.0.0.1"), at("192.0.2.8:5000"));
        assert_eq!(rtcp("a=rtcp:5000 IN IP4 name.example"), at("192.0.2.8:5000"));
        assert_eq!(rtcp("a=rtcp:0"), None);
    }

    #[test]
    fn the_last_port_has_no_rtcp_after_it() {
        assert_eq!(remote("c=IN IP4 192.0.2.8\nm=audio 65535 RTP/AVP 0").unwrap().rtcp, None);
    }

    #[test]
    fn black_holes_of_both_families() {
        for address in ["IP4 0.0.0.0", "IP6 ::"] {
            let found = remote(&format!("c=IN {address}\nm=audio 4000 RTP/AVP 0")).unwrap();
            assert!(found.is_black_hole());
        }
    }

    #[test]
    fn addresses_that_cannot_be_used_have_their_reasons() {
        let error = |c: &str| remote(&format!("{c}\nm=audio 4000 RTP/AVP 0")).unwrap_err();
        assert!(
            matches!(error("c=IN IP4 phone.example.com"), NegotiationError::HostName { name } if name == "phone.example.com")
        );
        assert!(matches!(error("c=IN IP4 224.1.1.1/127"), NegotiationError::NotUnicast { .. }));
        assert!(matches!(error("c=IN IP4 255.255.255.255"), NegotiationError::NotUnicast { .. }));
        assert!(matches!(error("c=IN IP6 2001:db8::1"), NegotiationError::AddressFamily { .. }));
        assert_eq!(error("s=-"), NegotiationError::NoConnection);
        assert_eq!(error("c=IN"), NegotiationError::NoConnection);
    }
}
