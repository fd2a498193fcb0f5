//! `GROUP([category])`, `GROUP_COUNT([group][@category])`, `GROUP_MATCH_COUNT(expression[@category])`, `GROUP_LIST()`.

use super::membership::{Group, Memberships};
use crate::functions::strings::regular::expression;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(own(scope, arguments.trim()).unwrap_or_default())
}

/// `Set(GROUP(category)=name)`, or `Set(GROUP()=name@category)`.
pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let (name, category) = match arguments.trim() {
        "" => named(value),
        category => (value.trim(), category),
    };
    let group = Group { category: category.to_owned(), name: name.to_owned() };
    match Memberships::change(scope.call, &scope.exchange.function_stores().groups, group) {
        true => Ok(()),
        false => Err(FunctionError::failed("GROUP", "the channel is in too many groups")),
    }
}

pub(super) fn count(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (name, category) = named(arguments);
    let name = match name {
        "" => own(scope, category).unwrap_or_default(),
        name => name.to_owned(),
    };
    let group = Group { category: category.to_owned(), name };
    Ok(scope.exchange.function_stores().groups.count(&group).to_string())
}

pub(super) fn count_matching(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (pattern, category) = named(arguments);
    let pattern = expression(pattern).filter(|_| !pattern.is_empty()).ok_or_else(|| {
        FunctionError::arguments("GROUP_MATCH_COUNT", arguments, "write an expression that group names match")
    })?;
    let is_wanted = |group: &Group| group.category == category && pattern.is_match(&group.name);
    Ok(scope.exchange.function_stores().groups.count_where(is_wanted).to_string())
}

pub(super) fn list(scope: &mut FunctionScope<'_>, _: &str) -> Value {
    let shown = |group: Group| match group.category.is_empty() {
        true => group.name,
        false => format!("{}@{}", group.name, group.category),
    };
    Ok(Memberships::of(scope.call).into_iter().map(shown).collect::<Vec<_>>().join(" "))
}

/// The group that the channel is in within a category.
fn own(scope: &FunctionScope<'_>, category: &str) -> Option<String> {
    Memberships::of(scope.call).into_iter().find(|group| group.category == category).map(|group| group.name)
}

/// Group and category.
fn named(text: &str) -> (&str, &str) {
    let (name, category) = text.split_once('@').unwrap_or((text, ""));
    (name.trim(), category.trim())
}
