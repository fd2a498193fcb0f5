//! Pairs of sockets that rest between two legs.
//!
//! To open, bind, watch and close the two sockets of a leg are eight system calls, and a call has two legs. So a thread
//! keeps the sockets of legs that have ended for a while, open and watched, and the next leg on that thread takes them
//! over without one. What a phone still sends to the old leg ends in the thread: a pair rests before it serves again, and it does
//! not rest while a phone goes on, one that has never heard of the end of its call. Nobody hears the last call of a port.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use super::leg::Seat;
use super::stage::Stage;
use crate::id::LegId;
use crate::io::{PacketIo, SocketId};
use crate::leg::LegCore;
use crate::ports::{Lease, Site};

/// So long a pair rests at least. Phones stop sending within a packet or two of a BYE, and within its retransmission
/// when that is lost.
const REST: Duration = Duration::from_millis(500);
/// So long it waits for a leg, before it is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tokens of parked sockets have this bit, which leads to no leg, and the name of their pair in the place of a leg's.
pub(super) const PARKED: u32 = 1 << 31;

/// Two sockets that a thread watches for nobody.
pub(crate) struct ParkedPair {
    pub(crate) rtp: SocketId,
    pub(crate) rtcp: SocketId,
    pub(crate) lease: Lease,
    /// When its leg ended.
    pub(crate) since: Instant,
    /// When somebody last sent to it.
    pub(crate) disturbed: Instant,
    /// Names it on this thread, among those that are parked.
    pub(crate) name: u32,
}

impl ParkedPair {
    fn has_rested(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.disturbed) >= REST
    }
}

/// The parked pairs of one thread, those that were parked first in front. The thread puts pairs in; whoever opens a leg
/// takes them out, and keeps the lock for no longer than that. The thread itself never waits for it.
pub(crate) struct Parking {
    pairs: Mutex<VecDeque<ParkedPair>>,
    room: usize,
}

impl Parking {
    /// Room for so many pairs.
    pub(crate) fn new(room: usize) -> Self {
        Self { pairs: Mutex::default(), room }
    }

    /// Parks a pair, or gives it back: there is no room, or somebody looks at the pairs in this moment.
    pub(crate) fn park(&self, mut pair: ParkedPair) -> Result<(), ParkedPair> {
        match self.at_once() {
            Some(mut pairs) if pairs.len() < self.room => {
                pair.lease.rest();
                pairs.push_back(pair);
                Ok(())
            }
            _ => Err(pair),
        }
    }

    /// A pair that has rested, where and as a leg wants it.
    pub(crate) fn take(&self, site: &Site, now: Instant) -> Option<ParkedPair> {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        let place = pairs.iter().position(|pair| pair.has_rested(now) && pair.lease.suits(site));
        Self::leave(&mut pairs, place?)
    }

    /// Such a pair, rested or not: there are no others.
    pub(crate) fn take_any(&self, site: &Site) -> Option<ParkedPair> {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        let place = pairs.iter().position(|pair| pair.lease.suits(site));
        Self::leave(&mut pairs, place?)
    }

    /// Somebody sends to a pair, which does not rest then. While others look at the pairs it counts for nothing: the next packet
    /// will do.
    fn disturb(&self, name: u32, now: Instant) {
        if let Some(mut pairs) = self.at_once()
            && let Some(pair) = pairs.iter_mut().find(|pair| pair.name == name)
        {
            pair.disturbed = now;
        }
    }

    /// A pair that nobody wanted for long; `None` also while somebody looks at them.
    pub(crate) fn take_stale(&self, now: Instant) -> Option<ParkedPair> {
        let mut pairs = self.at_once()?;
        pairs.pop_front_if(|pair| now.saturating_duration_since(pair.since) >= PATIENCE)
    }

    /// Whether none is parked. While somebody looks at them, some are.
    pub(crate) fn is_empty(&self) -> bool {
        self.at_once().is_some_and(|pairs| pairs.is_empty())
    }

    fn leave(pairs: &mut VecDeque<ParkedPair>, place: usize) -> Option<ParkedPair> {
        let mut pair = pairs.remove(place)?;
        pair.lease.serve();
        Some(pair)
    }

