//! What is on the air: the last frames, for each codec that somebody hears them in.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::ArcSwapOption;

use crate::playback::Form;

/// Frames that are kept: 640 ms.
const KEPT: u64 = 32;

/// Frames that a listener is behind, so that an announcer that is a little late is not heard.
const SLACK: u64 = 2;

/// Frames in a second.
const FRAMES: u32 = 50;

/// A frame of 20 ms.
pub(super) struct Frame<T> {
    number: u64,
    content: Box<[T]>,
}

/// The last frames of one kind. One writes, any number read; neither waits.
struct Ring<T>(Box<[ArcSwapOption<Frame<T>>]>);

impl<T> Ring<T> {
    fn new() -> Self {
        Self((0..KEPT).map(|_| ArcSwapOption::empty()).collect())
    }

    fn put(&self, number: u64, content: Box<[T]>) {
        if let Some(place) = self.0.get((number % KEPT) as usize) {
            place.store(Some(Arc::new(Frame { number, content })));
        }
    }

    /// Hands the frame of that number to `look`, if it is there.
    #[inline]
    fn look<R>(&self, number: u64, look: impl FnOnce(&[T]) -> R) -> Option<R> {
        let frame = self.0.get((number % KEPT) as usize)?.load();
        frame.as_ref().filter(|frame| frame.number == number).map(|frame| look(&frame.content))
    }
}

/// The frames in one form. It is made for as long as somebody listens in it.
pub(super) struct Channel {
    form: Form,
    frames: Ring<u8>,
}

impl Channel {
    pub(super) fn form(&self) -> &Form {
        &self.form
    }

    pub(super) fn put(&self, number: u64, payload: &[u8]) {
        self.frames.put(number, payload.into());
    }
}

/// A broadcast as its listeners and its announcer see it.
pub(crate) struct Air {
    rate: u32,
    /// The number of the next frame.
    head: AtomicU64,
    over: AtomicBool,
    sound: Ring<i16>,
    channels: Mutex<Vec<Weak<Channel>>>,
    listeners: AtomicUsize,
    late: AtomicU64,
    encoded: AtomicU64,
}

impl Air {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate,
            head: AtomicU64::new(0),
            over: AtomicBool::new(false),
            sound: Ring::new(),
            channels: Mutex::default(),
            listeners: AtomicUsize::new(0),
            late: AtomicU64::new(0),
            encoded: AtomicU64::new(0),
        }
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Samples of a frame.
    pub(super) fn frame(&self) -> usize {
        (self.rate / FRAMES) as usize
    }

    pub(super) fn listeners(&self) -> usize {
        self.listeners.load(Ordering::Relaxed)
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    pub(super) fn late_frames(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    pub(super) fn frames_encoded(&self) -> u64 {
        self.encoded.load(Ordering::Relaxed)
    }

    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Release);
    }

    pub(super) fn count_late(&self) {
        self.late.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_encoded(&self) {
        self.encoded.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of the frame that is next.
    pub(super) fn next(&self) -> u64 {
        self.head.load(Ordering::Relaxed)
    }

    /// Puts the next frame on the air. Its payloads must be there already.
    pub(super) fn put(&self, sound: &[i16]) {
        let number = self.next();
        self.sound.put(number, sound.into());
        self.head.store(number + 1, Ordering::Release);
    }

    fn channels(&self) -> MutexGuard<'_, Vec<Weak<Channel>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The forms that somebody listens in.
    pub(super) fn wanted(&self, mut each: impl FnMut(&Arc<Channel>)) {
        let mut channels = self.channels();
        channels.retain(|channel| channel.strong_count() > 0);
        channels.iter().filter_map(Weak::upgrade).for_each(|channel| each(&channel));
    }

    /// A listener in that form, from now on.
    pub(crate) fn tune_in(self: &Arc<Self>, form: &Form) -> Listener {
        let mut channels = self.channels();
        let known = channels.iter().filter_map(Weak::upgrade).find(|channel| channel.form == *form);
        let channel = known.unwrap_or_else(|| {
            let channel = Arc::new(Channel { form: form.clone(), frames: Ring::new() });
            channels.push(Arc::downgrade(&channel));
            channel
        });
        drop(channels);
        self.listeners.fetch_add(1, Ordering::Relaxed);
        Listener { air: self.clone(), channel, at: None }
    }
}

/// One leg that listens to a broadcast.
pub(crate) struct Listener {
    air: Arc<Air>,
    channel: Arc<Channel>,
    /// The sample that is next, over all frames; `None` before the first packet.
    at: Option<u64>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.air.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a listener got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// So many octets, or samples.
    Got(usize),
    /// Nothing is there yet.
    Late,
    /// It is over.
    Over,
}

impl Listener {
    pub(crate) fn rate(&self) -> u32 {
        self.air.rate
    }

    /// The form that it gets payloads in.
    pub(crate) fn form(&self) -> &Form {
        &self.channel.form
    }

    /// Where it is: a little behind the head, and not so far that frames are gone.
    fn place(&mut self) -> u64 {
        let frame = self.air.frame() as u64;
        let head = self.air.head.load(Ordering::Acquire);
        let behind = |at: u64| head.saturating_sub(at / frame.max(1));
        let at = self.at.filter(|at| behind(*at) < KEPT - 2);
        *self.at.insert(at.unwrap_or(head.saturating_sub(SLACK) * frame))
    }

    /// The payload of the next `ms`, as all others get it. `None`: it is not there in packets of that length; then
    /// [`sound`](Self::sound) is.
    #[inline]
    pub(crate) fn payload(&mut self, ms: u16, payload: &mut [u8]) -> Option<usize> {
        let frame = self.air.frame() as u64;
        let at = self.place();
        let count = u64::from(ms) / 20;
        let cut = !ms.is_multiple_of(20) || !at.is_multiple_of(frame.max(1));
        if cut || (count != 1 && !self.channel.form.joins_frames()) {
            return None;
        }
        let (first, mut written) = (at / frame, 0);
        for number in first..first + count {
            written += self.channel.frames.look(number, |octets| {
                let room = payload.get_mut(written..written + octets.len())?;
                room.copy_from_slice(octets);
                Some(octets.len())
            })??;
        }
        self.at = Some(at + count * frame);
        Some(written)
    }

    /// The next samples.
    pub(crate) fn sound(&mut self, out: &mut [i16]) -> Reading {
        let frame = self.air.frame() as u64;
        let mut at = self.place();
        let mut written = 0;
        while written < out.len() {
            let copied = self.air.sound.look(at / frame.max(1), |samples| {
                let rest = samples.get((at % frame) as usize..).unwrap_or_default();
                let count = rest.len().min(out.len() - written);
                out[written..written + count].copy_from_slice(&rest[..count]);
                count
            });
            match copied {
                Some(count) if count > 0 => {
                    written += count;
                    at += count as u64;
                }
                _ => break,
            }
        }
        self.at = Some(at);
        match written {
            0 if self.air.is_over() => Reading::Over,
            0 => Reading::Late,
            _ => Reading::Got(written),
        }
    }
}
