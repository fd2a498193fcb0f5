//! `Local/number@context`: a call into the dialplan, as if a phone had dialled the number there.
//!
//! A call is a pair of channels that are two ends of one wire. What dials holds `Local/…;1`, a called party that rings,
//! answers and hangs up as the dialplan on `Local/…;2`, a calling party, lets it. Their media legs send to each other over
//! the loopback interface, so prompts, keys and bridges work on them as on any other.

mod streams;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock, Weak};

use media_bridge::{Codec, EventPayload, Leg, LegConfig, LegSettings, MediaError};
use sip_ua::charge_advice::ChargeAdvice;
use smol_str::format_smolstr;
use tokio::sync::mpsc;

use crate::call::{Call, Channel, Direction};
use crate::cause::HangupCause;
use crate::identity::CallerId;
use crate::message::CallText;
use crate::sip::leg_events::LegRelay;
use crate::streams::PartyStream;
use crate::switchboard::Switchboard;
use crate::technology::{
    BoxFuture, ChannelSpec, Driver, OriginateError, OriginateRequest, Report, Technology,
};
use streams::WireStreams;

/// The technology's name, first half of its channels' names.
pub const NAME: &str = "Local";

/// Calls that wait for a task to run their dialplan. Beyond it they are refused.
const BACKLOG: usize = 1_024;

/// Longest chain of such calls, one in the dialplan of the other.
const DEEPEST: u8 = 20;

/// Payload type of keys on the wire between both ends.
const TELEPHONE_EVENT: EventPayload = EventPayload::narrow(101);

/// Both ends are on this machine.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Says whether a context has an extension for a caller's number: `(context, extension, caller)`.
pub type HasExtension = dyn Fn(&str, &str, &str) -> bool + Send + Sync;

/// Calls into the dialplan.
struct LocalTechnology {
    switchboard: Switchboard,
    has_extension: Arc<HasExtension>,
    calls: mpsc::Sender<Call>,
}

/// Makes `Local/` reachable at `switchboard`. The calling ends come out of the receiver: their dialplan is to be run.
pub fn start(switchboard: &Switchboard, has_extension: Arc<HasExtension>) -> mpsc::Receiver<Call> {
    let (calls, waiting) = mpsc::channel(BACKLOG);
    let technology = LocalTechnology { switchboard: switchboard.clone(), has_extension, calls };
    switchboard.register_technology(Arc::new(technology));
    waiting
}

impl Technology for LocalTechnology {
    fn name(&self) -> &'static str {
        NAME
    }

    fn originate<'a>(
        &'a self,
        resource: &'a str,
        request: OriginateRequest,
    ) -> BoxFuture<'a, Result<Call, OriginateError>> {
        Box::pin(self.call(resource, request))
    }
}

impl LocalTechnology {
    async fn call(&self, resource: &str, mut request: OriginateRequest) -> Result<Call, OriginateError> {
        let (extension, context) = place(resource);
        let hops = request.hops.unwrap_or(DEEPEST).min(DEEPEST);
        let hops = hops.checked_sub(1).ok_or(OriginateError::TooManyHops)?;
        if !(self.has_extension)(context, extension, &request.caller.number) {
            let (extension, context) = (extension.to_owned(), context.to_owned());
            return Err(OriginateError::NoSuchExtension { extension, context });
        }
        let codec = request.codecs.first().copied().unwrap_or_default();
        let resource = format!("{extension}@{context}");
        let names = [";1", ";2"];
        let wire =
            Wire { technology: NAME, resource, codec, names, extension, context, carries_streams: true };
        let preparation = request.preparation.take();
        let (called, calling) = wire.stretch(&self.switchboard, request)?;
        if let Some(preparation) = preparation {
            preparation.run(&called).await?;
        }
        for call in [&called, &calling] {
            call.set_hops(hops);
        }
        match self.calls.try_send(calling) {
            Ok(()) => Ok(called),
            Err(_) => {
                called.report(Report::Ended(HangupCause::CONGESTION));
                Err(OriginateError::Refused)
            }
        }
    }
}

/// The extension and the context of `100@phones/n`. The letters behind the slash ask for how Asterisk joins media, and mean
/// nothing here.
fn place(resource: &str) -> (&str, &str) {
    let (extension, context) = resource.rsplit_once('@').unwrap_or((resource, ""));
    let context = context.split('/').next().unwrap_or_default();
    let extension =
        if context.is_empty() { extension.split('/').next().unwrap_or_default() } else { extension };
    (extension, if context.is_empty() { "default" } else { context })
}

/// A call whose both ends are in this process: what dials gets the one, whoever plays the party that is dialled has the other.
pub struct Wire<'a> {
    /// The technology's name.
    pub technology: &'static str,
    /// The second half of the channels' names.
    pub resource: String,
    /// What both ends speak.
    pub codec: Codec,
    /// What the names of the called end and of the calling end have behind the number.
    pub names: [&'static str; 2],
    /// The number that is dialled.
    pub extension: &'a str,
    /// Where the calling end begins, if it runs dialplan.
    pub context: &'a str,
    /// Video and text go along with the audio, as far as those have them who are joined with the ends.
    pub carries_streams: bool,
}

