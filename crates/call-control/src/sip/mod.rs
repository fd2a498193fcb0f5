//! SIP as a technology: INVITEs become channels, channels become INVITEs.
//!
//! One task, the worker, owns all sessions. It hears the user agent's events and the channels' commands, and asks the
//! [`Directory`] who may call and where the called are. No lock is held anywhere on the way.

mod addressing;
pub mod causes;
mod charges;
mod codec_choice;
mod codec_rules;
mod conversation;
mod conveyance;
mod digits;
mod directory;
mod door;
mod driver;
mod endpoint;
mod inbound;
mod info;
pub(crate) mod leg_events;
mod line;
mod media;
mod media_encryption;
mod media_names;
mod messages;
mod outbound;
mod parties;
mod passed_hold;
mod redirect;
mod redirection;
mod referral;
mod registration;
mod requests;
mod rtp_options;
mod session;
mod session_change;
mod session_streams;
mod steering;
mod stream_codecs;
mod subscriptions;
mod unidentified;
mod verification;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use sip_ua::UserAgentHandle;
use sip_ua::location::Locator;
use sip_ua::transport::{BindError, Flow, ListenConfig, Protocol};
use sip_ua::user_agent::UserAgentConfig;
use tokio::sync::mpsc;

pub use codec_rules::{CodecRule, CodecRules, Operation, Prefer};
pub use conversation::{Conversation, HeaderProblem, HeadersOf, check_header};
pub use conveyance::{ConveyedLocation, ConveyedPlace};
pub use digits::DigitMode;
pub use directory::{Admission, Directory, NextHop, PendingReply, Referral, Referred, Route};
pub use door::AccessRules;
pub use endpoint::{DirectMedia, GlareMitigation, SipEndpoint};
pub use line::{Line, LineBuilder, LineError};
pub use media_encryption::MediaEncryption;
pub use redirect::RedirectMethod;
pub use referral::status_of;
pub use registration::RegistrationError;
pub use rtp_options::RtpOptions;
pub use session_change::{RefreshMethod, SessionChange};
pub(crate) use stream_codecs::passed_as;
pub use stream_codecs::{StreamCodec, StreamOptions};
pub use subscriptions::PendingSubscription;
pub use unidentified::UnidentifiedPolicy;
pub use verification::CallerVerdict;

use crate::call::Call;
use crate::switchboard::Switchboard;
use crate::technology::{BoxFuture, OriginateError, OriginateRequest, Technology};
use driver::Command;

/// The SIP technology of an exchange, named `PJSIP` as Asterisk's is; `SIP` reaches it too.
pub struct SipTechnology {
    user_agent: UserAgentHandle,
    switchboard: Switchboard,
    directory: Arc<dyn Directory>,
    commands: mpsc::UnboundedSender<Command>,
    locator: Arc<Locator>,
    max_forwards: Arc<AtomicU8>,
    /// What it was started with.
    config: UserAgentConfig,
}

impl SipTechnology {
    /// Opens the transports, registers the technology at the switchboard, and starts its worker on the current runtime.
    ///
    /// Channels of callers come out of the receiver: challenged, admitted, not answered yet. `locator`
    /// finds the servers that calls go to.
    ///
    /// # Errors
    /// [`BindError`] when a transport cannot be opened; it says who holds the port as far as that can be known.
    pub async fn start(
        config: UserAgentConfig,
        listen: Vec<ListenConfig>,
        switchboard: Switchboard,
        directory: Arc<dyn Directory>,
        locator: Arc<Locator>,
    ) -> Result<(Arc<Self>, mpsc::Receiver<Call>), BindError> {
        let max_forwards = Arc::new(AtomicU8::new(config.max_forwards));
        let (user_agent, events) = sip_ua::bind_guarded(config.clone(), listen, directory.guard()).await?;
        let (commands, command_queue) = mpsc::unbounded_channel();
        let (calls, incoming) = mpsc::channel(INCOMING_BACKLOG);
        let technology = Arc::new(Self {
            user_agent: user_agent.clone(),
            switchboard: switchboard.clone(),
            directory: directory.clone(),
            commands: commands.clone(),
            locator: locator.clone(),
            max_forwards: max_forwards.clone(),
            config,
        });
        let worker = worker::Worker::new(
            user_agent,
            switchboard.clone(),
            directory,
            commands,
            calls,
            max_forwards,
            locator,
        );
        tokio::spawn(worker.run(events, command_queue));
        switchboard.register_technology(technology.clone());
        Ok((technology, incoming))
    }

    /// Closes the transports once everything that channels asked for so far has been sent.
    pub async fn stop(&self) {
        // A worker that is gone has stopped.
        let _ = self.commands.send(Command::Stop);
        let _ = tokio::time::timeout(STOP_PATIENCE, self.user_agent.closed()).await;
    }

    /// What messages say of us is as in `config` from the next one on, see [`sip_ua::user_agent::UserAgent::say`].
    pub fn say(&self, config: UserAgentConfig) {
        self.max_forwards.store(config.max_forwards, Ordering::Relaxed);
        self.user_agent.run(move |user_agent, _| user_agent.say(&config));
    }

    /// What it was started with.
    pub fn config(&self) -> &UserAgentConfig {
        &self.config
    }

    /// The user agent, for requests outside of calls.
    pub fn user_agent(&self) -> &UserAgentHandle {
        &self.user_agent
    }

    /// Who finds servers by DNS.
    pub fn locator(&self) -> &Arc<Locator> {
        &self.locator
    }

    /// The ways to a next hop, at least one, in the order in which requests are to try them (RFC 3263):
    /// names are looked up, and servers that failed lately come last.
    ///
    /// # Errors
    /// [`OriginateError::Unreachable`] says what was looked up and what came.
    pub async fn flows_to(&self, hop: &NextHop) -> Result<Vec<Flow>, OriginateError> {
        addressing::flows_to(&self.user_agent, &self.locator, hop).await
    }

    /// The way to a next hop that is to be tried first.
    ///
    /// # Errors
    /// As [`flows_to`](Self::flows_to).
    pub async fn flow_to(&self, hop: &NextHop) -> Result<Flow, OriginateError> {
        self.flows_to(hop).await?.into_iter().next().ok_or(OriginateError::Refused)
    }

    /// Where the exchange listens for `protocol`.
    pub fn local_address(&self, protocol: Protocol) -> Option<SocketAddr> {
        self.user_agent.local_address(protocol)
    }
}

/// The variable by which a call that was made to a GRUU remembers the instance, down to the channels that it makes.
const INSTANCE: &str = "GRUU_INSTANCE";

/// The variable that says to calls made for a party who handed it on (RFC 3892).
const REFERRED_BY: &str = "SIPREFERREDBYHDR";

/// The variable that names to calls made for a party the call elsewhere that they are to take over (RFC 3891).
const REPLACES: &str = "SIPREPLACESHDR";

/// Longest wait for peers that do not read what is sent to them at the end.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// Callers that wait for the exchange to take them. Beyond it they are refused with 503.
const INCOMING_BACKLOG: usize = 1_024;

impl Technology for SipTechnology {
    fn name(&self) -> &'static str {
        NAME
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["SIP"]
    }

    fn originate<'a>(
        &'a self,
        resource: &'a str,
        request: OriginateRequest,
    ) -> BoxFuture<'a, Result<Call, OriginateError>> {
        Box::pin(outbound::originate(self, resource, request))
    }
}

/// The technology's name, first half of its channels' names.
const NAME: &str = "PJSIP";
