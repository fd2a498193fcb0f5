//! baresip, a softphone: registers, calls, sends a tone of its own and records what it hears.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use audio::Pcm;

use super::control::{Control, Event};
use super::folder::secret_of;
use super::process::Process;
use super::wait::{PATIENCE, until, until_within};
use super::{Exchange, Outcome, Scene, ensure, tone};

const CONTROL_PORT: u16 = 4444;
/// Tenths of a second in which a tone may begin, be cut, or be torn by a busy machine, so that they hold no pure tone.
const EDGES: usize = 3;

/// Whether the phone answers by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Auto,
    Manual,
}

/// How a phone is set up.
pub(crate) struct Setup<'a> {
    scene: &'a Scene,
    name: &'a str,
    tone: u32,
    /// What it plays in place of its tone.
    played: Option<PathBuf>,
    transport: &'a str,
    secret: String,
    codecs: &'a str,
    packet_time: u32,
    answer: Answer,
    at: Option<SocketAddr>,
    /// Lines of its configuration that name certificates.
    certificates: String,
    /// Its word for how media is encrypted.
    encryption: Option<&'a str>,
    /// URI whose presence it watches.
    watched: Option<String>,
    /// It has a camera and a screen.
    video: bool,
}

/// A running phone.
pub(crate) struct Baresip {
    process: Process,
    control: Control,
    folder: PathBuf,
    name: String,
}

impl<'a> Setup<'a> {
    /// Over TCP instead of UDP.
    pub(crate) fn over_tcp(mut self) -> Self {
        self.transport = "tcp";
        self
    }

    /// Over TLS, believing the authority whose certificate is in this file.
    pub(crate) fn over_tls(mut self, authority: &Path) -> Self {
        self.transport = "tls";
        self.certificates = format!("sip_cafile {}\n", authority.display());
        self
    }

    /// As a phone of the exchange at this address of its own, over IPv6 if it is one.
    pub(crate) fn at(mut self, exchange: SocketAddr) -> Self {
        self.at = Some(exchange);
        self
    }

    /// Showing the certificate in this file, beside its key.
    pub(crate) fn showing(mut self, certificate: &Path) -> Self {
        self.certificates.push_str(&format!("sip_certificate {}\n", certificate.display()));
        self
    }

