//! `DB`, `DB_EXISTS`, `DB_DELETE`, `BLACKLIST`, `DIALGROUP`: entries of the data base. `DB_RESULT` is what was found.

use call_control::BoxFuture;

use crate::dialplan::DialplanChannel;
use crate::functions::conditions::flag;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

/// The variable that tells what was found.
const RESULT: &str = "DB_RESULT";

/// The family of members of groups, as Asterisk has it.
const GROUPS: &str = "dialgroup";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (family, key) = place("DB", arguments)?;
    let found = scope.exchange.astdb().get(family, key).unwrap_or_default();
    scope.call.set_variable(RESULT, &found);
    Ok(found)
}

pub(super) fn put<'a>(
    channel: &'a mut DialplanChannel,
    arguments: &'a str,
    value: &'a str,
) -> BoxFuture<'a, Written> {
    Box::pin(async move {
        let (family, key) = place("DB", arguments)?;
        let put = channel.exchange.astdb().put(family, key, value).await;
        put.map_err(|error| FunctionError::failed("DB", error))
    })
}

pub(super) fn exists(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (family, key) = place("DB_EXISTS", arguments)?;
    let found = scope.exchange.astdb().get(family, key);
    scope.call.set_variable(RESULT, found.as_deref().unwrap_or_default());
    Ok(flag(found.is_some()))
}

/// What was there, which is there no more.
pub(super) fn take<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let (family, key) = place("DB_DELETE", arguments)?;
        let deleted = channel.exchange.astdb().delete(family, key).await;
        let was = deleted.map_err(|error| FunctionError::failed("DB_DELETE", error))?.unwrap_or_default();
        channel.set(RESULT, &was);
        Ok(was)
    })
}

pub(super) fn delete<'a>(
    channel: &'a mut DialplanChannel,
    arguments: &'a str,
    _: &'a str,
) -> BoxFuture<'a, Written> {
    Box::pin(async move { take(channel, arguments).await.map(drop) })
}

/// Whether the family `blacklist` has the caller's number.
pub(super) fn blacklist(scope: &mut FunctionScope<'_>, _: &str) -> Value {
    let number = scope.call.caller().number;
    Ok(flag(!number.is_empty() && scope.exchange.astdb().get("blacklist", &number).is_some()))
}

/// `DIALGROUP(group)`: its members, joined as `Dial` takes them.
pub(super) fn group(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let group = arguments.split(',').next().unwrap_or_default().trim();
    Ok(scope.exchange.astdb().get(GROUPS, group).unwrap_or_default())
}

/// `Set(DIALGROUP(group[,add|del])=member&member)`.
pub(super) fn set_group<'a>(
    channel: &'a mut DialplanChannel,
    arguments: &'a str,
    value: &'a str,
) -> BoxFuture<'a, Written> {
    Box::pin(async move {
        let (group, operation) = arguments.split_once(',').unwrap_or((arguments, ""));
        let group = group.trim();
        let store = channel.exchange.astdb();
        let now = store.get(GROUPS, group).unwrap_or_default();
        let split = |text: &str| -> Vec<String> {
            text.split('&').map(str::trim).filter(|member| !member.is_empty()).map(str::to_owned).collect()
        };
        let (mut members, named) = (split(&now), split(value));
        members.retain(|member| !named.contains(member));
        match operation.trim() {
            "add" => members.extend(named),
            "del" => {}
            "" => members = named,
            _ => return Err(FunctionError::arguments("DIALGROUP", arguments, "the operation is add or del")),
        }
        let kept = match members.is_empty() {
            true => store.delete(GROUPS, group).await.map(drop),
            false => store.put(GROUPS, group, &members.join("&")).await,
        };
        kept.map_err(|error| FunctionError::failed("DIALGROUP", error))
    })
}

/// Family and key; a key may have slashes of its own.
fn place<'a>(function: &'static str, arguments: &'a str) -> Result<(&'a str, &'a str), FunctionError> {
    let place =
        arguments.trim().split_once('/').filter(|(family, key)| !family.is_empty() && !key.is_empty());
    place.ok_or_else(|| FunctionError::arguments(function, arguments, "write family/key"))
}
