//! Messages that wait at somebody else's, such as a provider: NOTIFYs that nobody subscribed to, for
//! `incoming_mwi_mailbox` of the endpoint that they come from.

use sip_parser::Message;
use sip_ua::event_package::MessageSummary;
use sip_ua::user_agent::{EventId, Reply};

use super::Presence;
use super::mailbox::MailboxCounts;

impl Presence {
    /// Takes a NOTIFY whose sender is proven; the answer to it.
    pub(crate) fn notified(&self, endpoint: &str, request: &Message) -> Reply {
        let Some(exchange) = self.exchange() else { return Reply::status(503) };
        let configuration = exchange.configuration();
        let named = configuration.sip.endpoints.get(endpoint);
        let mailbox = named.and_then(|endpoint| endpoint.incoming_mwi_mailbox.clone());
        let is_mwi =
            EventId::of(request).is_some_and(|event| event.package.eq_ignore_ascii_case("message-summary"));
        let Some(mailbox) = mailbox.filter(|_| is_mwi) else {
            // Nobody here subscribed to it: keep-alives of phones mostly, which are content with any answer.
            return Reply::status(489);
        };
        match MessageSummary::parse(request.body()) {
            Some(MessageSummary { new, old, .. }) => {
                self.set_mailbox(&mailbox, MailboxCounts { new, old });
                Reply::status(200)
            }
            None => Reply::status(400),
        }
    }
}
