//! A running exchange whose transports change.

use std::path::Path;
use std::sync::{Arc, Mutex};

use call_control::{Event, Observer, Prompts};
use sip_ua::transport::Protocol;

use crate::Exchange;
use crate::configuration::{Configuration, Folders, Part};

/// Writes down the warnings.
#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn notice(&self, event: &Event) {
        if let Event::Warning { text, .. } = event {
            self.0.lock().unwrap().push(text.clone());
        }
    }
}

fn write(folder: &Path, pjsip: &str) {
    std::fs::write(folder.join("pjsip.conf"), pjsip).unwrap();
}

async fn start(folder: &Path, warnings: Arc<Warnings>) -> Arc<Exchange> {
    std::fs::write(folder.join("extensions.conf"), "[default]\nexten => 1,1,Answer()\n").unwrap();
    let folders = Folders::from_argument(folder).unwrap();
    for written in folders.written() {
        std::fs::create_dir_all(written).unwrap();
    }
    let (configuration, report) = Configuration::load(&folders);
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    Exchange::start(configuration, Prompts::default(), vec![warnings]).await.unwrap()
}

fn transport(protocol: &str, bind: &str, more: &str) -> String {
    format!("[{protocol}]\ntype=transport\nprotocol={protocol}\nbind={bind}:0\n{more}\n")
}

#[tokio::test]
async fn a_reload_moves_the_transports_that_may_be_moved() {
    let folder = tempfile::tempdir().unwrap();
    let may = "allow_reload=yes";
    write(folder.path(), &(transport("udp", "127.0.0.1", may) + &transport("tcp", "127.0.0.1", "")));
    let warnings = Arc::new(Warnings::default());
    let exchange = start(folder.path(), warnings.clone()).await;
    let at = |protocol| exchange.local_address(protocol).map(|address| address.ip().to_string());
    let before = exchange.local_address(Protocol::Tcp);

    write(folder.path(), &(transport("udp", "127.0.0.2", may) + &transport("tcp", "127.0.0.2", "")));
    exchange.reload(Part::Sip).await;
    assert_eq!(at(Protocol::Udp).as_deref(), Some("127.0.0.2"));
    assert_eq!(exchange.local_address(Protocol::Tcp), before);
    let said = std::mem::take(&mut *warnings.0.lock().unwrap());
    assert!(
        matches!(&said[..], [one] if one.contains("'tcp'") && one.contains("allow_reload=yes")),
        "{said:?}"
    );

    // An address that is not ours takes nothing away.
    write(folder.path(), &(transport("udp", "192.0.2.1", may) + &transport("tcp", "127.0.0.1", "")));
    exchange.reload(Part::Sip).await;
    assert_eq!(at(Protocol::Udp).as_deref(), Some("127.0.0.2"));
    assert_eq!(exchange.local_address(Protocol::Tcp), before);
    let said = warnings.0.lock().unwrap().join("\n");
    assert!(said.contains("stay as they were") && said.contains("no such address"), "{said}");
    exchange.stop().await;
}
