//! `a=rtcp-xr`: which extended reports its writer would like to get (RFC 3611 §5.1).

use super::TypedAttribute;
use crate::error::ValueError;

/// `rcvr-rtt=all:10000 stat-summary=loss,dup voip-metrics`: names of blocks, each perhaps with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcpXr<'a> {
    formats: &'a str,
}

impl<'a> RtcpXr<'a> {
    /// The blocks and their values, in order.
    pub fn formats(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        self.formats.split_ascii_whitespace().map(|format| match format.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (format, None),
        })
    }

    /// Whether a block of that name is among them.
    pub fn names(&self, name: &str) -> bool {
        self.formats().any(|(named, _)| named.eq_ignore_ascii_case(name))
    }

    /// Metrics of a call's sound (RFC 3611 §4.7).
    pub fn voip_metrics(&self) -> bool {
        self.names("voip-metrics")
    }

    /// Answers to reference times (RFC 3611 §4.5), which both sides have to agree on.
    pub fn receiver_round_trip(&self) -> bool {
        self.names("rcvr-rtt")
    }
}

impl<'a> TypedAttribute<'a> for RtcpXr<'a> {
    const NAME: &'static str = "rtcp-xr";

    fn parse(value: &'a str) -> Result<Self, ValueError> {
        Ok(Self { formats: value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_names_and_values() {
        let wanted = RtcpXr::parse("rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL VoIP-metrics").unwrap();
        assert!(wanted.voip_metrics() && wanted.receiver_round_trip() && !wanted.names("pkt-loss-rle"));
        let summary = Some(("stat-summary", Some("loss,dup,jitt,TTL")));
        assert_eq!(wanted.formats().nth(1), summary);
        let nothing = RtcpXr::parse("").unwrap();
        assert!(!nothing.voip_metrics() && nothing.formats().next().is_none());
    }
}
