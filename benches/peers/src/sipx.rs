//! sipx-sip: slices of the datagram, headers read on demand.

use std::hint::black_box;

use benches::Operation;
use benches::messages::invite;
use bytes::Bytes;
use sipx_sip::headers::{ContactValue, ContentLength, ContentType, From, MaxForwards, To};
use sipx_sip::{
    CSeq, CallId, HeaderName, Headers, Limits, Message, ResponseBuilder, StatusCode, TypedHeader, Via,
    parse_datagram,
};

use crate::{INDEX, RESPONSE, TYPED};

pub fn operations() -> Vec<Operation> {
    let bytes = invite();
    let parse = move || parse_datagram(black_box(bytes.clone()), &Limits::default());
    let typed = {
        let parse = parse.clone();
        move || nine_headers(&parse().map_err(|error| format!("{error:?}"))?)
    };
    let request = parse();
    let response = move || respond(request.as_ref().map_err(|error| format!("{error:?}"))?);
    vec![
        Operation::repeated(INDEX, "sipx-sip", parse),
        Operation::repeated(TYPED, "sipx-sip", typed),
        Operation::repeated(RESPONSE, "sipx-sip", response),
    ]
}

fn nine_headers(message: &Message) -> Result<(), String> {
    let headers = message.headers();
    black_box((read::<Via>(headers)?, read::<From>(headers)?, read::<To>(headers)?));
    black_box((read::<ContactValue>(headers)?, read::<CSeq>(headers)?, read::<CallId>(headers)?));
    black_box((
        read::<MaxForwards>(headers)?,
        read::<ContentType>(headers)?,
        read::<ContentLength>(headers)?,
    ));
    Ok(())
}

fn read<H: TypedHeader>(headers: &Headers) -> Result<H, String> {
    let read = headers.typed::<H>().ok_or("missing")?;
    read.map_err(|error| format!("{error:?}"))
}

/// Its builder copies Via, From, To, Call-ID and CSeq; the tag is ours to add.
fn respond(request: &Message) -> Result<Bytes, String> {
    let request = black_box(request).as_request().ok_or("no request")?;
    let ringing = StatusCode::new(180).ok_or("no status")?;
    let to = request.headers.get(&HeaderName::To).ok_or("no To")?.value();
    let to = [&to, &b";tag=as7f6e5d"[..]].concat();
    let builder = ResponseBuilder::to_request(request, ringing, "Ringing").map_err(|e| format!("{e:?}"))?;
    let response = builder.set_header(&HeaderName::To, to).map_err(|error| format!("{error:?}"))?.build();
    let mut octets = Vec::new();
    response.write_to(&mut octets);
    Ok(octets.into())
}
