//! The packet logic of one leg: told the time and a packet, it says what to send and whom to tell. No socket, no clock.

mod collision;
mod conference;
mod control;
mod ears;
mod evening;
mod extended;
mod forwarded;
mod keepalive;
mod keypress;
mod noise;
mod passing;
mod program;
mod protection;
mod receive;
mod recode;
mod redundancy;
mod relay;
mod retiming;
mod send;
mod shaping;
mod source;
mod spoken;
mod taps;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtp::telephone_event::{EventReceiver, EventReport};
use rtp::{ClockScale, Reception, Repacker, StreamRewriter, Transmission};

use crate::Digit;
use crate::broadcast::Listener;
use crate::codec::Codec;
use crate::effects::Overheard;
use crate::event::{LegEvent, PlayToken, PlaybackEnd};
use crate::omitted::Omitted;
use crate::playback::Playback;
use crate::settings::{JitterBuffer, LegSettings};
use crate::statistics::Counters;
use crate::tap::{Side, TapEnd};
use collision::Collisions;
pub(crate) use conference::Tuning;
use control::Reports;
use ears::{Ears, Jury};
use evening::Evening;
use extended::Extended;
use forwarded::Forwarded;
use keepalive::Quiet;
pub(crate) use keypress::Key;
use keypress::Keypresses;
use noise::Noise;
use passing::Passing;
use program::Ended;
pub(crate) use program::Program;
use protection::Protection;
pub(crate) use receive::{Content, Heard};
pub(crate) use recode::HIGHEST_RATE;
use recode::Recoder;
use redundancy::Redundancy;
use send::Upsampler;
use shaping::Shaping;
use source::SourceGuard;
use spoken::Spoken;

/// Where a leg's events go.
pub(crate) type EventSink = Box<dyn Fn(LegEvent) + Send>;

/// One leg, but for its sockets.
pub(crate) struct LegCore {
    counters: Arc<Counters>,
    events: EventSink,
    /// The moment that this leg's durations are counted from.
    epoch: Instant,
    settings: Option<LegSettings>,
    guard: SourceGuard,
    /// The stream that is heard.
    incoming: Option<Incoming>,
    /// What streams of the peer before that one lost.
    lost_before: u64,
    /// The stream that is sent.
    stream: StreamRewriter,
    sent: Transmission,
    spoken: Spoken,
    /// Where forwarded packets get another length.
    repacker: Option<Box<Repacker>>,
    /// Where sound in another codec becomes this leg's.
    recoder: Option<Box<Recoder>>,
    /// Timestamps of who feeds the stream, where they count by another clock.
    scale: Option<ClockScale>,
    /// Where what is played has another rate than the codec.
    upsampler: Option<Box<Upsampler>>,
    /// How what is heard is evened out.
    jitter_buffer: Option<JitterBuffer>,
    evening: Option<Box<Evening>>,
    /// A pause of the peer.
    noise: Option<Box<Noise>>,
    /// What listens for keys in the sound of the peer.
    ears: Option<Box<Ears>>,
    /// What listens for who has answered.
    jury: Option<Box<Jury>>,
    /// Who gets a copy of what comes and goes.
    taps: Vec<TapEnd>,
    /// Listeners have heard already what goes out next.
    tapped: bool,
    /// What is done with the sound.
    shaping: Option<Box<Shaping>>,
    /// Redundant data, where both sides have it.
    redundancy: Option<Box<Redundancy>>,
    /// What it passes on; `None` for a leg of sound.
    passing: Option<Box<Passing>>,
    program: Program,
    keys: Keypresses,
    /// A key that goes on elsewhere when it is up, and since when it is down.
    held_elsewhere: Option<(Digit, Instant)>,
    /// A key that goes on to the peer as it comes.
    forwarded: Forwarded,
    /// Octets of the longest packet that the peer takes of another leg, where packets can be cut.
    longest: usize,
    /// Milliseconds of sound that are owed to the peer: grows with each tick of the wheel, shrinks with each packet.
    owed: u16,
    echo: bool,
    /// What is left out of what comes and goes.
    omitted: Omissions,
    /// Since when nothing was sent.
    quiet: Quiet,
    /// The time since which silence counts.
    heard_at: Instant,
    silent: bool,
    retargeted: Option<SocketAddr>,
    reports: Reports,
    extended: Extended,
    collisions: Collisions,
    /// Secure RTP; `None` for plain.
    protection: Option<Box<Protection>>,
}

