//! `dialplan …`.

use pbx::configuration::{Part, PlanEdit};

use super::{Answer, Command, CommandError, Context, module};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("dialplan show", "The dialplan, or a part of it", show)
        .taking("[[EXTENSION@]CONTEXT]")
        .among(context_names),
    Command::later("dialplan reload", "Reads extensions.conf again", |context, _| Box::pin(reload(context))),
    Command::later("dialplan add extension", "Adds a step, until the next reload", |context, words| {
        Box::pin(add_extension(context, words))
    })
    .taking("EXTENSION,PRIORITY,APPLICATION(ARGUMENTS) into CONTEXT [replace]")
    .explained("Calls that run keep the plan that they began with until they jump."),
    Command::later("dialplan add include", "Adds an include, until the next reload", |context, words| {
        Box::pin(change(context, "include", "into", words))
    })
    .taking("CONTEXT into CONTEXT")
    .among(context_names),
    Command::later("dialplan add ignorepat", "Adds an ignorepat, until the next reload", |context, words| {
        Box::pin(change(context, "ignorepat", "into", words))
    })
    .taking("PATTERN into CONTEXT"),
    Command::later(
        "dialplan remove extension",
        "Takes an extension away, until the next reload",
        |context, words| Box::pin(remove_extension(context, words)),
    )
    .taking("EXTENSION[/CALLER]@CONTEXT [PRIORITY]"),
    Command::later(
        "dialplan remove include",
        "Takes an include away, until the next reload",
        |context, words| Box::pin(change(context, "include", "from", words)),
    )
    .taking("CONTEXT from CONTEXT")
    .among(context_names),
    Command::later(
        "dialplan remove ignorepat",
        "Takes an ignorepat away, until the next reload",
        |context, words| Box::pin(change(context, "ignorepat", "from", words)),
    )
    .taking("PATTERN from CONTEXT"),
    Command::later(
        "dialplan remove context",
        "Takes a context away, until the next reload",
        |context, words| Box::pin(remove_context(context, words)),
    )
    .taking("CONTEXT")
    .among(context_names),
    Command::now("dialplan show globals", "The global variables", show_globals),
    Command::now("dialplan set global", "Sets a global variable", set_global).taking("NAME VALUE"),
    Command::now("dialplan show chanvar", "The variables of a channel", show_channel_variables)
        .taking("CHANNEL")
        .among(channel_names),
    Command::now("dialplan set chanvar", "Sets a variable of a channel", set_channel_variable)
        .taking("CHANNEL NAME VALUE")
        .among(channel_names),
];

fn channel_names(context: &Context) -> Vec<String> {
    context.exchange.switchboard().calls().iter().map(|call| call.name().to_owned()).collect()
}

async fn add_extension(context: &Context, words: &[String]) -> Answer {
    let usage = "dialplan add extension EXTENSION,PRIORITY,APPLICATION(ARGUMENTS) into CONTEXT [replace]";
    let at = words.iter().rposition(|word| word == "into").ok_or(CommandError::Usage(usage))?;
    let replace = match &words[at + 1..] {
        [_] => false,
        [_, word] if word == "replace" => true,
        _ => return Err(CommandError::Usage(usage)),
    };
    let edit =
        PlanEdit::AddExtension { context: words[at + 1].clone(), line: words[..at].join(" "), replace };
    apply(context, &edit).await?;
    Ok(format!("Extension '{}' added into '{}' context", words[..at].join(" "), words[at + 1]))
}

async fn remove_extension(context: &Context, words: &[String]) -> Answer {
    let usage = CommandError::Usage("dialplan remove extension EXTENSION[/CALLER]@CONTEXT [PRIORITY]");
    let (extension, name) = words.first().and_then(|word| word.rsplit_once('@')).ok_or(usage.clone())?;
    let priority = match words.get(1) {
        None => None,
        Some(priority) => Some(priority.parse().map_err(|_| usage)?),
    };
    let (context_name, extension) = (name.to_owned(), extension.to_owned());
    apply(context, &PlanEdit::RemoveExtension { context: context_name, extension, priority }).await?;
    Ok(format!("Extension {} removed", words.join(" ")))
}

