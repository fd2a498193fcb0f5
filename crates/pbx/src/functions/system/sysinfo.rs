//! `SYSINFO(parameter)`: `loadavg` (of the last minute), `numcalls`, `uptime` in hours, `totalram`, `freeram`, `bufferram`,
//! `totalswap`, `freeswap` in KiB, `numprocs`. Linux tells all but the calls in `/proc`, which is memory, and never waits.

use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "SYSINFO";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let memory = |name: &str| Ok(said("meminfo")?.lines().find_map(|line| amount(line, name)));
    let found = match arguments.trim().to_ascii_lowercase().as_str() {
        "numcalls" => Some(scope.exchange.switchboard().calls().len().to_string()),
        "loadavg" => first(&said("loadavg")?),
        "uptime" => {
            let seconds = first(&said("uptime")?).and_then(|seconds| seconds.parse::<f64>().ok());
            seconds.map(|seconds| ((seconds / 3_600.0) as u64).to_string())
        }
        "numprocs" => {
            let running = said("loadavg")?.split_whitespace().nth(3).map(str::to_owned);
            running.and_then(|running| running.split_once('/').map(|(_, all)| all.to_owned()))
        }
        "totalram" => memory("MemTotal")?,
        "freeram" => memory("MemFree")?,
        "bufferram" => memory("Buffers")?,
        "totalswap" => memory("SwapTotal")?,
        "freeswap" => memory("SwapFree")?,
        _ => {
            let known = "known are loadavg, numcalls, uptime, totalram, freeram, bufferram, totalswap, freeswap and numprocs";
            return Err(FunctionError::arguments(NAME, arguments, known));
        }
    };
    Ok(found.unwrap_or_default())
}

fn said(file: &str) -> Result<String, FunctionError> {
    std::fs::read_to_string(format!("/proc/{file}"))
        .map_err(|error| FunctionError::failed(NAME, format!("/proc/{file} cannot be read: {error}")))
}

fn first(text: &str) -> Option<String> {
    text.split_whitespace().next().map(str::to_owned)
}

/// The number of a line such as `MemFree:  1024 kB`.
fn amount(line: &str, name: &str) -> Option<String> {
    let (found, rest) = line.split_once(':')?;
    (found == name).then(|| first(rest)).flatten()
}
