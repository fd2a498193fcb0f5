//! rsip: strings of its own, headers read on demand.

use std::hint::black_box;

use ::rsip::prelude::{HasHeaders, HeadersExt, ToTypedHeader, UntypedHeader};
use ::rsip::{Error, Header, SipMessage};
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
    vec![Operation::repeated(INDEX, "rsip", parse), Operation::repeated(TYPED, "rsip", typed)]
}

fn nine_headers(message: &SipMessage) -> Result<(), Error> {
    black_box((
        message.via_header()?.typed()?,
        message.from_header()?.typed()?,
        message.to_header()?.typed()?,
    ));
    black_box((message.contact_header()?.typed()?, message.cseq_header()?.typed()?));
    black_box((message.call_id_header()?.value(), message.max_forwards_header()?.num()?));
    for header in message.headers().iter() {
        match header {
            Header::ContentType(value) => drop(black_box(value.typed()?)),
            Header::ContentLength(value) => drop(black_box(value.value().parse::<usize>())),
            _ => {}
        }
    }
    Ok(())
}
