//! Subscriptions of phones over a restart: what is written down as they are granted, and how they go on.

use std::sync::Weak;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use sip_parser::Message;
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{SubscriptionId, SubscriptionRecord};

use super::Presence;
use super::subscribe::{terms, user_of, wanted};
use super::watchers::Watcher;
use crate::exchange::Exchange;
use crate::kept_values::Family;

/// More NOTIFYs than a subscription can have had since it was written down: the numbers of those that follow a restart
/// begin so much higher, for a phone passes over what is numbered below what it has.
const NOTIFIES_OF_A_RUN: u32 = 1_000_000;

/// Subscriptions that go on together, and the time until the next ones do: as many NOTIFYs as a socket takes at once.
const TOGETHER: usize = 64;
const PAUSE: Duration = Duration::from_millis(50);

/// A subscription as it is written down.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The endpoint that holds it.
    pub(super) endpoint: String,
    pub(super) record: SubscriptionRecord,
    /// When it ends, in seconds since the epoch.
    pub(super) expires_at: u64,
}

impl Kept {
    /// Its lines: the form, the endpoint, the flow, the target, the numbers, then the SUBSCRIBE as it came. `None` for one
    /// that is no text.
    fn write(&self) -> Option<String> {
        let SubscriptionRecord { request, flow, target, remote_cseq, local_cseq, version, .. } = &self.record;
        let Flow { protocol, local, remote } = flow;
        let request = std::str::from_utf8(request.as_bytes()).ok()?;
        let (protocol, expires_at, endpoint) = (protocol.uri_name(), self.expires_at, &self.endpoint);
        Some(format!(
            "1\n{endpoint}\n{protocol} {local} {remote}\n{target}\n{remote_cseq} {local_cseq} {version} \
             {expires_at}\n{request}"
        ))
    }

    /// Reads what [`write`](Self::write) wrote; `None` for what another version did.
    fn read(tag: &str, text: &str) -> Option<Kept> {
        let mut lines = text.splitn(6, '\n');
        let mut line = || lines.next();
        line().filter(|form| *form == "1")?;
        let endpoint = line()?.to_owned();
        let mut flow = line()?.split(' ');
        let protocol = Protocol::from_name(flow.next()?)?;
        let (local, remote) = (flow.next()?.parse().ok()?, flow.next()?.parse().ok()?);
        let target = line()?.to_owned();
        let mut numbers = line()?.split(' ').map(str::parse::<u64>);
        let mut number = || numbers.next()?.ok();
        let mut small = || u32::try_from(number()?).ok();
        let (remote_cseq, local_cseq, version) = (small()?, small()?, small()?);
        let expires_at = number()?;
        let request = Message::parse(Bytes::from(line()?.to_owned())).ok()?;
        let (flow, tag) = (Flow::new(protocol, local, remote), tag.to_owned());
        let record = SubscriptionRecord { request, tag, flow, target, remote_cseq, local_cseq, version };
        Some(Kept { endpoint, record, expires_at })
    }
}

impl Presence {
    /// Writes down a subscription that was granted or refreshed.
    pub(super) fn keep(&self, id: SubscriptionId, record: &SubscriptionRecord) {
        let known = self.with(|state| {
            let watcher = state.watchers.get_mut(id)?;
            watcher.kept_as = Some(record.tag.clone());
            Some((watcher.endpoint.clone(), watcher.expires_at))
        });
        let Some((endpoint, expires_at)) = known else { return };
        let expires_at = epoch() + expires_at.saturating_duration_since(Instant::now()).as_secs();
        let kept = Kept { endpoint, record: record.clone(), expires_at };
        if let Some(text) = kept.write() {
            self.store.put(Family::Subscription, &record.tag, Some(text));
        }
    }

