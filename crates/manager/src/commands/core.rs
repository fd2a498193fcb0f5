//! `core …` and `help`.

use std::fmt::Write;
use std::time::SystemTime;

use call_control::CallSnapshot;
use pbx::configuration::Part;
use pbx::{applications, functions};

use super::layout::{clock, column, counted, spoken};
use super::{Answer, Command, CommandError, Context, module};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("core show version", "The version of the exchange", version),
    Command::now("core show uptime", "How long it runs", uptime).taking("[seconds]"),
    Command::now("core show channels", "The channels that live", channels)
        .taking("[concise|verbose|count]")
        .explained("concise puts ! between fields, for scripts; count shows the totals alone.")
        .among(|_| ["concise", "verbose", "count"].map(str::to_owned).to_vec()),
    Command::now("core show calls", "How many calls there are", calls)
        .taking("[uptime] [seconds]")
        .among(|_| vec!["uptime".to_owned()]),
    Command::now("core show applications", "What dialplans can do", show_applications),
    Command::now("core show application", "One of them", application).taking("NAME").among(application_names),
    Command::now("core show functions", "What dialplans can read and set", show_functions)
        .taking("[like TEXT]"),
    Command::now("core show function", "One of them", function).taking("NAME").among(function_names),
    Command::now("core show settings", "Where things are", settings),
    Command::now("core set verbose", "How much this console tells of calls", set_verbose)
        .taking("[atleast] LEVEL")
        .explained(
            "0 or off: warnings alone. 1: what Verbose() of the dialplan says at that level. 2: outcomes.\n\
             3: each step of a call. Other consoles keep their level; atleast never makes it less.",
        )
        .among(|_| ["atleast", "off"].map(str::to_owned).to_vec()),
    Command::now("core waitfullybooted", "Waits until it has started", booted),
    Command::later("core reload", "Reads the configuration again", |context, _| {
        Box::pin(module::reload(context, Part::All))
    }),
];

