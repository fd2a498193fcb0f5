//! Secure RTP at the edge of a leg: the first thing that is done with what comes, the last with what goes.

use rtp::srtp::{Inbound, Outbound, Suite};
use rtp::{Kind, classify, is_rtcp};

use super::LegCore;
use crate::keys::LegKeys;

/// Both directions of a protected leg, and the keys that they were made of.
pub(super) struct Protection {
    keys: LegKeys,
    outbound: Outbound,
    inbound: Inbound,
}

impl Protection {
    /// Begins under new keys. A direction whose key stays goes on: begun anew it would use numbers twice.
    fn under(keys: LegKeys, former: Option<Box<Self>>) -> Self {
        let (mut outbound, mut inbound) = (None, None);
        if let Some(former) = former {
            let Self { keys: before, outbound: sending, inbound: hearing } = *former;
            let heard_as_before = (&keys.receive, keys.receive_mki) == (&before.receive, before.receive_mki);
            outbound = (keys.send == before.send).then_some(sending);
            inbound = heard_as_before.then_some(hearing);
        }
        let outbound = outbound.unwrap_or_else(|| Outbound::new(&keys.send));
        let inbound = inbound.unwrap_or_else(|| Inbound::new(&keys.receive).with_mki(keys.receive_mki));
        Self { keys, outbound, inbound }
    }
}

impl LegCore {
    /// Takes over the keys that were agreed on; `None` for plain RTP.
    pub(crate) fn protect(&mut self, keys: Option<LegKeys>) {
        let former = self.protection.take();
        self.protection = keys.map(|keys| Box::new(Protection::under(keys, former)));
    }

    /// Takes the protection off a datagram in place, and returns what is left of it. `None`: nobody who has the key sent it
    /// just now, and nothing may come of it.
    #[inline]
    pub(crate) fn unprotect<'a>(&mut self, datagram: &'a mut [u8]) -> Option<&'a mut [u8]> {
        let Some(protection) = &mut self.protection else { return Some(datagram) };
        let plain = match classify(datagram) {
            Kind::Rtp => protection.inbound.unprotect_rtp(datagram),
            Kind::Rtcp => protection.inbound.unprotect_rtcp(datagram),
            // It is looked at, or dropped, by what it is.
            _ => return Some(datagram),
        };
        match plain {
            Ok(length) => datagram.get_mut(..length),
            Err(_) => {
                self.counters.unauthentic.add(1);
                None
            }
        }
    }

    /// Protects the first `length` octets of `buffer` in place, and returns the packet to send. `None`: it must not go out.
    #[inline]
    pub(crate) fn protected<'a>(&mut self, buffer: &'a mut [u8], length: usize) -> Option<&'a [u8]> {
        let length = match &mut self.protection {
            None => length,
            Some(protection) => {
                let room = buffer.len().min(length + Suite::MOST_ADDED);
                let buffer = buffer.get_mut(..room)?;
                let outcome = if is_rtcp(buffer) {
                    protection.outbound.protect_rtcp(buffer, length)
                } else {
                    protection.outbound.protect_rtp(buffer, length)
                };
                match outcome {
                    Ok(length) => length,
                    Err(_) => {
                        self.counters.send_errors.add(1);
                        return None;
                    }
                }
            }
        };
        buffer.get(..length)
    }
}
