//! Whole exchanges on loopback that tell each other of their devices and mailboxes.

mod compositor;
mod refusals;

use std::path::Path;

use call_control::{DeviceState, Prompts};
use sip_ua::transport::Protocol;

use super::*;
use crate::configuration::{Configuration, Folders, Part};
use crate::presence::MailboxCounts;

const PLAN: &str = "[users]\nexten => 100,hint,Custom:lamp\nexten => 101,hint,PJSIP/desk\nexten => _2XX,hint,Custom:${EXTEN}\n";

/// What every exchange here has.
const BASE: &str = "[udp]\ntype=transport\nbind=127.0.0.1:0\n\
    [desk]\ntype=endpoint\ncontext=users\nallow=ulaw\naors=desk\n[desk]\ntype=aor\ncontact=sip:desk@127.0.0.1:9\n";

/// What takes the states of the exchange `name`.
fn takes(name: &str) -> String {
    format!(
        "[{name}]\ntype=endpoint\ncontext=users\nallow=ulaw\nsub_min_expiry=1\n\
         [{name}]\ntype=inbound-publication\nendpoint={name}\nevent_asterisk-devicestate={name}\nevent_asterisk-mwi={name}\n\
         [{name}]\ntype=asterisk-publication\ndevice_state=yes\nmailbox_state=yes\nmailbox_state_filter=^1\n\
         devicestate_publish=to-{name}\nmailboxstate_publish=mwi-to-{name}\n"
    )
}

/// What tells our states to the exchange `name` at this port, where we are `as_name`.
fn tells(name: &str, port: u16, as_name: &str) -> String {
    format!(
        "[to-{name}]\ntype=outbound-publish\nserver_uri=sip:{as_name}@127.0.0.1:{port}\nevent=asterisk-devicestate\n\
         [mwi-to-{name}]\ntype=outbound-publish\nserver_uri=sip:{as_name}@127.0.0.1:{port}\nevent=asterisk-mwi\n"
    )
}

struct House {
    folder: tempfile::TempDir,
    exchange: Arc<Exchange>,
}

impl House {
    /// One with this number in its entity id.
    async fn new(number: u8, pjsip: &str) -> House {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("[options]\nentityid=02:00:00:00:00:{number:02x}\n");
        std::fs::write(folder.path().join("asterisk.conf"), directories(folder.path()) + &options).unwrap();
        std::fs::write(folder.path().join("extensions.conf"), PLAN).unwrap();
        std::fs::write(folder.path().join("pjsip.conf"), BASE.to_owned() + pjsip).unwrap();
        let exchange = start(folder.path()).await;
        House { folder, exchange }
    }

    /// Gives it another configuration.
    async fn rewrite(&self, pjsip: &str) {
        std::fs::write(self.folder.path().join("pjsip.conf"), BASE.to_owned() + pjsip).unwrap();
        let report = self.exchange.reload(Part::Sip).await;
        assert!(!report.has_errors(), "{}", report.render(false));
    }

    fn port(&self) -> u16 {
        self.exchange.local_address(Protocol::Udp).unwrap().port()
    }

    fn device(&self, name: &str) -> DeviceState {
        self.exchange.presence().device(name)
    }

    fn set(&self, name: &str, state: DeviceState) {
        self.exchange.presence().set_device(name, state);
    }

    /// Waits until a device does this.
    async fn sees(&self, name: &str, state: DeviceState) {
        until(|| self.device(name) == state, &format!("{name} to be {state}, not {}", self.device(name)))
            .await;
    }
}

fn directories(folder: &Path) -> String {
    let keys = ["astvarlibdir", "astspooldir", "astlogdir", "astrundir"];
    let lines = keys.map(|key| format!("{key}={}/{key}\n", folder.display()));
    format!("[directories]\nastetcdir={}\n{}", folder.display(), lines.concat())
}

async fn start(folder: &Path) -> Arc<Exchange> {
    let folders = Folders::from_argument(folder).unwrap();
    for written in folders.written() {
        std::fs::create_dir_all(written).unwrap();
    }
    let (configuration, report) = Configuration::load(&folders);
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    Exchange::start(configuration, Prompts::default(), Vec::new()).await.unwrap()
}

