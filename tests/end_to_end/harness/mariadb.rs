//! MariaDB, on an address of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::process::{Process, runs_as_root};
use super::wait::until_within;
use super::{Outcome, Scene};

/// Not 3306: a server that somebody runs on all addresses has that one.
const PORT: u16 = 7306;

/// Bound of a start: long, because all tests start at once.
const START: Duration = Duration::from_secs(60);

/// A running server with a data base `pbx`, whose user `pbx` has the password `of pbx`.
pub(crate) struct Mariadb {
    process: Process,
    address: SocketAddr,
    folder: PathBuf,
}

impl Mariadb {
    pub(crate) fn start(scene: &Scene) -> Outcome<Self> {
        let address = SocketAddr::from((scene.address()?, PORT));
        let folder = std::path::absolute(scene.subfolder("mariadb")?)?;
        let data = format!("--datadir={}", folder.join("data").display());
        let mut install = Command::new("mariadb-install-db");
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        // Temporary tables of servers that start at once would meet in one folder.
        std::fs::create_dir_all(folder.join("tmp"))?;
        install.env("TMPDIR", folder.join("tmp"));
        let installed = install.args(as_root()).arg(&data).output()?;
        if !installed.status.success() {
            return Err(String::from_utf8_lossy(&installed.stderr).into_owned().into());
        }
        let process = Self::run(scene, &folder, address)?;
        let server = Self { process, address, folder };
        server.answers()?;
        server
            .tell("CREATE DATABASE pbx; CREATE USER pbx IDENTIFIED BY 'of pbx'; GRANT ALL ON pbx.* TO pbx")?;
        Ok(server)
    }

    fn run(scene: &Scene, folder: &std::path::Path, address: SocketAddr) -> Outcome<Process> {
        let mut command = Command::new("/usr/sbin/mariadbd");
        command.args(["--no-defaults", "--skip-log-bin", "--innodb-buffer-pool-size=16M"]).args(as_root());
        command.arg(format!("--datadir={}", folder.join("data").display()));
        command.arg(format!("--bind-address={}", address.ip())).arg(format!("--port={}", address.port()));
        command.arg(format!("--socket={}", folder.join("socket").display()));
        command.arg(format!("--pid-file={}", folder.join("pid").display()));
        command.env("TMPDIR", folder.join("tmp"));
        Process::spawn(scene, "mariadb", &mut command)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again with what it had.
    pub(crate) fn start_again(&mut self, scene: &Scene) -> Outcome {
        self.process = Self::run(scene, &self.folder, self.address)?;
        self.answers()
    }

    fn answers(&self) -> Outcome {
        until_within(START, "MariaDB to answer", || Ok(self.tell("SELECT 1").ok().map(drop)))
    }

    /// What its own client says of a statement.
    pub(crate) fn tell(&self, sql: &str) -> Outcome<String> {
        let mut client = Command::new("mariadb");
        client.args([
            "--no-defaults",
            "-uroot",
            "--default-character-set=utf8mb4",
            "--batch",
            "--skip-column-names",
        ]);
        client.arg(format!("--socket={}", self.folder.join("socket").display()));
        let said = client.args(["-e", sql]).output()?;
        match said.status.success() {
            true => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&said.stderr).into_owned().into()),
        }
    }
}

/// MariaDB does not run as root unless it is told so, and nobody else may tell it that.
fn as_root() -> Option<&'static str> {
    runs_as_root().then_some("--user=root")
}
