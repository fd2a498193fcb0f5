//! Answers an SDP offer as a phone with A-law would: `cargo run -p examples --example answer_an_offer -- FILE`.

use std::error::Error;

use sdp::Codec;
use sdp::negotiation::{CodecOffer, LocalMedia, Negotiator};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("name a file that holds an SDP offer")?;
    let offer = std::fs::read(file)?;
    let local = LocalMedia::new("127.0.0.1".parse()?, 10_000, vec![CodecOffer::from(Codec::PCMA)]);
    let (answer, agreed) = Negotiator::new(1, "phone").answer(&offer, &local)?;
    print!("{answer}");
    println!("speaks {:?} to {:?}, {:?}", agreed.codec, agreed.remote, agreed.direction);
    Ok(())
}
