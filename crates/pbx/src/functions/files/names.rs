//! `BASENAME`, `DIRNAME`: parts of names, as POSIX has them.

use crate::functions::{FunctionScope, Value};

pub(super) fn base(_: &mut FunctionScope<'_>, name: &str) -> Value {
    let bare = name.trim_end_matches('/');
    Ok(match (bare, name) {
        ("", "") => String::new(),
        ("", _) => "/".to_owned(),
        (bare, _) => bare.rsplit_once('/').map_or(bare, |(_, last)| last).to_owned(),
    })
}

pub(super) fn folder(_: &mut FunctionScope<'_>, name: &str) -> Value {
    let bare = name.trim_end_matches('/');
    Ok(match (bare.rsplit_once('/'), bare) {
        (Some((folder, _)), _) => match folder.trim_end_matches('/') {
            "" => "/".to_owned(),
            folder => folder.to_owned(),
        },
        (None, "") if name.starts_with('/') => "/".to_owned(),
        (None, _) => ".".to_owned(),
    })
}
