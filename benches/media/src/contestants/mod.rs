//! Who stands between the phones: each in a file, each a process of its own.

mod codec;
pub(crate) mod engine;
mod floor;
mod rtpengine;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};

use media_bridge::Backend;

use crate::Outcome;
use crate::load::{Load, Service};
use crate::media::Media;

/// A program that stands between phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    /// Our engine, on one thread.
    Engine(Backend),
    /// What only receives and sends, with the calls that the engine makes.
    Floor(Backend),
    /// The floor with the codecs of its calls, at so many samples a second. It stands in no column.
    Codec(Backend, u32),
    /// `rtpengine` in user space, on one thread.
    Rtpengine,
}

impl Contestant {
    /// All of them, as they stand in the table.
    pub(crate) const ALL: [Self; 5] = [
        Self::Engine(Backend::Uring),
        Self::Engine(Backend::Epoll),
        Self::Floor(Backend::Uring),
        Self::Floor(Backend::Epoll),
        Self::Rtpengine,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Engine(Backend::Uring) => "ours, io_uring",
            Self::Engine(_) => "ours, epoll",
            Self::Floor(Backend::Uring) => "floor, io_uring",
            Self::Floor(_) => "floor, epoll",
            Self::Codec(..) => "the codec alone",
            Self::Rtpengine => "rtpengine",
        }
    }

    /// Whether this machine has it and it can do that. A floor is the same for all that takes the same calls of the kernel.
    pub(crate) fn can(self, service: Service, media: Media) -> bool {
        match self {
            Self::Engine(backend) => is_there(backend),
            Self::Floor(backend) => is_there(backend) && media == Media::Plain,
            Self::Codec(backend, _) => is_there(backend) && matches!(media, Media::G722 | Media::Opus),
            Self::Rtpengine => {
                let speaks = matches!(media, Media::Plain | Media::Laws | Media::G722);
                service == Service::Bridge && speaks && rtpengine::is_installed()
            }
        }
    }

    /// Starts it, and lets it serve the phones of a load.
    pub(crate) fn start(self, load: Load, phones: &[SocketAddr]) -> Outcome<Running> {
        match self {
            Self::Engine(backend) => Running::own("engine", backend, load, phones),
            Self::Floor(backend) => Running::own("floor", backend, load, phones),
            Self::Codec(backend, hertz) => Running::own(&format!("codec-{hertz}"), backend, load, phones),
            Self::Rtpengine => rtpengine::start(load.media, phones),
        }
    }
}

/// Whether this machine has a backend.
pub(crate) fn is_there(backend: Backend) -> bool {
    backend.is_available()
}

/// A contestant at work. It ends when this is dropped.
pub(crate) struct Running {
    child: Child,
    /// Ours end when this is closed.
    _control: Option<ChildStdin>,
    /// Where the phones send to.
    pub(crate) legs: Vec<SocketAddr>,
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// This program as another process: it is told where the phones are, and says where their legs are.
    fn own(role: &str, backend: Backend, load: Load, phones: &[SocketAddr]) -> Outcome<Self> {
        let role = format!("{role}:{}", backend_name(backend));
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", &role, load.service.name(), load.media.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut control = child.stdin.take().ok_or("no way in")?;
        let out = child.stdout.take().ok_or("no way out")?;
        let mut running = Self { child, _control: None, legs: Vec::with_capacity(phones.len()) };
        writeln!(control, "{}", phones.len())?;
        phones.iter().try_for_each(|phone| writeln!(control, "{phone}"))?;
        for line in BufReader::new(out).lines().take(phones.len()) {
            running.legs.push(line?.parse()?);
        }
        if running.legs.len() != phones.len() {
            return Err(format!("{role} has not opened its legs").into());
        }
        running._control = Some(control);
        Ok(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Most have written nothing.
        let _ = std::fs::remove_dir_all(engine::folder_of(self.child.id()));
    }
}

pub(crate) fn backend_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Uring => "uring",
        Backend::Portable => "portable",
        _ => "epoll",
    }
}

pub(crate) fn backend_of(name: &str) -> Outcome<Backend> {
    let all = [Backend::Uring, Backend::Portable, Backend::Epoll];
    let found = all.into_iter().find(|&backend| backend_name(backend) == name);
    found.ok_or_else(|| format!("no backend is called `{name}`").into())
}

/// What the other process does.
pub(crate) fn serve(contestant: &str, service: &str, media: &str) -> Outcome<()> {
    let (service, media) = (Service::from_name(service)?, Media::from_name(media)?);
    let mut lines = std::io::stdin().lines();
    let mut line =
        || lines.next().ok_or("the other end is gone")?.map_err(Box::<dyn std::error::Error>::from);
    let count: usize = line()?.parse()?;
    let phones: Vec<SocketAddr> = (0..count).map(|_| Ok(line()?.parse()?)).collect::<Outcome<_>>()?;
    let load = Load { service, media, phones: count };
    match contestant.split_once(':') {
        Some(("engine", backend)) => engine::serve(backend_of(backend)?, load, &phones),
        Some(("floor", backend)) => floor::serve(backend_of(backend)?, load, &phones),
        Some((codec, backend)) if let Some(hertz) = codec.strip_prefix("codec-") => {
            codec::serve(backend_of(backend)?, load, hertz.parse()?, &phones)
        }
        _ => Err(format!("nobody is called `{contestant}`").into()),
    }
}

/// Says where the legs are, and waits until the other end goes.
fn tell(legs: &[SocketAddr]) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    legs.iter().try_for_each(|leg| writeln!(out, "{leg}"))?;
    out.flush()?;
    while std::io::stdin().lines().next().is_some() {}
    Ok(())
}
