//! A contact as a row, and back.

use std::net::SocketAddr;

use rusqlite::{Connection, Row, params};
use sip_ua::registrar::Binding;
use sip_ua::transport::{Flow, Protocol};
use wire_text::Address;

use crate::registrar::store::{millis, moment, slot};

/// All contacts, with their columns in the order of [`read`].
pub(super) const ALL: &str = "
    SELECT aor, uri, expires_at, refreshed_at, call_id, cseq, q, protocol, local, remote, user_agent, received, path,
        instance, reg_id
    FROM contact";

const PUT: &str = "
    INSERT OR REPLACE INTO contact
        (aor, uri, expires_at, refreshed_at, call_id, cseq, q, protocol, local, remote, user_agent, received, path,
         instance, reg_id, slot)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";

const REMOVE: &str = "DELETE FROM contact WHERE aor = ?1 AND uri = ?2 AND slot = ?3";

pub(super) fn put(connection: &Connection, b: &Binding) -> rusqlite::Result<()> {
    let [local, remote] = [b.flow.local, b.flow.remote].map(Address::with_port);
    let received = b.received.map(Address::with_port);
    let row = params![
        b.aor,
        b.contact_uri,
        millis(b.expires_at),
        millis(b.refreshed_at),
        b.call_id,
        b.cseq,
        b.q,
        b.flow.protocol.uri_name(),
        local.as_str(),
        remote.as_str(),
        b.user_agent,
        received.as_ref().map(Address::as_str),
        // No header's value has a line's end in it.
        b.path.join("\n"),
        b.instance,
        b.reg_id,
        slot(b),
    ];
    connection.prepare_cached(PUT)?.execute(row).map(drop)
}

pub(super) fn remove(
    connection: &Connection,
    aor: &str,
    contact_uri: &str,
    slot: &str,
) -> rusqlite::Result<()> {
    connection.prepare_cached(REMOVE)?.execute(params![aor, contact_uri, slot]).map(drop)
}

/// The contact of a row; `None` for one that makes no sense, which was not written here.
pub(super) fn read(row: &Row<'_>) -> Option<Binding> {
    let text = |column| row.get::<_, String>(column).ok();
    let address = |column| text(column)?.parse::<SocketAddr>().ok();
    let moment = |column| row.get(column).ok().map(moment);
    Some(Binding {
        aor: text(0)?,
        contact_uri: text(1)?,
        expires_at: moment(2)?,
        refreshed_at: moment(3)?,
        call_id: text(4)?,
        cseq: row.get(5).ok()?,
        q: row.get(6).ok()?,
        flow: Flow::new(Protocol::from_name(&text(7)?)?, address(8)?, address(9)?),
        user_agent: text(10),
        received: address(11),
        path: text(12)?.lines().map(str::to_owned).collect(),
        instance: text(13),
        reg_id: row.get(14).ok()?,
    })
}
