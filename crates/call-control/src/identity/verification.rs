//! What was thought of an Identity header (RFC 8224).

/// A caller's identity that was judged, kept with the channel for the dialplan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityVerification {
    /// The number that the identity is for, as the call shows it.
    pub identity: String,
    /// How far its signer vouches for it: `A`, `B` or `C`; empty where that is not known.
    pub attestation: String,
    /// The outcome, in the words that dialplans test for; `success` for one that holds.
    pub result: String,
}
