//! Where the figures were taken.

use std::fs;
use std::process::Command;

/// A line that names processor, kernel and date.
pub(crate) fn line() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output();
    let date = date.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!(
        "{} cores of {}, Linux {}, load {}, {}",
        std::thread::available_parallelism().map_or(1, usize::from),
        model.map_or("an unknown processor", |(_, name)| name),
        kernel.trim(),
        load.split(' ').next().unwrap_or_default(),
        date.unwrap_or_default(),
    )
}
