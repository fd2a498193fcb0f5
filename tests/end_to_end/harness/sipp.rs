//! SIPp, a protocol tester: plays one of the scenarios of `end_to_end/scenarios/`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::folder::{SIP_PORT, secret_of};
use super::process::Process;
use super::{Ladder, Outcome, Scene, ensure};

/// SIPp gives up by itself after this time.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// A run of SIPp, not started yet.
pub(crate) struct Sipp<'a> {
    scene: &'a Scene,
    name: String,
    address: Ipv4Addr,
    scenario: String,
    arguments: Vec<String>,
    calls: u32,
}

/// A running SIPp.
pub(crate) struct Running {
    process: Process,
    name: String,
    messages: PathBuf,
}

impl<'a> Sipp<'a> {
    /// Plays `scenarios/SCENARIO.xml` on an address of its own.
    pub(crate) fn new(scene: &'a Scene, scenario: &str) -> Outcome<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("end_to_end/scenarios/{scenario}.xml"));
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let address = scene.address()?;
        let name = format!("sipp-{}-{address}", scenario.replace('/', "-"));
        Ok(Self { scene, name, address, scenario: text, arguments: Vec::new(), calls: 1 })
    }

    /// Its address.
    pub(crate) fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Where it listens.
    pub(crate) fn at(&self) -> SocketAddr {
        SocketAddr::from((self.address, SIP_PORT))
    }

    /// Puts a text in the place of `{{name}}` in the scenario: where SIPp's own keywords do not reach.
    pub(crate) fn fill(mut self, name: &str, text: impl ToString) -> Self {
        self.scenario = self.scenario.replace(&format!("{{{{{name}}}}}"), &text.to_string());
        self
    }

    /// Calls that number. SIPp leaves it out of the URI that its answer to a challenge is for.
    pub(crate) fn to(self, number: &str) -> Self {
        self.fill("number", number)
    }

    /// Acts as the phone of that name.
    pub(crate) fn playing(self, name: &str) -> Self {
        self.with_secret(name, &secret_of(name))
    }

    /// Acts as the phone of that name, with another secret.
    pub(crate) fn with_secret(mut self, name: &str, secret: &str) -> Self {
        self.arguments.extend(["-au", name, "-ap", secret].map(str::to_owned));
        self.fill("phone", name)
    }

    /// Over TCP instead of UDP.
    pub(crate) fn over_tcp(mut self) -> Self {
        self.arguments.extend(["-t", "t1"].map(str::to_owned));
        self
    }

    /// Makes or takes so many calls.
    pub(crate) fn calls(mut self, calls: u32) -> Self {
        self.calls = calls;
        self
    }

    /// Starts so many calls a second.
    pub(crate) fn rate(mut self, calls_per_second: u32) -> Self {
        self.arguments.extend(["-r".to_owned(), calls_per_second.to_string()]);
        self
    }

    /// Has never more than so many calls at a time, whatever it has to catch up with.
    pub(crate) fn at_once(mut self, calls: u32) -> Self {
        self.arguments.extend(["-l".to_owned(), calls.to_string()]);
        self
    }

    /// Starts it as a caller.
    pub(crate) fn call(self, server: SocketAddr) -> Outcome<Running> {
        self.start(Some(server))
    }

    /// Starts it as a phone that is called.
    pub(crate) fn wait_for_calls(self) -> Outcome<Running> {
        self.start(None)
    }

    fn start(self, server: Option<SocketAddr>) -> Outcome<Running> {
        let (address, name) = (self.address.to_string(), self.name);
        let scenario = self.scene.folder().join(format!("{name}.xml"));
        std::fs::write(&scenario, self.scenario)?;
        let file = |kind: &str| -> PathBuf { self.scene.folder().join(format!("{name}-{kind}.log")) };
        let mut command = Command::new("sipp");
        command.args(server.map(|s| s.to_string())).arg("-sf").arg(&scenario);
        command.args(["-i", &address, "-bind_local", "-p", &SIP_PORT.to_string(), "-mi", &address]);
        command.args(["-ci", &address, "-nostdin", "-m", &self.calls.to_string()]);
        command.args(["-timeout", &TIME_LIMIT.as_secs().to_string(), "-timeout_error"]);
        let messages = file("messages");
        if self.calls == 1 {
            command.args(["-trace_msg", "-message_file"]).arg(&messages);
        }
        command.args(["-trace_err", "-error_file"]).arg(file("errors")).args(&self.arguments);
        // SIPp leaves files in the folder where it runs.
        command.current_dir(self.scene.folder());
        Ok(Running { process: Process::spawn(self.scene, &name, &mut command)?, name, messages })
    }
}

impl Running {
    /// What it has sent and heard so far, if it plays one call.
    pub(crate) fn ladder(&self) -> Outcome<Ladder> {
        Ladder::read(&self.messages)
    }

    /// Waits for its end; every call must have gone as the scenario says.
    pub(crate) fn succeeds(self) -> Outcome {
        self.climbs().map(drop)
    }

    /// The same for one call; gives what it sent and heard.
    pub(crate) fn climbs(mut self) -> Outcome<Ladder> {
        let status = self.process.ends_within(TIME_LIMIT + Duration::from_secs(5))?;
        ensure(status.success(), || format!("{} did not see what its scenario says: {status}", self.name))?;
        self.ladder()
    }
}
