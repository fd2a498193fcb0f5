//! A channel for tests of functions: texts are put together as in a dialplan, on an exchange of its own in a folder that
//! goes away.

use std::path::Path;
use std::sync::{Arc, Mutex};

use call_control::{
    CallerId, ChannelSpec, Direction, Driver, Event, HangupCause, Observer, Prompts, Switchboard,
};
use dialplan_vm::{Location, Machine};
use tempfile::TempDir;

use crate::configuration::{Configuration, Folders};
use crate::dialplan::{DialplanChannel, substitute_waiting};
use crate::exchange::Exchange;

const PJSIP: &str = "
[udp]
type=transport
protocol=udp
bind=127.0.0.1:0
[alice]
type=endpoint
context=phones
disallow=all
allow=ulaw,alaw
aors=alice
callerid=\"Alice\" <100>
[alice]
type=aor
max_contacts=3
contact=sip:alice@192.0.2.9:5060
";

const EXTENSIONS: &str = "
[globals]
PLACE=Paris
[phones]
exten => 100,1,Answer()
 same => n(here),Echo()
";

/// A channel, the exchange around it, and what was said on its console.
pub(crate) struct Bench {
    pub(crate) channel: DialplanChannel,
    warnings: Arc<Warnings>,
    folder: TempDir,
}

#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn notice(&self, event: &Event) {
        if let Event::Warning { text, .. } = event {
            self.0.lock().unwrap().push(text.clone());
        }
    }
}

/// Obeys and does nothing.
struct Silent;

impl Driver for Silent {
    fn ring(&self) {}
    fn progress(&self) {}
    fn answer(&self) {}
    fn hangup(&self, _: HangupCause) {}
}

impl Bench {
    /// A channel of `alice`, who dialled 100.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same, with more files of configuration, or others.
    pub(crate) async fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("pjsip.conf", PJSIP), ("extensions.conf", EXTENSIONS)].iter().chain(files) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Self::in_folder(folder).await
    }

    /// Ends the exchange and starts it again in the same folder.
    pub(crate) async fn restarted(self) -> Self {
        let Self { channel, folder, .. } = self;
        channel.exchange.stop().await;
        drop(channel);
        Self::in_folder(folder).await
    }

    async fn in_folder(folder: TempDir) -> Self {
        let folders = Folders::from_argument(folder.path()).unwrap();
        for written in folders.written() {
            std::fs::create_dir_all(written).unwrap();
        }
        let (configuration, report) = Configuration::load(&folders);
        let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
        let warnings = Arc::new(Warnings::default());
        let exchange =
            Exchange::start(configuration, Prompts::default(), vec![warnings.clone()]).await.unwrap();
        let channel = channel_of(&exchange);
        Self { channel, warnings, folder }
    }

    /// One more channel of the same exchange.
    pub(crate) fn another(&self) -> DialplanChannel {
        channel_of(&self.channel.exchange)
    }

    /// The folder of the configuration.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the text comes to in the channel's dialplan.
    pub(crate) async fn read(&mut self, text: &str) -> String {
        substitute_waiting(&mut self.channel, text).await
    }

    /// `Set(target=value)`.
    pub(crate) async fn set(&mut self, target: &str, value: &str) {
        self.channel.assign_waiting(target, value).await;
    }

    /// Texts, and what each of them has to come to.
    pub(crate) async fn expect(&mut self, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(self.read(text).await, *expected, "{text}; {:?}", self.warnings());
        }
    }

    /// What was said on the console since the last time.
    pub(crate) fn warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.0.lock().unwrap())
    }
}

fn channel_of(exchange: &Arc<Exchange>) -> DialplanChannel {
    let call = channel(exchange.switchboard());
    let machine = Machine::new(exchange.configuration().dialplan.clone(), Location::new("phones", "100", 1));
    DialplanChannel::new(exchange.clone(), call, machine)
}

fn channel(switchboard: &Switchboard) -> call_control::Call {
    switchboard.create_channel(ChannelSpec {
        technology: "PJSIP",
        resource: "alice".to_owned(),
        direction: Direction::Inbound,
        caller: CallerId::new("Alice", "6001"),
        dialed: "100".to_owned(),
        context: "phones".to_owned(),
        language: "en".to_owned(),
        variables: Vec::new(),
        call_id: None,
        linked_id: None,
        leg: None,
        driver: Box::new(Silent),
    })
}