    /// Goes on with the subscriptions that phones held when the last run ended: those who can be reached are told the
    /// state of now, those over connections that are gone as soon as they refresh.
    pub(crate) async fn restore_subscriptions(exchange: Weak<Exchange>, kept: Vec<(String, String)>) {
        for some in kept.chunks(TOGETHER) {
            let Some(exchange) = exchange.upgrade() else { return };
            for (tag, text) in some {
                let restored = Kept::read(tag, text).filter(|kept| kept.expires_at > epoch());
                if restored.and_then(|kept| exchange.presence().restore(&exchange, kept)).is_none() {
                    exchange.presence().store.put(Family::Subscription, tag, None);
                }
            }
            drop(exchange);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Goes on with one; `None` where what it watches is not there any more.
    fn restore(&self, exchange: &Exchange, mut kept: Kept) -> Option<()> {
        let (sip, configuration) = (exchange.sip()?, exchange.configuration());
        let endpoint = configuration.sip.endpoints.get(&kept.endpoint)?;
        let left = Duration::from_secs(kept.expires_at.saturating_sub(epoch()));
        kept.record.local_cseq = kept.record.local_cseq.checked_add(NOTIFIES_OF_A_RUN)?;
        kept.record.version = kept.record.version.checked_add(NOTIFIES_OF_A_RUN)?;
        self.store.put(Family::Subscription, &kept.record.tag, Some(kept.write()?));
        let request = &kept.record.request;
        let wanted = wanted(&configuration, endpoint, request).ok()?;
        let user_agent = sip.user_agent();
        let user = user_of(request).unwrap_or_default();
        let contact = sip.contact(&kept.record.flow, &user, request);
        let is_there =
            kept.record.flow.protocol == Protocol::Udp && user_agent.has_connection(&kept.record.flow);
        let (id, facts) = (SubscriptionId::next(), self.facts());
        self.with(|state| {
            let now = state.look(&facts, &wanted.resource);
            let watcher = Watcher {
                kept_as: Some(kept.record.tag.clone()),
                expires_at: Instant::now() + left,
                ..Watcher::new(&endpoint.name, wanted, user_agent.clone(), request)
            };
            let terms = terms(&configuration, endpoint, &watcher, contact, watcher.document(&now));
            state.watchers.insert(id, Watcher { last: Some(now), ..watcher });
            user_agent.restore_subscription(id, kept.record.clone(), terms, left, is_there);
        });
        Some(())
    }
}

/// Seconds since the epoch.
fn epoch() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REQUEST: &str = "SUBSCRIBE sip:200@pbx SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
        From: <sip:a@pbx>;tag=1\r\nTo: <sip:200@pbx>\r\nCall-ID: 1\r\nCSeq: 7 SUBSCRIBE\r\nEvent: dialog\r\n\
        Contact: <sip:a@192.0.2.1>\r\nContent-Length: 0\r\n\r\n";

    fn kept() -> Kept {
        let flow =
            Flow::new(Protocol::Tls, "[::1]:5061".parse().unwrap(), "192.0.2.1:40000".parse().unwrap());
        let record = SubscriptionRecord {
            request: Message::parse(Bytes::from_static(REQUEST.as_bytes())).unwrap(),
            tag: "ours".to_owned(),
            flow,
            target: "sip:a@192.0.2.1;ob".to_owned(),
            remote_cseq: 9,
            local_cseq: 12,
            version: 11,
        };
        Kept { endpoint: "desk 1".to_owned(), record, expires_at: 1_800_000_000 }
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = kept().write().unwrap();
        let read = Kept::read("ours", &text).unwrap();
        assert_eq!(read.write().unwrap(), text);
        assert_eq!(
            (read.endpoint.as_str(), read.record.tag.as_str(), read.expires_at),
            ("desk 1", "ours", 1_800_000_000)
        );
        assert_eq!(read.record.request.as_bytes(), REQUEST.as_bytes());
        assert!(Kept::read("ours", &text.replacen('1', "2", 1)).is_none(), "another version's");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(cut in 0_usize..400, text in "\\PC{0,80}") {
            let whole = kept().write().unwrap();
            let head = whole.get(..cut.min(whole.len())).unwrap_or_default();
            let _ = Kept::read("t", &format!("{head}{text}"));
            let _ = Kept::read("t", &text);
        }
    }
}
