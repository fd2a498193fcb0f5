use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How a figure has spread over the reports of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// The least value.
    pub least: f64,
    /// The greatest.
    pub most: f64,
    /// The mean of all.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
}

/// What gathers a [`Spread`], value by value (Welford's method).
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    count: u32,
    spread: Spread,
    /// Squared distances from the mean, all together.
    squares: f64,
}

impl Gathered {
    /// Takes a value in, and shows what all come to.
    pub(crate) fn add(&mut self, value: f64, shown: &SpreadGauge) {
        self.count = self.count.saturating_add(1);
        let Spread { least, most, mean, .. } = self.spread;
        let (least, most) =
            if self.count == 1 { (value, value) } else { (least.min(value), most.max(value)) };
        let distance = value - mean;
        let mean = mean + distance / f64::from(self.count);
        self.squares += distance * (value - mean);
        let deviation = (self.squares / f64::from(self.count)).max(0.0).sqrt();
        self.spread = Spread { least, most, mean, deviation };
        shown.set(self.spread);
    }
}

/// A spread that one thread writes and any may read, each part for itself.
#[derive(Debug, Default)]
pub(crate) struct SpreadGauge([AtomicU64; 4]);

impl SpreadGauge {
    fn set(&self, spread: Spread) {
        let Spread { least, most, mean, deviation } = spread;
        for (place, value) in self.0.iter().zip([least, most, mean, deviation]) {
            place.store(value.to_bits(), Relaxed);
        }
    }

    pub(crate) fn get(&self) -> Spread {
        let [least, most, mean, deviation] =
            self.0.each_ref().map(|place| f64::from_bits(place.load(Relaxed)));
        Spread { least, most, mean, deviation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_gathered() {
        let (mut gathered, shown) = (Gathered::default(), SpreadGauge::default());
        assert_eq!(shown.get(), Spread::default());
        [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().for_each(|value| gathered.add(value, &shown));
        assert_eq!(shown.get(), Spread { least: 2.0, most: 9.0, mean: 5.0, deviation: 2.0 });
    }
}
