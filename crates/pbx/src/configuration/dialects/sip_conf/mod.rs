//! `sip.conf`: what it says for all, its devices, and the registrations at other exchanges.
//!
//! | section | objects |
//! | --- | --- |
//! | `[general]` | transports `udp`, `tcp`, `tls`; `global`; endpoint `anonymous` with `allowguest=yes`; registrations |
//! | `[authentication]` | an auth for each realm, that every device answers challenges with |
//! | a device | endpoint; aor unless it is `type=user`; `<name>-iauth` for its secret, `<name>-oauth` for ours when that is another one; `<name>-identify` for a fixed host |

mod device;
mod device_keys;
mod general;
mod keys;
mod register;
mod registration;
#[cfg(test)]
mod tests;
mod transports;

use asterisk_conf::{Config, Diagnostic, Entry, Section, Spanned, suggest};

use super::object::{Group, Object};
use super::slips;
use device::{Device, Kind};
use general::General;

/// The objects of all sections. `others` are those of the other files.
pub(super) fn translate(config: &Config, others: &Config, found: &mut Vec<Diagnostic>) -> Vec<Group> {
    let Some(general) = General::read(config, found) else { return Vec::new() };
    let realms = realms(config, found);
    let mut devices = Vec::new();
    for section in config.objects().filter(|section| !is_special(section)) {
        let section = known_lines(section, false, found);
        if let Some(kind) = kind_of(&section, found) {
            devices.push(Device::read(kind, section, &general, found));
        }
    }
    let mut groups = transports::groups(&general, others, found);
    groups.extend(general.global(others, found));
    groups.extend(general.system(others, found));
    groups.extend(general.guests(&realms, found));
    groups.extend(registration::groups(&general, &devices, &realms, found));
    groups.extend(devices.into_iter().map(|device| device.group(&realms, found)));
    groups.extend(realms);
    groups
}

fn is_special(section: &Section) -> bool {
    ["general", "authentication"].iter().any(|name| section.name.value.eq_ignore_ascii_case(name))
}

const KINDS: &[(&str, Kind)] = &[("friend", Kind::Friend), ("peer", Kind::Peer), ("user", Kind::User)];

fn kind_of(section: &Section, found: &mut Vec<Diagnostic>) -> Option<Kind> {
    let name = &section.name;
    let Some(entry) = section.last("type") else {
        let message = format!("section [{}] has no type, so it means nothing", name.value);
        let help = "begin it with type=friend for a phone, or type=peer for a trunk";
        found.push(Diagnostic::error("no-type", message).at(name.span).help(help));
        return None;
    };
    let written = entry.value.value.trim();
    let kind = KINDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(written));
    if kind.is_none() {
        let message = format!("sip.conf has no type '{written}'; section [{}] is left out", name.value);
        let nearest = suggest::nearest(written, KINDS.iter().map(|(word, _)| *word));
        found.push(Diagnostic::error("unknown-type", message).at(entry.value.span).suggest(nearest));
    }
    kind.map(|(_, kind)| *kind)
}

/// The section with the lines that belong into it, slips mended. All others are told.
fn known_lines(section: &Section, in_general: bool, found: &mut Vec<Diagnostic>) -> Section {
    let belongs = |name: &str| keys::find(name).is_some_and(|key| key.belongs(in_general));
    let known = keys::KEYS.iter().filter(|key| key.belongs(in_general)).map(|key| key.0);
    let mut kept = Vec::with_capacity(section.entries.len());
    for entry in &section.entries {
        let written = &entry.key.value;
        if let Some(key) = keys::find(written).filter(|key| key.belongs(in_general)) {
            found.extend(key.idle(entry));
            kept.push(entry.clone());
        } else if let Some(right) = slips::nearest(written, known.clone()) {
            found.push(slips::told(entry, right));
            let mut mended = entry.clone();
            right.clone_into(&mut mended.key.value);
            kept.push(mended);
        } else {
            let place = if in_general { "the section of a device" } else { "[general]" };
            let what = if in_general { "[general]" } else { "a device" };
            let message = format!("'{written}' is no key of {what}; it has no effect");
            let finding = Diagnostic::warning("unknown-key", message).at(entry.key.span);
            found.push(match keys::find(written).is_some() && !belongs(written) {
                true => finding.help(format!("move it to {place}")),
                false => finding.suggest(suggest::nearest(written, known.clone())),
            });
        }
    }
    Section { entries: kept, ..section.clone() }
}

/// `[authentication]`: credentials for realms, `auth=user:secret@realm`.
fn realms(config: &Config, found: &mut Vec<Diagnostic>) -> Vec<Group> {
    let sections =
        config.objects().filter(|section| section.name.value.eq_ignore_ascii_case("authentication"));
    let lines: Vec<&Entry> = sections.flat_map(|section| section.all("auth")).collect();
    let numbered = lines.iter().enumerate();
    let groups = numbered.filter_map(|(n, line)| {
        let name = Spanned::new(format!("authentication-{}", n + 1), line.value.span);
        let object = realm_credentials(&name.value, line, found)?;
        Some(Group::new(name, vec![object]))
    });
    groups.collect()
}

/// The auth that `auth=user:secret@realm` or `auth=user#md5secret@realm` comes to.
fn realm_credentials(name: &str, line: &Entry, found: &mut Vec<Diagnostic>) -> Option<Object> {
    let text = line.value.value.trim();
    let Some((who, realm)) =
        text.rsplit_once('@').filter(|(who, realm)| !who.is_empty() && !realm.is_empty())
    else {
        // Not the value: it holds a secret.
        let finding = Diagnostic::warning("bad-value", "auth: this is not understood").at(line.value.span);
        found.push(finding.help("write auth=user:secret@realm, or auth=user#md5secret@realm"));
        return None;
    };
    let mut auth = Object::new("auth", name, line.value.span);
    let at = who.find([':', '#']);
    let (user, secret) = at.map_or((who, ""), |at| (&who[..at], &who[at + 1..]));
    auth.take_as("username", user, line);
    auth.take_as("realm", realm, line);
    if at.is_some_and(|at| who[at..].starts_with('#')) {
        auth.take_as("auth_type", "md5", line);
        auth.take_as("md5_cred", secret, line);
    } else {
        auth.take_as("password", secret, line);
    }
    Some(auth)
}

/// `host` and `port` as they stand in a SIP URI, with the transport when it is not UDP.
fn uri(user: &str, host: &str, port: Option<u16>, transport: Option<&str>) -> String {
    let user = if user.is_empty() { String::new() } else { format!("{}@", sip_parser::escape_user(user)) };
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let transport = transport.filter(|word| *word != "udp");
    let transport = transport.map(|word| format!(";transport={word}")).unwrap_or_default();
    format!("sip:{user}{host}{port}{transport}")
}

/// The last line of any of these names, which mean the same.
fn last_of<'s>(section: &'s Section, names: &[&str]) -> Option<&'s Entry> {
    let mut lines = section.entries.iter().rev();
    lines.find(|line| names.iter().any(|name| line.is(name)) && !line.value.value.trim().is_empty())
}

/// A finding about a value.
fn odd(line: &Entry, message: impl std::fmt::Display, help: &str) -> Diagnostic {
    let finding = Diagnostic::warning("bad-value", format!("{}: {message}", line.key.value));
    finding.at(line.value.span).help(help)
}
