//! The thread that puts broadcasts on the air, 20 ms of each at a time.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use audio::Resampler;

use super::air::{Air, Channel};
use super::{Broadcast, Source};
use crate::codec::Encoder;
use crate::playback::encode_frame;

/// A frame.
const TURN: Duration = Duration::from_millis(20);

/// One that is further behind, as after a machine slept, goes on from now.
const LATEST: Duration = Duration::from_millis(200);

/// Octets of the longest frame.
const LONGEST_FRAME: usize = 2_000;

/// Samples of the longest frame.
const MOST_SAMPLES: usize = 960;

/// Puts broadcasts on the air, on a thread that starts with the first and ends with the engine.
#[derive(Default)]
pub(crate) struct Announcer(Mutex<Option<Sender<Station>>>);

impl Announcer {
    /// Puts a source on the air. One that no thread is left for, or of a rate that calls do not have, is over at once.
    pub(crate) fn begin(&self, source: Box<dyn Source>) -> Broadcast {
        let rate = source.rate();
        let air = Arc::new(Air::new(rate));
        if !matches!(rate, 8_000 | 16_000 | 24_000 | 32_000 | 48_000) {
            tracing::warn!(rate, "a source of sound has a rate that calls do not have, and is not heard");
            air.end();
            return Broadcast(air);
        }
        let mut station = Some(Station { air: Arc::downgrade(&air), source, makers: Vec::new() });
        let mut sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = &*sender {
            // It comes back where the thread is gone: a source of somebody else's may have panicked on it.
            station = station.and_then(|station| thread.send(station).err()).map(|unsent| unsent.0);
        }
        if let Some(station) = station {
            *sender = start(station);
        }
        Broadcast(air)
    }
}

/// A thread that begins with that source.
fn start(first: Station) -> Option<Sender<Station>> {
    let (stations, arriving) = channel();
    let started = thread::Builder::new().name("announcer".to_owned()).spawn(move || serve(first, &arriving));
    if let Err(error) = started {
        tracing::warn!(%error, "nothing is on the air: no thread is left");
        return None;
    }
    Some(stations)
}

