//! `SORT(key1:val1,key2:val2,...)`: the keys, those of the smallest values first.

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionScope, Value};

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, usize::MAX);
    let pair = |member: &String| {
        let (key, value) = member.split_once(':')?;
        Some((value.trim().parse::<f64>().unwrap_or(0.0), key.to_owned()))
    };
    let mut pairs: Vec<(f64, String)> = given.all().iter().filter_map(pair).collect();
    pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let keys: Vec<String> = pairs.into_iter().map(|(_, key)| key).collect();
    Ok(keys.join(","))
}
