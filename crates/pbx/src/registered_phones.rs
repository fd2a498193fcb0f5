//! Extensions that come and go with phones (`regcontext`), while the exchange runs.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use crate::configuration::Configuration;
use crate::exchange::Exchange;
use crate::registrar::Registrations;

/// How long changes of registrations are gathered before extensions follow them: an office that comes back after a power
/// cut is one change.
const TOGETHER: Duration = Duration::from_millis(100);

/// Lets extensions follow the phones that they are of, for as long as the exchange lives.
pub(crate) async fn follow(exchange: Weak<Exchange>, changed: Arc<Notify>) {
    loop {
        changed.notified().await;
        tokio::time::sleep(TOGETHER).await;
        let Some(exchange) = exchange.upgrade() else { return };
        if exchange.configuration().follows_registrations() {
            exchange.amend(|running| running.with_registered_phones(exchange.registrations())).await;
        }
    }
}

impl Configuration {
    /// With the extensions of the endpoints that have a registered contact.
    pub(crate) fn with_registered_phones(self, registrations: &Registrations) -> Self {
        if !self.follows_registrations() {
            return self;
        }
        let is_there = |aor: &String| !registrations.contacts(aor).is_empty();
        let endpoints = self.sip.endpoints.values().filter(|endpoint| endpoint.aors.iter().any(is_there));
        let names: Vec<String> = endpoints.map(|endpoint| endpoint.name.clone()).collect();
        self.with_registered(names.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use call_control::Prompts;
    use sip_parser::Method;
    use sip_ua::UserAgentHandle;
    use sip_ua::transport::{ListenConfig, Protocol};
    use sip_ua::user_agent::{OutboundRequest, UserAgentConfig};

    use super::*;
    use crate::configuration::{Folders, Part};

    const PJSIP: &str = "[global]\ntype=global\nregcontext=here\n[u]\ntype=transport\nbind=127.0.0.1:0\n\
        [desk]\ntype=endpoint\ncontext=phones\naors=desk\n[desk]\ntype=aor\nmax_contacts=1\n";

    /// Registers for this many seconds, or takes it back with 0.
    async fn register(phone: &UserAgentHandle, exchange: &Exchange, expires: u32) {
        let registrar = exchange.local_address(Protocol::Udp).unwrap();
        let flow = phone.flow_to(Protocol::Udp, registrar).unwrap();
        let own = "<sip:desk@127.0.0.1>";
        let mut request = OutboundRequest::new(Method::Register, "sip:127.0.0.1", flow, own, own);
        request.contact = Some(format!("<sip:desk@{}>;expires={expires}", flow.local));
        let response = phone.send_request(request).await.unwrap();
        assert_eq!(response.status(), Some(200));
    }

    /// Waits until the extension is there, or is not.
    async fn until(exchange: &Exchange, there: bool) {
        let is_there = || exchange.configuration().dialplan.exists("here", "desk", None, 1);
        let waiting = async {
            while is_there() != there {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it follows");
    }

    #[tokio::test]
    async fn an_extension_comes_and_goes_with_its_phone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pjsip.conf"), PJSIP).unwrap();
        std::fs::write(folder.path().join("extensions.conf"), "[phones]\ninclude => here\n").unwrap();
        let folders = Folders::from_argument(folder.path()).unwrap();
        for written in folders.written() {
            std::fs::create_dir_all(written).unwrap();
        }
        let load = || {
            let (configuration, report) = Configuration::load(&folders);
            configuration.unwrap_or_else(|| panic!("{}", report.render(false)))
        };
        let exchange = Exchange::start(load(), Prompts::default(), Vec::new()).await.unwrap();
        let at = ListenConfig::new(Protocol::Udp, ([127, 0, 0, 1], 0).into());
        let (phone, _events) = sip_ua::bind(UserAgentConfig::new("phone"), vec![at]).await.unwrap();

        register(&phone, &exchange, 600).await;
        until(&exchange, true).await;
        exchange.reload(Part::All).await;
        assert!(exchange.configuration().dialplan.exists("phones", "desk", None, 1), "a reload keeps it");
        exchange.stop().await;
        drop(exchange);

        let exchange = Exchange::start(load(), Prompts::default(), Vec::new()).await.unwrap();
        assert!(exchange.configuration().dialplan.exists("here", "desk", None, 1), "and so does a restart");
        register(&phone, &exchange, 0).await;
        until(&exchange, false).await;
    }
}
