//! `cargo xtask test`: every test of the workspace, with one count at the end.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::build::{built, cargo};
use crate::{Outcome, root};

/// Programs that the end-to-end tests run, and the Debian packages that hold them.
const PROGRAMS: &[(&str, &str)] = &[
    ("sipp", "sip-tester"),
    ("baresip", "baresip-core"),
    ("kamailio", "kamailio"),
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
    // A module, by its whole path.
    ("/usr/share/perl5/Asterisk/AGI.pm", "libasterisk-agi-perl"),
];

/// Installs the programs that are missing, through the system's package manager.
fn install_programs() -> Outcome {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let missing =
        |program: &str| !std::env::split_paths(&folders).any(|folder| folder.join(program).exists());
    let packages: Vec<&str> =
        PROGRAMS.iter().filter(|(p, _)| missing(p)).map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    println!("installing {} for the end-to-end tests", packages.join(", "));
    run_as_root(&["apt-get", "update", "-q"])?;
    run_as_root(&[&["apt-get", "install", "-qy", "--no-install-recommends"], packages.as_slice()].concat())
}

/// Modules of Python that the end-to-end tests use, which no package of Debian holds: each with a file of its own.
const PYTHON_MODULES: &[(&str, &str)] =
    &[("pyst2==0.5.1", "asterisk/agi.py"), ("websockets==15.0.1", "websockets/__init__.py")];

/// Installs the modules that are missing into the folder of what is built, and nowhere else. Without a network the tests that need
/// them say so.
fn install_python_modules() -> Outcome {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let folder = target.join("python");
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

fn run_as_root(command: &[&str]) -> Outcome {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0"));
    let words = if is_root { command.to_vec() } else { [&["sudo"], command].concat() };
    let status =
        Command::new(words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive").status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed; run it by hand", words.join(" ")).into())
    }
}

/// Runs all tests and prints `N passed, N failed` as the last line.
pub(crate) fn run() -> Outcome {
    install_programs()?;
    install_python_modules()?;
    let exchange = built("ipbx")?;
    let mut tests = cargo()
        .args(["test", "--workspace", "--no-fail-fast"])
        .current_dir(root())
        .env("END_TO_END", "required")
        .env("IPBX", exchange)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut count = Count::default();
    if let Some(output) = tests.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            count.add(&line);
        }
    }
    let status = tests.wait()?;
    println!("{} passed, {} failed", count.passed, count.failed);
    if status.success() { Ok(()) } else { Err("some tests failed; their output is above".into()) }
}

/// Sums the lines that the test harness ends each program with.
#[derive(Default, Debug, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_harness_are_summed() {
        let mut count = Count::default();
        count.add(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
        );
        count.add("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        count.add("test result of something else: 9 passed");
        assert_eq!(count, Count { passed: 15, failed: 2 });
    }
}
