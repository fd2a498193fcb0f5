//! What it takes to open, join and close the two legs of a call.

use std::net::SocketAddr;

use media_bridge::Backend;

use super::memory::settle;
use super::{Row, inside as run};
use crate::Outcome;
use crate::contestants::engine::{Call, start};
use crate::media::Media;
use crate::process::own_processor_time;

pub(super) const NAME: &str = "set-up";

pub(super) const ROW: Row =
    Row { name: "a call set up and torn down", aim: "100 µs", measure: |measure| run(measure, NAME) };

/// Each call begins when some have ended: ten are up at a time, as sockets of those that have ended may serve again.
pub(super) fn inside(backend: Backend, rounds: usize) -> Outcome<String> {
    let engine = start(backend)?;
    let phone = SocketAddr::from(([127, 0, 0, 1], 9));
    let before = own_processor_time()?;
    let mut up = std::collections::VecDeque::new();
    for n in 0..rounds {
        up.push_back(Call::between(&engine, Media::Plain, 2 * n, [phone; 2])?);
        if up.len() > 10 {
            up.pop_front();
        }
        std::thread::sleep(std::time::Duration::from_micros(500));
    }
    drop(up);
    settle(|| engine.ports_in_use() == 0);
    let each = (own_processor_time()? - before) / u32::try_from(rounds)?;
    Ok(format!("{} µs", each.as_micros()))
}
