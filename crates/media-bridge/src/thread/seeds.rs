//! The random numbers that streams start with.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::id::LegId;
use crate::leg::Seed;

/// Octets of one seed.
const SEED: usize = 16;
/// Seeds that are asked of the system at a time.
const AT_A_TIME: usize = 32;

/// Seeds for the legs of one thread.
pub(super) struct Seeds {
    random: [u8; SEED * AT_A_TIME],
    left: usize,
}

impl Default for Seeds {
    fn default() -> Self {
        Self { random: [0; SEED * AT_A_TIME], left: 0 }
    }
}

impl Seeds {
    /// The numbers that the stream of a leg starts with. Without random numbers, which no system lacks, they are merely
    /// unequal.
    pub(super) fn next(&mut self, id: LegId) -> Seed {
        if self.left == 0 && getrandom::fill(&mut self.random).is_ok() {
            self.left = AT_A_TIME;
        }
        let drawn =
            self.left.checked_sub(1).and_then(|nth| self.random.as_chunks::<SEED>().0.get(nth).copied());
        self.left = self.left.saturating_sub(1);
        let number = match drawn {
            Some(octets) => u128::from_le_bytes(octets),
            None => u128::from(id.number().wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        };
        Seed {
            ssrc: number as u32,
            // Below 2^15, so that who misses the first packets knows how often it has rolled over (RFC 3711 §3.3.1).
            sequence: (number >> 32) as u16 & 0x7FFF,
            timestamp: (number >> 48) as u32,
            name: (number >> 64) as u64,
            opened: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_streams_start_alike() {
        let mut seeds = Seeds::default();
        let names: HashSet<_> = (0..100).map(|serial| seeds.next(LegId::new(0, serial)).name).collect();
        assert_eq!(names.len(), 100);
    }
}
