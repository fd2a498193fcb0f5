//! `pjsip show publications …`: what other exchanges tell us, and what we tell others.

use std::fmt::Write;
use std::time::Instant;

use pbx::publication::{OutboundPublications, PublicationStatus};
use sip_ua::publication::Stage;

use super::super::layout::column;
use super::super::{Answer, Command, Context};

pub(in super::super) const COMMANDS: &[Command] = &[
    Command::now("pjsip show publications inbound", "What other exchanges publish here", inbound),
    Command::now("pjsip show publications outbound", "What the exchange publishes elsewhere", outbound),
];

const NONE: &str = "No active publications";

fn inbound(context: &Context, _: &[String]) -> Answer {
    let rows = context.exchange.presence().inbound_publications();
    if rows.is_empty() {
        return Ok(NONE.to_owned());
    }
    let mut text = format!("{} {:>6} {:>6}\n", column("Endpoint/Resource/Event", 56), "Expiry", "States");
    for row in &rows {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{} {:>6} {:>6}", column(&row.name, 56), row.expires, row.states);
    }
    let _ = write!(text, "\n{} active publications", rows.len());
    Ok(text)
}

fn outbound(context: &Context, _: &[String]) -> Answer {
    let publications = context.exchange.outbound_publications();
    let rows = publications.map(OutboundPublications::statuses).unwrap_or_default();
    if rows.is_empty() {
        return Ok(NONE.to_owned());
    }
    let heading = column("Publication/ServerURI", 48);
    let mut text = format!("{heading} {} {:>6} {:>6} Status\n", column("Event", 21), "Told", "Wait");
    for row in &rows {
        let name = column(&format!("{}/{}", row.name, row.server_uri), 48);
        let (event, told, waiting) = (column(&row.event, 21), row.told, row.waiting);
        let _ = writeln!(text, "{name} {event} {told:>6} {waiting:>6} {}", standing(row));
    }
    let _ = write!(text, "\n{} publications", rows.len());
    Ok(text)
}

/// How it stands, in words.
fn standing(row: &PublicationStatus) -> String {
    let left = row.held_until.map(|until| until.saturating_duration_since(Instant::now()).as_secs());
    match (&row.problem, left) {
        (Some(problem), _) if row.stage == Stage::Stopped => format!("Stopped: {problem}"),
        (Some(problem), _) => format!("Failed: {problem}"),
        (None, Some(seconds)) => format!("Published (exp. {seconds}s)"),
        (None, None) if row.stage == Stage::Idle => "Nothing to tell".to_owned(),
        (None, None) => "Publishing".to_owned(),
    }
}
