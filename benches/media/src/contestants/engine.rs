use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use media_bridge::{Backend, Bridge, Leg, LegConfig, MediaConfig, MediaEngine};

use super::tell;
use crate::Outcome;
use crate::media::Media;

pub(crate) const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// An engine of one thread, below the ports that the system gives away.
pub(crate) fn start(backend: Backend) -> Outcome<MediaEngine> {
    let ports = 10_000..=31_999;
    Ok(MediaEngine::start(MediaConfig { threads: Some(1), ports, backend, ..MediaConfig::default() })?)
}

/// The legs of a call and what joins them.
pub(crate) struct Call {
    pub(crate) legs: [Leg; 2],
    _bridge: Bridge,
}

impl Call {
    /// Sets a call up between two phones, of which the first has that number.
    pub(crate) fn between(
        engine: &MediaEngine,
        media: Media,
        number: usize,
        phones: [SocketAddr; 2],
    ) -> Outcome<Self> {
        let open = |phone: usize, near: Option<&Leg>| {
            let config = LegConfig::new(LOCAL, |_| {}).near(near.map(Leg::id));
            let leg = engine.open_leg(config)?;
            if let Some(keys) = media.leg_keys(number + phone) {
                leg.protect(Some(keys));
            }
            leg.configure(media.settings(number + phone, phones[phone]));
            Outcome::Ok(leg)
        };
        let first = open(0, None)?;
        let second = open(1, Some(&first))?;
        let bridge = engine.bridge(&first, &second);
        Ok(Self { legs: [first, second], _bridge: bridge })
    }
}

pub(super) fn serve(backend: Backend, media: Media, phones: &[SocketAddr]) -> Outcome<()> {
    let engine = start(backend)?;
    let pairs = phones.chunks_exact(2).enumerate();
    let calls: Vec<Call> = pairs
        .map(|(n, pair)| Call::between(&engine, media, 2 * n, [pair[0], pair[1]]))
        .collect::<Outcome<_>>()?;
    let legs: Vec<SocketAddr> = calls.iter().flat_map(|call| &call.legs).map(Leg::rtp_address).collect();
    tell(&legs)
}
