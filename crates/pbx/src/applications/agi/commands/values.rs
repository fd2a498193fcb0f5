//! Commands about variables and the database.

use billing_agi::agi::Reply;

use super::super::script::Script;
use crate::dialplan::{Substitution, substitute_waiting};
use crate::functions;

/// 1 and the value, or 0.
fn value(value: Option<String>) -> Reply {
    value.map_or_else(|| Reply::of(0), |value| Reply::with_data(1, value))
}

fn done(done: bool) -> Reply {
    Reply::of(i8::from(done))
}

/// A function is known by its brackets; one that nobody knows has no value, and neither has a variable that is not set.
pub(super) async fn get(script: &mut Script<'_>, name: &str) -> Reply {
    let channel = &mut *script.channel;
    match name.split_once('(') {
        Some((function, _)) if functions::find(function).is_none() => value(None),
        Some(_) => value(Some(substitute_waiting(channel, &format!("${{{name}}}")).await)),
        None => value(
            Some(substitute_waiting(channel, &format!("${{{name}}}")).await).filter(|text| !text.is_empty()),
        ),
    }
}

/// Of another channel only what is known at once is told.
pub(super) async fn get_full(script: &mut Script<'_>, expression: &str, channel: Option<&str>) -> Reply {
    let Some(name) = channel.filter(|name| *name != script.channel.call.name()) else {
        return value(Some(substitute_waiting(script.channel, expression).await));
    };
    let exchange = script.channel.exchange.clone();
    let other = exchange.switchboard().find(name);
    value(other.map(|call| Substitution::new(&exchange, &call).text(expression)))
}

pub(super) async fn set(script: &mut Script<'_>, name: &str, value: &str) -> Reply {
    script.channel.assign_waiting(name, value).await;
    Reply::of(1)
}

pub(super) fn database_get(script: &Script<'_>, family: &str, key: &str) -> Reply {
    value(script.channel.exchange.astdb().get(family, key))
}

pub(super) async fn database_put(script: &Script<'_>, family: &str, key: &str, value: &str) -> Reply {
    let outcome = script.channel.exchange.astdb().put(family, key, value).await;
    if let Err(error) = &outcome {
        script.channel.warning(format!("AGI: DATABASE PUT: {error}"));
    }
    done(outcome.is_ok())
}

pub(super) async fn database_delete(script: &Script<'_>, family: &str, key: &str) -> Reply {
    let outcome = script.channel.exchange.astdb().delete(family, key).await;
    done(matches!(outcome, Ok(Some(_))))
}

pub(super) async fn database_delete_tree(script: &Script<'_>, family: &str, below: Option<&str>) -> Reply {
    let outcome = script.channel.exchange.astdb().delete_tree(family, below.unwrap_or_default()).await;
    done(matches!(outcome, Ok(count) if count > 0))
}
