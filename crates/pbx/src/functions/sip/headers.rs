//! `PJSIP_HEADER(read|add|update|remove,name[,number])` and its kin. Reading is for the INVITE that came, and on a channel that we
//! call for what was added to ours; adding, for the INVITE that is still to go. `number` counts headers of the same name, from 1.

use call_control::Direction;
use call_control::sip::{Conversation, HeaderProblem, HeadersOf};
use sip_parser::{HeaderName, Message};

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const HEADER: &str = "PJSIP_HEADER";
const INHERITABLE: &str = "PJSIP_INHERITABLE_HEADER";
const RESPONSE: &str = "PJSIP_RESPONSE_HEADER";

/// What is to be done with which header.
struct Request {
    action: String,
    name: String,
    /// From 0.
    place: usize,
}

impl Request {
    fn parse(function: &'static str, arguments: &str) -> Result<Self, FunctionError> {
        let given = Arguments::of(arguments, 3);
        let bad = |problem: &str| FunctionError::arguments(function, arguments, problem);
        if given.at(1).is_empty() {
            return Err(bad("name an action and a header, as in read,X-Name"));
        }
        let number: usize = match given.at(2) {
            "" => 1,
            text => {
                text.parse().ok().filter(|number| *number > 0).ok_or_else(|| bad("headers count from 1"))?
            }
        };
        Ok(Self { action: given.at(0).to_ascii_lowercase(), name: given.at(1).to_owned(), place: number - 1 })
    }
}

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let request = Request::parse(HEADER, arguments)?;
    if request.action != "read" {
        return Err(FunctionError::arguments(HEADER, arguments, "only read can be read"));
    }
    found(scope, &request.name, request.place)
}

/// `SIP_HEADER(name[,number])`.
pub(super) fn read_plain(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let request = Request::parse("SIP_HEADER", &format!("read,{arguments}"))?;
    found(scope, &request.name, request.place)
}

fn found(scope: &FunctionScope<'_>, name: &str, place: usize) -> Value {
    let conversation = Conversation::of(scope.call);
    if let Some(invite) = conversation.invite() {
        return Ok(of_message(&invite, name, place));
    }
    let added = conversation.added(HeadersOf::Channel).into_iter();
    let mut named = added.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    Ok(named.nth(place).map(|(_, value)| value).unwrap_or_default())
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    if scope.call.direction() == Direction::Inbound {
        let problem = "the INVITE of this channel has come already; PJSIP_INHERITABLE_HEADER adds to those of the calls that it makes";
        return Err(FunctionError::arguments(HEADER, arguments, problem));
    }
    change(scope, HEADER, HeadersOf::Channel, arguments, value)
}

pub(super) fn cannot_read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(INHERITABLE))
}

pub(super) fn write_inheritable(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    change(scope, INHERITABLE, HeadersOf::Calls, arguments, value)
}

fn change(
    scope: &FunctionScope<'_>,
    function: &'static str,
    of: HeadersOf,
    arguments: &str,
    value: &str,
) -> Written {
    let request = Request::parse(function, arguments)?;
    let conversation = Conversation::of(scope.call);
    let refused = |problem: HeaderProblem| FunctionError::arguments(function, arguments, problem.to_string());
    match request.action.as_str() {
        "add" => conversation.add(of, &request.name, value).map_err(refused),
        "update" => match conversation.update(of, &request.name, request.place, value).map_err(refused)? {
            true => Ok(()),
            false => Err(FunctionError::arguments(function, arguments, "no such header was added")),
        },
        "remove" => {
            conversation.remove(of, &request.name);
            Ok(())
        }
        _ => Err(FunctionError::arguments(function, arguments, "the action is add, update or remove")),
    }
}

/// `PJSIP_HEADERS([prefix])`: each name once, between commas.
pub(super) fn names(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let invite = Conversation::of(scope.call).invite();
    Ok(invite.map(|invite| names_of(&invite, arguments.trim())).unwrap_or_default())
}

pub(super) fn read_response(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let request = Request::parse(RESPONSE, arguments)?;
    if request.action != "read" {
        return Err(FunctionError::arguments(RESPONSE, arguments, "only read can be read"));
    }
    let response = Conversation::of(scope.call).response();
    Ok(response.map(|response| of_message(&response, &request.name, request.place)).unwrap_or_default())
}

pub(super) fn response_names(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let response = Conversation::of(scope.call).response();
    Ok(response.map(|response| names_of(&response, arguments.trim())).unwrap_or_default())
}

fn of_message(message: &Message, name: &str, place: usize) -> String {
    let name = HeaderName::from(name);
    let mut values =
        message.headers().filter(|(known, _)| known.as_str().eq_ignore_ascii_case(name.as_str()));
    values.nth(place).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn names_of(message: &Message, prefix: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in message.headers() {
        let name = name.as_str();
        let is_wanted = name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if is_wanted && !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names.join(",")
}
