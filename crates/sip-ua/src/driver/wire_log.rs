//! Every message as it went over the wire, at level `TRACE` under the target `sip_ua::wire`.

use crate::transport::Flow;

pub(super) fn received(flow: &Flow, bytes: &[u8]) {
    tracing::trace!(target: "sip_ua::wire", %flow, message = %String::from_utf8_lossy(bytes), "received");
}

pub(super) fn sent(flow: &Flow, bytes: &[u8]) {
    tracing::trace!(target: "sip_ua::wire", %flow, message = %String::from_utf8_lossy(bytes), "sent");
}
