//! `module reload`: reads the configuration again, as a whole or in part.

use pbx::configuration::Part;

use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[Command::later(
    "module reload",
    "Reads the configuration again, or that of one module",
    |context, arguments| Box::pin(reload_module(context, arguments)),
)
.taking("[MODULE]")
.among(module_names)];

/// Modules of Asterisk by the part of our configuration that they read.
const MODULES: &[(&str, Part)] = &[
    ("acl", Part::Sip),
    ("app_amd", Part::AnsweringMachines),
    ("app_confbridge", Part::Conferences),
    ("cdr", Part::CallRecords),
    ("cdr_csv", Part::CallRecords),
    ("cdr_custom", Part::CallRecords),
    ("cdr_sqlite3_custom", Part::CallRecords),
    ("codec_opus", Part::Media),
    ("features", Part::Features),
    ("indications", Part::Indications),
    ("pbx_config", Part::Dialplan),
    ("res_geolocation", Part::Geolocation),
    ("res_musiconhold", Part::Music),
    ("res_pjsip", Part::Sip),
    ("res_pjsip_config_wizard", Part::Sip),
    ("res_pjsip_endpoint_identifier_ip", Part::Sip),
    ("res_pjsip_notify", Part::Sip),
    ("res_pjsip_outbound_registration", Part::Sip),
    ("res_pjsip_stir_shaken", Part::Sip),
    ("res_rtp_asterisk", Part::Media),
    ("res_stir_shaken", Part::Sip),
    ("chan_pjsip", Part::Sip),
    ("chan_sip", Part::Sip),
];

fn module_names(_: &Context) -> Vec<String> {
    MODULES.iter().map(|(name, _)| format!("{name}.so")).collect()
}

async fn reload_module(context: &Context, arguments: &[String]) -> Answer {
    let Some(module) = arguments.first() else { return reload(context, Part::All).await };
    let bare = module.trim_end_matches(".so");
    let part = MODULES.iter().find(|(name, _)| name.eq_ignore_ascii_case(bare)).map(|(_, part)| *part);
    let part = part.ok_or_else(|| CommandError::Failed(format!("No such module '{module}'")))?;
    let said = reload(context, part).await?;
    Ok(format!("{said}\nModule '{module}' reloaded successfully.").trim_start().to_owned())
}

/// Reads a part again. With errors nothing changes, and they are the answer.
pub(super) async fn reload(context: &Context, part: Part) -> Answer {
    let report = context.exchange.reload(part).await;
    match report.has_errors() {
        true => Err(CommandError::Failed(format!(
            "{}\nNothing was changed: the exchange goes on with what it had.",
            report.render(false)
        ))),
        false if report.is_clean() => Ok(String::new()),
        false => Ok(report.render(false)),
    }
}
