use super::{RawBlock, half, word};

/// Statistics of a stretch of a stream (RFC 3611 §4.6). Parts that its writer did not measure are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The source.
    pub ssrc: u32,
    /// The first number of the stretch.
    pub begin: u16,
    /// The number after the last.
    pub end: u16,
    /// Packets lost.
    pub lost: Option<u32>,
    /// Packets that came more than once, counted by their repeats.
    pub duplicates: Option<u32>,
    /// Jitter between two packets: least, most, mean and standard deviation, in ticks of the stream's clock.
    pub jitter: Option<[u32; 4]>,
    /// How many more routers the packets could have passed.
    pub hop_limits: Option<HopLimits>,
}

/// What was left of packets' time to live, or hop limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HopLimits {
    /// It is that of IPv6.
    pub is_v6: bool,
    /// Least, most, mean and standard deviation.
    pub values: [u8; 4],
}

impl Summary {
    pub(super) const LENGTH: usize = 36;

    pub(super) fn read(raw: &RawBlock<'_>) -> Option<Self> {
        let body: &[u8; Self::LENGTH] = raw.body.try_into().ok()?;
        let has = |flag: u8| raw.specific & flag != 0;
        let hop_limits = match raw.specific >> 3 & 3 {
            0 => None,
            1 => Some(false),
            2 => Some(true),
            _ => return None, // no such kind
        };
        let values = [body[32], body[33], body[34], body[35]];
        Some(Self {
            ssrc: word(body, 0),
            begin: half(body, 4),
            end: half(body, 6),
            lost: has(0x80).then(|| word(body, 8)),
            duplicates: has(0x40).then(|| word(body, 12)),
            jitter: has(0x20).then(|| [16, 20, 24, 28].map(|at| word(body, at))),
            hop_limits: hop_limits.map(|is_v6| HopLimits { is_v6, values }),
        })
    }

    /// Which parts there are.
    pub(super) fn flags(&self) -> u8 {
        let hops = match self.hop_limits {
            None => 0,
            Some(HopLimits { is_v6: false, .. }) => 1,
            Some(HopLimits { is_v6: true, .. }) => 2,
        };
        u8::from(self.lost.is_some()) << 7
            | u8::from(self.duplicates.is_some()) << 6
            | u8::from(self.jitter.is_some()) << 5
            | hops << 3
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut octets = [0; Self::LENGTH];
        let [j0, j1, j2, j3] = self.jitter.unwrap_or_default();
        let numbers = u32::from(self.begin) << 16 | u32::from(self.end);
        let hops = u32::from_be_bytes(self.hop_limits.map_or([0; 4], |hops| hops.values));
        let (lost, duplicates) = (self.lost.unwrap_or_default(), self.duplicates.unwrap_or_default());
        let words = [self.ssrc, numbers, lost, duplicates, j0, j1, j2, j3, hops];
        for (place, word) in octets.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_be_bytes();
        }
        octets
    }
}
