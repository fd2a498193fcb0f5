use std::any::Any;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use audio::Pcm;
use media_bridge::{
    Backend, Bridge, ConferenceConfig, Content, Leg, LegConfig, MediaConfig, MediaEngine, MemberSettings,
    Playback, Recorder, RecordingPlan, Sides, Sound, Source, Track,
};

use super::tell;
use crate::Outcome;
use crate::load::{Load, Service};
use crate::media::{Media, voice};

pub(crate) const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Phones in a room.
pub(crate) const ROOM: usize = 10;

/// Seconds of the file that is played again and again.
const FILE: usize = 10;

/// An engine of one thread, below the ports that the system gives away.
pub(crate) fn start(backend: Backend) -> Outcome<MediaEngine> {
    let ports = 10_000..=31_999;
    Ok(MediaEngine::start(MediaConfig { threads: Some(1), ports, backend, ..MediaConfig::default() })?)
}

/// Where a process of that number keeps its recordings. Whoever started it removes them.
pub(super) fn folder_of(process: u32) -> PathBuf {
    std::env::temp_dir().join(format!("media-bench-{process}"))
}

/// The legs of a call and what joins them.
pub(crate) struct Call {
    pub(crate) legs: [Leg; 2],
    bridge: Bridge,
}

impl Call {
    /// Sets a call up between two phones, of which the first has that number.
    pub(crate) fn between(
        engine: &MediaEngine,
        media: Media,
        number: usize,
        phones: [SocketAddr; 2],
    ) -> Outcome<Self> {
        let first = open(engine, media, number, phones[0], None)?;
        let second = open(engine, media, number + 1, phones[1], Some(&first))?;
        let bridge = engine.bridge(&first, &second);
        Ok(Self { legs: [first, second], bridge })
    }
}

/// The leg of a phone.
fn open(
    engine: &MediaEngine,
    media: Media,
    number: usize,
    phone: SocketAddr,
    near: Option<&Leg>,
) -> Outcome<Leg> {
    let leg = engine.open_leg(LegConfig::new(LOCAL, |_| {}).near(near.map(Leg::id)))?;
    if let Some(keys) = media.leg_keys(number) {
        leg.protect(Some(keys));
    }
    leg.configure(media.settings(number, phone));
    Ok(leg)
}

/// Legs that serve phones, in their order, and whatever else must stay.
struct Served {
    legs: Vec<Leg>,
    others: Vec<Box<dyn Any>>,
}

pub(super) fn serve(backend: Backend, load: Load, phones: &[SocketAddr]) -> Outcome<()> {
    let engine = start(backend)?;
    let served = match load.service {
        Service::Bridge => calls(&engine, load.media, phones, |_, _| Ok(()))?,
        Service::Recording => recorded(&engine, load.media, phones)?,
        Service::Conference => rooms(&engine, load.media, phones)?,
        Service::Playback => players(&engine, load.media, phones)?,
        Service::Music => listeners(&engine, load.media, phones)?,
    };
    let addresses: Vec<SocketAddr> = served.legs.iter().map(Leg::rtp_address).collect();
    tell(&addresses)
}

/// Calls of two phones each; something more is done with each of them.
fn calls(
    engine: &MediaEngine,
    media: Media,
    phones: &[SocketAddr],
    mut more: impl FnMut(usize, &Call) -> Outcome<()>,
) -> Outcome<Served> {
    let mut served = Served { legs: Vec::new(), others: Vec::new() };
    for (number, pair) in phones.chunks_exact(2).enumerate() {
        let call = Call::between(engine, media, 2 * number, [pair[0], pair[1]])?;
        more(number, &call)?;
        served.legs.extend(call.legs);
        served.others.push(Box::new(call.bridge));
    }
    Ok(served)
}

fn recorded(engine: &MediaEngine, media: Media, phones: &[SocketAddr]) -> Outcome<Served> {
    let recorder = Recorder::start()?;
    let folder = folder_of(std::process::id());
    let mut served = calls(engine, media, phones, |number, call| {
        let path = folder.join(format!("{number}.wav"));
        let plan = RecordingPlan::new(vec![Track { path, content: Content::Mixed, append: false }]);
        recorder.record(call.legs[0].tap(Sides::Both), plan, |_| {});
        Ok(())
    })?;
    served.others.push(Box::new(recorder));
    Ok(served)
}

fn rooms(engine: &MediaEngine, media: Media, phones: &[SocketAddr]) -> Outcome<Served> {
    let mut served = Served { legs: Vec::new(), others: Vec::new() };
    for (number, phones) in phones.chunks(ROOM).enumerate() {
        let room = engine.open_conference(ConferenceConfig::new(|_| {}));
        for (nth, phone) in phones.iter().enumerate() {
            let leg = open(engine, media, ROOM * number + nth, *phone, None)?;
            served.others.push(Box::new(room.enter(&leg, MemberSettings::default())));
            served.legs.push(leg);
        }
        served.others.push(Box::new(room));
    }
    Ok(served)
}

fn players(engine: &MediaEngine, media: Media, phones: &[SocketAddr]) -> Outcome<Served> {
    let file = Sound::shared(Pcm::new(8_000, voice(8_000).repeat(FILE)));
    let legs = phones.iter().enumerate().map(|(number, phone)| {
        let leg = open(engine, media, number, *phone, None)?;
        leg.play(Playback::from(file.clone()).repeated(), 1_u64);
        Ok(leg)
    });
    Ok(Served { legs: legs.collect::<Outcome<_>>()?, others: Vec::new() })
}

/// A voice that never ends.
struct Endless {
    sound: Vec<i16>,
    at: usize,
}

impl Source for Endless {
    fn rate(&self) -> u32 {
        8_000
    }

    fn read(&mut self, frame: &mut [i16]) -> Option<usize> {
        for sample in &mut *frame {
            *sample = self.sound[self.at];
            self.at = (self.at + 1) % self.sound.len();
        }
        Some(frame.len())
    }
}

fn listeners(engine: &MediaEngine, media: Media, phones: &[SocketAddr]) -> Outcome<Served> {
    let music = engine.broadcast(Endless { sound: voice(8_000), at: 0 });
    let legs = phones.iter().enumerate().map(|(number, phone)| {
        let leg = open(engine, media, number, *phone, None)?;
        leg.listen(&music, 1_u64);
        Ok(leg)
    });
    let legs = legs.collect::<Outcome<_>>()?;
    Ok(Served { legs, others: vec![Box::new(music)] })
}
