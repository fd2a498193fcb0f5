//! The call flows of RFC 3665, each under its section: what SIPp sends and hears must be the ladder of the RFC.
//!
//! Where the RFC has a proxy stands our exchange, which is a back-to-back user agent. What a proxy passes on, it ends on
//! one side and makes anew on the other: Call-ID, tags, CSeq and Via of both sides have nothing in common, responses have
//! one Via, and there is no Record-Route. It challenges as a user agent does, with 401 and not 407 (RFC 3261 section 22.3),
//! and answers BYE and re-INVITE itself. Two proxies are two exchanges that are joined by a trunk.

mod registrations;
mod sessions;
mod unsuccessful;

use std::net::Ipv4Addr;

use libtest_mimic::Trial;

use crate::harness::folder::SIP_PORT;
use crate::harness::{Exchange, Folder, Outcome, Scene, Sipp};

pub(crate) fn trials() -> Vec<Trial> {
    [registrations::trials(), sessions::trials(), unsuccessful::trials()].into_iter().flatten().collect()
}

/// What a caller sees of a call that the other side ends.
const CALLER_HEARS_BYE: [&str; 7] =
    ["-> INVITE", "<- 100 INVITE", "<- 180 INVITE", "<- 200 INVITE", "-> ACK", "<- BYE", "-> 200 BYE"];

/// What a callee sees of a call that it takes and ends.
const CALLEE_HANGS_UP: [&str; 6] =
    ["<- INVITE", "-> 180 INVITE", "-> 200 INVITE", "<- ACK", "-> BYE", "<- 200 BYE"];

/// Two exchanges between Alice and Bob: hers, which may ask her for a secret, and his.
struct TwoExchanges {
    hers: Exchange,
    his: Exchange,
}

impl TwoExchanges {
    /// `alice` calls from this address without a secret, `Dial` of his exchange is given `options`.
    fn start(scene: &Scene, alice: &Sipp<'_>, bob: &Sipp<'_>, options: &str) -> Outcome<Self> {
        Self::joined(scene, |folder| peer(folder, "alice", alice.address()), bob, options)
    }

    /// Alice shows her secret.
    fn start_with_secret(scene: &Scene, bob: &Sipp<'_>) -> Outcome<Self> {
        Self::joined(scene, |folder| folder.phone("alice"), bob, "30")
    }

    fn joined(
        scene: &Scene,
        alice: impl FnOnce(Folder) -> Folder,
        bob: &Sipp<'_>,
        options: &str,
    ) -> Outcome<Self> {
        let (hers, his) = (Folder::new(scene)?, Folder::new(scene)?);
        let (first, second) = (hers.address(), his.address());
        let hers = peer(alice(hers), "trunk", second).dialplan("exten => bob,1,Dial(PJSIP/bob@trunk,30)");
        let his = peer(his, "trunk", first)
            .desk("bob", bob.at())
            .dialplan(&format!("exten => bob,1,Dial(PJSIP/bob,{options})"));
        Ok(Self { hers: Exchange::start(scene, &hers)?, his: Exchange::start(scene, &his)? })
    }

    fn are_idle(&self) -> Outcome {
        self.hers.is_idle()?;
        self.his.is_idle()
    }
}

/// A phone or an exchange that is known by its address.
fn peer(folder: Folder, name: &str, address: Ipv4Addr) -> Folder {
    folder.peer(name, address, &format!("sip:{address}:{SIP_PORT}"))
}
