//! rvoip-sip-core: everything is parsed into types of its own at once, so that an index costs as much as typed headers.

use std::hint::black_box;

use benches::Operation;
use benches::messages::invite;
use rvoip_sip_core::{Error, Message, parse_message};

use crate::{INDEX, TYPED};

pub fn operations() -> Vec<Operation> {
    let bytes = invite();
    let parse = move || parse_message(black_box(&bytes));
    let typed = {
        let parse = parse.clone();
        move || nine_headers(&parse()?)
    };
    vec![
        Operation::repeated(INDEX, "rvoip-sip-core", parse),
        Operation::repeated(TYPED, "rvoip-sip-core", typed),
    ]
}

fn nine_headers(message: &Message) -> Result<(), Error> {
    let Message::Request(request) = message else { return Err(Error::ParseError("a response".into())) };
    black_box((request.from(), request.to(), request.cseq(), request.call_id(), &request.headers));
    Ok(())
}
