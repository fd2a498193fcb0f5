//! `PJSIP_PARSE_URI(uri,part)`, `PJSIP_PARSE_URI_FROM(variable,part)`: a part of an address, which may have a name before it.

use sip_parser::{NameAddr, Uri};

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    // An address may have commas and quotes of its own: the part stands behind the last comma.
    let (uri, part) = arguments.rsplit_once(',').unwrap_or((arguments, ""));
    found("PJSIP_PARSE_URI", arguments, uri.trim(), part.trim())
}

pub(super) fn read_variable(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    let uri = scope.text_of(given.at(0))?;
    found("PJSIP_PARSE_URI_FROM", arguments, uri.trim(), given.at(1))
}

fn found(function: &'static str, arguments: &str, text: &str, part: &str) -> Value {
    let bad = |problem: &str| FunctionError::arguments(function, arguments, problem);
    let address = NameAddr::parse(text).ok();
    let uri = match &address {
        Some(address) => address.uri(),
        None => Uri::parse(text).map_err(|_| bad("this is no address"))?,
    };
    let parameter = |name: &str| uri.param(name).flatten().unwrap_or_default().to_owned();
    Ok(match part.to_ascii_lowercase().as_str() {
        "display" => address.as_ref().and_then(NameAddr::display).unwrap_or_default().into_owned(),
        "scheme" => uri.scheme().to_owned(),
        "user" => uri.user_unescaped().unwrap_or_default().into_owned(),
        "passwd" => uri.password().unwrap_or_default().to_owned(),
        "host" => uri.host().to_string(),
        "port" => uri.port().map(|port| port.to_string()).unwrap_or_default(),
        "user_param" => parameter("user"),
        "method_param" => parameter("method"),
        "transport_param" => parameter("transport"),
        "ttl_param" => parameter("ttl"),
        "maddr_param" => parameter("maddr"),
        "lr_param" => u8::from(uri.param("lr").is_some()).to_string(),
        _ => {
            return Err(bad(
                "known are display, scheme, user, passwd, host, port, user_param, method_param, transport_param, ttl_param, lr_param and maddr_param",
            ));
        }
    })
}
