//! ezk-sip-types: counted slices of the datagram, headers read on demand.

use std::fmt::Debug;
use std::hint::black_box;

use benches::Operation;
use benches::messages::invite;
use bytes::Bytes;
use ezk_sip_types::header::typed::{
    CSeq, CallID, Contact, ContentLength, ContentType, FromTo, MaxForwards, Via,
};
use ezk_sip_types::msg::{Line, MessageLine, PullParser};
use ezk_sip_types::parse::Parse;
use ezk_sip_types::{Headers, Name};

use crate::{INDEX, TYPED};

pub fn operations() -> Vec<Operation> {
    let bytes = invite();
    let index = move || parse(black_box(bytes.clone()));
    let typed = {
        let index = index.clone();
        move || nine_headers(&index()?.1)
    };
    vec![
        Operation::repeated(INDEX, "ezk-sip-types", index),
        Operation::repeated(TYPED, "ezk-sip-types", typed),
    ]
}

/// The crate gives lines, and a map to put them into.
fn parse(bytes: Bytes) -> Result<(MessageLine, Headers, Bytes), String> {
    let mut lines = PullParser::new(&bytes, 0);
    let first = text(lines.next().ok_or("no line")?)?;
    let (_, start) = MessageLine::parse(&bytes)(first).map_err(told)?;
    let mut headers = Headers::new();
    for line in &mut lines {
        let (_, line) = Line::parse(&bytes, text(line)?).map_err(told)?;
        headers.insert(line.name, line.value);
    }
    let body = bytes.slice(lines.head_end()..);
    Ok((start, headers, body))
}

fn text<E: Debug>(line: Result<&[u8], E>) -> Result<&str, String> {
    std::str::from_utf8(line.map_err(told)?).map_err(told)
}

fn nine_headers(headers: &Headers) -> Result<(), String> {
    black_box((headers.get_named::<Via>().map_err(told)?, headers.get_named::<Contact>().map_err(told)?));
    black_box(headers.get::<FromTo>(Name::FROM).map_err(told)?);
    black_box(headers.get::<FromTo>(Name::TO).map_err(told)?);
    black_box((headers.get_named::<CSeq>().map_err(told)?, headers.get_named::<CallID>().map_err(told)?));
    black_box((
        headers.get_named::<MaxForwards>().map_err(told)?,
        headers.get_named::<ContentType>().map_err(told)?,
    ));
    black_box(headers.get_named::<ContentLength>().map_err(told)?);
    Ok(())
}

fn told(error: impl Debug) -> String {
    format!("{error:?}")
}
