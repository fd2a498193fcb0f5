/// Numbers that are remembered behind the newest one.
const WIDTH: u64 = 128;

/// The most that an RTP index can be: a rollover counter of 32 bits, a number of 16.
const LAST_INDEX: u64 = (1 << 48) - 1;

/// The packets of one stream: the newest index, and which of the 128 up to it have been seen (RFC 3711 §3.3.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    newest: u64,
    /// Bit n is set when the packet n before the newest has been seen. 0: there was none yet.
    seen: u128,
}

impl Window {
    /// Before the first packet.
    pub(super) const NEW: Self = Self { newest: 0, seen: 0 };

    /// The index that an RTP packet of this number most likely has: the one nearest to the newest (RFC 3711 §3.3.1 and
    /// appendix A). The first packet of a stream has rolled over no counter. `None`: it would lie before the first one or
    /// behind the last.
    #[inline]
    pub(super) fn index_of(&self, sequence: u16) -> Option<u64> {
        if self.seen == 0 {
            return Some(u64::from(sequence));
        }
        let distance = sequence.wrapping_sub(self.newest as u16) as i16;
        self.newest.checked_add_signed(i64::from(distance)).filter(|index| *index <= LAST_INDEX)
    }

    /// Whether a packet of this index is one that has not been seen, and not older than is remembered.
    #[inline]
    pub(super) fn is_new(&self, index: u64) -> bool {
        match self.newest.checked_sub(index) {
            _ if self.seen == 0 => true,
            None => true,
            Some(behind) => behind < WIDTH && self.seen & (1 << behind) == 0,
        }
    }

    /// A packet of this index has been seen.
    #[inline]
    pub(super) fn see(&mut self, index: u64) {
        match index.checked_sub(self.newest) {
            _ if self.seen == 0 => *self = Self { newest: index, seen: 1 },
            Some(ahead) => {
                let shift = u32::try_from(ahead).unwrap_or(u32::MAX);
                *self = Self { newest: index, seen: self.seen.checked_shl(shift).unwrap_or(0) | 1 };
            }
            None => {
                let behind = u32::try_from(self.newest - index).unwrap_or(u32::MAX);
                self.seen |= 1_u128.checked_shl(behind).unwrap_or(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(newest: u64) -> Window {
        Window { newest, seen: 1 }
    }

    /// RFC 3711 appendix A, in words: the candidate nearest to the newest index.
    #[test]
    fn the_index_is_the_nearest_one() {
        for newest in [0x1_0000_u64, 0x1_0005, 0x1_7FFF, 0x1_8000, 0x1_8001, 0x1_FFFF, 0x7_1234] {
            for sequence in 0..=u16::MAX {
                let index = window(newest).index_of(sequence).unwrap();
                assert_eq!(index as u16, sequence);
                assert!(index.abs_diff(newest) <= 0x8000, "{index:x} near {newest:x}");
            }
        }
    }

    #[test]
    fn nothing_lies_before_the_first_or_behind_the_last() {
        assert_eq!(Window::NEW.index_of(65_535), Some(65_535));
        assert_eq!(window(3).index_of(65_530), None);
        assert_eq!(window(LAST_INDEX).index_of(0), None);
        assert_eq!(window(LAST_INDEX).index_of(65_534), Some(LAST_INDEX - 1));
    }

    #[test]
    fn each_index_is_new_once() {
        let mut window = Window::NEW;
        for index in [5, 4, 6, 130, 3, 200, 75, 4_000_000_000_000, 3_999_999_999_990] {
            assert!(window.is_new(index), "{index}");
            window.see(index);
            assert!(!window.is_new(index), "{index}");
        }
        assert!(!window.is_new(200), "too old");
    }

    #[test]
    fn the_window_has_128_places() {
        let mut window = Window::NEW;
        window.see(1_000);
        assert!(window.is_new(1_000 - 127));
        assert!(!window.is_new(1_000 - 128));
        window.see(1_127);
        assert!(!window.is_new(1_000));
        window.see(1_128);
        assert!(!window.is_new(1_000));
    }
}
