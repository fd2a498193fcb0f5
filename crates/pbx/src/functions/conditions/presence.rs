//! `ISNULL`, `EXISTS`, `IFMODULE`, `VALID_EXTEN`, `DIALPLAN_EXISTS`: whether something is there.

use dialplan_vm::Query;

use super::flag;
use crate::applications;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn is_null(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(flag(text.is_empty()))
}

pub(super) fn exists(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(flag(!text.is_empty()))
}

/// Modules of Asterisk whose work is done here, beside those that are named after an application.
const MODULES: &[&str] = &[
    "app_amd",
    "chan_pjsip",
    "codec_a_mu",
    "codec_alaw",
    "codec_g722",
    "codec_gsm",
    "codec_opus",
    "codec_ulaw",
    "func_aes",
    "func_base64",
    "func_callerid",
    "func_channel",
    "func_config",
    "func_cut",
    "func_devstate",
    "func_dialplan",
    "func_enum",
    "func_extstate",
    "func_global",
    "func_jitterbuffer",
    "func_json",
    "func_logic",
    "func_math",
    "func_md5",
    "func_module",
    "func_odbc",
    "func_presencestate",
    "func_rand",
    "func_sha1",
    "func_sprintf",
    "func_srv",
    "func_strings",
    "func_sysinfo",
    "func_timeout",
    "func_uri",
    "func_uuid",
    "func_version",
    "pbx_config",
    "res_geolocation",
    "res_odbc",
    "res_pjsip",
    "res_pjsip_exten_state",
    "res_pjsip_messaging",
    "res_pjsip_mwi",
    "res_pjsip_pubsub",
    "res_pjsip_registrar",
    "res_pjsip_session",
    "res_rtp_asterisk",
    "res_srtp",
    "res_stir_shaken",
];

pub(super) fn module(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = arguments.trim().trim_end_matches(".so");
    if name.is_empty() {
        return Err(FunctionError::arguments("IFMODULE", arguments, "name a module, as in app_dial.so"));
    }
    let is_application = name.strip_prefix("app_").is_some_and(|name| applications::find(name).is_some());
    Ok(flag(is_application || MODULES.contains(&name)))
}

/// `VALID_EXTEN([context],extension[,priority])`: that of the channel where no context is named, the first priority where
/// none is.
pub(super) fn extension(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    if given.at(1).is_empty() {
        let how = "write VALID_EXTEN(context,extension,priority)";
        return Err(FunctionError::arguments("VALID_EXTEN", arguments, how));
    }
    let here = scope.text_of("CONTEXT")?;
    Ok(flag(is_there(scope, given.or(0, &here).trim(), given.at(1), given.or(2, "1").trim())))
}

/// `DIALPLAN_EXISTS(context[,extension[,priority]])`; the priority may be a label.
pub(super) fn place(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let context = given.at(0);
    if context.is_empty() {
        let how = "write DIALPLAN_EXISTS(context,extension,priority)";
        return Err(FunctionError::arguments("DIALPLAN_EXISTS", arguments, how));
    }
    let exists = match (given.at(1), given.at(2)) {
        ("", _) => scope.exchange.configuration().dialplan.contexts().any(|found| found.name() == context),
        (extension, priority) => {
            is_there(scope, context, extension, if priority.is_empty() { "1" } else { priority })
        }
    };
    Ok(flag(exists))
}

fn is_there(scope: &mut FunctionScope<'_>, context: &str, extension: &str, priority: &str) -> bool {
    let plan = scope.exchange.configuration().dialplan.clone();
    let caller = scope.call.caller().number;
    match priority.parse::<u32>() {
        Ok(number) => plan.exists(context, extension, Some(&caller), number),
        Err(_) => plan.find_label(&Query::new(context, extension, Some(&caller)), priority).is_some(),
    }
}
