//! What the end-to-end tests run that is not ours: installed through the system's package manager, and said before.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Outcome, root};

/// Programs, and the Debian packages that hold them. What an ordinary user's `PATH` does not lead to, and what is no program,
/// stands here by its whole path.
const PROGRAMS: &[(&str, &str)] = &[
    ("sipp", "sip-tester"),
    ("baresip", "baresip-core"),
    ("/usr/sbin/kamailio", "kamailio"),
    ("svmap", "sipvicious"),
    ("espeak-ng", "espeak-ng"),
    ("flite", "flite"),
    ("icecast2", "icecast2"),
    ("opusdec", "opus-tools"),
    ("/usr/sbin/mariadbd", "mariadb-server"),
    ("python3", "python3"),
    ("pip3", "python3-pip"),
    ("perl", "perl"),
    // Installs `dumpcap` as well.
    ("tshark", "tshark"),
    ("/usr/sbin/setcap", "libcap2-bin"),
    ("/usr/share/perl5/Asterisk/AGI.pm", "libasterisk-agi-perl"),
];

/// Modules of Python that no package of Debian holds: each with a file of its own.
const PYTHON_MODULES: &[(&str, &str)] =
    &[("pyst2==0.5.1", "asterisk/agi.py"), ("websockets==15.0.1", "websockets/__init__.py")];

/// Installs what is missing. Returns the folders in which the tests find their programs, as `PATH` has them.
pub(crate) fn install() -> Outcome<OsString> {
    install_packages()?;
    install_python_modules()?;
    let folders = env::var_os("PATH").unwrap_or_default();
    let Some(first) = let_capture()? else { return Ok(folders) };
    Ok(env::join_paths([first].into_iter().chain(env::split_paths(&folders)))?)
}

fn install_packages() -> Outcome {
    let folders = env::var_os("PATH").unwrap_or_default();
    let missing = |program: &str| !env::split_paths(&folders).any(|folder| folder.join(program).exists());
    let packages: Vec<&str> =
        PROGRAMS.iter().filter(|(p, _)| missing(p)).map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    println!("installing {} for the end-to-end tests", packages.join(", "));
    run_as_root(&["apt-get", "update", "-q"])?;
    run_as_root(&[&["apt-get", "install", "-qy", "--no-install-recommends"], packages.as_slice()].concat())
}

/// Installs the modules that are missing into the folder of what is built, and nowhere else. Without a network the tests that need
/// them say so.
fn install_python_modules() -> Outcome {
    let folder = target().join("python");
    for (module, _) in PYTHON_MODULES.iter().filter(|(_, file)| !folder.join(file).exists()) {
        println!("installing {module} for the end-to-end tests into {}", folder.display());
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
        if !pip.arg(&folder).arg(module).status()?.success() {
            println!("{module} cannot be installed; the tests that need it will fail");
        }
    }
    Ok(())
}

/// Sees to it that packets on the loopback can be captured by whoever runs the tests: root may, and who belongs to the group that
/// Wireshark's package names. Others get a `dumpcap` of their own that may, in the folder that is returned.
fn let_capture() -> Outcome<Option<PathBuf>> {
    if is_root() {
        return Ok(None);
    }
    let folder = target().join("capture");
    let own = folder.join("dumpcap");
    if captures(&own) {
        return Ok(Some(folder));
    }
    if captures(Path::new("dumpcap")) {
        return Ok(None);
    }
    println!("making {}, by which you, and nobody else, may capture packets", own.display());
    let (Some(path), Some(us)) = (own.to_str(), said_by("id", "-u")) else {
        return Err(format!("{} cannot be named to other programs", own.display()).into());
    };
    // The folder is ours, so that we can remove it.
    std::fs::create_dir_all(&folder)?;
    run_as_root(&["install", "-m", "500", "-o", us.trim(), "/usr/bin/dumpcap", path])?;
    run_as_root(&["setcap", "cap_net_raw,cap_net_admin+ep", path])?;
    Ok(Some(folder))
}

/// Whether this program has the right to capture packets. Where it has, that takes a second.
fn captures(dumpcap: &Path) -> bool {
    let mut command = Command::new(dumpcap);
    command.args(["-q", "-i", "lo", "-a", "duration:1", "-w", "/dev/null"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into)
}

fn is_root() -> bool {
    said_by("id", "-u").is_some_and(|id| id.trim() == "0")
}

fn said_by(program: &str, argument: &str) -> Option<String> {
    String::from_utf8(Command::new(program).arg(argument).output().ok()?.stdout).ok()
}

fn run_as_root(command: &[&str]) -> Outcome {
    // Not by `Command::env`: `sudo` hands on little of that. Questions would be asked of nobody.
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive"];
    let before: &[&str] = if is_root() { &[] } else { &["sudo"] };
    let words = [before, &quiet, command].concat();
    if Command::new(words[0]).args(&words[1..]).status().is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err(format!("`{}` failed; run it by hand", words.join(" ")).into())
    }
}
