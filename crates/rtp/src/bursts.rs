use core::time::Duration;

/// Losses of a stream, told apart by whether they come in bursts (RFC 3611 §4.7.2).
///
/// A burst begins and ends with a lost packet, and within it fewer than [`Bursts::MINIMUM`] packets in a row have come. One
/// loss alone is part of the gap around it. A packet that comes late stays a loss here: whoever plays the sound has gone on
/// without it.
///
/// ```
/// use std::time::Duration;
///
/// let mut bursts = rtp::Bursts::default();
/// (0..50).for_each(|_| bursts.receive(0));
/// bursts.receive(3); // three are missing before this one
/// (0..49).for_each(|_| bursts.receive(0));
/// assert_eq!(bursts.mean_burst(Duration::from_millis(20)), Duration::from_millis(60));
/// assert_eq!((bursts.burst_density(), bursts.gap_density()), (255, 0));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Bursts {
    /// Packets that came since the last loss.
    run: u16,
    /// Packets, and the lost ones among them, since a loss that may have begun a burst, up to the last one.
    open: Option<(u64, u64)>,
    /// All packets.
    packets: u64,
    lost: u64,
    bursts: u64,
    burst_packets: u64,
    burst_lost: u64,
}

impl Bursts {
    /// Packets in a row that have to come for a burst to be over (Gmin).
    pub const MINIMUM: u16 = 16;

    /// Of a stream that has not begun.
    pub const NONE: Self =
        Self { run: 0, open: None, packets: 0, lost: 0, bursts: 0, burst_packets: 0, burst_lost: 0 };

    /// A packet came, the newest so far, before which `missing` others are missing.
    #[inline]
    pub fn receive(&mut self, missing: u16) {
        if missing > 0 {
            self.lose(missing.into());
        }
        self.packets += 1;
        self.run = self.run.saturating_add(1);
        if self.run == Self::MINIMUM {
            self.settle();
        }
    }

    #[cold]
    fn lose(&mut self, missing: u64) {
        let (packets, lost) =
            self.open.map_or((0, 0), |(packets, lost)| (packets + u64::from(self.run), lost));
        self.open = Some((packets + missing, lost + missing));
        self.packets += missing;
        self.lost += missing;
        self.run = 0;
    }

    /// Enough have come: what was open is a burst, or was one loss alone.
    fn settle(&mut self) {
        if let Some((packets, lost)) = self.open.take().filter(|(_, lost)| *lost > 1) {
            self.bursts += 1;
            self.burst_packets += packets;
            self.burst_lost += lost;
        }
    }

    /// As it would be if the stream ended now.
    fn settled(mut self) -> Self {
        self.settle();
        self
    }

    /// Lost packets of those in bursts, in 1/256.
    pub fn burst_density(&self) -> u8 {
        let now = self.settled();
        density(now.burst_lost, now.burst_packets)
    }

    /// Lost packets of those between bursts, in 1/256.
    pub fn gap_density(&self) -> u8 {
        let now = self.settled();
        density(now.lost - now.burst_lost, now.packets - now.burst_packets)
    }

    /// Mean length of a burst, of packets of that length; zero where there was none.
    pub fn mean_burst(&self, packet: Duration) -> Duration {
        let now = self.settled();
        mean(packet, now.burst_packets, now.bursts)
    }

    /// Mean length of a gap; that of all where there was no burst.
    pub fn mean_gap(&self, packet: Duration) -> Duration {
        let now = self.settled();
        // Nothing was lost before the first burst, or the stream would not have begun: gaps stand around bursts.
        mean(packet, now.packets - now.burst_packets, now.bursts + 1)
    }
}

/// A part of all, in 1/256.
pub(crate) fn density(part: u64, all: u64) -> u8 {
    (part * 256).checked_div(all).map_or(0, |density| density.min(255) as u8)
}

fn mean(packet: Duration, packets: u64, count: u64) -> Duration {
    let nanos = packet.as_nanos() * u128::from(packets) / u128::from(count.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Bursts;
    use core::time::Duration;

    const PACKET: Duration = Duration::from_millis(20);

    /// A stream by its losses: so many come, so many are missing, and so on.
    fn stream(parts: &[(u16, u16)]) -> Bursts {
        let mut bursts = Bursts::default();
        for (come, missing) in parts {
            (0..*come).for_each(|_| bursts.receive(0));
            if *missing > 0 {
                bursts.receive(*missing);
            }
        }
        bursts
    }

    #[test]
    fn a_loss_alone_belongs_to_the_gap() {
        let bursts = stream(&[(99, 1), (99, 0)]);
        assert_eq!((bursts.burst_density(), bursts.gap_density()), (0, 1)); // one of two hundred
        assert_eq!((bursts.mean_burst(PACKET), bursts.mean_gap(PACKET)), (Duration::ZERO, PACKET * 200));
    }

    #[test]
    fn losses_that_are_near_are_one_burst() {
        // Lost, fourteen that came, lost: a burst of sixteen.
        let bursts = stream(&[(100, 1), (13, 1), (100, 0)]);
        assert_eq!(bursts.mean_burst(PACKET), PACKET * 16);
        assert_eq!((bursts.burst_density(), bursts.gap_density()), (32, 0));
        assert_eq!(bursts.mean_gap(PACKET), PACKET * 201 / 2);
        // Sixteen between them: two losses alone.
        let bursts = stream(&[(100, 1), (15, 1), (100, 0)]);
        assert_eq!(bursts.mean_burst(PACKET), Duration::ZERO);
    }

    #[test]
    fn a_burst_that_goes_on_counts() {
        let bursts = stream(&[(100, 4)]);
        assert_eq!((bursts.mean_burst(PACKET), bursts.burst_density()), (PACKET * 4, 255));
    }

    #[test]
    fn nothing_is_even() {
        let bursts = Bursts::default();
        assert_eq!((bursts.burst_density(), bursts.gap_density()), (0, 0));
        assert_eq!(bursts.mean_gap(PACKET), Duration::ZERO);
    }
}