fn serve(first: Station, arriving: &Receiver<Station>) {
    let mut stations = vec![first];
    let mut deadline = Instant::now();
    loop {
        if stations.is_empty() {
            match arriving.recv() {
                Ok(station) => stations.push(station),
                Err(_) => return,
            }
            deadline = Instant::now();
        }
        loop {
            match arriving.try_recv() {
                Ok(station) => stations.push(station),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        stations.retain_mut(Station::go_on);
        deadline += TURN;
        let now = Instant::now();
        match deadline.checked_duration_since(now) {
            Some(early) => thread::sleep(early),
            None if now.duration_since(deadline) > LATEST => deadline = now,
            None => {}
        }
    }
}

/// One source, and what encodes it.
pub(super) struct Station {
    pub(super) air: Weak<Air>,
    pub(super) source: Box<dyn Source>,
    pub(super) makers: Vec<Maker>,
}

impl Drop for Station {
    /// Nobody waits for one that is not served any more, whatever the reason is.
    fn drop(&mut self) {
        if let Some(air) = self.air.upgrade() {
            air.end();
        }
    }
}

/// What makes the payloads of one form.
pub(super) struct Maker {
    channel: Weak<Channel>,
    encoder: Box<dyn Encoder>,
    resampler: Option<Resampler>,
    samples: usize,
}

impl Station {
    /// Puts the next frame on the air. `false`: it is over, or nobody holds it any more.
    pub(super) fn go_on(&mut self) -> bool {
        let Some(air) = self.air.upgrade() else { return false };
        let mut frame = [0; MOST_SAMPLES];
        let frame = &mut frame[..air.frame().min(MOST_SAMPLES)];
        let Some(got) = self.source.read(frame) else { return false };
        if got < frame.len() {
            frame[got..].fill(0);
            air.count_late();
        }
        self.follow_listeners(&air);
        let number = air.next();
        for maker in &mut self.makers {
            if let Some(channel) = maker.channel.upgrade() {
                let mut payload = [0; LONGEST_FRAME];
                let parts = (&mut maker.resampler, &mut maker.encoder);
                let octets = encode_frame(frame, frame.len(), parts, maker.samples, &mut payload);
                channel.put(number, &payload[..octets]);
                air.count_encoded();
            }
        }
        air.put(frame);
        true
    }

    /// An encoder for each form that somebody listens in, and for no other.
    fn follow_listeners(&mut self, air: &Air) {
        self.makers.retain(|maker| maker.channel.strong_count() > 0);
        let makers = &mut self.makers;
        air.wanted(|channel| {
            if makers.iter().all(|maker| !std::ptr::eq(maker.channel.as_ptr(), Arc::as_ptr(channel))) {
                makers.extend(Maker::of(channel, air.rate()));
            }
        });
    }
}

impl Maker {
    fn of(channel: &Arc<Channel>, rate: u32) -> Option<Self> {
        let form = channel.form();
        let (ours, samples, encoder) = form.encoder(rate)?;
        let resampler = match rate == ours {
            true => None,
            false => Some(Resampler::new(rate, ours).ok()?),
        };
        Some(Self { channel: Arc::downgrade(channel), encoder, resampler, samples })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broadcast::Reading;
    use crate::codec::Codec;
    use crate::playback::Form;

    /// Counts: the first sample of each frame is the number of the frame.
    struct Counting(i16, i16);

    impl Source for Counting {
        fn rate(&self) -> u32 {
            8_000
        }

        fn read(&mut self, frame: &mut [i16]) -> Option<usize> {
            frame.fill(self.0);
            self.0 += 1;
            match self.0 {
                n if n > self.1 => None,
                n if n % 10 == 0 => Some(100),
                _ => Some(frame.len()),
            }
        }
    }

    fn form(codec: Codec) -> Form {
        Form::new(codec, opus::Settings::default())
    }

    fn station(frames: i16) -> (Arc<Air>, Station) {
        let air = Arc::new(Air::new(8_000));
        let source = Box::new(Counting(1, frames));
        let station = Station { air: Arc::downgrade(&air), source, makers: Vec::new() };
        (air, station)
    }

    #[test]
    fn listeners_of_a_codec_share_what_is_encoded() {
        let (air, mut station) = station(1_000);
        let mut listeners: Vec<_> = (0..50).map(|_| air.tune_in(&form(Codec::G722))).collect();
        listeners.extend((0..50).map(|_| air.tune_in(&form(Codec::Pcmu))));
        assert_eq!(air.listeners(), 100);
        for _ in 0..40 {
            assert!(station.go_on());
            let mut payloads = Vec::new();
            for listener in &mut listeners {
                let mut payload = [0; 400];
                assert_eq!(listener.payload(20, &mut payload), Some(160));
                payloads.push(payload);
            }
            assert!(payloads[..50].iter().all(|payload| *payload == payloads[0]));
            assert!(payloads[50..].iter().all(|payload| *payload == payloads[50]));
        }
        assert_eq!((air.frames_encoded(), air.late_frames()), (80, 4));
        listeners.clear();
        assert!(station.go_on());
        assert_eq!((air.frames_encoded(), air.listeners()), (80, 0), "nobody listens");
    }

    #[test]
    fn a_listener_is_a_little_behind_and_hears_each_frame_once() {
        let (air, mut station) = station(1_000);
        (0..100).for_each(|_| assert!(station.go_on()));
        let mut listener = air.tune_in(&form(Codec::L16));
        assert_eq!(listener.payload(20, &mut [0; 400]), None, "not encoded before somebody listened");
        let mut frame = [0; 160];
        assert_eq!(listener.sound(&mut frame), Reading::Got(160));
        assert_eq!(frame[0], 99);
        assert_eq!(listener.sound(&mut frame), Reading::Got(160));
        assert_eq!(listener.sound(&mut frame), Reading::Late);
        assert!(station.go_on());
        let mut payload = [0; 400];
        assert_eq!(listener.payload(20, &mut payload), Some(320));
        assert_eq!(i16::from_be_bytes([payload[0], payload[1]]), 101);
        (0..50).for_each(|_| assert!(station.go_on()));
        // It was away for too long, and goes on where the others are.
        assert_eq!(listener.payload(40, &mut payload), None, "it has room for one frame");
        let mut longer = [0; 640];
        assert_eq!(listener.payload(40, &mut longer), Some(640));
        assert_eq!(i16::from_be_bytes([longer[0], longer[1]]), 150);
    }

    /// A source that takes its thread with it.
    struct Broken;

    impl Source for Broken {
        fn rate(&self) -> u32 {
            8_000
        }

        fn read(&mut self, _frame: &mut [i16]) -> Option<usize> {
            panic!("a source that is broken")
        }
    }

    #[test]
    fn one_that_panics_ends_what_is_on_the_air_and_nothing_that_comes_after_it() {
        let announcer = Announcer::default();
        let other = announcer.begin(Box::new(Counting(1, 10_000)));
        let broken = announcer.begin(Box::new(Broken));
        while !(broken.is_over() && other.is_over()) {
            thread::yield_now();
        }
        // The thread may not be quite gone yet, and take another one with it.
        let is_heard = |broadcast: Broadcast| {
            while !broadcast.is_over() {
                thread::yield_now();
            }
            broadcast.0.next() > 0
        };
        while !is_heard(announcer.begin(Box::new(Counting(1, 3)))) {}
    }

    #[test]
    fn it_ends_when_its_source_does_or_nobody_holds_it() {
        let (air, mut station) = station(3);
        let mut listener = air.tune_in(&form(Codec::Pcma));
        while station.go_on() {}
        drop(station);
        let mut frame = [0; 160];
        while listener.sound(&mut frame) != Reading::Over {}
        assert!(air.is_over());
        let (air, mut station) = self::station(1_000);
        drop(air);
        assert!(!station.go_on());
    }
}
