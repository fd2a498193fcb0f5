//! Phones register at `examples/registrar.rs`: sipp and baresip, over UDP and TCP, with right and wrong secrets.
//!
//! A program that is not installed leaves its tests out, and says so; with `END_TO_END=required`, as `cargo xtask test`
//! sets it, that is a failure.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};

/// Bound of everything that waits here.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    let trials = vec![
        trial("sipp_registers_over_udp", "sipp", || sipp("u1", "wonderland", true)),
        trial("sipp_registers_over_tcp", "sipp", || sipp("t1", "wonderland", true)),
        trial("a_wrong_secret_is_refused", "sipp", || sipp("u1", "looking-glass", false)),
        trial("baresip_registers_over_udp", "baresip", || baresip("udp", "wonderland", "200 OK")),
        trial("baresip_registers_over_tcp", "baresip", || baresip("tcp", "wonderland", "200 OK")),
        trial("baresip_is_refused_with_a_wrong_secret", "baresip", || {
            baresip("udp", "wrong", "401 Unauthorized")
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(name: &str, program: &str, test: fn() -> Result<(), Failed>) -> Trial {
    let missing = !installed(program);
    let required = std::env::var("END_TO_END").is_ok_and(|v| v == "required");
    if missing && !required {
        eprintln!("{name} is left out: {program} is not installed; `cargo xtask test` installs it");
    }
    Trial::test(name, test).with_ignored_flag(missing && !required)
}

fn installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).exists())
}

/// A registrar that ends with the test.
struct Registrar {
    process: Child,
    address: SocketAddr,
}

impl Registrar {
    fn start() -> Result<Self, Failed> {
        let address = free_address()?;
        let process = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "-p", "examples", "--example", "registrar", "--", &address.to_string()])
            .stdout(Stdio::null())
            .spawn()?;
        let registrar = Self { process, address };
        // It listens for UDP and TCP alike: when TCP answers, both are there.
        let deadline = Instant::now() + Duration::from_secs(120);
        while std::net::TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err("the registrar did not start".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(registrar)
    }
}

impl Drop for Registrar {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address whose port is free for UDP and TCP.
fn free_address() -> Result<SocketAddr, Failed> {
    for _ in 0..50 {
        let udp = UdpSocket::bind("127.0.0.1:0")?;
        if TcpListener::bind(udp.local_addr()?).is_ok() {
            return Ok(udp.local_addr()?);
        }
    }
    Err("no port is free".into())
}

fn sipp(transport: &str, secret: &str, welcome: bool) -> Result<(), Failed> {
    let registrar = Registrar::start()?;
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("end_to_end/scenarios/register.xml");
    let output = Command::new("sipp")
        .arg(registrar.address.to_string())
        .arg("-sf")
        .arg(scenario)
        .args(["-t", transport, "-au", "alice", "-ap", secret, "-i", "127.0.0.1", "-m", "1", "-nostdin"])
        .args(["-timeout", "10"])
        .stdin(Stdio::null())
        .output()?;
    match (output.status.success(), welcome) {
        (done, expected) if done == expected => Ok(()),
        (true, _) => Err("a wrong secret was accepted".into()),
        _ => Err(format!("sipp could not register:\n{}", text(&output)).into()),
    }
}

fn baresip(transport: &str, secret: &str, wanted: &str) -> Result<(), Failed> {
    let registrar = Registrar::start()?;
    let folder = tempfile::tempdir()?;
    let own = free_address()?;
    let control = free_address()?;
    std::fs::write(
        folder.path().join("config"),
        format!(
            "poll_method epoll\nsip_listen {own}\nnet_interface 127.0.0.1\nmodule_path /usr/lib/baresip/modules\n\
             module g711.so\nmodule ausine.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n\
             ctrl_tcp_listen {control}\n"
        ),
    )?;
    let account = format!(
        "<sip:alice@{};transport={transport}>;auth_user=alice;auth_pass={secret};regint=300\n",
        registrar.address
    );
    std::fs::write(folder.path().join("accounts"), account)?;
    std::fs::write(folder.path().join("contacts"), "")?;
    let log = folder.path().join("log");
    let file = std::fs::File::create(&log)?;
    let mut phone = Command::new("baresip")
        .arg("-f")
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()?;
    let seen = wait_for(&log, wanted);
    let _ = phone.kill();
    let _ = phone.wait();
    seen
}

/// Waits until the file says `wanted`.
fn wait_for(log: &Path, wanted: &str) -> Result<(), Failed> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = String::from_utf8_lossy(&std::fs::read(log)?).into_owned();
        if said.contains(wanted) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("never heard '{wanted}'; the phone says:\n{said}").into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
