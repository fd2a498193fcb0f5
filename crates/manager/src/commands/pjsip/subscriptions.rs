//! `pjsip show subscriptions …`: who watches us, and whom we watch.

use std::fmt::Write;

use super::super::{Answer, Command, Context};

pub(in super::super) const COMMANDS: &[Command] = &[
    Command::now("pjsip show subscriptions inbound", "Who watches what", inbound),
    Command::now("pjsip show subscriptions outbound", "What the exchange watches elsewhere", outbound),
];

const HEADING: &str = "\
Endpoint: <Endpoint/Caller-ID.............................................>
Resource: <Resource/Event.................................................>
  Expiry: <Expiry>  <Call-id..............................................>
===========================================================================
";

const NONE: &str = "No active subscriptions";

fn inbound(context: &Context, _: &[String]) -> Answer {
    let rows = context.exchange.presence().subscriptions();
    if rows.is_empty() {
        return Ok(NONE.to_owned());
    }
    let configuration = context.exchange.configuration();
    let mut text = HEADING.to_owned();
    for row in &rows {
        let endpoint = configuration.sip.endpoints.get(&row.endpoint);
        let caller = endpoint.and_then(|endpoint| endpoint.caller_id.as_ref());
        let number = caller.map_or("<unknown>", |caller| caller.number.as_str());
        let resource = row.resource.split('@').next().unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\nEndpoint: {}/{number}\nResource: {resource}/{}\n  Expiry: {:8}  {}\n",
            row.endpoint, row.package, row.expires, row.call_id
        );
    }
    let _ = write!(text, "\n{} active subscriptions", rows.len());
    Ok(text)
}

/// The exchange itself watches nobody.
fn outbound(_: &Context, _: &[String]) -> Answer {
    Ok(NONE.to_owned())
}
