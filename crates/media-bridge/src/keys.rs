use rtp::srtp::{MasterKey, Mki};

/// Keys of a leg that speaks Secure RTP, for [`Leg::protect`](crate::Leg::protect).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegKeys {
    /// For what we send.
    pub send: MasterKey,
    /// For what the peer sends.
    pub receive: MasterKey,
    /// What names the peer's key in its packets, where it does so.
    pub receive_mki: Option<Mki>,
}
