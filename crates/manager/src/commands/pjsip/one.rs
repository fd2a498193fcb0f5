//! `pjsip show endpoint|aor|contact NAME`: all about one.

use std::fmt::Write;
use std::time::SystemTime;

use super::super::{Answer, Command, CommandError, Context};
use super::rows::{
    aor_heading, aor_rows, contact_heading, contact_row, heading, headings_of_endpoints, rows_of,
};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::now("pjsip show endpoint", "All about one endpoint", endpoint)
        .taking("NAME")
        .among(endpoint_names),
    Command::now("pjsip show aor", "All about one address of record", aor).taking("NAME").among(aor_names),
    Command::now("pjsip show contact", "All about one contact", contact)
        .taking("AOR/URI")
        .among(contact_names),
];

pub(super) fn endpoint_names(context: &Context) -> Vec<String> {
    context.exchange.configuration().sip.endpoints.keys().cloned().collect()
}

fn aor_names(context: &Context) -> Vec<String> {
    context.exchange.configuration().sip.aors.keys().cloned().collect()
}

fn contact_names(context: &Context) -> Vec<String> {
    let configuration = context.exchange.configuration();
    let fixed = configuration.sip.aors.values();
    let fixed = fixed.flat_map(|aor| aor.contacts.iter().map(|uri| format!("{}/{uri}", aor.name)));
    let registered = context.exchange.registrations().all();
    fixed.chain(registered.iter().map(|binding| format!("{}/{}", binding.aor, binding.contact_uri))).collect()
}

pub(super) fn unknown(name: &str) -> CommandError {
    CommandError::Failed(format!("Unable to find object {name}.\n"))
}

/// The options of an object, as they are in force.
pub(super) fn parameters(options: &[(&str, String)]) -> String {
    let widest =
        |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default().max("ParameterValue".len());
    let names = widest(&mut options.iter().map(|(name, _)| name.len()));
    let values = widest(&mut options.iter().map(|(_, value)| value.chars().count()));
    let rule = "=".repeat(names + " : ".len() + values);
    let mut text = format!("\n\n {:<names$} : ParameterValue\n {rule}\n", "ParameterName");
    for (name, value) in options {
        let _ = writeln!(text, " {name:<names$} : {value}");
    }
    text
}

fn endpoint(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("pjsip show endpoint NAME"))?;
    let configuration = context.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(name).ok_or_else(|| unknown(name))?;
    let channels = context.exchange.switchboard().snapshots();
    let mut text = headings_of_endpoints();
    text.push_str(&rows_of(context, &configuration, endpoint, &channels));
    let seconds = |time: Option<std::time::Duration>| time.map_or(0, |time| time.as_secs()).to_string();
    let flag = |on: bool| on.to_string();
    let method = |by_update: bool| if by_update { "update" } else { "invite" };
    let geolocation = &endpoint.geolocation;
    let in_force = [
        ("allow", format!("({})", endpoint.codecs.join("|"))),
        ("aors", endpoint.aors.join(",")),
        ("asymmetric_rtp_codec", flag(endpoint.rtp.asymmetric_codec)),
        ("auth", endpoint.auth.join(",")),
        ("context", endpoint.context.clone()),
        ("direct_media", flag(endpoint.direct_media.allowed)),
        ("direct_media_glare_mitigation", format!("{:?}", endpoint.direct_media.glare).to_lowercase()),
        ("direct_media_method", method(endpoint.direct_media.by_update).to_owned()),
        ("disable_direct_media_on_nat", flag(endpoint.direct_media.avoid_nat)),
        ("force_rport", flag(endpoint.force_rport)),
        ("from_domain", endpoint.from_domain.clone().unwrap_or_default()),
        ("from_user", endpoint.from_user.clone().unwrap_or_default()),
        ("geoloc_incoming_call_profile", geolocation.incoming_call_profile.clone().unwrap_or_default()),
        ("geoloc_outgoing_call_profile", geolocation.outgoing_call_profile.clone().unwrap_or_default()),
        ("language", endpoint.language.clone()),
        ("outbound_auth", endpoint.outbound_auth.join(",")),
        ("rewrite_contact", flag(endpoint.rewrite_contact)),
        ("rtp_keepalive", seconds(endpoint.rtp.keepalive)),
        ("rtp_symmetric", flag(endpoint.rtp_symmetric)),
        ("rtp_timeout", seconds(endpoint.rtp_timeout)),
        ("rtp_timeout_hold", seconds(endpoint.rtp_timeout_hold)),
        ("security_mechanisms", endpoint.security_mechanisms.join(",")),
        ("send_aoc", flag(endpoint.send_aoc)),
        (
            "set_var",
            endpoint
                .set_var
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(","),
        ),
        ("transport", endpoint.transport.clone().unwrap_or_default()),
        ("use_ptime", flag(endpoint.rtp.use_ptime)),
    ];
    // What is not read into a value of its own is told as it is written.
    let told = |(name, written)| {
        let known = in_force.iter().find(|(known, _)| *known == name);
        (name, known.map_or(written, |(_, value)| value.clone()))
    };
    let options: Vec<_> = endpoint.options().map(told).collect();
    text.push_str(&parameters(&options));
    Ok(text)
}

