//! An exchange for tests: two phones, one of them at a fixed place, on ports that nobody else uses.

use std::path::Path;
use std::sync::Arc;

use call_control::{
    Call, CallerId, ChannelSpec, Direction, Driver, HangupCause, Observer, Prompts, Switchboard,
};
use pbx::Exchange;
use pbx::configuration::{Configuration, Folders};

const PJSIP: &str = "
[udp]
type=transport
protocol=udp
bind=127.0.0.1:0
[alice]
type=endpoint
context=phones
disallow=all
allow=ulaw
auth=alice
aors=alice
callerid=\"Alice\" <100>
[alice]
type=auth
auth_type=userpass
username=alice-user
password=a-long-secret
[alice]
type=aor
max_contacts=3
[bob]
type=endpoint
context=phones
aors=bob
[bob]
type=aor
contact=sip:bob@192.0.2.9:5060
[office]
type=identify
endpoint=bob
match=192.0.2.0/24,198.51.100.7:5080
match_header=X-Site: /^north/
";

const EXTENSIONS: &str = "
[phones]
exten => 100,1,Answer()
 same => n,Echo()
[hints]
exten => 900,hint,Custom:lamp,CustomPresence:desk
";

/// Starts one in a folder.
pub(crate) async fn exchange(folder: &Path, observers: Vec<Arc<dyn Observer>>) -> Arc<Exchange> {
    std::fs::write(folder.join("pjsip.conf"), PJSIP).unwrap();
    std::fs::write(folder.join("extensions.conf"), EXTENSIONS).unwrap();
    let folders = Folders::from_argument(folder).unwrap();
    for written in folders.written() {
        std::fs::create_dir_all(written).unwrap();
    }
    let (configuration, report) = Configuration::load(&folders);
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    Exchange::start(configuration, Prompts::default(), observers).await.unwrap()
}

/// Obeys and does nothing.
struct Silent;

impl Driver for Silent {
    fn ring(&self) {}
    fn progress(&self) {}
    fn answer(&self) {}
    fn hangup(&self, _: HangupCause) {}
}

/// A channel of alice, who dialled 100.
pub(crate) fn channel(switchboard: &Switchboard) -> Call {
    switchboard.create_channel(ChannelSpec {
        technology: "PJSIP",
        resource: "alice".to_owned(),
        direction: Direction::Inbound,
        caller: CallerId::new("Eve\u{1b}[2J", "100"),
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
