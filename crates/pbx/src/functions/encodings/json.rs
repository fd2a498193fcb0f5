//! `JSON_DECODE(varname,item[,separator[,options]])`: an item of the JSON in a variable. Items inside others are named by
//! all names on the way, `caller.name` or `list.0`; `c` counts the members of an array or object. `JSONRESULT` tells how it
//! went: 0, or 1 for what is no JSON, 2 for an item that is not there.

use serde_json::Value as Json;

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const RESULT: &str = "JSONRESULT";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 4);
    if given.at(0).is_empty() || given.at(1).is_empty() {
        let how = "write JSON_DECODE(varname,item), as in JSON_DECODE(ANSWER,caller.name)";
        return Err(FunctionError::arguments("JSON_DECODE", arguments, how));
    }
    let text = scope.text_of(given.at(0))?;
    let Ok(json) = serde_json::from_str::<Json>(&text) else {
        scope.call.set_variable(RESULT, "1");
        return Err(FunctionError::failed("JSON_DECODE", format!("{} holds no JSON", given.at(0))));
    };
    let Some(item) = item(&json, given.at(1), given.or(2, ".")) else {
        scope.call.set_variable(RESULT, "2");
        return Ok(String::new());
    };
    scope.call.set_variable(RESULT, "0");
    Ok(if given.at(3).contains('c') { members(item).to_string() } else { shown(item) })
}

fn item<'a>(json: &'a Json, path: &str, separator: &str) -> Option<&'a Json> {
    // A name may hold the separator itself.
    if let Some(found) = json.get(path) {
        return Some(found);
    }
    path.split(separator).try_fold(json, |json, name| match json {
        Json::Array(members) => members.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

fn members(item: &Json) -> usize {
    match item {
        Json::Array(members) => members.len(),
        Json::Object(members) => members.len(),
        _ => 0,
    }
}

/// As dialplans compare it: texts without quotes, truth as 1 and 0, nothing for null.
fn shown(item: &Json) -> String {
    match item {
        Json::Null => String::new(),
        Json::Bool(true) => "1".to_owned(),
        Json::Bool(false) => "0".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
