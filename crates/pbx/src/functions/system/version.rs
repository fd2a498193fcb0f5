//! `VERSION([info])`: the version of the exchange. `ASTERISK_VERSION_NUM` is that of the Asterisk whose dialplans it
//! understands, as six digits; what concerns the build answers what is known of it.

use crate::functions::{FunctionError, FunctionScope, Value};

/// Asterisk 22.
const COMPATIBLE: &str = "220000";

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(match arguments.trim().to_ascii_uppercase().as_str() {
        "" => concat!("ipbx ", env!("CARGO_PKG_VERSION")),
        "ASTERISK_VERSION_NUM" => COMPATIBLE,
        "BUILD_MACHINE" => std::env::consts::ARCH,
        "BUILD_OS" => std::env::consts::OS,
        // Builds are the same wherever and whenever they are made.
        "BUILD_USER" | "BUILD_HOSTNAME" | "BUILD_DATE" | "BUILD_KERNEL" => "",
        _ => {
            let known = "known are ASTERISK_VERSION_NUM, BUILD_USER, BUILD_HOSTNAME, BUILD_MACHINE, BUILD_OS, BUILD_DATE and BUILD_KERNEL";
            return Err(FunctionError::arguments("VERSION", arguments, known));
        }
    }
    .to_owned())
}