    fn at_once(&self) -> Option<MutexGuard<'_, VecDeque<ParkedPair>>> {
        match self.pairs.try_lock() {
            Ok(pairs) => Some(pairs),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<I: PacketIo> Stage<I> {
    /// Whether sockets are parked on this thread.
    pub(super) fn has_parked(&self) -> bool {
        self.neighbours.get(self.index).is_some_and(|own| !own.parking.is_empty())
    }

    /// Gives a leg a place, and sockets that the loop has already.
    pub(super) fn seat_parked(&mut self, id: LegId, core: LegCore, pair: ParkedPair) {
        let ParkedPair { rtp, rtcp, lease, .. } = pair;
        let place = self.seats.insert(Seat::new(id, core, rtp, rtcp, lease));
        self.places.insert(id, place);
        // Places are few: a leg has two ports, of which there are 65,536.
        let token = (place as u32) << 1;
        self.io.rename(rtp, token);
        self.io.rename(rtcp, token | 1);
    }

    /// Keeps the sockets of a leg that has ended for another one, or closes them.
    pub(super) fn park(&mut self, rtp: SocketId, rtcp: SocketId, lease: Lease, now: Instant) {
        self.parked = (self.parked + 1) % (PARKED >> 1);
        let name = self.parked;
        self.io.rename(rtp, PARKED | name << 1);
        self.io.rename(rtcp, PARKED | name << 1 | 1);
        let pair = ParkedPair { rtp, rtcp, lease, since: now, disturbed: now, name };
        let parked = match self.neighbours.get(self.index) {
            Some(own) => own.parking.park(pair),
            None => Err(pair),
        };
        if let Err(pair) = parked {
            self.close_pair(pair);
        }
    }

    /// A packet came that no leg is there for. Reports are no audio: they disturb nobody.
    pub(super) fn hear_parked(&self, now: Instant, token: u32) {
        if token & PARKED != 0
            && token & 1 == 0
            && let Some(own) = self.neighbours.get(self.index)
        {
            own.parking.disturb((token ^ PARKED) >> 1, now);
        }
    }

    fn close_pair(&mut self, pair: ParkedPair) {
        // The sockets close before the lease gives their ports back.
        self.io.close(pair.rtp);
        self.io.close(pair.rtcp);
        drop(pair.lease);
    }

    /// Closes the sockets that no leg came for.
    pub(super) fn close_stale(&mut self, now: Instant) {
        let neighbours = self.neighbours.clone();
        let Some(own) = neighbours.get(self.index) else { return };
        while let Some(pair) = own.parking.take_stale(now) {
            self.close_pair(pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use super::*;
    use crate::config::Marking;
    use crate::ports::PortPool;

    fn site(ports: &Arc<PortPool>) -> Site {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Site { ports: ports.clone(), address, marking: Marking::default() }
    }

    /// Pairs with sockets that are closed already; a name for each.
    fn pairs(pool: &Arc<PortPool>, now: Instant) -> impl Iterator<Item = ParkedPair> {
        let pool = pool.clone();
        (0..).map(move |name| {
            let lease = PortPool::bind(&site(&pool)).unwrap().lease;
            let (rtp, rtcp) = (SocketId(name), SocketId(name));
            ParkedPair { rtp, rtcp, lease, since: now, disturbed: now, name: name as u32 }
        })
    }

    #[test]
    fn a_pair_rests_before_it_serves_again() {
        let pool = Arc::new(PortPool::new(30_000..=39_999, 0).unwrap());
        let (parking, now) = (Parking::new(2), Instant::now());
        let mut pairs = pairs(&pool, now);
        for _ in 0..2 {
            assert!(parking.park(pairs.next().unwrap()).is_ok());
        }
        assert_eq!(pool.in_use(), 0, "those that rest are not in use");
        assert!(parking.park(pairs.next().unwrap()).is_err_and(|pair| pair.rtp.0 == 2), "there is no room");
        assert!(parking.take(&site(&pool), now + REST / 2).is_none());
        assert!(
            parking
                .take(&Site { address: IpAddr::from([127, 0, 0, 2]), ..site(&pool) }, now + REST)
                .is_none()
        );
        let first = parking.take(&site(&pool), now + REST).unwrap();
        assert_eq!((first.rtp.0, pool.in_use()), (0, 1));
        assert_eq!(parking.take_any(&site(&pool)).unwrap().rtp.0, 1, "where there is no other");
        drop(first);
        assert_eq!(pool.in_use(), 0);
    }

    #[test]
    fn a_pair_does_not_rest_while_a_phone_sends_to_it() {
        let pool = Arc::new(PortPool::new(30_000..=39_999, 0).unwrap());
        let (parking, now) = (Parking::new(2), Instant::now());
        let mut pairs = pairs(&pool, now);
        for _ in 0..2 {
            assert!(parking.park(pairs.next().unwrap()).is_ok());
        }
        parking.disturb(0, now + REST);
        parking.disturb(7, now + REST);
        assert_eq!(parking.take(&site(&pool), now + REST).unwrap().rtp.0, 1, "the other one");
        assert!(parking.take(&site(&pool), now + REST).is_none());
        assert_eq!(parking.take_stale(now + PATIENCE).unwrap().rtp.0, 0, "it is not waited for any longer");
    }

    #[test]
    fn a_pair_that_nobody_wants_leaves() {
        let pool = Arc::new(PortPool::new(30_000..=39_999, 0).unwrap());
        let (parking, now) = (Parking::new(2), Instant::now());
        assert!(parking.park(pairs(&pool, now).next().unwrap()).is_ok());
        assert!(parking.take_stale(now + PATIENCE / 2).is_none() && !parking.is_empty());
        drop(parking.take_stale(now + PATIENCE).unwrap());
        assert!(parking.is_empty() && pool.in_use() == 0);
    }

    #[test]
    fn the_thread_does_not_wait_for_those_who_look() {
        let pool = Arc::new(PortPool::new(30_000..=39_999, 0).unwrap());
        let (parking, now) = (Parking::new(2), Instant::now());
        let looking = parking.pairs.lock().unwrap();
        assert!(parking.park(pairs(&pool, now).next().unwrap()).is_err());
        assert!(parking.take_stale(now).is_none() && !parking.is_empty());
        drop(looking);
    }
}
