//! `dialplan …`.

use pbx::configuration::Part;

use super::{Answer, Command, CommandError, Context, module};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("dialplan show", "The dialplan, or a part of it", show)
        .taking("[[EXTENSION@]CONTEXT]")
        .among(context_names),
    Command::later("dialplan reload", "Reads extensions.conf again", |context, _| Box::pin(reload(context))),
];

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
