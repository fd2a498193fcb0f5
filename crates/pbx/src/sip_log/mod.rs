//! SIP messages for people: on consoles and in the log (`pjsip set logger`, `debug` of `[global]`), and in a file for Wireshark.

mod capture;
mod packet;
mod selection;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use call_control::{Event, Switchboard};
use sip_ua::guard::Network;
use sip_ua::transport::Flow;
use sip_ua::{MessageDirection, MessageObserver, UserAgentHandle};

use capture::Capture;
pub use capture::CaptureError;
pub use selection::Selection;

/// Which messages an exchange shows. While it is off, messages cost nothing.
pub struct SipLog {
    switchboard: Switchboard,
    user_agent: OnceLock<UserAgentHandle>,
    settings: Mutex<Settings>,
}

struct Settings {
    /// What is shown; `None` while it is off.
    selection: Option<Selection>,
    /// Whether consoles and the log have it.
    is_told: bool,
    capture: Option<Capture>,
    /// What the configuration last said.
    configured: Option<Selection>,
}

impl SipLog {
    pub(crate) fn new(switchboard: Switchboard) -> Arc<Self> {
        let settings = Settings { selection: None, is_told: true, capture: None, configured: None };
        Arc::new(Self { switchboard, user_agent: OnceLock::new(), settings: Mutex::new(settings) })
    }

    /// From now on there are messages to be seen.
    pub(crate) fn watch(self: &Arc<Self>, user_agent: UserAgentHandle) {
        // Only the first one is watched.
        let _ = self.user_agent.set(user_agent);
        self.change(|_| {});
    }

    /// Does as the configuration says where it says something else than before: what a console has asked for outlasts a reload.
    pub(crate) fn follow(self: &Arc<Self>, configured: Option<Selection>) {
        self.change(|settings| {
            if settings.configured != configured {
                settings.selection.clone_from(&configured);
                settings.configured = configured;
            }
        });
    }

    /// Shows every message.
    pub fn show_all(self: &Arc<Self>) {
        self.change(|settings| settings.selection = Some(Selection::default()));
    }

    /// Shows what comes from this network and goes there, and nothing of others.
    pub fn show_host(self: &Arc<Self>, network: Network) {
        self.select(|selection| selection.networks = vec![network]);
    }

    /// Shows this network's messages as well as those of the networks before.
    pub fn show_host_too(self: &Arc<Self>, network: Network) {
        self.select(|selection| selection.networks.push(network));
    }

    /// Shows requests of this method and their responses, and no others. All methods that are shown now.
    pub fn show_method(self: &Arc<Self>, method: &str) -> Vec<String> {
        self.select(|selection| selection.methods = vec![method.to_owned()]).methods
    }

    /// Shows this method as well as the ones before. All methods that are shown now.
    pub fn show_method_too(self: &Arc<Self>, method: &str) -> Vec<String> {
        self.select(|selection| selection.methods.push(method.to_owned())).methods
    }

    /// Whether consoles and the log have the messages, or the capture alone.
    pub fn tell(self: &Arc<Self>, is_told: bool) {
        self.change(|settings| settings.is_told = is_told);
    }

    /// Puts what is shown into a file as well, for Wireshark, `sngrep` and `tshark`, until [`Self::end`]. False where nothing is
    /// shown yet.
    ///
    /// # Errors
    /// [`CaptureError`] where the file cannot be made; then all stays as it was.
    pub fn capture(self: &Arc<Self>, path: &Path) -> Result<bool, CaptureError> {
        // A disk may take its time, and messages come meanwhile.
        let capture = Capture::create(path)?;
        Ok(self.change(|settings| {
            settings.capture = Some(capture);
            settings.selection.is_some()
        }))
    }

    /// Shows nothing any more, and ends the capture.
    pub fn end(self: &Arc<Self>) {
        self.change(|settings| {
            settings.selection = None;
            settings.capture = None;
        });
    }

    /// Whether messages are shown.
    pub fn is_on(&self) -> bool {
        self.settings().selection.is_some()
    }

    /// Narrows or widens what is shown.
    fn select(self: &Arc<Self>, narrow: impl FnOnce(&mut Selection)) -> Selection {
        self.change(|settings| {
            let selection = settings.selection.get_or_insert_default();
            narrow(selection);
            selection.clone()
        })
    }

    fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut Settings) -> T) -> T {
        let mut settings = self.settings();
        let outcome = change(&mut settings);
        if let Some(user_agent) = self.user_agent.get() {
            let is_on = settings.selection.is_some();
            user_agent.observe(is_on.then(|| -> Arc<dyn MessageObserver> { self.clone() }));
        }
        outcome
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MessageObserver for SipLog {
    fn observe(&self, direction: MessageDirection, flow: &Flow, message: &[u8]) {
        let settings = self.settings();
        if !settings.selection.as_ref().is_some_and(|selection| selection.wants(flow.remote.ip(), message)) {
            return;
        }
        if let Some(capture) = &settings.capture {
            let ends: [SocketAddr; 2] = match direction {
                MessageDirection::Received => [flow.remote, flow.local],
                MessageDirection::Sent => [flow.local, flow.remote],
            };
            capture.keep(SystemTime::now(), ends, message);
        }
        let is_told = settings.is_told;
        // Those who are told may ask for something else.
        drop(settings);
        if is_told {
            self.switchboard.notice(|| Event::SipMessage {
                direction,
                protocol: flow.protocol,
                peer: flow.remote,
                message: String::from_utf8_lossy(message).into_owned(),
            });
        }
    }
}
