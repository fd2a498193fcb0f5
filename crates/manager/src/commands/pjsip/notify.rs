//! `pjsip send notify`: tells phones something that they have not asked for.

use pbx::notices::{self, Receiver};

use super::super::{Answer, Command, CommandError, Context};

const USAGE: CommandError =
    CommandError::Usage("pjsip send notify NOTICE endpoint NAME… | uri URI… | channel CHANNEL…");

pub(in crate::commands) const COMMANDS: &[Command] = &[Command::later(
    "pjsip send notify",
    "Sends phones a notice of pjsip_notify.conf",
    |context, arguments| Box::pin(send(context, arguments)),
)
.taking("NOTICE endpoint|uri|channel NAME…")
.among(names)];

fn names(context: &Context) -> Vec<String> {
    context.exchange.configuration().notify.notices.keys().cloned().collect()
}

async fn send(context: &Context, arguments: &[String]) -> Answer {
    let [notice, kind, receivers @ ..] = arguments else { return Err(USAGE) };
    if receivers.is_empty() {
        return Err(USAGE);
    }
    let exchange = &context.exchange;
    let lines = notices::lines_of(&exchange.configuration(), notice)
        .map_err(|problem| CommandError::Failed(problem.to_string()))?;
    let mut text = String::new();
    for name in receivers {
        let call = exchange.switchboard().find(name);
        let receiver = match (kind.as_str(), &call) {
            ("endpoint", _) => Receiver::Endpoint(name),
            ("uri", _) => Receiver::Uri(name),
            ("channel", Some(call)) => Receiver::Call(call),
            ("channel", None) => {
                text.push_str(&format!("There is no channel '{name}'\n"));
                continue;
            }
            _ => return Err(USAGE),
        };
        text.push_str(&match notices::send(exchange, receiver, &lines).await {
            Ok(1) => format!("Sent '{notice}' to {name}\n"),
            Ok(phones) => format!("Sent '{notice}' to {phones} phones of {name}\n"),
            Err(problem) => format!("'{notice}' was not sent to {name}: {problem}\n"),
        });
    }
    Ok(text)
}
