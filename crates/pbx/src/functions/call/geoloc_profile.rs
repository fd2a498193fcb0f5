//! `GEOLOC_PROFILE(parameter[,options])`: where the caller is, and what those who are called are told of it.
//!
//! Parameters are those of `geolocation.conf`, and `inheritable`. With `a` a list is appended to, and not replaced; `r` is
//! accepted: what is read is always resolved with the variables of the moment. `GEOLOCPROFILESTATUS` tells how it went.

use std::sync::Arc;

use asterisk_conf::boolean;
use call_control::{LocationFormat, LocationProfile, ProfilePrecedence, Setting, Settings};
use sip_ua::geopriv::PidfElement;

use crate::configuration::geolocation::{METHODS, is_host_name, sub_parameters};
use crate::functions::{FunctionError, FunctionScope, Value, Written};
use crate::geolocation::resolve;

const NAME: &str = "GEOLOC_PROFILE";

/// What says how it went.
const STATUS: &str = "GEOLOCPROFILESTATUS";

/// It was done.
const DONE: &str = "0";
/// No parameter was named.
const NO_PARAMETER: &str = "-1";
/// There is no profile to read.
const NO_PROFILE: &str = "-2";
/// The parameter is unknown, or the value means nothing to it.
const BAD_PARAMETER: &str = "-3";

/// The name of a profile that a dialplan begins.
const OF_DIALPLAN: &str = "<dialplan>";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (parameter, _) = parts(scope, arguments)?;
    let Some(profile) = scope.call.location_profile() else {
        scope.call.set_variable(STATUS, NO_PROFILE);
        return Ok(String::new());
    };
    match field(scope, &profile, parameter) {
        Some(value) => {
            scope.call.set_variable(STATUS, DONE);
            Ok(value)
        }
        None => Err(refused(scope, arguments, "there is no such parameter")),
    }
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let (parameter, options) = parts(scope, arguments)?;
    let mut profile = match scope.call.location_profile() {
        Some(profile) => LocationProfile::clone(&profile),
        None => LocationProfile::new(OF_DIALPLAN),
    };
    let append = options.contains('a');
    if let Err(problem) = set(scope, &mut profile, parameter, value.trim(), append) {
        return Err(refused(scope, arguments, &problem));
    }
    scope.call.set_location_profile(Some(Arc::new(profile)));
    scope.call.set_variable(STATUS, DONE);
    Ok(())
}

/// The parameter and the options.
fn parts<'a>(scope: &FunctionScope<'_>, arguments: &'a str) -> Result<(&'a str, &'a str), FunctionError> {
    let (parameter, options) = arguments.split_once(',').unwrap_or((arguments, ""));
    if parameter.trim().is_empty() {
        scope.call.set_variable(STATUS, NO_PARAMETER);
        return Err(FunctionError::arguments(NAME, arguments, "name a parameter, as in location_info"));
    }
    Ok((parameter.trim(), options.trim()))
}

fn refused(scope: &FunctionScope<'_>, arguments: &str, problem: &str) -> FunctionError {
    scope.call.set_variable(STATUS, BAD_PARAMETER);
    FunctionError::arguments(NAME, arguments, problem)
}

