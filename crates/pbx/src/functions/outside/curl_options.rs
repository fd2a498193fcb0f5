//! `CURLOPT(key)`: how `CURL` asks on this channel, in the words of curl.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use call_control::Call;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "CURLOPT";

/// Most headers of one channel.
const MOST_HEADERS: usize = 64;

/// Longest wait.
const LONGEST: f64 = 600.0;

/// How a channel asks web servers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CurlOptions {
    /// `conntimeout`: the longest wait for a connection.
    pub(super) connect: Duration,
    /// `httptimeout`: the longest wait for all of the answer.
    pub(super) whole: Duration,
    /// `followlocation`: goes where the server sends it.
    pub(super) follow: bool,
    /// `maxredirs`.
    pub(super) most_redirections: u32,
    /// `header`: the head of the answer stands before it.
    pub(super) show_head: bool,
    /// `httpheader`: lines of the request.
    pub(super) headers: Vec<(String, String)>,
    /// `useragent`, `referer`, `cookie`.
    pub(super) agent: String,
    pub(super) referer: String,
    pub(super) cookie: String,
    /// `userpwd`: user and password, for `basic`.
    pub(super) user: String,
    /// `ssl_cainfo`: the authorities of servers, those of the system where it is empty.
    pub(super) authorities: String,
    /// `hashcompat`: an answer as of a form is taken apart.
    pub(super) as_hash: bool,
    /// `failurecodes`: statuses that have no answer.
    pub(super) failures: Vec<u16>,
}

impl Default for CurlOptions {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            whole: Duration::from_secs(180),
            follow: false,
            most_redirections: 10,
            show_head: false,
            headers: Vec::new(),
            agent: concat!("ipbx/", env!("CARGO_PKG_VERSION")).to_owned(),
            referer: String::new(),
            cookie: String::new(),
            user: String::new(),
            authorities: String::new(),
            as_hash: false,
            failures: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Kept(Mutex<CurlOptions>);

impl CurlOptions {
    /// Those of a channel.
    pub(super) fn of(call: &Call) -> Self {
        let kept = call.kept::<Kept>();
        kept.map(|kept| kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }

    fn shown(&self, key: &str) -> Option<String> {
        let number = |flag: bool| u8::from(flag).to_string();
        Some(match key {
            "conntimeout" => self.connect.as_secs_f64().to_string(),
            "httptimeout" => self.whole.as_secs_f64().to_string(),
            "followlocation" => number(self.follow),
            "maxredirs" => self.most_redirections.to_string(),
            "header" => number(self.show_head),
            "httpheader" => self
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect::<Vec<_>>()
                .join(","),
            "useragent" => self.agent.clone(),
            "referer" => self.referer.clone(),
            "cookie" => self.cookie.clone(),
            "userpwd" => self.user.clone(),
            "ssl_cainfo" => self.authorities.clone(),
            "hashcompat" => if self.as_hash { "yes" } else { "no" }.to_owned(),
            "failurecodes" => self.failures.iter().map(u16::to_string).collect::<Vec<_>>().join(","),
            "ssl_verifypeer" => "1".to_owned(),
            "ssl_verifyhost" => "2".to_owned(),
            _ => return None,
        })
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let text = || value.to_owned();
        match key {
            "conntimeout" => self.connect = seconds(value)?,
            "httptimeout" => self.whole = seconds(value)?,
            "followlocation" => self.follow = truth(value),
            "maxredirs" => {
                self.most_redirections = value.parse().ok().filter(|most| *most <= 50).ok_or("at most 50")?;
            }
            "header" => self.show_head = truth(value),
            "httpheader" if value.is_empty() => self.headers.clear(),
            "httpheader" => {
                let header = value.split_once(':').ok_or("write a header as Name: value")?;
                if self.headers.len() >= MOST_HEADERS {
                    return Err("there are too many headers".to_owned());
                }
                self.headers.push((header.0.trim().to_owned(), header.1.trim().to_owned()));
            }
            "useragent" => self.agent = text(),
            "referer" => self.referer = text(),
            "cookie" => self.cookie = text(),
            "userpwd" => self.user = text(),
            "httpauth" if value.eq_ignore_ascii_case("basic") => {}
            "ssl_cainfo" => self.authorities = text(),
            "hashcompat" => self.as_hash = truth(value) || value.eq_ignore_ascii_case("legacy"),
            "failurecodes" => {
                let codes = value.split(',').map(str::trim).filter(|code| !code.is_empty());
                self.failures =
                    codes.map(str::parse).collect::<Result<_, _>>().map_err(|_| "statuses are numbers")?;
            }
            "ssl_verifypeer" | "ssl_verifyhost" if truth(value) || value == "2" => {}
            "ssl_verifypeer" | "ssl_verifyhost" => {
                return Err(
                    "servers are always verified; name the authority of yours in ssl_cainfo".to_owned()
                );
            }
            _ => return Err(UNKNOWN.to_owned()),
        }
        Ok(())
    }
}

const UNKNOWN: &str = "known are conntimeout, httptimeout, followlocation, maxredirs, header, httpheader, useragent, referer, \
                       cookie, userpwd, ssl_cainfo, hashcompat and failurecodes";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let key = arguments.trim().to_ascii_lowercase();
    let shown = CurlOptions::of(scope.call).shown(&key);
    shown.ok_or_else(|| FunctionError::arguments(NAME, arguments, UNKNOWN))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let key = arguments.trim().to_ascii_lowercase();
    let kept = scope.call.keep::<Kept>();
    let mut options = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    options.set(&key, value.trim()).map_err(|problem| FunctionError::arguments(NAME, arguments, problem))
}

fn seconds(value: &str) -> Result<Duration, String> {
    let seconds = value.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    seconds
        .map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST)))
        .ok_or_else(|| "write seconds, more than none".to_owned())
}

fn truth(value: &str) -> bool {
    value == "1" || asterisk_conf::boolean(value).unwrap_or(false)
}