impl Wire<'_> {
    /// Makes both ends: the called one, which rings and answers as the other is told to, and the calling one. Either ends when the
    /// other does, or is let go.
    ///
    /// # Errors
    /// [`OriginateError::Media`] where there are no ports left.
    pub fn stretch(
        self,
        switchboard: &Switchboard,
        request: OriginateRequest,
    ) -> Result<(Call, Call), OriginateError> {
        let media = |error: MediaError| OriginateError::Media(error.to_string());
        let ([called_leg, calling_leg], relays) =
            legs(switchboard, self.codec, request.near).map_err(media)?;
        let name = switchboard.identifiers().channel_name(self.technology, &self.resource);
        let [one, two] = [Slot::default(), Slot::default()];
        let beside = self
            .carries_streams
            .then(|| Arc::new(WireStreams::new([one.clone(), two.clone()], called_leg.id())));
        let common = |direction, leg: Leg, near: &Slot, far: &Slot| ChannelSpec {
            technology: self.technology,
            resource: self.resource.clone(),
            direction,
            caller: CallerId::new("", self.extension),
            dialed: String::new(),
            context: self.context.to_owned(),
            language: request.language.clone().unwrap_or_else(|| "en".to_owned()),
            variables: request.variables.clone(),
            call_id: request.call_id,
            linked_id: request.linked_id.clone(),
            leg: Some(Arc::new(leg)),
            driver: Box::new(End { near: near.clone(), far: far.clone(), beside: beside.clone() }),
        };
        let spec = common(Direction::Outbound, called_leg, &one, &two);
        let called = switchboard.create_named(format_smolstr!("{name}{}", self.names[0]), spec);
        let mut spec = common(Direction::Inbound, calling_leg, &two, &one);
        spec.call_id = Some(called.call_id());
        spec.linked_id = Some(called.linked_id().to_owned());
        spec.caller = request.caller.clone();
        spec.dialed = self.extension.to_owned();
        let calling = switchboard.create_named(format_smolstr!("{name}{}", self.names[1]), spec);
        for (call, relay) in [(&called, &relays[0]), (&calling, &relays[1])] {
            relay.attach(call);
            call.report(Report::Codecs(vec![self.codec]));
        }
        one.hold(&called);
        two.hold(&calling);
        if let Some(beside) = &beside {
            // Whoever asks is at the called end, and the calling one speaks for it.
            beside.bring(&calling, &request.streams);
        }
        calling.demand_encryption(request.asker.as_ref().is_some_and(Call::demands_encryption));
        calling.demand_secure_signaling(request.asker.as_ref().is_some_and(Call::demands_secure_signaling));
        calling.inherit_location(request.asker.as_ref());
        calling.set_redirecting(request.redirecting);
        called.set_connected(request.caller);
        Ok((called, calling))
    }
}

/// Two legs that send to each other.
fn legs(
    switchboard: &Switchboard,
    codec: Codec,
    near: Option<media_bridge::LegId>,
) -> Result<([Leg; 2], [LegRelay; 2]), MediaError> {
    let relays = [LegRelay::default(), LegRelay::default()];
    let open = |relay: &LegRelay, near| {
        switchboard.media().open_leg(LegConfig::new(LOOPBACK, relay.sink()).near(near))
    };
    let first = open(&relays[0], near)?;
    let second = open(&relays[1], Some(first.id()))?;
    for (leg, other) in [(&first, &second), (&second, &first)] {
        let remote = SocketAddr::new(LOOPBACK, other.rtp_address().port());
        let mut settings = LegSettings::new(Some(remote), codec);
        settings.telephone_event = Some(TELEPHONE_EVENT);
        leg.configure(settings);
    }
    Ok(([first, second], relays))
}

/// A channel of the pair, once it is made. It does not keep it alive.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<OnceLock<Weak<Channel>>>);

impl Slot {
    pub(crate) fn hold(&self, call: &Call) {
        // Each slot belongs to one channel; it is filled once.
        let _ = self.0.set(Arc::downgrade(&call.0));
    }

    pub(crate) fn call(&self) -> Option<Call> {
        self.0.get().and_then(Weak::upgrade).map(Call)
    }

    pub(crate) fn report(&self, report: Report) {
        if let Some(call) = self.call() {
            call.report(report);
        }
    }
}

/// The commands of one end, which are the news of the other.
struct End {
    near: Slot,
    far: Slot,
    /// What goes along with the audio.
    beside: Option<Arc<WireStreams>>,
}

impl Driver for End {
    fn ring(&self) {
        self.far.report(Report::Ringing);
    }

    fn progress(&self) {
        self.far.report(Report::Progress);
    }

