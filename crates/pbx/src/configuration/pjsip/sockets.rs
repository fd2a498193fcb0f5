//! What a `type=transport` asks of its sockets: `tos`, `cos`, `tcp_keepalive_*`.

use std::time::Duration;

use sip_ua::transport::{SocketOptions, TcpKeepAlive};

use crate::configuration::values::Values;

/// Names of service classes and the octets that they stand for (RFC 2474, RFC 2597, RFC 3246; the last ones RFC 1349).
const CLASSES: &[(&str, u8)] = &[
    ("cs0", 0x00),
    ("cs1", 0x20),
    ("cs2", 0x40),
    ("cs3", 0x60),
    ("cs4", 0x80),
    ("cs5", 0xA0),
    ("cs6", 0xC0),
    ("cs7", 0xE0),
    ("af11", 0x28),
    ("af12", 0x30),
    ("af13", 0x38),
    ("af21", 0x48),
    ("af22", 0x50),
    ("af23", 0x58),
    ("af31", 0x68),
    ("af32", 0x70),
    ("af33", 0x78),
    ("af41", 0x88),
    ("af42", 0x90),
    ("af43", 0x98),
    ("ef", 0xB8),
    ("lowdelay", 0x10),
    ("throughput", 0x08),
    ("reliability", 0x04),
    ("mincost", 0x02),
    ("none", 0x00),
    ("no", 0x00),
    ("false", 0x00),
];

pub(super) fn read(values: &mut Values<'_>) -> SocketOptions {
    let mut options = SocketOptions::default();
    options.tos = tos(values, "tos").filter(|tos| *tos != 0);
    options.priority = cos(values, "cos").filter(|cos| *cos != 0);
    if values.flag("tcp_keepalive_enable", false) {
        let mut seconds = |key, default: u64| Duration::from_secs(values.number(key, default).max(1));
        let idle = seconds("tcp_keepalive_idle_time", 30);
        let interval = seconds("tcp_keepalive_interval_time", 10);
        let probes = Some(values.number("tcp_keepalive_probe_count", 5_u32).max(1));
        options.tcp_keep_alive = TcpKeepAlive { idle, interval, probes };
    }
    options
}

/// A service class: a name, or the octet as a number, as in `0xB8` and `184`.
pub(super) fn tos(values: &mut Values<'_>, key: &str) -> Option<u8> {
    let text = values.text(key)?;
    let named = CLASSES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)).map(|(_, octet)| *octet);
    let number = || match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let octet = named.or_else(number);
    if octet.is_none() {
        let message = format!("'{text}' is no service class; nothing is marked");
        values.odd(key, message, "write a name such as cs3, af31 or ef, or the octet, as in 0x60");
    }
    octet
}

/// A priority of IEEE 802.1Q, 0 to 7.
pub(super) fn cos(values: &mut Values<'_>, key: &str) -> Option<u8> {
    let text = values.text(key)?;
    if ["no", "false"].contains(&text.to_ascii_lowercase().as_str()) {
        return None;
    }
    let priority = text.parse().ok().filter(|priority| *priority <= 7);
    if priority.is_none() {
        values.odd(key, format!("'{text}' is no priority; none is set"), "write a number from 0 to 7");
    }
    priority
}