async fn until(like: impl Fn() -> bool, what: &str) {
    for _ in 0..800 {
        if like() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited for {what}");
}

/// Two exchanges that tell each other everything; `west` has begun first.
async fn pair() -> (House, House) {
    let west = House::new(1, &takes("east")).await;
    west.set("Custom:lamp", DeviceState::InUse);
    west.exchange.presence().set_mailbox("100", MailboxCounts { new: 2, old: 1 });
    west.exchange.presence().set_mailbox("200", MailboxCounts { new: 9, old: 9 });
    let east = House::new(2, &(takes("west") + &tells("west", west.port(), "east"))).await;
    west.rewrite(&(takes("east") + &tells("east", east.port(), "west"))).await;
    (west, east)
}

#[tokio::test]
async fn exchanges_see_each_others_devices_and_mailboxes() {
    let (west, east) = pair().await;
    east.sees("Custom:lamp", DeviceState::InUse).await;
    let (_, hint) = east.exchange.presence().extension("users", "100").unwrap();
    assert_eq!(hint.state.name(), "InUse");
    until(|| east.exchange.presence().mailbox("100").new == 2, "the mailbox").await;
    assert_eq!(east.exchange.presence().mailbox("200"), MailboxCounts::default(), "it is filtered");
    // Both have a desk, which is what it is at both together; each tells only its own.
    east.set("Custom:lamp", DeviceState::Ringing);
    west.sees("Custom:lamp", DeviceState::RingInUse).await;
    assert_eq!(east.device("Custom:lamp"), DeviceState::RingInUse);
    west.set("Custom:lamp", DeviceState::NotInUse);
    east.sees("Custom:lamp", DeviceState::Ringing).await;
    assert_eq!(west.device("Custom:lamp"), DeviceState::Ringing);
    let shown = east.exchange.presence().inbound_publications();
    assert_eq!(
        shown.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(),
        ["west/west/asterisk-devicestate", "west/west/asterisk-mwi"]
    );
    assert!(shown.iter().all(|row| row.expires > 3_500 && row.states > 0), "{shown:?}");
    let told = west.exchange.outbound_publications().unwrap().statuses();
    assert!(told.iter().all(|one| one.problem.is_none() && one.held_until.is_some()), "{told:?}");
}

#[tokio::test]
async fn an_exchange_that_ends_takes_its_states_back() {
    let (west, east) = pair().await;
    east.sees("Custom:lamp", DeviceState::InUse).await;
    until(|| east.exchange.presence().mailbox("100").new == 2, "the mailbox").await;
    west.exchange.stop().await;
    east.sees("Custom:lamp", DeviceState::Unknown).await;
    assert_eq!(east.exchange.presence().mailbox("100"), MailboxCounts::default());
    assert!(east.exchange.presence().inbound_publications().is_empty());
}

#[tokio::test]
async fn an_exchange_that_begins_anew_is_told_everything() {
    let (west, east) = pair().await;
    east.sees("Custom:lamp", DeviceState::InUse).await;
    // Whoever has lost everything says 412 to the next change.
    east.exchange.presence().forget_remote(true);
    assert_eq!(east.device("Custom:lamp"), DeviceState::Unknown);
    west.set("Custom:other", DeviceState::Busy);
    east.sees("Custom:other", DeviceState::Busy).await;
    east.sees("Custom:lamp", DeviceState::InUse).await;
}

#[tokio::test]
async fn an_exchange_that_asks_is_told_everything() {
    let (west, east) = pair().await;
    east.sees("Custom:lamp", DeviceState::InUse).await;
    // The states are lost, and the publications are not: nothing but a question brings them back.
    east.exchange.presence().forget_remote(false);
    east.rewrite(&takes("west")).await;
    east.rewrite(&(takes("west") + &tells("west", west.port(), "east"))).await;
    east.sees("Custom:lamp", DeviceState::InUse).await;
}

#[tokio::test]
async fn a_reload_touches_only_what_changed() {
    let (west, east) = pair().await;
    east.sees("Custom:lamp", DeviceState::InUse).await;
    let tags = || west.exchange.outbound_publications().unwrap().statuses();
    let before = tags();
    let port = east.port();
    west.rewrite(&format!("; a comment\n{}{}", takes("east"), tells("east", port, "west"))).await;
    assert_eq!(tags().len(), before.len());
    assert_eq!(east.device("Custom:lamp"), DeviceState::InUse);
    west.rewrite(&takes("east")).await;
    assert!(tags().is_empty());
    east.sees("Custom:lamp", DeviceState::Unknown).await;
}

#[tokio::test]
async fn publications_for_which_nothing_changed_cost_no_message() {
    let west = House::new(1, &takes("east")).await;
    assert!(west.exchange.outbound_publications().unwrap().statuses().is_empty());
    west.set("Custom:lamp", DeviceState::InUse);
    assert_eq!(west.device("Custom:lamp"), DeviceState::InUse);
}
