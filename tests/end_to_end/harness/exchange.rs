//! The program under test.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;
use std::time::Duration;

use super::folder::{SIP_PORT, TLS_PORT};
use super::process::Process;
use super::wait::{until, until_within};
use super::{Folder, Outcome, Scene};

/// Bound of a start: long, because all tests start at once.
const START: Duration = Duration::from_secs(30);

/// A running `ipbx`, listening for UDP and TCP.
pub(crate) struct Exchange {
    process: Process,
    folder: PathBuf,
    address: Ipv4Addr,
    /// The file of the authorities of web servers that it believes.
    believed: Option<PathBuf>,
}

impl Exchange {
    /// Writes the folder and starts an exchange in it.
    pub(crate) fn start(scene: &Scene, folder: &Folder) -> Outcome<Self> {
        Self::start_believing(scene, folder, None)
    }

    /// The same, with a file of authorities of web servers in place of the system's.
    pub(crate) fn start_believing(
        scene: &Scene,
        folder: &Folder,
        believed: Option<PathBuf>,
    ) -> Outcome<Self> {
        folder.write()?;
        let process = spawn(scene, folder.path(), believed.as_deref())?;
        let mut exchange =
            Self { process, folder: folder.path().to_owned(), address: folder.address(), believed };
        exchange.listens()?;
        Ok(exchange)
    }

    /// Ends it as a power cut would, and starts it again in the same folder.
    pub(crate) fn kill_and_start_again(&mut self, scene: &Scene) -> Outcome {
        self.process.kill();
        self.process = spawn(scene, &self.folder, self.believed.as_deref())?;
        self.listens()
    }

    /// It listens for UDP and TCP alike; when TCP answers, both are there. The console comes last.
    fn listens(&mut self) -> Outcome {
        let address = self.sip_address();
        until_within(START, "the exchange to listen", || {
            if let Some(status) = self.process.ended()? {
                return Err(format!("the exchange ended at its start: {status}").into());
            }
            Ok(TcpStream::connect(address).ok())
        })?;
        until_within(START, "the console", || Ok(self.console("core show uptime").ok().map(drop)))
    }

    pub(crate) fn sip_address(&self) -> SocketAddr {
        SocketAddr::from((self.address, SIP_PORT))
    }

    pub(crate) fn tls_address(&self) -> SocketAddr {
        SocketAddr::from((self.address, TLS_PORT))
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// The folder of its configuration.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Waits until it has said `words`.
    pub(crate) fn says(&self, words: &str) -> Outcome {
        self.process.says(words)
    }

    /// How often it has said `words`.
    pub(crate) fn count(&self, words: &str) -> Outcome<usize> {
        self.process.count(words)
    }

    /// What a console command prints: `ipbx -rx COMMAND`.
    pub(crate) fn console(&self, command: &str) -> Outcome<String> {
        let output = Command::new(program()?).arg("-C").arg(&self.folder).args(["-rx", command]).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.success() {
            true => Ok(said),
            false => {
                let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
                Err(format!("`ipbx -rx '{command}'` ended with {}: {said}{complaint}", output.status).into())
            }
        }
    }

    /// The security log so far.
    pub(crate) fn security_log(&self) -> Outcome<String> {
        Ok(std::fs::read_to_string(self.folder.join("var/log/security.log"))?)
    }

    /// Waits until a line of the security log holds all of these words.
    pub(crate) fn logs(&self, words: &[&str]) -> Outcome<String> {
        until(&format!("a line with {words:?} in the security log"), || {
            let log = self.security_log()?;
            let line = log.lines().find(|line| words.iter().all(|word| line.contains(word)));
            Ok(line.map(str::to_owned))
        })
    }

    /// The memory that it holds, in kilobytes.
    pub(crate) fn resident_kb(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| "the system does not tell how much memory it holds".into())
    }

    /// Channels that it has now, by `core show channels`.
    pub(crate) fn channels(&self) -> Outcome<usize> {
        let shown = self.console("core show channels")?;
        let line = shown.lines().find(|line| line.contains("active channel"));
        let count = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        count.ok_or_else(|| format!("no count of channels in:\n{shown}").into())
    }

    /// Waits until no channel is left.
    pub(crate) fn is_idle(&self) -> Outcome {
        until("the last channel to go", || Ok((self.channels()? == 0).then_some(())))
    }

    /// UDP sockets that are open on its address beside that of SIP: its media ports.
    pub(crate) fn media_sockets(&self) -> Outcome<usize> {
        let [a, b, c, d] = self.address.octets();
        let ours = format!("{:08X}:", u32::from_be_bytes([d, c, b, a]));
        let table = std::fs::read_to_string("/proc/net/udp")?;
        let sip = format!("{ours}{SIP_PORT:04X}");
        let locals = table.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1));
        Ok(locals.filter(|local| local.starts_with(&ours) && **local != sip).count())
    }
}

/// Runs `ipbx` with these words until it ends by itself; `log` names its log.
pub(crate) fn run(scene: &Scene, log: &str, words: &[&OsStr]) -> Outcome<(ExitStatus, String)> {
    let mut process = Process::spawn(scene, log, Command::new(program()?).args(words))?;
    let status = process.ends_within(START)?;
    Ok((status, process.said()?))
}

fn spawn(scene: &Scene, folder: &Path, believed: Option<&Path>) -> Outcome<Process> {
    let mut command = Command::new(program()?);
    command.envs(believed.map(|file| ("SSL_CERT_FILE", file)));
    command.env("IPBX_LOG", "error,sip_ua::transport=info"); // so that it tells of handshakes that failed
    // A scene may have several.
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Process::spawn(scene, &name, command.args(["-f", "-vvvv", "-C"]).arg(folder))
}

/// The program, built once where `IPBX` does not name one.
fn program() -> Outcome<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| match std::env::var_os("IPBX") {
        Some(path) => Ok(path.into()),
        None => build(),
    });
    program.as_deref().map_err(|why| why.clone().into())
}

/// Builds `ipbx` with the profile of the tests, into the folder that they were built into.
fn build() -> Result<PathBuf, String> {
    let tests = std::env::current_exe().map_err(|e| e.to_string())?;
    let folder = tests.ancestors().nth(2).ok_or("the tests run from an odd place; set IPBX")?;
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "-p", "ipbx"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output().map_err(|e| e.to_string())?;
    match output.status.success() {
        true => Ok(folder.join("ipbx")),
        false => Err(format!("ipbx cannot be built:\n{}", String::from_utf8_lossy(&output.stderr))),
    }
}