fn version(_: &Context, _: &[String]) -> Answer {
    let (version, machine) = (env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    Ok(format!("ipbx {version} on a {machine} running {}", std::env::consts::OS))
}

fn uptime(context: &Context, arguments: &[String]) -> Answer {
    let (up, reload) = (context.exchange.uptime(), context.exchange.since_reload());
    let shown = match arguments.first().map(String::as_str) {
        Some("seconds") => (up.as_secs().to_string(), reload.as_secs().to_string()),
        _ => (spoken(up), spoken(reload)),
    };
    Ok(format!("System uptime: {}\nLast reload: {}", shown.0, shown.1))
}

fn channels(context: &Context, arguments: &[String]) -> Answer {
    let channels = context.exchange.switchboard().snapshots();
    let mut text = String::new();
    match arguments.first().map(String::as_str) {
        Some("concise") => {
            channels.iter().for_each(|channel| text.push_str(&concise(channel)));
            return Ok(text);
        }
        Some("count") => {}
        Some("verbose") => {
            text.push_str(&verbose_row([
                "Channel",
                "Context",
                "Extension",
                "Prio",
                "State",
                "Application",
                "Data",
                "CallerID",
                "Duration",
                "BridgedTo",
            ]));
            channels.iter().for_each(|channel| text.push_str(&verbose(channel)));
        }
        None => {
            text.push_str(&row("Channel", "Location", "State", "Application(Data)"));
            channels.iter().for_each(|channel| text.push_str(&brief(channel)));
        }
        Some(_) => return Err(CommandError::Usage("core show channels [concise|verbose|count]")),
    }
    text.push_str(&totals(context, &channels));
    Ok(text)
}

fn totals(context: &Context, channels: &[CallSnapshot]) -> String {
    let mut calls: Vec<_> = channels.iter().map(|channel| channel.call_id).collect();
    calls.sort();
    calls.dedup();
    let processed = usize::try_from(context.exchange.switchboard().processed()).unwrap_or(usize::MAX);
    let (channels, calls) = (counted(channels.len(), "active channel"), counted(calls.len(), "active call"));
    format!("{channels}\n{calls}\n{}", counted(processed, "call") + " processed")
}

fn calls(context: &Context, arguments: &[String]) -> Answer {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let uptime_as: Option<&[String]> = match words.as_slice() {
        [] => None,
        ["uptime"] => Some(&[]),
        ["uptime", "seconds"] => arguments.get(1..),
        _ => return Err(CommandError::Usage("core show calls [uptime] [seconds]")),
    };
    let totals = totals(context, &context.exchange.switchboard().snapshots());
    let mut text = totals.lines().skip(1).collect::<Vec<_>>().join("\n");
    if let Some(arguments) = uptime_as {
        let _ = write!(text, "\n{}", uptime(context, arguments)?);
    }
    Ok(text)
}

fn row(channel: &str, location: &str, state: &str, application: &str) -> String {
    let columns = [column(channel, 64), column(location, 32), column(state, 7), column(application, 30)];
    columns.join(" ").trim_end().to_owned() + "\n"
}

fn brief(channel: &CallSnapshot) -> String {
    let at = &channel.position;
    let location = match at.extension.as_str() {
        "" => "(None)".to_owned(),
        extension => format!("{extension}@{}:{}", at.context, at.priority),
    };
    let application = match &channel.application {
        Some((name, data)) => format!("{name}({data})"),
        None => "(None)".to_owned(),
    };
    row(&channel.name, &location, &channel.state.to_string(), &application)
}

fn verbose_row(columns: [&str; 10]) -> String {
    let widths = [80, 24, 24, 4, 7, 12, 25, 15, 8, 20];
    let cells = columns.into_iter().zip(widths).map(|(text, width)| column(text, width));
    cells.collect::<Vec<_>>().join(" ").trim_end().to_owned() + "\n"
}

fn verbose(channel: &CallSnapshot) -> String {
    let at = &channel.position;
    let (application, data) = channel.application.clone().unwrap_or_default();
    let bridged = channel.bridged_with.as_deref().unwrap_or("(None)");
    verbose_row([
        &channel.name,
        &at.context,
        &at.extension,
        &at.priority.to_string(),
        &channel.state.to_string(),
        &application,
        &data,
        &channel.caller.number,
        &clock(age(channel)),
        bridged,
    ])
}

fn age(channel: &CallSnapshot) -> std::time::Duration {
    SystemTime::now().duration_since(channel.created).unwrap_or_default()
}

/// Fields between `!`, for scripts.
fn concise(channel: &CallSnapshot) -> String {
    let at = &channel.position;
    let (application, data) = channel.application.clone().unwrap_or_default();
    let (priority, state) = (at.priority.to_string(), channel.state.to_string());
    let age = age(channel).as_secs().to_string();
    let fields = [
        &channel.name,
        &at.context,
        &at.extension,
        priority.as_str(),
        &state,
        &application,
        &data,
        &channel.caller.number,
        "",
        "",
        "3",
        &age,
        channel.bridged_with.as_deref().unwrap_or_default(),
        &channel.unique_id,
    ];
    fields.join("!") + "\n"
}

fn show_applications(_: &Context, _: &[String]) -> Answer {
    let mut text = String::from("    -= Registered ipbx Applications =-\n");
    for application in applications::table() {
        let _ = writeln!(text, "{:>20}: {}", application.name, application.synopsis);
    }
    let _ = write!(text, "    -= {} Applications Registered =-", applications::table().len());
    Ok(text)
}

fn application_names(_: &Context) -> Vec<String> {
    applications::table().iter().map(|application| application.name.to_owned()).collect()
}

fn application(_: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("core show application NAME"))?;
    let found = applications::find(name);
    let found = found.ok_or_else(|| {
        CommandError::Failed(format!("Your application(s) is (are) not registered: {name}"))
    })?;
    Ok(format!("  -= Info about application '{}' =-\n\n[Synopsis]\n{}", found.name, found.synopsis))
}

