//! Kamailio, a SIP proxy: a registrar of somebody else, which keeps contacts and calls them.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::folder::SIP_PORT;
use super::process::Process;
use super::{Outcome, Scene};

/// Where Debian's package has it, for the `PATH` of ordinary users does not lead there.
pub(crate) const KAMAILIO: &str = "/usr/sbin/kamailio";

/// How long it may take to end.
const TO_END: Duration = Duration::from_secs(10);

/// A running Kamailio, on an address of its own.
pub(crate) struct Kamailio {
    process: Process,
    address: SocketAddr,
}

impl Kamailio {
    /// Starts one whose accounts all have this secret.
    pub(crate) fn start(scene: &Scene, secret: &str) -> Outcome<Self> {
        let address = SocketAddr::from((scene.address()?, SIP_PORT));
        let folder = scene.subfolder("kamailio")?;
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("end_to_end/scenarios/kamailio.cfg");
        let text = std::fs::read_to_string(template)?
            .replace("ADDRESS:PORT", &address.to_string())
            .replace("SECRET", secret);
        let configuration = folder.join("kamailio.cfg");
        std::fs::write(&configuration, text)?;
        let mut command = Command::new(KAMAILIO);
        command.arg("-f").arg(&configuration).arg("-P").arg(folder.join("pid"));
        command.arg("-w").arg(&folder).arg("-Y").arg(&folder).args(["-m", "32", "-M", "4", "-DD", "-E"]);
        let process = Process::spawn(scene, "kamailio", command.process_group(0))?;
        Ok(Self { process, address })
    }

    pub(crate) fn sip_address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

impl Drop for Kamailio {
    /// Its children do not end with its main process, nor all of them when that is asked to end: their group is told.
    fn drop(&mut self) {
        self.process.end_group(TO_END);
    }
}