fn aor(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("pjsip show aor NAME"))?;
    let configuration = context.exchange.configuration();
    let aor = configuration.sip.aors.get(name).ok_or_else(|| unknown(name))?;
    let options = [
        ("authenticate_qualify", aor.authenticate_qualify.to_string()),
        ("contact", aor.contacts.join(",")),
        ("default_expiration", aor.default_expiration.to_string()),
        ("mailboxes", aor.mailboxes.join(",")),
        ("max_contacts", aor.max_contacts.to_string()),
        ("maximum_expiration", aor.maximum_expiration.to_string()),
        ("minimum_expiration", aor.minimum_expiration.to_string()),
        ("qualify_2xx_only", aor.qualify_2xx_only.to_string()),
        ("qualify_frequency", aor.qualify_frequency.map_or(0, |every| every.as_secs()).to_string()),
        ("qualify_timeout", format!("{:.6}", aor.qualify_timeout.unwrap_or_default().as_secs_f64())),
        ("remove_existing", aor.remove_existing.to_string()),
        ("remove_unavailable", aor.remove_unavailable.to_string()),
        ("support_path", aor.support_path.to_string()),
        ("voicemail_extension", aor.voicemail_extension.clone().unwrap_or_default()),
    ];
    Ok(heading(&[aor_heading(0), contact_heading(1)]) + &aor_rows(context, aor, 0) + &parameters(&options))
}

/// The contact may be named with or without its address of record.
fn contact(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("pjsip show contact AOR/URI"))?;
    let is_meant = |aor: &str, uri: &str| *name == uri || *name == format!("{aor}/{uri}");
    let registered = context.exchange.registrations().all();
    if let Some(binding) = registered.iter().find(|binding| is_meant(&binding.aor, &binding.contact_uri)) {
        let from = binding.received.unwrap_or(binding.flow.remote);
        let options = [
            ("aor", binding.aor.clone()),
            ("call_id", binding.call_id.clone()),
            ("expires_in", format!("{} s", binding.remaining(SystemTime::now()))),
            ("path", binding.path.join(",")),
            ("transport", binding.flow.protocol.to_string()),
            ("uri", binding.contact_uri.clone()),
            ("user_agent", binding.user_agent.clone().unwrap_or_default()),
            ("via_addr", from.ip().to_string()),
            ("via_port", from.port().to_string()),
        ];
        let row = contact_row(context, &binding.aor, &binding.contact_uri, 0);
        return Ok(heading(&[contact_heading(0)]) + &row + &parameters(&options));
    }
    let configuration = context.exchange.configuration();
    let mut fixed =
        configuration.sip.aors.values().flat_map(|aor| aor.contacts.iter().map(move |uri| (aor, uri)));
    let (aor, uri) = fixed.find(|(aor, uri)| is_meant(&aor.name, uri)).ok_or_else(|| unknown(name))?;
    let options = [("aor", aor.name.clone()), ("uri", uri.clone())];
    let row = contact_row(context, &aor.name, uri, 0);
    Ok(heading(&[contact_heading(0)]) + &row + &parameters(&options))
}
