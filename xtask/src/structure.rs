//! `cargo xtask structure`: proves the floors of `docs/architecture.md`.
//!
//! A crate depends only on floors below its own. The ground floor and its foundation have no runtime, clock, socket,
//! thread or file in them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, root};

/// The crates of each floor, from the foundation up.
const FLOORS: &[&[&str]] = &[
    &["wire-text"],
    &[
        "asterisk-conf",
        "audiosocket",
        "g711",
        "g722",
        "g726",
        "gsm",
        "media-websocket",
        "opus",
        "rtp",
        "rtp-jitter",
        "sdp",
        "sip-parser",
        "stir-shaken",
        "stun",
    ],
    &["audio", "billing-agi", "dialplan-vm", "say", "sip-ua"],
    &["media-bridge"],
    &["call-control"],
    &["pbx", "manager"],
];

/// The floor of the formats. It and what is below it have no runtime, clock, socket, thread or file.
const GROUND: usize = 1;

/// Crates that must build without the standard library.
const NO_STD: &[&str] =
    &["audiosocket", "g711", "g722", "g726", "gsm", "rtp", "sdp", "sip-parser", "stun", "wire-text"];

/// Crates of others that no crate of the ground floor may depend on, not even through one more.
const RUNTIMES: &[&str] = &["tokio", "mio", "socket2", "async-std", "smol", "nix", "rustix"];

/// What no source of the ground floor may say.
const FORBIDDEN: &[&str] = &[
    "Instant::now",
    "SystemTime::now",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "thread::spawn",
    "std::fs",
    "File::open",
];

/// Checks every crate that is there.
pub(crate) fn run() -> Outcome {
    let mut faults = Vec::new();
    for (floor, crates) in FLOORS.iter().enumerate() {
        for name in crates.iter().filter(|name| is_member(name)) {
            check_floor(name, floor, &mut faults)?;
            if floor <= GROUND {
                check_runtimes(name, &mut faults)?;
                check_sources(&root().join("crates").join(name).join("src"), &mut faults)?;
            }
        }
    }
    for name in NO_STD {
        let map = fs::read_to_string(root().join("crates").join(name).join("src/lib.rs"))?;
        if !map.contains("no_std)]") {
            faults.push(format!("{name} is not no_std any more"));
        }
    }
    match faults.as_slice() {
        [] => {
            println!("every crate stands on its floor");
            Ok(())
        }
        faults => Err(faults.join("\n").into()),
    }
}

fn is_member(name: &str) -> bool {
    root().join("crates").join(name).join("Cargo.toml").exists() && tree(name, 0).is_ok()
}

/// Names of the crates that `name` depends on, through `depth` steps; 0 is itself alone.
fn tree(name: &str, depth: u8) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let depth = depth.to_string();
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            name,
            "--depth",
            &depth,
        ])
        .current_dir(root())
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

fn check_floor(name: &str, floor: usize, faults: &mut Vec<String>) -> Outcome {
    for dependency in tree(name, 1)?.iter().filter(|d| d.as_str() != name) {
        let below = FLOORS.iter().position(|crates| crates.contains(&dependency.as_str()));
        let beside = name == "manager" && dependency == "pbx";
        if below.is_some_and(|below| below >= floor) && !beside {
            faults.push(format!("{name} (floor {floor}) depends on {dependency}, which is not below it"));
        }
    }
    Ok(())
}

fn check_runtimes(name: &str, faults: &mut Vec<String>) -> Outcome {
    for dependency in tree(name, 99)?.iter().filter(|d| RUNTIMES.contains(&d.as_str())) {
        faults.push(format!("{name} stands on the ground floor and depends on {dependency}"));
    }
    Ok(())
}

fn check_sources(folder: &Path, faults: &mut Vec<String>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            check_sources(&path, faults)?;
            continue;
        }
        let text = fs::read_to_string(&path)?;
        // Tests may read a clock: what follows the marker is not built into the crate.
        let built = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in built.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in FORBIDDEN.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("{}: the ground floor may not say {word}", path.display()));
            }
        }
    }
    Ok(())
}
