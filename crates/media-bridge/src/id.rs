use std::fmt;

/// Names a leg within its engine. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(u64);

/// Bits of the serial number; the media thread that the leg was opened on is above them.
const SERIAL_BITS: u32 = 48;

impl LegId {
    pub(crate) fn new(home: usize, serial: u64) -> Self {
        Self(((home as u64) << SERIAL_BITS) | (serial & ((1 << SERIAL_BITS) - 1)))
    }

    /// All of it as a number.
    pub(crate) fn number(self) -> u64 {
        self.0
    }

    /// The thread that always knows where the leg is.
    pub(crate) fn home(self) -> usize {
        (self.0 >> SERIAL_BITS) as usize
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leg-{}-{}", self.home(), self.0 & ((1 << SERIAL_BITS) - 1))
    }
}

/// Names a conference within its engine. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConferenceId {
    /// The thread that it lives on.
    pub(crate) home: usize,
    pub(crate) serial: u64,
}

/// Names a bridge, or a stay in a conference, within its engine. Never used twice; a later one is larger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BridgeId(pub(crate) u64);

impl BridgeId {
    /// The one that begins next.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_id_remembers_its_home() {
        let id = LegId::new(3, 77);
        assert_eq!(id.home(), 3);
        assert_eq!(id.to_string(), "leg-3-77");
        assert_ne!(id, LegId::new(2, 77));
    }
}