    /// With another secret than the right one.
    pub(crate) fn secret(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.secret);
        self
    }

    /// With these codecs alone: `PCMA/8000/1`.
    pub(crate) fn codecs(mut self, codecs: &'a str) -> Self {
        self.codecs = codecs;
        self
    }

    /// Playing this WAV file in place of a tone.
    pub(crate) fn playing(mut self, file: PathBuf) -> Self {
        self.played = Some(file);
        self
    }

    /// With packets of so many milliseconds.
    pub(crate) fn packet_time(mut self, milliseconds: u32) -> Self {
        self.packet_time = milliseconds;
        self
    }

    /// Encrypting its audio: `srtp` where the far end does so, `srtp-mand` always.
    pub(crate) fn encrypting(mut self, how: &'a str) -> Self {
        self.encryption = Some(how);
        self
    }

    /// Watching somebody's presence.
    pub(crate) fn watching(mut self, uri: String) -> Self {
        self.watched = Some(uri);
        self
    }

    /// With a camera that shows bars in VP8, and a screen.
    pub(crate) fn with_video(mut self) -> Self {
        self.video = true;
        self
    }

    /// Waits for [`Baresip::accept`] when somebody calls.
    pub(crate) fn manual(mut self) -> Self {
        self.answer = Answer::Manual;
        self
    }

    /// Starts it as a phone of the exchange, and waits until it is registered.
    pub(crate) fn register_at(self, exchange: &Exchange) -> Outcome<Baresip> {
        let phone = self.start_at(exchange)?;
        phone.process.says("[1 binding]")?;
        Ok(phone)
    }

    /// Starts it as a phone of the exchange; it tries to register.
    pub(crate) fn start_at(self, exchange: &Exchange) -> Outcome<Baresip> {
        let (name, secret) = (self.name, self.secret.clone());
        let registration = format!(";auth_user={name};auth_pass={secret};regint=300");
        let address = match self.at {
            Some(address) => address,
            None if self.transport == "tls" => exchange.tls_address(),
            None => exchange.sip_address(),
        };
        self.start(&address.to_string(), &registration)
    }

    /// Starts it alone: it takes calls at [`Baresip::own_uri`].
    pub(crate) fn start_alone(self) -> Outcome<Baresip> {
        self.start("127.0.0.1", ";regint=0")
    }

    fn start(self, domain: &str, registration: &str) -> Outcome<Baresip> {
        let folder = self.scene.subfolder(self.name)?;
        let control = SocketAddr::from((self.scene.address()?, CONTROL_PORT));
        let tone = match self.played {
            Some(file) => file,
            None => tone::endless(self.scene, self.tone)?,
        };
        let codecs =
            if self.codecs.is_empty() { String::new() } else { format!(";audio_codecs={}", self.codecs) };
        let answer = if self.answer == Answer::Auto { "auto" } else { "manual" };
        let encryption = self.encryption.map(|how| format!(";mediaenc={how}")).unwrap_or_default();
        let account = format!(
            "<sip:{}@{domain};transport={}>{registration};ptime={};answermode={answer}{codecs}{encryption}\n",
            self.name, self.transport, self.packet_time
        );
        std::fs::write(folder.join("accounts"), account)?;
        let watched = self.watched.map(|uri| format!("\"Watched\" <{uri}>;presence=p2p\n"));
        std::fs::write(folder.join("contacts"), watched.as_deref().unwrap_or_default())?;
        let modules = if watched.is_some() { WATCHING } else { "" };
        let encrypting = if encryption.is_empty() { "" } else { "module srtp.so\n" };
        let video = if self.video { VIDEO } else { "" };
        let settings = format!("{CONFIG}{encrypting}{modules}{video}")
            .replace("TONE", &tone.to_string_lossy())
            .replace("CONTROL", &control.to_string())
            .replace("FOLDER", &folder.to_string_lossy())
            + &self.certificates;
        let settings = match self.at {
            Some(SocketAddr::V6(_)) => settings
                .replace("sip_listen 127.0.0.1:0", "sip_listen [::1]:0")
                .replace("net_interface 127.0.0.1", "net_interface ::1"),
            _ => settings,
        };
        std::fs::write(folder.join("config"), settings)?;
        let process =
            Process::spawn(self.scene, self.name, Command::new("baresip").arg("-s").arg("-f").arg(&folder))?;
        let control = Control::connect(control)?;
        Ok(Baresip { process, control, folder, name: self.name.to_owned() })
    }
}

impl Baresip {
    /// A phone that sends this tone in each call: registered over UDP, answering by itself unless told otherwise.
    pub(crate) fn named<'a>(scene: &'a Scene, name: &'a str, tone: u32) -> Setup<'a> {
        let secret = secret_of(name);
        Setup {
            scene,
            name,
            tone,
            played: None,
            transport: "udp",
            secret,
            codecs: "",
            packet_time: 20,
            answer: Answer::Auto,
            at: None,
            certificates: String::new(),
            encryption: None,
            watched: None,
            video: false,
        }
    }

