//! The ports of an engine: the usual range, and those that some legs have to themselves.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::MediaError;
use crate::ports::PortPool;

/// A pool for each range. Only whoever opens legs looks in here; a media thread gives ports back to the pool itself.
pub(crate) struct PortRanges(Mutex<Pools>);

struct Pools {
    usual: Arc<PortPool>,
    others: Vec<Arc<PortPool>>,
}

impl PortRanges {
    /// Begins with the usual range.
    pub(crate) fn new(usual: PortPool) -> Self {
        Self(Mutex::new(Pools { usual: Arc::new(usual), others: Vec::new() }))
    }

    /// The pool of that range, the usual one where none is wanted.
    pub(crate) fn pool(&self, wanted: Option<&RangeInclusive<u16>>) -> Result<Arc<PortPool>, MediaError> {
        let mut pools = self.lock();
        match wanted {
            Some(ports) => pools.of(ports),
            None => Ok(pools.usual.clone()),
        }
    }

    /// Makes another range the usual one. Ports of the last one are given back as their legs close.
    pub(crate) fn set_usual(&self, ports: &RangeInclusive<u16>) -> Result<(), MediaError> {
        let mut pools = self.lock();
        let next = pools.of(ports)?;
        pools.others.retain(|pool| !Arc::ptr_eq(pool, &next));
        let last = std::mem::replace(&mut pools.usual, next);
        if !Arc::ptr_eq(&last, &pools.usual) {
            pools.others.push(last);
        }
        Ok(())
    }

    /// Pairs that are taken in all ranges.
    pub(crate) fn in_use(&self) -> usize {
        let pools = self.lock();
        pools.usual.in_use() + pools.others.iter().map(|pool| pool.in_use()).sum::<usize>()
    }

    fn lock(&self) -> MutexGuard<'_, Pools> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pools {
    fn of(&mut self, ports: &RangeInclusive<u16>) -> Result<Arc<PortPool>, MediaError> {
        if ports == self.usual.ports() {
            return Ok(self.usual.clone());
        }
        if let Some(known) = self.others.iter().find(|pool| pool.ports() == ports) {
            return Ok(known.clone());
        }
        // Ranges that the configuration has no more go as their last sockets do.
        self.others.retain(|pool| Arc::strong_count(pool) > 1);
        let pool = Arc::new(PortPool::new(ports.clone(), self.usual.dscp())?);
        self.others.push(pool.clone());
        Ok(pool)
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
    fn another_range_becomes_the_usual_one_while_the_last_has_legs() {
        let ranges = PortRanges::new(PortPool::new(42_470..=42_479, 0).unwrap());
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let site = |ports| Site { ports, address, marking: Marking::default() };
        let before = PortPool::bind(&site(ranges.pool(None).unwrap())).unwrap();
        ranges.set_usual(&(42_480..=42_489)).unwrap();
        ranges.set_usual(&(42_480..=42_489)).unwrap();
        let after = PortPool::bind(&site(ranges.pool(None).unwrap())).unwrap();
        assert!((42_480..=42_489).contains(&after.lease.places()[0].port()));
        assert_eq!(ranges.in_use(), 2);
        drop(before);
        assert_eq!(ranges.in_use(), 1);
        assert!(ranges.set_usual(&(42_491..=42_491)).is_err(), "there is no pair");
        assert_eq!(ranges.pool(None).unwrap().ports(), &(42_480..=42_489));
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        let ranges = PortRanges::new(PortPool::new(42_400..=42_419, 0).unwrap());
        assert!(matches!(ranges.pool(Some(&(42_441..=42_441))), Err(MediaError::NoPortPair(_))));
    }
}
