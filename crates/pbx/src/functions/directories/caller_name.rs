//! `TXTCIDNAME(number[,zone-suffix])`: the name that the domain name system has for a number, as a text (RFC 1035 §3.3.14) where ENUM has
//! its addresses. Empty where there is none.

use call_control::BoxFuture;
use sip_ua::location::{LookupError, Question, Record, RecordKind, Resolver};
use tokio::time::timeout;

use super::PATIENCE;
use super::enumeration::{ZONE, turned};
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, Value};

const NAME: &str = "TXTCIDNAME";

pub(super) fn look_up<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let given = Arguments::of(arguments, 2);
        let digits = turned(given.at(0));
        if digits.is_empty() {
            return Err(FunctionError::arguments(NAME, arguments, "name a number, as in +4319793321"));
        }
        let name = format!("{digits}{}", given.or(1, ZONE).trim().trim_matches('.'));
        let resolver = channel.exchange.resolver();
        let asked = timeout(PATIENCE, resolver.lookup(Question::new(RecordKind::Txt, &name))).await;
        let asked = asked.map_err(|_| FunctionError::failed(NAME, "no name server answered in time"))?;
        let answer = match asked {
            Ok(answer) => answer,
            Err(LookupError::NoSuchName { .. } | LookupError::NoRecords { .. }) => return Ok(String::new()),
            Err(problem) => return Err(FunctionError::failed(NAME, problem)),
        };
        let mut texts = answer.records.into_iter().filter_map(|record| match record {
            Record::Txt(text) => Some(text),
            _ => None,
        });
        // It will be shown, and stand in messages.
        Ok(texts.next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect())
    })
}
