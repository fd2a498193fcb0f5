//! `MIXMONITOR(id,filename)`: the file of a recording of the channel, by the name that `MixMonitor(…,i(variable))` gave it.

use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "MIXMONITOR";

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let wrong = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let (id, key) = arguments.split_once(',').ok_or_else(|| wrong("write MIXMONITOR(id,filename)"))?;
    if !key.trim().eq_ignore_ascii_case("filename") {
        return Err(wrong("the only key is filename"));
    }
    let recordings = scope.exchange.recordings().of(scope.call);
    let found = recordings.into_iter().find(|recording| recording.id.eq_ignore_ascii_case(id.trim()));
    let found = found.ok_or_else(|| wrong("the channel has no recording of that name"))?;
    let file = found.file.or(found.receive).or(found.transmit);
    Ok(file.map(|file| file.to_string_lossy().into_owned()).unwrap_or_default())
}