/// What is left out of both sides.
#[derive(Clone, Copy, Default)]
struct Omissions {
    read: Omitted,
    write: Omitted,
}

/// A stream of the peer's: one SSRC.
struct Incoming {
    reception: Reception,
    /// Ticks a second of its timestamps.
    clock_rate: u32,
    digits: EventReceiver,
    /// The peer has said that it ends (RFC 3550 §6.6).
    has_left: bool,
}

impl Incoming {
    /// Whether a report says something of it.
    fn is_told(&self) -> bool {
        !self.has_left && self.reception.has_news()
    }
}

/// A packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// Octets of it.
    pub(crate) length: usize,
    /// Where to.
    pub(crate) to: SocketAddr,
}

/// The random numbers that a stream starts with (RFC 3550 §5.1, §8).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) name: u64,
    /// The time of day when the leg is opened, since the Unix epoch. Reports count on from there by the steady clock,
    /// so that a clock that is set does not show as a round trip.
    pub(crate) opened: Duration,
}

impl LegCore {
    pub(crate) fn new(now: Instant, seed: Seed, counters: Arc<Counters>, events: EventSink) -> Self {
        counters.ssrc.set(i64::from(seed.ssrc));
        Self {
            counters,
            events,
            epoch: now,
            settings: None,
            guard: SourceGuard::new(),
            incoming: None,
            lost_before: 0,
            stream: StreamRewriter::new(seed.ssrc, seed.sequence, seed.timestamp, 8_000),
            sent: Transmission::default(),
            spoken: Spoken::nothing(),
            repacker: None,
            recoder: None,
            scale: None,
            upsampler: None,
            jitter_buffer: None,
            evening: None,
            noise: None,
            ears: None,
            jury: None,
            taps: Vec::new(),
            tapped: false,
            shaping: None,
            redundancy: None,
            passing: None,
            program: Program::default(),
            keys: Keypresses::default(),
            held_elsewhere: None,
            forwarded: Forwarded::default(),
            longest: usize::MAX,
            owed: 0,
            echo: false,
            omitted: Omissions::default(),
            quiet: Quiet::new(now),
            heard_at: now,
            silent: false,
            retargeted: None,
            reports: Reports::new(seed),
            extended: Extended::default(),
            collisions: Collisions::default(),
            protection: None,
        }
    }

    /// Takes over what was negotiated.
    pub(crate) fn configure(&mut self, now: Instant, settings: LegSettings) {
        let first = self.settings.is_none();
        let former = self.settings.replace(settings);
        if former.and_then(|f| f.remote) != settings.remote {
            self.retargeted = None;
        }
        let speaks = settings.direction.receives();
        self.guard.prefer(settings.signalling);
        self.guard.signal(now, settings.remote, settings.strict, settings.learning, speaks);
        self.guard.announce(now, settings.announced);
        self.guard.send_away(settings.away);
        self.spoken.configure(&settings);
        self.configure_redundancy(&settings);
        self.follow_codec();
        self.set_packet_length(&settings);
        if !settings.direction.receives() {
            self.noise = None;
        }
        if !settings.direction.sends() {
            self.owed = 0;
        }
        // A hold, a resume or another peer begins a new wait for audio.
        self.heard_at = now;
        self.silent = false;
        if first {
            self.reports.begin(self.since(now), settings.rtcp_interval);
        }
    }

    /// The stream counts by the clock of the codec that is sent.
    fn follow_codec(&mut self) {
        let clock_rate = self.clock_rate();
        if self.stream.clock_rate() != clock_rate {
            self.stream.set_clock_rate(clock_rate);
            self.end_feed();
        }
    }

    /// Ticks a second of what is sent.
    fn clock_rate(&self) -> u32 {
        match &self.passing {
            Some(passing) => passing.clock_rate(),
            None => self.spoken.codec().map_or(8_000, Codec::clock_rate),
        }
    }

    pub(crate) fn play(&mut self, list: Playback, token: PlayToken) {
        let ended = self.program.play(list, token);
        self.tell_end(ended);
    }

    pub(crate) fn tune_in(&mut self, listener: Listener, token: PlayToken) {
        let ended = self.program.listen(listener, token);
        self.tell_end(ended);
    }

    pub(crate) fn play_tone(&mut self, tone: audio::Tone) {
        let ended = self.program.play_tone(tone);
        self.tell_end(ended);
    }