    /// Waits until it shows the watched one so: `Online`, `Busy`, `Offline`.
    pub(crate) fn sees(&mut self, presence: &str) -> Outcome {
        let mut last = String::new();
        let seen = until(&format!("{} to see '{presence}'", self.name), || {
            last = self.control.command("contacts", "")?;
            Ok(last.contains(presence).then_some(()))
        });
        seen.map_err(|_| format!("'{presence}' should be seen in:\n{last}").into())
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Calls a number, or a whole URI.
    pub(crate) fn dial(&mut self, number: &str) -> Outcome {
        self.control.command("dial", number).map(drop)
    }

    /// Answers.
    pub(crate) fn accept(&mut self) -> Outcome {
        self.control.command("accept", "").map(drop)
    }

    /// Hangs up, cancels, or declines. baresip 1.1 cannot before the far end rings.
    pub(crate) fn hang_up(&mut self) -> Outcome {
        until(&format!("{} to hang up", self.name), || Ok(self.control.ask("hangup", "")?.ok())).map(drop)
    }

    /// Holds the call.
    pub(crate) fn hold(&mut self) -> Outcome {
        self.control.command("hold", "").map(drop)
    }

    /// Takes the call back. baresip 1.1 does it, and says of that that an argument is invalid.
    pub(crate) fn resume(&mut self) -> Outcome {
        self.control.ask("resume", "").map(drop)
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) -> Outcome {
        self.control.command("sndcode", keys).map(drop)
    }

    /// Hands the call on to a URI.
    pub(crate) fn transfer(&mut self, uri: &str) -> Outcome {
        self.control.command("transfer", uri).map(drop)
    }

    /// Waits until somebody calls it.
    pub(crate) fn rings(&self) -> Outcome {
        self.control.event("CALL_INCOMING").map(drop)
    }

    /// Waits until the far end of a call that it makes rings.
    pub(crate) fn hears_ringing(&self) -> Outcome {
        self.control.event("CALL_RINGING").map(drop)
    }

    /// Waits until its call is answered.
    pub(crate) fn is_in_call(&self) -> Outcome {
        self.control.event("CALL_ESTABLISHED").map(drop)
    }

    /// Waits until its call is over, and says why.
    pub(crate) fn call_ends(&self) -> Outcome<String> {
        self.call_ends_within(PATIENCE)
    }

    /// [`call_ends`](Self::call_ends), with another bound.
    pub(crate) fn call_ends_within(&self, bound: Duration) -> Outcome<String> {
        let Event { param } = self.control.event_within(bound, "CALL_CLOSED")?;
        Ok(param)
    }

    /// Where it takes calls without a registrar.
    pub(crate) fn own_uri(&self) -> Outcome<String> {
        let port = until("the phone's SIP port", || udp_port_of(self.process.pid()))?;
        Ok(format!("sip:{}@127.0.0.1:{port}", self.name))
    }

    /// What it has heard in its newest call, up to now.
    pub(crate) fn heard(&self) -> Outcome<Pcm> {
        let nothing = Pcm::new(tone::RATE, Vec::new());
        let Some(path) = self.newest_recording()? else { return Ok(nothing) };
        // The recorder may have made the file and not yet written its head.
        let heard = audio::wav::read(&std::fs::read(path)?).unwrap_or(nothing);
        // It records at the rate of the codec.
        Ok(if heard.rate == tone::RATE { heard } else { audio::resample(&heard, tone::RATE) })
    }

    /// Waits until it has shown so many pictures, decoded, in its newest call.
    pub(crate) fn sees_pictures(&mut self, wanted: usize) -> Outcome {
        let mut last = String::new();
        let seen = until(&format!("{wanted} pictures at {}", self.name), || {
            last = self.control.command("video_debug", "")?;
            let screen = last.split("vidisp:").nth(1).and_then(|rest| rest.split("frames=").nth(1));
            let digits = screen.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
            let shown = digits.and_then(|digits| digits.parse::<usize>().ok()).unwrap_or(0);
            Ok((shown >= wanted).then_some(()))
        });
        seen.map_err(|_| format!("{} should show {wanted} pictures:\n{last}", self.name).into())
    }

    /// Waits until it hears this tone and nothing else.
    pub(crate) fn hears(&self, frequency: u32) -> Outcome {
        self.hears_within(PATIENCE, frequency)
    }

    /// [`hears`](Self::hears), with another bound.
    pub(crate) fn hears_within(&self, bound: Duration, frequency: u32) -> Outcome {
        let what = format!("{frequency} Hz at {}", self.name);
        until_within(bound, &what, || {
            let heard = self.heard()?;
            Ok(tone::ends_with_tone(&heard.samples, frequency).then_some(()))
        })
        .map_err(|failed| {
            let heard = self.heard().map(|pcm| tone::describe(&pcm)).unwrap_or_default();
            format!("{}; it heard {heard}", failed.message().unwrap_or_default()).into()
        })
    }

    /// Waits until its recording holds a second of this tone, which must be all that was ever heard in the call.
    pub(crate) fn hears_nothing_but(&self, frequency: u32) -> Outcome {
        let what = format!("a second of {frequency} Hz at {}", self.name);
        let heard = until(&what, || {
            let heard = self.heard()?;
            Ok((tone::tenths_of(&heard.samples, frequency) >= 10).then_some(heard))
        })?;
        let others = tone::audible_tenths(&heard.samples) - tone::tenths_of(&heard.samples, frequency);
        ensure(others <= EDGES, || {
            format!("{} heard other things, too: {}", self.name, tone::describe(&heard))
        })
    }

    /// Waits until the far end has pressed these keys, one event each.
    pub(crate) fn gets_keys(&self, keys: &str) -> Outcome {
        for key in keys.chars() {
            let Event { param } = self.control.event("CALL_DTMF_START")?;
            ensure(param == key.to_string(), || format!("the key {key} was pressed, and '{param}' came"))?;
        }
        Ok(())
    }

    fn newest_recording(&self) -> Outcome<Option<PathBuf>> {
        let mut newest: Option<(SystemTime, PathBuf)> = None;
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let made = entry.metadata()?.modified()?;
            let is_newer = newest.as_ref().is_none_or(|(best, _)| *best < made);
            if name.to_string_lossy().ends_with("-dec.wav") && is_newer {
                newest = Some((made, entry.path()));
            }
        }
        Ok(newest.map(|(_, path)| path))
    }
}