fn show_functions(context: &Context, arguments: &[String]) -> Answer {
    let (heading, wanted) = match arguments {
        [] => ("Installed Functions:\n", String::new()),
        [word, wanted] if word == "like" => ("Matching Functions:\n", wanted.to_ascii_uppercase()),
        _ => return Err(CommandError::Usage("core show functions [like TEXT]")),
    };
    let configuration = context.exchange.configuration();
    let built_in = functions::table().iter().map(|f| (f.name, f.syntax, f.synopsis));
    let statements = configuration.databases.functions.values();
    let statements = statements.map(|f| (f.name.as_str(), f.syntax.as_str(), f.synopsis.as_str()));
    let all = built_in.chain(statements);
    let mut shown: Vec<_> = all.filter(|(name, ..)| name.to_ascii_uppercase().contains(&wanted)).collect();
    shown.sort_unstable();
    let mut text = String::from(heading);
    for (name, syntax, synopsis) in &shown {
        let _ = writeln!(text, "{name:<20}  {syntax:<35}  {synopsis}");
    }
    let count = counted(shown.len(), "custom function");
    let _ = write!(text, "{count} {}.", if wanted.is_empty() { "installed" } else { "matching" });
    Ok(text)
}

fn function_names(context: &Context) -> Vec<String> {
    let configuration = context.exchange.configuration();
    let built_in = functions::table().iter().map(|function| function.name.to_owned());
    built_in.chain(configuration.databases.functions.keys().cloned()).collect()
}

fn function(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("core show function NAME"))?;
    let configuration = context.exchange.configuration();
    let found = functions::find(&name.to_ascii_uppercase()).map(|f| (f.name, f.synopsis, f.syntax));
    let statement = configuration.databases.functions.get(name);
    let statement = statement.map(|f| (f.name.as_str(), f.synopsis.as_str(), f.syntax.as_str()));
    let (name, synopsis, syntax) = found
        .or(statement)
        .ok_or_else(|| CommandError::Failed(format!("No function by that name registered: {name}")))?;
    Ok(format!("  -= Info about function '{name}' =-\n\n[Synopsis]\n{synopsis}\n\n[Syntax]\n{syntax}"))
}

fn settings(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let folders = &configuration.folders;
    let mut text = String::from("ipbx settings\n");
    let limit = configuration.options.max_calls.map_or("none".to_owned(), |calls| calls.to_string());
    for (name, value) in [
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Entity ID", context.exchange.entity_id().to_string()),
        ("System name", configuration.options.system_name.clone()),
        ("Default language", configuration.options.default_language.clone()),
        ("Maximum calls", limit),
        ("RTP ports", format!("{}-{}", configuration.rtp.ports.start(), configuration.rtp.ports.end())),
        ("Configuration folder", folders.configuration.display().to_string()),
        ("Data folder", folders.data.display().to_string()),
        ("Store folder", folders.database.display().to_string()),
        ("Spool folder", folders.spool.display().to_string()),
        ("Log folder", folders.log.display().to_string()),
        ("Run folder", folders.run.display().to_string()),
    ] {
        let _ = writeln!(text, "  {:<22} {value}", format!("{name}:"));
    }
    Ok(text)
}

fn set_verbose(context: &Context, arguments: &[String]) -> Answer {
    let usage = CommandError::Usage("core set verbose [atleast] LEVEL");
    let (at_least, level) = match arguments {
        [word, level] if word == "atleast" => (true, level),
        [level] => (false, level),
        _ => return Err(usage),
    };
    let wanted: u8 = match level.as_str() {
        "off" => 0,
        number => number.parse().map_err(|_| usage)?,
    };
    let was = context.verbosity.get();
    let now = if at_least { wanted.max(was) } else { wanted };
    context.verbosity.set(now);
    let said = |level: u8| if level == 0 { "OFF".to_owned() } else { level.to_string() };
    Ok(match was == now {
        true => format!("Console verbose is still {}.", said(now)),
        false => format!("Console verbose was {} and is now {}.", said(was), said(now)),
    })
}

/// Consoles are served only once it has started.
fn booted(_: &Context, _: &[String]) -> Answer {
    Ok("ipbx has fully booted.".to_owned())
}
