//! `register =>` and `callbackextension`: this exchange as a phone of another one.

use std::collections::BTreeSet;

use asterisk_conf::{Diagnostic, Entry, Section, Spanned};

use super::device::Device;
use super::general::General;
use super::register::RegisterLine;
use super::{Group, Object, last_of, uri};
use crate::configuration::values::Values;

/// What one is asked for where nothing is said, in seconds.
const EXPIRATION: &str = "120";
/// Between two tries, in seconds.
const RETRY: &str = "20";

/// The registrations of all `register` lines.
pub(super) fn groups(
    general: &General,
    devices: &[Device],
    realms: &[Group],
    found: &mut Vec<Diagnostic>,
) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut names = BTreeSet::new();
    for line in general.section.all("register") {
        let register = match RegisterLine::parse(&line.value.value) {
            Ok(register) => register,
            Err(error) => {
                let finding =
                    Diagnostic::warning("bad-register", format!("register: {error}; it is left out"));
                let help = "write register => user:secret@host/extension";
                found.push(finding.at(line.value.span).help(help));
                continue;
            }
        };
        let device = device_of(&register, line, devices, general, found);
        let mut name = format!("{}@{}", register.user, register.host);
        let mut number = 2;
        while !names.insert(name.clone()) {
            name = format!("{}@{}-{number}", register.user, register.host);
            number += 1;
        }
        groups.push(group(&name, &register, line, device, &general.section, realms, found));
    }
    groups
}

/// The device that calls from the registrar come from: the one that the line names, or else one with the same host.
fn device_of<'d>(
    register: &RegisterLine,
    line: &Entry,
    devices: &'d [Device],
    general: &General,
    found: &mut Vec<Diagnostic>,
) -> Option<&'d Device> {
    if let Some(name) = &register.peer {
        let named = devices.iter().find(|device| device.name() == name);
        if named.is_none() {
            let message = format!("register: there is no device '{name}'");
            let finding = Diagnostic::warning("unknown-name", message).at(line.value.span);
            let known = devices.iter().map(Device::name);
            found.push(finding.suggest(asterisk_conf::suggest::nearest(name, known)));
        }
        return named;
    }
    let there = devices.iter().filter(|device| device.is_at(&register.host));
    let there: Vec<_> = there.collect();
    let same_user = there.iter().find(|device| device.user() == register.user);
    let device = same_user.or_else(|| there.first()).copied();
    if device.is_none() && !general.allows_guests {
        let message = format!("calls from {} are refused: no device has host={0}", register.host);
        let finding = Diagnostic::warning("register-without-peer", message).at(line.value.span);
        let help = format!("add a device with type=peer, host={} and insecure=port,invite", register.host);
        found.push(finding.help(help));
    }
    device
}

fn group(
    name: &str,
    register: &RegisterLine,
    line: &Entry,
    device: Option<&Device>,
    general: &Section,
    realms: &[Group],
    found: &mut Vec<Diagnostic>,
) -> Group {
    let mut registration = Object::new("registration", name, line.value.span);
    let transport = register.transport.as_deref().or_else(|| device.and_then(Device::transport));
    let domain = register.domain.as_ref().unwrap_or(&register.host);
    registration.take_as("server_uri", uri("", &register.host, register.port, transport), line);
    registration.take_as("client_uri", uri(&register.user, domain, None, None), line);
    registration.take_as("contact_user", register.extension.as_deref().unwrap_or("s"), line);
    if let Some(seconds) = register.expiry {
        registration.take_as("expiration", seconds.to_string(), line);
    }
    if let Some(proxy) = device.and_then(|device| device.outbound_proxy(found)) {
        let (value, line) = proxy;
        registration.take_as("outbound_proxy", value, &line);
    }
    let mut objects = Vec::new();
    if let Some(secret) = &register.secret {
        let auth_name = format!("{name}-oauth");
        let mut auth = Object::new("auth", auth_name.clone(), line.value.span);
        auth.take_as("username", register.auth_user.as_ref().unwrap_or(&register.user).clone(), line);
        auth.take_as("password", secret.clone(), line);
        registration.imply("outbound_auth", auth_name);
        objects.push(auth);
    }
    realms.iter().for_each(|realm| registration.imply("outbound_auth", realm.name.value.clone()));
    if let Some(device) = device {
        registration.imply("line", "yes");
        registration.imply("endpoint", device.name());
    }
    pace(general, &mut registration, found);
    objects.push(registration);
    Group::new(Spanned::new(name.to_owned(), line.value.span), objects)
}

/// How long a registration lasts and when it is tried again, by `[general]`.
pub(super) fn pace(general: &Section, registration: &mut Object, found: &mut Vec<Diagnostic>) {
    if !registration.has("expiration") {
        match last_of(general, &["defaultexpiry", "defaultexpirey"]) {
            Some(line) => registration.take("expiration", line),
            None => registration.imply("expiration", EXPIRATION),
        }
    }
    match last_of(general, &["registertimeout"]) {
        Some(line) => registration.take("retry_interval", line),
        None => registration.imply("retry_interval", RETRY),
    }
    // Those of `sip.conf` begin as soon as the exchange has started, and not within ten seconds.
    registration.imply("max_random_initial_delay", "1");
    // No number of attempts means that it never gives up.
    match last_of(general, &["registerattempts"]).filter(|line| line.value.value.trim() != "0") {
        Some(line) => registration.take("max_retries", line),
        None => registration.imply("max_retries", u32::MAX.to_string()),
    }
    if let Some(line) = last_of(general, &["register_retry_403"])
        && (Values { section: general, found }).flag("register_retry_403", false)
    {
        registration.take_as("forbidden_retry_interval", RETRY, line);
    }
}
