//! `STAT(flag,name)`: `e` whether it is there, `f` whether it is a plain file, `d` a folder (1 or 0); `s` its size, `m` its mode
//! in octal, `A`, `C` and `M` when it was read, changed and written, in seconds since 1970.

use std::os::unix::fs::MetadataExt;

use call_control::BoxFuture;

use super::work::away;
use crate::dialplan::DialplanChannel;
use crate::functions::conditions::flag;
use crate::functions::{FunctionError, Value};

pub(super) fn read<'a>(_: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let (wanted, name) = arguments.split_once(',').unwrap_or((arguments, ""));
        let (wanted, name) = (wanted.trim().to_owned(), name.trim().to_owned());
        if name.is_empty() || !matches!(wanted.as_str(), "e" | "d" | "f" | "s" | "m" | "A" | "C" | "M") {
            let how = "write STAT(flag,filename); flags are e, d, f, s, m, A, C and M";
            return Err(FunctionError::arguments("STAT", arguments, how));
        }
        away("STAT", move || {
            let Ok(known) = std::fs::metadata(&name) else {
                // What is not there is no folder either, and has neither a size nor a time.
                return Ok(flag(false));
            };
            Ok(match wanted.as_str() {
                "e" => flag(true),
                "d" => flag(known.is_dir()),
                "f" => flag(known.is_file()),
                "s" => known.size().to_string(),
                "m" => format!("{:o}", known.mode()),
                "A" => known.atime().to_string(),
                "C" => known.ctime().to_string(),
                _ => known.mtime().to_string(),
            })
        })
        .await
    })
}
