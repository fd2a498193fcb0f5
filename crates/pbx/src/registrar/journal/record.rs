//! A change as a line of the journal, and back: JSON, so that a person can read what waits there.

use std::net::SocketAddr;

use serde_json::Value;
use sip_ua::registrar::Binding;
use sip_ua::transport::{Flow, Protocol};
use wire_text::{Address, Decimal};

use crate::registrar::store::{StoredChange, millis, moment};

/// Appends the line of a change, which is at this `place` since the journal was begun.
pub(super) fn write(line: &mut Vec<u8>, place: u64, change: &StoredChange) {
    line.extend_from_slice(b"{");
    number(line, "n", place);
    match change {
        StoredChange::Put(binding) => put(line, binding),
        StoredChange::Remove { aor, contact_uri, slot } => {
            text(line, "remove", aor);
            text(line, "uri", contact_uri);
            text(line, "slot", slot);
        }
    }
    // Each value has left a comma behind it.
    line.pop();
    line.extend_from_slice(b"}\n");
}

fn put(line: &mut Vec<u8>, binding: &Binding) {
    let Flow { protocol, local, remote, .. } = binding.flow;
    text(line, "put", &binding.aor);
    text(line, "uri", &binding.contact_uri);
    number(line, "expires", millis(binding.expires_at).unsigned_abs());
    number(line, "refreshed", millis(binding.refreshed_at).unsigned_abs());
    text(line, "call-id", &binding.call_id);
    number(line, "cseq", binding.cseq);
    number(line, "q", binding.q);
    text(line, "protocol", protocol.uri_name());
    text(line, "local", Address::with_port(local).as_str());
    text(line, "remote", Address::with_port(remote).as_str());
    if let Some(user_agent) = &binding.user_agent {
        text(line, "user-agent", user_agent);
    }
    if let Some(received) = binding.received {
        text(line, "received", Address::with_port(received).as_str());
    }
    if !binding.path.is_empty() {
        begin(line, "path");
        for (at, uri) in binding.path.iter().enumerate() {
            line.push(if at == 0 { b'[' } else { b',' });
            quoted(line, uri);
        }
        line.extend_from_slice(b"],");
    }
    if let Some(instance) = &binding.instance {
        text(line, "instance", instance);
    }
    if let Some(reg_id) = binding.reg_id {
        number(line, "reg-id", reg_id);
    }
}

fn text(line: &mut Vec<u8>, name: &str, text: &str) {
    begin(line, name);
    quoted(line, text);
    line.push(b',');
}

fn number(line: &mut Vec<u8>, name: &str, number: impl Into<u64>) {
    begin(line, name);
    line.extend_from_slice(Decimal::of(number).as_bytes());
    line.push(b',');
}

fn begin(line: &mut Vec<u8>, name: &str) {
    line.push(b'"');
    line.extend_from_slice(name.as_bytes());
    line.extend_from_slice(b"\":");
}

fn quoted(line: &mut Vec<u8>, text: &str) {
    // Neither memory nor a text refuses to be written.
    let _ = serde_json::to_writer(line, text);
}

/// The number and the change of a line; `None` for one that makes no sense, as the last one of a process that was killed
/// may not.
pub(super) fn read(line: &[u8]) -> Option<(u64, StoredChange)> {
    let record: Value = serde_json::from_slice(line).ok()?;
    let number = record.get("n")?.as_u64()?;
    let text = |name| Some(record.get(name)?.as_str()?.to_owned());
    if let Some(aor) = text("remove") {
        let (contact_uri, slot) = (text("uri")?, text("slot")?);
        return Some((number, StoredChange::Remove { aor, contact_uri, slot }));
    }
    let integer = |name| record.get(name)?.as_i64();
    let address = |name| text(name)?.parse::<SocketAddr>().ok();
    let path = record.get("path").and_then(Value::as_array);
    let binding = Binding {
        aor: text("put")?,
        contact_uri: text("uri")?,
        expires_at: moment(integer("expires")?),
        refreshed_at: moment(integer("refreshed")?),
        call_id: text("call-id")?,
        cseq: integer("cseq")?.try_into().ok()?,
        q: integer("q")?.try_into().ok()?,
        flow: Flow::new(Protocol::from_name(&text("protocol")?)?, address("local")?, address("remote")?),
        user_agent: text("user-agent"),
        received: address("received"),
        path: path.into_iter().flatten().filter_map(|uri| uri.as_str().map(str::to_owned)).collect(),
        instance: text("instance"),
        reg_id: integer("reg-id").and_then(|reg_id| reg_id.try_into().ok()),
    };
    Some((number, StoredChange::Put(Box::new(binding))))
}
