//! `pjsip show registrations`, `pjsip send register …`: where the exchange registers itself.

use std::fmt::Write;
use std::time::Instant;

use pbx::registration::{OutboundRegistrations, RegistrationStatus};

use super::super::layout::column;
use super::super::{Answer, Command, CommandError, Context};
use super::one::{parameters, unknown};
use super::rows::{finish, heading};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::now("pjsip show registrations", "Where the exchange registers itself", all),
    Command::now("pjsip list registrations", "Where the exchange registers itself", all),
    Command::now("pjsip show registration", "All about one registration of ours", one)
        .taking("NAME")
        .among(names),
    Command::now("pjsip send register", "Registers now, whatever was refused before", register)
        .taking("NAME|*all")
        .among(names_and_all),
    Command::now("pjsip send unregister", "Takes a registration of ours back", unregister)
        .taking("NAME|*all")
        .among(names_and_all),
];

/// What means all of them.
const ALL: &str = "*all";

const ROW: &str =
    " <Registration/ServerURI..............................>  <Auth....................>  <Status.......>";

fn statuses(context: &Context) -> Vec<RegistrationStatus> {
    context.exchange.outbound_registrations().map(OutboundRegistrations::statuses).unwrap_or_default()
}

fn names(context: &Context) -> Vec<String> {
    statuses(context).into_iter().map(|status| status.name).collect()
}

fn names_and_all(context: &Context) -> Vec<String> {
    let mut names = names(context);
    names.push(ALL.to_owned());
    names
}

fn all(context: &Context, _: &[String]) -> Answer {
    let statuses = statuses(context);
    let mut text = heading(&[ROW.to_owned()]);
    statuses.iter().for_each(|status| text.push_str(&row(status)));
    Ok(finish(text, statuses.len()))
}

fn one(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("pjsip show registration NAME"))?;
    let outbound = context.exchange.outbound_registrations();
    let status = outbound.and_then(|outbound| outbound.status(name)).ok_or_else(|| unknown(name))?;
    let configuration = context.exchange.configuration();
    let mut options = vec![("client_uri", status.client_uri.clone())];
    if let Some(section) = configuration.sip.registrations.get(name) {
        let seconds = |time: Option<std::time::Duration>| time.map_or(0, |time| time.as_secs()).to_string();
        options.extend([
            ("auth_rejection_permanent", section.auth_rejection_permanent.to_string()),
            ("contact_header_params", section.contact_header_params.clone().unwrap_or_default()),
            ("contact_user", section.contact_user.clone()),
            ("endpoint", section.endpoint.clone().unwrap_or_default()),
            ("expiration", section.expiration.to_string()),
            ("fatal_retry_interval", seconds(section.fatal_retry_interval)),
            ("forbidden_retry_interval", seconds(section.forbidden_retry_interval)),
            ("line", section.line.to_string()),
            ("max_random_initial_delay", section.max_random_initial_delay.as_secs().to_string()),
            ("max_retries", section.max_retries.to_string()),
            ("outbound_auth", section.outbound_auth.join(",")),
            ("outbound_proxy", section.outbound_proxy.join(",")),
            ("retry_interval", section.retry_interval.as_secs().to_string()),
            ("security_mechanisms", section.security_mechanisms.join(",")),
            ("support_outbound", section.support_outbound.to_string()),
            ("support_path", section.support_path.to_string()),
            ("transport", section.transport.clone().unwrap_or_default()),
        ]);
    }
    options.push(("server_uri", status.server_uri.clone()));
    if let Some(problem) = &status.problem {
        options.push(("last_problem", problem.to_string()));
    }
    if let Some((granted, _)) = &status.granted {
        options.push(("service_route", granted.service_route.join(",")));
    }
    Ok(heading(&[ROW.to_owned()]) + &row(&status) + &parameters(&options))
}

/// One registration: what it is, and how it stands.
fn row(status: &RegistrationStatus) -> String {
    let name = column(&format!("{}/{}", status.name, status.server_uri), 54);
    let auth = match status.auth.is_empty() {
        true => "n/a".to_owned(),
        false => status.auth.join(","),
    };
    let mut text = format!(" {name}  {} {}", column(&auth, 26), status.word());
    if let Some((_, until)) = &status.granted {
        let left = until.saturating_duration_since(Instant::now()).as_secs();
        let _ = write!(text, " (exp. {left}s)");
    }
    text.push('\n');
    text
}

fn register(context: &Context, arguments: &[String]) -> Answer {
    send(context, arguments, "pjsip send register NAME|*all", "REGISTER", OutboundRegistrations::register)
}

fn unregister(context: &Context, arguments: &[String]) -> Answer {
    let usage = "pjsip send unregister NAME|*all";
    send(context, arguments, usage, "the end of registration", OutboundRegistrations::unregister)
}

fn send(
    context: &Context,
    arguments: &[String],
    usage: &'static str,
    what: &str,
    work: impl Fn(&OutboundRegistrations, &str) -> bool,
) -> Answer {
    let wanted = arguments.first().ok_or(CommandError::Usage(usage))?;
    let names = if wanted == ALL { names(context) } else { vec![wanted.clone()] };
    let outbound = context.exchange.outbound_registrations();
    let mut text = String::new();
    for name in &names {
        match outbound.is_some_and(|outbound| work(outbound, name)) {
            true => {
                let _ = writeln!(text, "Sending {what} '{name}'");
            }
            false => return Err(unknown(name)),
        }
    }
    if names.is_empty() {
        text.push_str("No objects found.\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sip_ua::registration::{Granted, Problem, Standing};

    use super::*;

    fn status() -> RegistrationStatus {
        RegistrationStatus {
            name: "trunk".to_owned(),
            server_uri: "sip:sip.example.com".to_owned(),
            client_uri: "sip:100@sip.example.com".to_owned(),
            auth: Vec::new(),
            endpoint: None,
            standing: Standing::Waiting,
            problem: None,
            granted: None,
            next_at: None,
            registered_at: None,
        }
    }

    #[test]
    fn rows_tell_how_registrations_stand() {
        let mut status = status();
        let name = format!(" {:<54}  ", "trunk/sip:sip.example.com");
        assert_eq!(row(&status), format!("{name}{:<26} Unregistered\n", "n/a"));
        status.auth = vec!["secret".to_owned()];
        status.granted = Some((Granted::default(), Instant::now() + Duration::from_millis(99_900)));
        assert_eq!(row(&status), format!("{name}{:<26} Registered (exp. 99s)\n", "secret"));
        // A refresh was refused: calls may come for as long as the registrar still knows us.
        status.problem = Some(Problem::Refused { status: 403, reason: "Forbidden".to_owned() });
        assert_eq!(row(&status), format!("{name}{:<26} Rejected (exp. 99s)\n", "secret"));
    }
}
