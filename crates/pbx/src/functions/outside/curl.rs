//! `CURL(url[,post-data])`: what a web server answers, by HTTP/1.1 with or without TLS. It may take up to `CURLOPT(httptimeout)`
//! while the exchange goes on. A line end behind the answer is taken away, as those who compare it expect.

use call_control::BoxFuture;

use super::curl_options::CurlOptions;
use super::http::{self, Address};
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::encodings::uri::unescaped;
use crate::functions::{FunctionError, Value};

const NAME: &str = "CURL";

/// The variable that names the fields of an answer that was taken apart.
const FIELDS: &str = "~ODBCFIELDS~";

pub(super) fn read<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let given = Arguments::of(arguments, 2);
        let options = CurlOptions::of(&channel.call);
        let mut address = Address::parse(given.at(0)).ok_or_else(|| {
            FunctionError::arguments(NAME, arguments, "write an address as in https://host/path")
        })?;
        let mut body = (given.count() > 1).then(|| given.raw(1).to_owned());
        let fetch = async {
            for _ in 0..=options.most_redirections {
                let answer = http::ask(&address, body.as_deref(), &options).await?;
                match answer.location.as_deref().filter(|_| options.follow) {
                    Some(location) => {
                        address = address.joined(location).ok_or("the server sends it nowhere")?;
                        // What was sent is not sent on to others (RFC 9110 section 15.4).
                        if !matches!(answer.status, 307 | 308) {
                            body = None;
                        }
                    }
                    None => return Ok(answer),
                }
            }
            Err("the server sends it on and on".to_owned())
        };
        let answer = tokio::time::timeout(options.whole, fetch).await;
        let answer = answer.unwrap_or_else(|_| Err("the server did not answer in time".to_owned()));
        let answer = answer.map_err(|problem: String| FunctionError::failed(NAME, problem))?;
        if options.failures.contains(&answer.status) {
            return Err(FunctionError::failed(NAME, format!("the server answered with {}", answer.status)));
        }
        let text = answer.text.trim_end_matches(['\r', '\n']);
        Ok(if options.as_hash { taken_apart(channel, text) } else { format!("{}{text}", answer.head) })
    })
}

/// The values of `a=1&b=2` between commas; their names are for `HASH` and `ARRAY`.
fn taken_apart(channel: &DialplanChannel, text: &str) -> String {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let (names, values): (Vec<_>, Vec<_>) = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |text: &str| unescaped(&text.replace('+', " "));
            (plain(name).replace(',', "\\,"), plain(value).replace(',', "\\,"))
        })
        .unzip();
    channel.set(FIELDS, names.join(","));
    values.join(",")
}
