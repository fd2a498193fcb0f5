//! Parties that are played: phones and callers without a network, for rehearsals of what is built on calls.
//!
//! A played phone does what its [`Part`] says when it is called. A played caller does nothing by itself: whoever plays it
//! presses its keys ([`press`]) and hangs up for it. Both have media legs as all others have; over a
//! [paced](media_bridge::MediaEngine::paced) media plane nothing of it leaves the process.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use media_bridge::{Codec, Digit, LegConfig, LegSettings, MediaError};

use crate::call::{Call, Direction};
use crate::cause::HangupCause;
use crate::event::Event;
use crate::identity::CallerId;
use crate::local::Slot;
use crate::sip::leg_events::LegRelay;
use crate::switchboard::Switchboard;
use crate::technology::{
    BoxFuture, ChannelSpec, Driver, OriginateError, OriginateRequest, Report, Technology,
};

/// What the parties speak.
const CODEC: Codec = Codec::Pcma;

/// How long a key is held, in milliseconds.
const KEY_MS: u32 = 100;

/// What a phone does when it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// It rings and is answered.
    Answers {
        /// After so long.
        after: Duration,
        /// It hangs up so long after the answer; without it, it stays.
        hangs_up_after: Option<Duration>,
    },
    /// It rings, and nobody answers.
    Rings,
    /// It ends the call at once: busy, refused …
    Ends(HangupCause),
}

/// Says what the phone behind a resource does, the part behind the slash of `PJSIP/alice`.
///
/// # Errors
/// Where it cannot be called at all.
pub type Casting = dyn Fn(&str) -> Result<Part, OriginateError> + Send + Sync;

/// A technology whose phones are played.
pub struct PlayedPhones {
    switchboard: Switchboard,
    name: &'static str,
    aliases: &'static [&'static str],
    casting: Arc<Casting>,
}

impl PlayedPhones {
    /// Puts played phones in the place of a technology and its aliases.
    pub fn take_over(
        switchboard: &Switchboard,
        name: &'static str,
        aliases: &'static [&'static str],
        casting: Arc<Casting>,
    ) {
        let phones = Self { switchboard: switchboard.clone(), name, aliases, casting };
        switchboard.register_technology(Arc::new(phones));
    }
}

impl Technology for PlayedPhones {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn originate<'a>(
        &'a self,
        resource: &'a str,
        request: OriginateRequest,
    ) -> BoxFuture<'a, Result<Call, OriginateError>> {
        Box::pin(async move {
            let part = (self.casting)(resource)?;
            let spec = |leg, driver| ChannelSpec {
                technology: self.name,
                resource: resource.rsplit('@').next().unwrap_or(resource).to_owned(),
                direction: Direction::Outbound,
                caller: CallerId::new("", resource.split('@').next().unwrap_or(resource)),
                dialed: String::new(),
                context: String::new(),
                language: request.language.unwrap_or_else(|| "en".to_owned()),
                variables: request.variables,
                call_id: request.call_id,
                linked_id: request.linked_id,
                leg: Some(leg),
                driver,
            };
            let call =
                open(&self.switchboard, spec).map_err(|error| OriginateError::Media(error.to_string()))?;
            call.set_connected(request.caller);
            if let Some(preparation) = request.preparation {
                preparation.run(&call).await?;
            }
            tokio::spawn(play(call.clone(), part));
            Ok(call)
        })
    }
}

/// A phone lives as its part says.
async fn play(call: Call, part: Part) {
    match part {
        Part::Ends(cause) => call.hangup(cause),
        Part::Rings => call.report(Report::Ringing),
        Part::Answers { after, hangs_up_after } => {
            call.report(Report::Ringing);
            if call.wait(after).await.is_err() {
                return;
            }
            call.report(Report::Answered);
            if let Some(after) = hangs_up_after
                && call.wait(after).await.is_ok()
            {
                call.hangup(HangupCause::NORMAL);
            }
        }
    }
}