    /// Plays what a listener hears elsewhere, until it is stopped.
    pub(crate) fn overhear(&mut self, heard: Overheard) {
        let ended = self.program.overhear(heard);
        self.tell_end(ended);
    }

    pub(crate) fn stop_playing(&mut self) {
        let ended = self.program.stop(PlaybackEnd::Stopped);
        self.stream.splice();
        self.tell_end(ended);
    }

    pub(crate) fn set_echo(&mut self, on: bool) {
        self.echo = on;
        self.end_feed();
    }

    /// Leaves this out of one side from now on.
    pub(crate) fn omit(&mut self, side: Side, omitted: Omitted) {
        match side {
            Side::Read => self.omitted.read = omitted,
            Side::Write => self.omitted.write = omitted,
        }
    }

    /// Whether keys of its peer are left out.
    pub(crate) fn omits_keys(&self) -> bool {
        self.omitted.read.keys
    }

    /// Whether its own packets go back to it.
    pub(crate) fn echoes(&self) -> bool {
        self.echo
    }

    /// Another feeds the stream from now on: a bridge is joined or left.
    pub(crate) fn splice(&mut self) {
        self.keys.forget_theirs();
        self.end_forwarded();
        self.held_elsewhere = None;
        self.end_feed();
    }

    /// A key of the bridged leg is up, after so long where that is known.
    pub(crate) fn release_keys(&mut self, now: Instant, lasted: Option<Duration>) {
        self.keys.release();
        self.end_forwarded();
        self.press_elsewhere(now, Key::Up(lasted));
    }

    /// Whether it has packets of its own to send, so that it belongs on the wheel.
    pub(crate) fn makes_packets(&self) -> bool {
        self.program.is_playing() || self.keys.is_busy()
    }

    /// Whether something is to be done for it at each turn of the wheel.
    pub(crate) fn needs_wheel(&self) -> bool {
        ((self.makes_packets() || self.has_voices()) && self.settings.is_some())
            || self.plays_out()
            || self.owes_ends()
    }

    /// Looks after what has no packet to remind of it: keys whose end was lost, silence. About once a second.
    pub(crate) fn attend(&mut self, now: Instant) -> Option<Key> {
        let since = self.since(now);
        let lost = self.incoming.as_mut().and_then(|incoming| incoming.digits.handle_timeout(since));
        let released = lost.and_then(|report| self.tell_digit(report));
        self.show_reception();
        self.watch_silence(now);
        self.look_after_taps();
        released
    }

    /// The leg goes away: what was begun is told to have ended.
    pub(crate) fn close(&mut self) {
        let ended = self.program.stop(PlaybackEnd::Closed);
        self.tell_end(ended);
        if let Some(report) = self.incoming.as_mut().and_then(|incoming| incoming.digits.finish()) {
            self.tell_digit(report);
        }
    }

    fn watch_silence(&mut self, now: Instant) {
        let Some(settings) = &self.settings else { return };
        let limit = match settings.direction {
            _ if settings.away => None,
            crate::settings::Direction::SendRecv => settings.rtp_timeout,
            _ => settings.rtp_timeout_hold,
        };
        let silence = now.saturating_duration_since(self.heard_at);
        if !self.silent && limit.is_some_and(|limit| silence >= limit) {
            self.silent = true;
            (self.events)(LegEvent::RtpTimeout);
        }
    }

    /// Reports a key of the peer's. Returns it as a command for whoever makes it audible to another leg.
    fn tell_digit(&self, report: EventReport) -> Option<Key> {
        match report {
            EventReport::Started { digit } => {
                (self.events)(LegEvent::DigitBegan(digit));
                Some(Key::Down(digit))
            }
            EventReport::Ended { digit, duration } => {
                (self.events)(LegEvent::DigitEnded { digit, duration });
                Some(Key::Up(Some(duration)))
            }
        }
    }

    fn tell_end(&self, ended: Ended) {
        if let Some((token, reason)) = ended {
            (self.events)(LegEvent::PlaybackEnded { token, reason });
        }
    }

    /// Where RTP goes now.
    fn destination(&self) -> Option<SocketAddr> {
        let settings = self.settings.as_ref()?;
        settings.direction.sends().then_some(self.retargeted.or(settings.remote))?
    }

    /// The time that the formats count in.
    fn since(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.epoch)
    }
}

#[cfg(test)]
mod tests;
