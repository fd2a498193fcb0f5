//! rsipstack: strings of its own, headers read on demand.

use std::hint::black_box;

use ::rsipstack::sip::prelude::{HasHeaders, HeadersExt, ToTypedHeader};
use ::rsipstack::sip::{Error, Header, SipMessage};
use benches::Operation;
use benches::messages::invite;

use crate::{INDEX, TYPED};

pub fn operations() -> Vec<Operation> {
    let bytes = invite();
    let parse = move || SipMessage::try_from(black_box(&bytes[..]));
    let typed = {
        let parse = parse.clone();
        move || nine_headers(&parse()?)
    };
    vec![Operation::repeated(INDEX, "rsipstack", parse), Operation::repeated(TYPED, "rsipstack", typed)]
}

/// Call-ID and Content-Type have no types; they are found.
fn nine_headers(message: &SipMessage) -> Result<(), Error> {
    black_box((
        message.via_header()?.typed()?,
        message.from_header()?.typed()?,
        message.to_header()?.typed()?,
    ));
    black_box((message.contact_header()?.typed()?, message.cseq_header()?.typed()?));
    black_box((
        message.call_id_header()?.value(),
        message.max_forwards_header()?.value().parse::<u8>().is_ok(),
    ));
    let content_type = |header: &&Header| matches!(header, Header::ContentType(_));
    let content_length = |header: &&Header| matches!(header, Header::ContentLength(_));
    let missing = || Error::MissingHeader("Content".into());
    black_box(message.headers().iter().find(content_type).ok_or_else(missing)?);
    let length = message.headers().iter().find(content_length).ok_or_else(missing)?;
    black_box(length.value().parse::<usize>().map_err(|_| missing())?);
    Ok(())
}