/// `VALUE into CONTEXT` or `VALUE from CONTEXT`.
async fn change(context: &Context, key: &'static str, word: &'static str, words: &[String]) -> Answer {
    let [value, between, name] = words else {
        return Err(CommandError::Usage("dialplan add|remove include|ignorepat VALUE into|from CONTEXT"));
    };
    if between != word {
        return Err(CommandError::Failed(format!("write '{word}' between the two, not '{between}'")));
    }
    let (name, value) = (name.clone(), value.clone());
    let (edit, said) = match word {
        "into" => (PlanEdit::Add { key, context: name.clone(), value: value.clone() }, "included in"),
        _ => (PlanEdit::Remove { key, context: name.clone(), value: value.clone() }, "no longer in"),
    };
    apply(context, &edit).await?;
    Ok(format!("'{value}' is {said} '{name}'"))
}

async fn remove_context(context: &Context, words: &[String]) -> Answer {
    let [name] = words else { return Err(CommandError::Usage("dialplan remove context CONTEXT")) };
    apply(context, &PlanEdit::RemoveContext(name.clone())).await?;
    Ok(format!("Removing context '{name}'"))
}

async fn apply(context: &Context, edit: &PlanEdit) -> Result<(), CommandError> {
    let edited = context.exchange.edit_dialplan(edit).await;
    edited.map_err(|error| CommandError::Failed(error.to_string()))
}

fn show_globals(context: &Context, _: &[String]) -> Answer {
    let all = context.exchange.globals().all();
    let lines: String = all.iter().map(|(name, value)| format!("   {name}={value}\n")).collect();
    Ok(format!("{lines}\n    -- {} variable(s)", all.len()))
}

fn set_global(context: &Context, words: &[String]) -> Answer {
    let [name, value @ ..] = words else { return Err(CommandError::Usage("dialplan set global NAME VALUE")) };
    let value = value.join(" ");
    context.exchange.globals().set(name, &value);
    Ok(format!("    -- Global variable '{name}' set to '{value}'"))
}

fn show_channel_variables(context: &Context, words: &[String]) -> Answer {
    let [name] = words else { return Err(CommandError::Usage("dialplan show chanvar CHANNEL")) };
    let variables = channel(context, name)?.variables();
    Ok(variables.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n"))
}

fn set_channel_variable(context: &Context, words: &[String]) -> Answer {
    let [name, variable, value @ ..] = words else {
        return Err(CommandError::Usage("dialplan set chanvar CHANNEL NAME VALUE"));
    };
    channel(context, name)?.set_variable(variable, &value.join(" "));
    Ok(String::new())
}

fn channel(context: &Context, name: &str) -> Result<call_control::Call, CommandError> {
    let found = context.exchange.switchboard().find(name);
    found.ok_or_else(|| CommandError::Failed(format!("Channel '{name}' not found")))
}

fn context_names(context: &Context) -> Vec<String> {
    let configuration = context.exchange.configuration();
    configuration.dialplan.contexts().map(|context| context.name().to_owned()).collect()
}

fn show(context: &Context, arguments: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let wanted = arguments.first().map(String::as_str);
    let (extension, name) = match wanted.map(|wanted| wanted.split_once('@').ok_or(wanted)) {
        Some(Ok((extension, name))) => (Some(extension).filter(|e| !e.is_empty()), Some(name)),
        Some(Err(name)) => (None, Some(name)),
        None => (None, None),
    };
    let shown =
        configuration.dialplan.show(&configuration.sources, name.filter(|n| !n.is_empty()), extension);
    shown.ok_or_else(|| {
        let wanted = wanted.unwrap_or_default();
        CommandError::Failed(match extension {
            Some(_) => format!("There is no existence of {wanted} extension"),
            None => format!("There is no existence of '{wanted}' context"),
        })
    })
}

async fn reload(context: &Context) -> Answer {
    let said = module::reload(context, Part::Dialplan).await?;
    Ok(format!("{said}\nDialplan reloaded.").trim_start().to_owned())
}