/// A caller that is played.
#[derive(Clone, Debug)]
pub struct PlayedCaller {
    /// The technology that it seems to come by.
    pub technology: &'static str,
    /// The phone or trunk that it seems to come from.
    pub resource: String,
    /// Who it says it is.
    pub caller: CallerId,
    /// What it dials.
    pub dialed: String,
    /// Where its dialplan begins.
    pub context: String,
    /// The language of its prompts.
    pub language: String,
}

/// Makes the channel of a caller. Its dialplan is to be run.
///
/// # Errors
/// [`MediaError`] where no media leg can be opened.
pub fn call_in(switchboard: &Switchboard, who: PlayedCaller) -> Result<Call, MediaError> {
    open(switchboard, |leg, driver| ChannelSpec {
        technology: who.technology,
        resource: who.resource,
        direction: Direction::Inbound,
        caller: who.caller,
        dialed: who.dialed,
        context: who.context,
        language: who.language,
        variables: Vec::new(),
        call_id: None,
        linked_id: None,
        leg: Some(leg),
        driver,
    })
}

/// Presses a key of a played party: `0` to `9`, `*`, `#`, `A` to `D`.
pub fn press(call: &Call, key: char) {
    call.report(Report::Digit { digit: key, duration_ms: KEY_MS });
    if let (Some(leg), Some(digit)) = (call.leg(), Digit::from_char(key)) {
        leg.hear_digit(digit, Duration::from_millis(KEY_MS.into()));
    }
}

/// A channel with a leg whose peer is nowhere.
fn open(
    switchboard: &Switchboard,
    spec: impl FnOnce(Arc<media_bridge::Leg>, Box<dyn Driver>) -> ChannelSpec,
) -> Result<Call, MediaError> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let relay = LegRelay::default();
    let leg = switchboard.media().open_leg(LegConfig::new(here, relay.sink()))?;
    // The discard port: nobody is there, and a paced media plane sends nothing.
    leg.configure(LegSettings::new(Some(SocketAddr::new(here, 9)), CODEC));
    let slot = Slot::default();
    let call = switchboard.create_channel(spec(Arc::new(leg), Box::new(Party(slot.clone()))));
    slot.hold(&call);
    relay.attach(&call);
    call.report(Report::Codecs(vec![CODEC]));
    Ok(call)
}

/// Takes the commands of a played party.
struct Party(Slot);

impl Driver for Party {
    fn ring(&self) {
        if let Some(call) = self.0.call() {
            let tone = "ring".to_owned();
            call.switchboard().notice(|| Event::IndicationStarted { channel: call.snapshot(), tone });
        }
    }

    fn progress(&self) {}

    fn answer(&self) {
        self.0.report(Report::Answered);
    }

    fn hangup(&self, _cause: HangupCause) {}
}

#[cfg(test)]
mod tests {
    use media_bridge::{MediaConfig, MediaEngine};

    use super::*;

    #[tokio::test]
    async fn phones_do_what_their_part_says() {
        let media =
            MediaEngine::start(MediaConfig { ports: 33_000..=33_999, ..MediaConfig::default() }).unwrap();
        let board = Switchboard::builder(media).build();
        let casting = |resource: &str| match resource {
            "desk" => Ok(Part::Answers { after: Duration::ZERO, hangs_up_after: Some(Duration::ZERO) }),
            "busy" => Ok(Part::Ends(HangupCause::USER_BUSY)),
            other => Err(OriginateError::NoSuchEndpoint(other.to_owned())),
        };
        PlayedPhones::take_over(&board, "PJSIP", &["SIP"], Arc::new(casting));
        let request = OriginateRequest::default;
        let desk = board.originate("SIP/desk", request()).await.unwrap();
        assert_eq!(desk.hung_up().await, HangupCause::NORMAL);
        assert!(desk.answered_at().is_some());
        let busy = board.originate("PJSIP/busy", request()).await.unwrap();
        assert_eq!(busy.hung_up().await, HangupCause::USER_BUSY);
        assert!(board.originate("PJSIP/nobody", request()).await.is_err());
    }
}