/// The value of a parameter; `None` for one that does not exist.
fn field(scope: &FunctionScope<'_>, profile: &LocationProfile, parameter: &str) -> Option<String> {
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let list = |pairs: &[(String, String)]| {
        sub_parameters::write(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    };
    let plain = |settings: &Settings| {
        sub_parameters::write(settings.iter().map(|(name, value)| (name.as_str(), value.text.as_str())))
    };
    let resolved = || resolve(scope.exchange, profile, scope.call);
    Some(match parameter {
        "id" => profile.id.clone(),
        "location_reference" => profile.location_reference.clone(),
        "method" => resolved().method,
        "allow_routing_use" => yes(profile.allow_routing_use),
        "suppress_empty_ca_elements" => yes(profile.suppress_empty_ca_elements),
        "profile_precedence" => profile.precedence.name().to_owned(),
        "format" => resolved().format.map_or("<none>", LocationFormat::name).to_owned(),
        "pidf_element" => profile.pidf_element.name().to_owned(),
        "pidf_element_id" => resolved().element_id,
        "device_id" => resolved().device_id,
        "location_source" => resolved().source,
        "notes" => resolved().notes,
        "location_info" => plain(&profile.location_info),
        "location_info_refinement" => plain(&profile.refinement),
        "location_variables" => plain(&profile.variables),
        "effective_location" => list(&resolved().location),
        "usage_rules" => list(&resolved().usage_rules),
        "confidence" => list(&resolved().confidence),
        "inheritable" => if profile.inheritable { "true" } else { "false" }.to_owned(),
        _ => return None,
    })
}

/// Sets a parameter.
///
/// # Errors
/// A sentence that says what would be right.
fn set(
    scope: &FunctionScope<'_>,
    profile: &mut LocationProfile,
    parameter: &str,
    value: &str,
    append: bool,
) -> Result<(), String> {
    match parameter {
        "id" => value.clone_into(&mut profile.id),
        "location_reference" => {
            let configuration = scope.exchange.configuration();
            if !value.is_empty() && !configuration.geolocation.locations.contains_key(value) {
                return Err(format!("geolocation.conf has no location '{value}'"));
            }
            value.clone_into(&mut profile.location_reference);
        }
        "method" => word(value, METHODS.iter().map(|word| (*word, *word)))?.clone_into(&mut profile.method),
        "allow_routing_use" => profile.allow_routing_use = flag(value)?,
        "suppress_empty_ca_elements" => profile.suppress_empty_ca_elements = flag(value)?,
        "inheritable" => profile.inheritable = flag(value)?,
        "profile_precedence" => profile.precedence = word(value, ProfilePrecedence::ALL)?,
        "format" => profile.format = Some(word(value, LocationFormat::ALL)?),
        "pidf_element" => profile.pidf_element = word(value, PidfElement::ALL)?,
        "pidf_element_id" => profile.pidf_element_id = Setting::literal(value),
        "device_id" => profile.device_id = Setting::literal(value),
        "location_source" if value.is_empty() || is_host_name(value) => {
            value.clone_into(&mut profile.location_source);
        }
        "location_source" => return Err("it is a full host name, as in geo.example.com".to_owned()),
        "notes" => profile.notes = Setting::literal(value),
        list => {
            let settings = match list {
                "location_info" | "effective_location" => &mut profile.location_info,
                "location_info_refinement" => &mut profile.refinement,
                "location_variables" => &mut profile.variables,
                "usage_rules" => &mut profile.usage_rules,
                "confidence" => &mut profile.confidence,
                _ => return Err("there is no such parameter".to_owned()),
            };
            let pairs = sub_parameters::parse(value)
                .map_err(|piece| format!("'{piece}' is no name=value; write a list of them"))?;
            if !append {
                settings.clear();
            }
            if settings.len() + pairs.len() > MOST_VALUES {
                return Err(format!("a list has {MOST_VALUES} values at most"));
            }
            // Variables stand for their values already.
            settings.extend(pairs.into_iter().map(|(name, value)| (name, Setting::literal(value))));
        }
    }
    Ok(())
}

/// Values of one list.
const MOST_VALUES: usize = 256;

fn flag(value: &str) -> Result<bool, String> {
    boolean(value).ok_or_else(|| "the value is yes or no".to_owned())
}

fn word<T: Copy>(value: &str, words: impl IntoIterator<Item = (&'static str, T)>) -> Result<T, String> {
    let words: Vec<(&str, T)> = words.into_iter().collect();
    match words.iter().find(|(word, _)| word.eq_ignore_ascii_case(value)) {
        Some((_, meant)) => Ok(*meant),
        None => {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Err(format!("'{value}' is none of {}", known.join(", ")))
        }
    }
}
