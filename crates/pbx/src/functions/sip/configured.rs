//! `PJSIP_ENDPOINT(name,field)`, `PJSIP_AOR(name,field)`, `PJSIP_CONTACT(name,field)`: options as they are in force, and what is
//! known of contacts. A contact is named by its address of record and its address, `alice/sip:alice@192.0.2.9`, as
//! `PJSIP_AOR(alice,contact)` tells them between commas.

use std::time::SystemTime;

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};
use crate::qualify::Reachability;

/// The words of truth as Asterisk shows them.
fn truth(flag: bool) -> String {
    if flag { "true" } else { "false" }.to_owned()
}

pub(super) fn endpoint(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (name, field) = parts("PJSIP_ENDPOINT", arguments)?;
    let configuration = scope.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(&name);
    let endpoint = endpoint.ok_or_else(|| missing("PJSIP_ENDPOINT", arguments, "endpoint"))?;
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    let seconds = |time: Option<std::time::Duration>| time.map_or(0, |time| time.as_secs()).to_string();
    Ok(match field.as_str() {
        "allow" => format!("({})", endpoint.codecs.join("|")),
        "aors" => endpoint.aors.join(","),
        "auth" => endpoint.auth.join(","),
        "callerid" => scope
            .exchange
            .endpoints()
            .get(&name)
            .and_then(|endpoint| endpoint.caller.as_ref().map(ToString::to_string))
            .unwrap_or_default(),
        "context" => endpoint.context.clone(),
        "direct_media" => truth(endpoint.direct_media.allowed),
        "force_rport" => truth(endpoint.force_rport),
        "from_domain" => text(&endpoint.from_domain),
        "from_user" => text(&endpoint.from_user),
        "language" => endpoint.language.clone(),
        "outbound_auth" => endpoint.outbound_auth.join(","),
        "outbound_proxy" => endpoint.outbound_proxy.join(","),
        "rewrite_contact" => truth(endpoint.rewrite_contact),
        "rtp_symmetric" => truth(endpoint.rtp_symmetric),
        "rtp_timeout" => seconds(endpoint.rtp_timeout),
        "rtp_timeout_hold" => seconds(endpoint.rtp_timeout_hold),
        "send_aoc" => truth(endpoint.send_aoc),
        "transport" => text(&endpoint.transport),
        other => endpoint.option(other).ok_or_else(|| {
            let problem = "there is no such option of an endpoint in pjsip.conf";
            FunctionError::arguments("PJSIP_ENDPOINT", arguments, problem)
        })?,
    })
}

pub(super) fn aor(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (name, field) = parts("PJSIP_AOR", arguments)?;
    let configuration = scope.exchange.configuration();
    let aor = configuration.sip.aors.get(&name);
    let aor = aor.ok_or_else(|| missing("PJSIP_AOR", arguments, "address of record"))?;
    Ok(match field.as_str() {
        "contact" => {
            let registered = scope.exchange.registrations().contacts(&name);
            let registered = registered.into_iter().map(|binding| binding.contact_uri);
            let all = registered.chain(aor.contacts.iter().cloned());
            all.map(|uri| format!("{name}/{uri}")).collect::<Vec<_>>().join(",")
        }
        "authenticate_qualify" => truth(aor.authenticate_qualify),
        "default_expiration" => aor.default_expiration.to_string(),
        "mailboxes" => aor.mailboxes.join(","),
        "max_contacts" => aor.max_contacts.to_string(),
        "maximum_expiration" => aor.maximum_expiration.to_string(),
        "minimum_expiration" => aor.minimum_expiration.to_string(),
        "outbound_proxy" => aor.outbound_proxy.join(","),
        "qualify_2xx_only" => truth(aor.qualify_2xx_only),
        "qualify_frequency" => aor.qualify_frequency.map_or(0, |every| every.as_secs()).to_string(),
        "qualify_timeout" => format!("{:.6}", aor.qualify_timeout.unwrap_or_default().as_secs_f64()),
        "remove_existing" => truth(aor.remove_existing),
        "remove_unavailable" => truth(aor.remove_unavailable),
        "support_path" => truth(aor.support_path),
        "voicemail_extension" => aor.voicemail_extension.clone().unwrap_or_default(),
        _ => {
            let known = "known are contact, authenticate_qualify, default_expiration, mailboxes, max_contacts, maximum_expiration, \
                         minimum_expiration, outbound_proxy, qualify_2xx_only, qualify_frequency, qualify_timeout, remove_existing, \
                         remove_unavailable, support_path and voicemail_extension";
            return Err(FunctionError::arguments("PJSIP_AOR", arguments, known));
        }
    })
}

pub(super) fn contact(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (name, field) = parts("PJSIP_CONTACT", arguments)?;
    let bad = |problem: &str| FunctionError::arguments("PJSIP_CONTACT", arguments, problem);
    let (aor, uri) =
        name.split_once('/').ok_or_else(|| bad("name a contact as PJSIP_AOR(name,contact) tells it"))?;
    let standing = scope.exchange.qualification().state(aor, uri);
    match field.as_str() {
        "status" => {
            return Ok(match standing {
                Reachability::NotAsked => "NonQualified",
                Reachability::Unknown => "Unknown",
                Reachability::Reachable { .. } => "Reachable",
                Reachability::Unreachable => "Unreachable",
            }
            .to_owned());
        }
        // In microseconds.
        "rtt" => {
            return Ok(match standing {
                Reachability::Reachable { round_trip } => round_trip.as_micros().to_string(),
                _ => "N/A".to_owned(),
            });
        }
        "aor" => return Ok(aor.to_owned()),
        "uri" => return Ok(uri.to_owned()),
        _ => {}
    }
    let mut registered = scope.exchange.registrations().contacts(aor).into_iter();
    let Some(binding) = registered.find(|binding| binding.contact_uri == uri) else {
        return Ok(String::new());
    };
    let from = binding.received.unwrap_or(binding.flow.remote);
    Ok(match field.as_str() {
        "call_id" => binding.call_id,
        "expiration_time" => {
            let until = binding.expires_at.duration_since(SystemTime::UNIX_EPOCH);
            until.map_or(0, |until| until.as_secs()).to_string()
        }
        "path" => binding.path.join(","),
        "user_agent" => binding.user_agent.unwrap_or_default(),
        "via_addr" => from.ip().to_string(),
        "via_port" => from.port().to_string(),
        _ => {
            return Err(bad(
                "known are status, rtt, aor, uri, call_id, expiration_time, path, user_agent, via_addr and via_port",
            ));
        }
    })
}

/// The object and its field.
fn parts(function: &'static str, arguments: &str) -> Result<(String, String), FunctionError> {
    let given = Arguments::of(arguments, 2);
    if given.at(0).is_empty() || given.at(1).is_empty() {
        return Err(FunctionError::arguments(function, arguments, "write a name and a field"));
    }
    Ok((given.at(0).to_owned(), given.at(1).to_ascii_lowercase()))
}

fn missing(function: &'static str, arguments: &str, what: &str) -> FunctionError {
    FunctionError::arguments(function, arguments, format!("there is no such {what}"))
}
