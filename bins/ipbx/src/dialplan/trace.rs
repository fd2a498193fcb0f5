//! `ipbx dialplan trace NUMBER@CONTEXT`: the search for a number, told step by step.

use std::fmt::Write;
use std::process::ExitCode;

use asterisk_conf::Span;
use dialplan_vm::{Considered, Query, SwitchVerdict, TracedContext};
use pbx::WallClock;
use pbx::configuration::Configuration;

use super::{DialplanError, load};
use crate::command_line::CommandLine;
use crate::output::say;

/// Tells it. `NUMBER/CALLER@CONTEXT` asks for a certain caller. Status 0: the number is there.
pub(crate) fn trace(line: &CommandLine, wanted: &str) -> Result<ExitCode, DialplanError> {
    let (number, context) = wanted.rsplit_once('@').ok_or(DialplanError::NoContextNamed)?;
    let (number, caller) = match number.split_once('/') {
        Some((number, caller)) => (number, Some(caller)),
        None => (number, None),
    };
    let (configuration, _) = load(line, None)?;
    let plan = &configuration.dialplan;
    if plan.context(context).is_none() {
        return Err(DialplanError::NoContext(context.to_owned()));
    }
    let clock = WallClock::default();
    let query = Query::new(context, number, caller).at(&clock);
    let trace = plan.trace(&query, 1);
    let mut text = String::new();
    for traced in &trace.contexts {
        tell(&mut text, &configuration, traced);
    }
    let _ = match &trace.found {
        None => writeln!(text, "{number} is nowhere: a call goes to 'i', or ends"),
        Some(found) => {
            let mut steps = String::new();
            for step in found.extension.steps() {
                let _ = writeln!(
                    steps,
                    "    {}. {}({}){}",
                    step.priority(),
                    step.application(),
                    step.arguments(),
                    place(&configuration, step.span())
                );
            }
            write!(
                text,
                "{number} is '{}' of context {}:\n{steps}",
                found.extension.pattern().text(),
                found.context.name()
            )
        }
    };
    say(&text);
    Ok(if trace.found.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(text: &mut String, configuration: &Configuration, traced: &TracedContext<'_>) {
    let _ = match traced.through {
        None => writeln!(text, "context {}", traced.context.name()),
        Some((from, include)) => writeln!(
            text,
            "context {}, included by {}{}",
            traced.context.name(),
            from.name(),
            place(configuration, include.span())
        ),
    };
    if traced.considered.is_empty() {
        let _ = writeln!(text, "    nothing like it");
    }
    for (extension, verdict) in &traced.considered {
        let caller = extension.caller().map_or_else(String::new, |caller| format!("/{}", caller.text()));
        let why = match verdict {
            Considered::Taken => "matches: taken",
            Considered::OtherNumber => "is another number",
            Considered::OtherCaller => "matches, but is for another caller",
            Considered::NoSuchPriority => "matches, but has no priority 1",
        };
        let name = format!("{}{caller}", extension.pattern().text());
        let _ = writeln!(text, "    {name:<20} {why}{}", place(configuration, extension.span()));
    }
    if traced.others > 0 {
        let _ = writeln!(text, "    … and {} more patterns that are other numbers", traced.others);
    }
    for (switch, verdict) in &traced.switches {
        let what = match verdict {
            SwitchVerdict::Found(to) => format!("leads to {}@{}: taken", to.extension, to.context),
            SwitchVerdict::NotThere(to) => {
                format!("leads to {}@{}, which is not there", to.extension, to.context)
            }
            SwitchVerdict::OtherNumber => "is a switch for other numbers".to_owned(),
            SwitchVerdict::LeadsNowhere => "is a switch that leads nowhere else".to_owned(),
            SwitchVerdict::NotServed => "is a switch that is not served: nobody is asked".to_owned(),
        };
        let _ = writeln!(text, "    {} {what}{}", switch.target, place(configuration, switch.span));
    }
    for include in &traced.closed {
        let _ = writeln!(
            text,
            "    {} is not included now{}",
            include.name(),
            place(configuration, include.span())
        );
    }
}

fn place(configuration: &Configuration, span: Span) -> String {
    configuration.sources.place(span).map_or_else(String::new, |place| {
        let file = place.path.file_name().unwrap_or(place.path.as_os_str()).display().to_string();
        format!("   [{file}:{}]", place.line)
    })
}