/// The port of the UDP socket that the process has on 127.0.0.1.
fn udp_port_of(pid: u32) -> Outcome<Option<u16>> {
    let mut sockets = Vec::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd"))? {
        let target = std::fs::read_link(entry?.path()).unwrap_or_default();
        let target = target.to_string_lossy().into_owned();
        sockets.extend(target.strip_prefix("socket:[").and_then(|t| t.strip_suffix(']')).map(str::to_owned));
    }
    let local = u32::from_le_bytes(Ipv4Addr::LOCALHOST.octets());
    let table = std::fs::read_to_string("/proc/net/udp")?;
    Ok(table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let port = fields.get(1)?.strip_prefix(&format!("{local:08X}:"))?;
        let ours = sockets.iter().any(|socket| fields.get(9) == Some(&socket.as_str()));
        if ours { u16::from_str_radix(port, 16).ok() } else { None }
    }))
}

/// There is no sound card: a tone is the microphone, and what is heard goes into a file.
const CONFIG: &str = "\
poll_method epoll
sip_listen 127.0.0.1:0
call_max_calls 8
audio_source aufile,TONE
audio_player aubridge,nobody
audio_alert ausine,440
ausrc_format s16
ausrc_srate 8000
ausrc_channels 1
auplay_format s16
auenc_format s16
audec_format s16
rtcp_mux no
rtp_ports 20000-29999
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module l16.so
module gsm.so
module g726.so
module opus.so
module aufile.so
module aubridge.so
module ausine.so
module sndfile.so
module_tmp account.so
module_app contact.so
module_app debug_cmd.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen CONTROL
snd_path FOLDER
";

/// What one that has video has beside.
const VIDEO: &str = "\
video_source fakevideo,nil
video_display fakevideo,nil
video_size 176x144
video_fps 10
module vp8.so
module fakevideo.so
";

/// What a phone that watches has beside. Not its `mwi`: of baresip 1.0 it may subscribe without end, and without waiting
/// for an answer, when the registration is answered at once.
const WATCHING: &str = "\
module_app presence.so
";
