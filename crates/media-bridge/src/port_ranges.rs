//! The ports of an engine: the usual range, and those that some legs have to themselves.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::MediaError;
use crate::ports::PortPool;

/// A pool for each range. Only whoever opens legs looks in here; a media thread gives ports back to the pool itself.
pub(crate) struct PortRanges {
    usual: Arc<PortPool>,
    others: Mutex<Vec<Arc<PortPool>>>,
}

impl PortRanges {
    /// Begins with the usual range.
    pub(crate) fn new(usual: PortPool) -> Self {
        Self { usual: Arc::new(usual), others: Mutex::default() }
    }

    /// The pool of that range, the usual one where none is wanted.
    pub(crate) fn pool(&self, wanted: Option<&RangeInclusive<u16>>) -> Result<Arc<PortPool>, MediaError> {
        let Some(ports) = wanted.filter(|ports| *ports != self.usual.ports()) else {
            return Ok(self.usual.clone());
        };
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.iter().find(|pool| pool.ports() == ports) {
            return Ok(known.clone());
        }
        // Ranges that the configuration has no more go as their last sockets do.
        others.retain(|pool| Arc::strong_count(pool) > 1);
        let pool = Arc::new(PortPool::new(ports.clone(), self.usual.dscp())?);
        others.push(pool.clone());
        Ok(pool)
    }

    /// Pairs that are taken in all ranges.
    pub(crate) fn in_use(&self) -> usize {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        self.usual.in_use() + others.iter().map(|pool| pool.in_use()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use std::sync::Weak;

    use super::*;
    use crate::config::Marking;
    use crate::ports::Site;

    #[test]
    fn a_range_is_one_pool_while_anybody_uses_it() {
        let ranges = PortRanges::new(PortPool::new(42_400..=42_419, 0).unwrap());
        let usual = ranges.pool(None).unwrap();
        assert!(Arc::ptr_eq(&usual, &ranges.pool(Some(&(42_400..=42_419))).unwrap()));
        let own = 42_440..=42_459;
        let ports = ranges.pool(Some(&own)).unwrap();
        let known = Arc::downgrade(&ports);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let pair = PortPool::bind(&Site { ports, address, marking: Marking::default() }).unwrap();
        assert!(own.contains(&pair.lease.places()[0].port()));
        assert_eq!((ranges.in_use(), usual.in_use()), (1, 0));
        ranges.pool(Some(&(42_460..=42_461))).unwrap();
        assert!(Weak::ptr_eq(&known, &Arc::downgrade(&ranges.pool(Some(&own)).unwrap())), "it has a leg");
        drop(pair);
        ranges.pool(Some(&(42_462..=42_463))).unwrap();
        assert!(known.upgrade().is_none(), "it was given up");
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        let ranges = PortRanges::new(PortPool::new(42_400..=42_419, 0).unwrap());
        assert!(matches!(ranges.pool(Some(&(42_441..=42_441))), Err(MediaError::NoPortPair(_))));
    }
}
