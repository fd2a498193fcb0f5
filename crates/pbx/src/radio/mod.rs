//! Streams and files of web servers, heard by any number of callers at the same time.
//!
//! An address is one [`Broadcast`], however many listen: fetched once (`fetch.rs`), decoded once (`receiver.rs`), encoded
//! once for each codec. It is fetched for as long as somebody listens. A stream that breaks off is fetched again; what its
//! server says is finite is over when it is.

mod address;
mod fetch;
mod playlist;
mod receiver;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use call_control::{Broadcast, Station};
use media_bridge::{MediaEngine, WeakBroadcast};

pub(crate) use address::{StreamAddress, StreamAddressError};
pub(crate) use playlist::entries as playlist_entries;

use crate::stir_shaken::WebAuthorities;

/// Addresses that are remembered: those on the air always are.
const MOST: usize = 1_000;

/// The streams that are on the air.
pub(crate) struct Radio {
    media: MediaEngine,
    authorities: Arc<WebAuthorities>,
    tell: crate::music::Tell,
    stations: Mutex<HashMap<String, WeakBroadcast>>,
}

impl Radio {
    pub(crate) fn new(media: MediaEngine, tell: crate::music::Tell) -> Self {
        Self { media, authorities: Arc::default(), tell, stations: Mutex::default() }
    }

    /// What is at an address, as a piece of music on hold.
    pub(crate) fn station(self: &Arc<Self>, address: &str) -> RadioStation {
        RadioStation { radio: self.clone(), address: address.to_owned() }
    }

    /// What is at an address; begins to fetch it if nobody listens yet. Needs a tokio runtime.
    pub(crate) fn tune_in(&self, address: &str) -> Result<Broadcast, StreamAddressError> {
        let parsed = StreamAddress::parse(address)?;
        let mut stations = self.stations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(broadcast) = stations.get(address).and_then(WeakBroadcast::upgrade) {
            return Ok(broadcast);
        }
        if stations.len() >= MOST {
            stations.retain(|_, station| station.upgrade().is_some());
        }
        let (writer, feed) = receiver::feed();
        let broadcast = self.media.broadcast(feed);
        tokio::spawn(receiver::receive(parsed, writer, self.authorities.clone(), self.tell.clone()));
        stations.insert(address.to_owned(), broadcast.downgrade());
        Ok(broadcast)
    }
}

/// One address among the pieces of a class.
pub(crate) struct RadioStation {
    radio: Arc<Radio>,
    address: String,
}

impl Station for RadioStation {
    fn tune_in(&self) -> Broadcast {
        self.radio.tune_in(&self.address).unwrap_or_else(|error| {
            (self.radio.tell)(format!("music on hold: {error}"));
            self.radio.media.broadcast(Nothing)
        })
    }

    fn name(&self) -> &str {
        &self.address
    }
}

/// What is over before it begins.
struct Nothing;

impl media_bridge::Source for Nothing {
    fn rate(&self) -> u32 {
        8_000
    }

    fn read(&mut self, _: &mut [i16]) -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests;
