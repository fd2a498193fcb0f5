//! What a script is told of its call.

use billing_agi::agi::Environment;

use super::Kind;
use crate::dialplan::{DialplanChannel, Substitution};

/// What stands for anything that a channel does not know.
const UNKNOWN: &str = "unknown";

/// `agi_request` and so on, in the order in which exchanges have always told them. `server_script` is the path of a server's
/// script.
pub(super) fn of(
    channel: &DialplanChannel,
    request: &str,
    server_script: Option<&str>,
    kind: Kind,
    arguments: &[String],
) -> Environment {
    let call = &channel.call;
    let known = |text: String| if text.is_empty() { UNKNOWN.to_owned() } else { text };
    let (caller, at) = (call.caller(), call.position());
    let presentation = caller.presentation();
    let redirected = call.redirecting().map(|from| from.from.number).unwrap_or_default();
    let mut facts = Environment::new();
    if let Some(script) = server_script {
        facts = facts.with("network", "yes").with("network_script", script);
    }
    facts = facts
        .with("request", request)
        .with("channel", call.name())
        .with("language", &call.language())
        .with("type", call.technology())
        .with("uniqueid", call.unique_id())
        .with("version", env!("CARGO_PKG_VERSION"))
        .with("callerid", &known(caller.number))
        .with("calleridname", &known(caller.name))
        .with("callingpres", &presentation.code().to_string());
    for nothing in ["callingani2", "callington", "callingtns"] {
        facts = facts.with(nothing, "0");
    }
    facts
        .with("dnid", &known(call.dialed()))
        .with("rdnis", &known(redirected))
        .with("context", &at.context)
        .with("extension", &at.extension)
        .with("priority", &at.priority.to_string())
        .with("enhanced", if kind == Kind::Enhanced { "1.0" } else { "0.0" })
        .with("accountcode", &Substitution::new(&channel.exchange, call).text("${CHANNEL(accountcode)}"))
        .with("threadid", "0")
        .with_arguments(arguments.iter().map(String::as_str))
}
