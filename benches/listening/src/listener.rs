use std::time::Duration;

use rtp_jitter::simulation::Arrival;

use crate::speech::Speech;

/// Samples of a tick, of 10 ms: the peer knows no other.
pub const TICK: usize = 80;

/// A packet of the speech.
pub struct Packet<'a> {
    pub sequence: u16,
    pub timestamp: u32,
    pub payload: &'a [u8],
}

/// A jitter buffer to be listened to.
pub trait Listener {
    /// A packet has come.
    fn insert(&mut self, now: Duration, packet: Packet<'_>);

    /// The sound of the next tick.
    fn tick(&mut self, now: Duration, out: &mut [i16; TICK]);

    /// The sound that it made up, by its own account.
    fn concealed(&self) -> Duration;

    /// Packets that it decoded in their order.
    fn decoded(&self) -> u64;
}

/// Counts packets that are decoded after all that were spoken before them: what is heard in another order is not understood.
#[derive(Default)]
pub struct InOrder {
    next: u32,
    count: u64,
}

impl InOrder {
    /// A payload of the speech is decoded: takes off its number.
    pub fn decode<'a>(&mut self, payload: &'a [u8]) -> &'a [u8] {
        let (number, sound) = payload.split_first_chunk().expect("every payload of the speech is numbered");
        let number = u32::from_be_bytes(*number);
        if number >= self.next {
            self.next = number + 1;
            self.count += 1;
        }
        sound
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// What was heard.
pub struct Heard {
    pub sound: Vec<i16>,
    pub concealed: Duration,
    pub decoded: u64,
}

/// Listens to the speech as it arrives.
pub fn listen(listener: &mut dyn Listener, speech: &Speech, arrivals: &[Arrival]) -> Heard {
    let mut sound = Vec::with_capacity(speech.samples.len());
    let mut arrivals = arrivals.iter().peekable();
    // Ticks lie beside the packets, not on them: clocks know nothing of each other.
    let mut now = Duration::from_micros(3_700);
    while sound.len() < speech.samples.len() {
        while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= now) {
            listener.insert(arrival.at, speech.packet(arrival.packet));
        }
        let mut out = [0; TICK];
        listener.tick(now, &mut out);
        sound.extend_from_slice(&out);
        now += Duration::from_millis(10);
    }
    Heard { sound, concealed: listener.concealed(), decoded: listener.decoded() }
}
