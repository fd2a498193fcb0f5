use super::window::Window;

/// The streams under one key, by their SSRC: few, and a bound for those who invent more.
#[derive(Debug)]
pub(super) struct Streams {
    places: [Stream; Self::MOST],
    /// How many of them are taken.
    taken: usize,
    /// Counts packets, so that the stream that was silent the longest is known.
    clock: u64,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    ssrc: u32,
    heard: u64,
    window: Window,
}

impl Streams {
    /// Streams that are remembered at a time. A phone has one, and takes another SSRC now and then.
    pub(super) const MOST: usize = 8;

    pub(super) const fn new() -> Self {
        let free = Stream { ssrc: 0, heard: 0, window: Window::NEW };
        Self { places: [free; Self::MOST], taken: 0, clock: 0 }
    }

    /// What is known of a stream; a new window for one that is not known.
    #[inline]
    pub(super) fn window(&self, ssrc: u32) -> Window {
        self.known(ssrc).map_or(Window::NEW, |stream| stream.window)
    }

    /// Whether [`keep`](Self::keep) has a place for that stream without another losing its own.
    pub(super) fn has_place_for(&self, ssrc: u32) -> bool {
        self.taken < Self::MOST || self.known(ssrc).is_some()
    }

    /// Remembers a stream. A new one takes a free place, else that of the stream which was silent the longest.
    #[inline]
    pub(super) fn keep(&mut self, ssrc: u32, window: Window) {
        self.clock += 1;
        let stream = Stream { ssrc, heard: self.clock, window };
        let taken = &mut self.places[..self.taken];
        if let Some(place) = taken.iter_mut().find(|known| known.ssrc == ssrc) {
            *place = stream;
        } else if let Some(free) = self.places.get_mut(self.taken) {
            *free = stream;
            self.taken += 1;
        } else if let Some(silent) = self.places.iter_mut().min_by_key(|known| known.heard) {
            *silent = stream;
        }
    }

    #[inline]
    fn known(&self, ssrc: u32) -> Option<&Stream> {
        self.places[..self.taken].iter().find(|stream| stream.ssrc == ssrc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_silent_stream_gives_way() {
        let mut streams = Streams::new();
        let mut seen = Window::NEW;
        seen.see(1);
        (0..8).for_each(|ssrc| streams.keep(ssrc, seen));
        streams.keep(0, seen);
        assert!(streams.has_place_for(1) && !streams.has_place_for(8));
        streams.keep(8, seen);
        assert!(streams.window(1).is_new(1), "forgotten");
        assert!([0, 2, 3, 4, 5, 6, 7, 8].iter().all(|ssrc| !streams.window(*ssrc).is_new(1)));
    }
}