    fn answer(&self) {
        if let (Some(beside), Some(near), Some(far)) = (&self.beside, self.near.call(), self.far.call()) {
            beside.take_all(&near, &far);
        }
        // The far end hears it last: whoever waits for it may end it at once.
        self.near.report(Report::Answered);
        self.far.report(Report::Answered);
    }

    fn match_streams(&self, streams: &[PartyStream]) {
        if let (Some(beside), Some(far)) = (&self.beside, self.far.call()) {
            beside.bring(&far, streams);
        }
    }

    fn speaks_for_another(&self) -> bool {
        self.beside.is_some()
    }

    fn connected(&self) {
        if let (Some(near), Some(far)) = (self.near.call(), self.far.call()) {
            far.change_party(near.connected());
        }
    }

    fn advise_charges(&self, advice: ChargeAdvice) {
        self.far.report(Report::ChargeAdvice(advice));
    }

    fn send_text(&self, text: &CallText) -> bool {
        let Some(far) = self.far.call() else { return false };
        match far.partner() {
            Some(beyond) => beyond.send_text(text),
            // Nobody is joined with the other end: an application there may wait for it.
            None => {
                far.report(Report::Text(text.body.clone()));
                true
            }
        }
    }

    fn hangup(&self, cause: HangupCause) {
        self.far.report(Report::Ended(cause));
    }
}

impl Drop for End {
    /// An end that nobody holds any more takes the other with it.
    fn drop(&mut self) {
        self.far.report(Report::Ended(HangupCause::NORMAL));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use media_bridge::{MediaConfig, MediaEngine};

    use super::*;
    use crate::call::ChannelState;

    /// A switchboard whose dialplan has the numbers of one context.
    fn board(ports: std::ops::RangeInclusive<u16>) -> (Switchboard, mpsc::Receiver<Call>) {
        let media = MediaEngine::start(MediaConfig { ports, ..MediaConfig::default() }).unwrap();
        let board = Switchboard::builder(media).build();
        let waiting =
            start(&board, Arc::new(|context, extension, _| context == "in" && extension.starts_with('1')));
        (board, waiting)
    }

    fn request(number: &str) -> OriginateRequest {
        OriginateRequest { caller: CallerId::new("", number), ..Default::default() }
    }

    async fn soon<T>(what: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(10), what).await.unwrap()
    }

    #[test]
    fn places_are_read() {
        assert_eq!(place("100@phones/n"), ("100", "phones"));
        assert_eq!(place("a@b@phones"), ("a@b", "phones"));
        assert_eq!(place("100"), ("100", "default"));
        assert_eq!(place("100/n"), ("100", "default"));
    }

    #[tokio::test]
    async fn what_one_end_does_the_other_hears_of() {
        let (board, mut waiting) = board(30_000..=30_999);
        let called = board.originate("Local/100@in", request("7")).await.unwrap();
        let calling = soon(waiting.recv()).await.unwrap();
        assert_eq!((called.name(), calling.name()), ("Local/100@in-00000000;1", "Local/100@in-00000000;2"));
        assert_eq!((calling.caller().number.as_str(), calling.dialed().as_str()), ("7", "100"));
        assert_eq!(calling.position().context, "in");
        calling.ring();
        assert_eq!(called.state(), ChannelState::Ringing);
        calling.set_connected(CallerId::new("Desk", "9"));
        assert_eq!(called.caller(), CallerId::new("Desk", "9"));
        soon(calling.answer()).await.unwrap();
        soon(called.until_up()).await.unwrap();
        called.hangup(HangupCause::USER_BUSY);
        assert_eq!(soon(calling.hung_up()).await, HangupCause::USER_BUSY);
    }

    #[tokio::test]
    async fn an_end_that_is_let_go_ends_the_other() {
        let (board, mut waiting) = board(31_000..=31_999);
        let called = board.originate("Local/100@in", request("7")).await.unwrap();
        let calling = soon(waiting.recv()).await.unwrap();
        drop(called);
        assert_eq!(soon(calling.hung_up()).await, HangupCause::NORMAL);
    }

    #[tokio::test]
    async fn unknown_numbers_and_circles_are_refused() {
        let (board, mut waiting) = board(32_000..=32_999);
        let missing = board.originate("Local/200@in", request("7")).await.unwrap_err();
        assert_eq!(missing.to_string(), "extension '200' is not in context 'in'");
        // Every one that is called calls the next one, which is itself.
        let depth = Arc::new(Mutex::new(0));
        let counted = depth.clone();
        tokio::spawn(async move {
            while let Some(call) = waiting.recv().await {
                *counted.lock().unwrap() += 1;
                tokio::spawn(async move {
                    let failure = call.dial("Local/1@in").await.map(|_| ()).unwrap_err();
                    call.hangup(failure.cause);
                });
            }
        });
        let first = board.originate("Local/1@in", request("7")).await.unwrap();
        assert_eq!(soon(first.hung_up()).await, HangupCause::ROUTING_ERROR);
        assert_eq!(*depth.lock().unwrap(), u32::from(DEEPEST));
    }
}
