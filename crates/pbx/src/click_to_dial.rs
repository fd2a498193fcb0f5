//! REFER outside of a call: a program or a phone has its own phone called, and then the number that it names (RFC 5359
//! section 2.18).
//!
//! ```text
//!   alice's program              exchange           alice's phone          200
//!        |--REFER alice, to 200----->|                    |                  |
//!        |<-------202, NOTIFY 100----|------INVITE------->|                  |
//!        |                           |<------200----------|                  |
//!        |<-------NOTIFY 180---------|------INVITE-------------------------->|
//!        |<-------NOTIFY 200---------|<-----200------------------------------|
//! ```

use std::sync::Arc;
use std::time::Duration;

use call_control::sip::{PendingSubscription, Referral, SipEndpoint, causes, status_of};
use call_control::{Call, CallerId, DialplanPosition, HangupCause, Move, OriginateRequest};
use dialplan_vm::Matching;
use sip_parser::{HeaderName, Message, escape_user};
use sip_ua::UserAgentHandle;
use sip_ua::user_agent::{
    Body, Document, Reply, Standing, SubscriptionId, SubscriptionTerms, Termination, TerminationReason,
};

use crate::dialplan::run_moved;
use crate::exchange::Exchange;
use crate::presence::is_of;

/// How long the phone rings whose user wants to call somebody.
const RINGS: Duration = Duration::from_secs(30);

/// Seconds that its user may wait for news.
const NEWS_FOR: u32 = 180;

/// Takes or refuses a REFER whose sender is proven.
pub(crate) fn take(
    exchange: Arc<Exchange>,
    endpoint: Arc<SipEndpoint>,
    request: &Message,
    pending: PendingSubscription,
) {
    let referral = match wanted(&exchange, &endpoint, request) {
        Ok(referral) => referral,
        Err(status) => return pending.refuse(Reply::status(status)),
    };
    tracing::info!(endpoint = %endpoint.name, to = %referral.refer_to, "a phone is called to call a number");
    let news = News::begin(request, &endpoint, pending);
    tokio::spawn(serve(exchange, endpoint, referral, news));
}

/// What a REFER asks for.
///
/// # Errors
/// The status to refuse with.
fn wanted(exchange: &Exchange, endpoint: &SipEndpoint, request: &Message) -> Result<Referral, u16> {
    let configuration = exchange.configuration();
    let configured = configuration.sip.endpoints.get(&endpoint.name).ok_or(404_u16)?;
    if !endpoint.allow_transfer {
        return Err(603);
    }
    let one_target = request.values(&HeaderName::ReferTo).count() == 1;
    if !one_target {
        return Err(400);
    }
    let referral = Referral::of(request, None)?;
    // To take over a call is for the one who has it.
    if referral.replaces_header.is_some() {
        return Err(603);
    }
    // Nobody has other people's phones call.
    let names_nobody = request.request_uri().is_ok_and(|uri| uri.user().is_none_or(str::is_empty));
    if !names_nobody && !is_of(&configuration, configured, request) {
        return Err(403);
    }
    let caller = endpoint.caller.as_ref().map(|caller| caller.number.as_str());
    match configuration.dialplan.matching(&endpoint.context, &referral.number, caller) {
        Matching::Matches { .. } => Ok(referral),
        _ => Err(404),
    }
}

/// Calls the phone, and sends it on to the number.
async fn serve(exchange: Arc<Exchange>, endpoint: Arc<SipEndpoint>, referral: Referral, news: News) {
    let phone = match call_phone(&exchange, &endpoint, &referral).await {
        Ok(phone) => phone,
        Err(cause) => return news.end(causes::to_status(cause)),
    };
    referral.note_on(&phone);
    let mut watch = phone.watch_transfer();
    let (context, extension) = (endpoint.context.as_str().into(), referral.number.into());
    phone.set_attended();
    phone.send_to(Move::Dialplan(DialplanPosition { context, extension, priority: 1 }));
    tokio::spawn(run_moved(exchange, phone));
    loop {
        let progress = watch.next().await;
        match progress.is_final() {
            true => return news.end(status_of(progress)),
            false => news.tell(status_of(progress)),
        }
    }
}

/// Rings the phone until it answers, and shows it whom it will speak with.
async fn call_phone(
    exchange: &Exchange,
    endpoint: &SipEndpoint,
    referral: &Referral,
) -> Result<Call, HangupCause> {
    let request = OriginateRequest {
        caller: CallerId::new("", referral.number.clone()),
        ..OriginateRequest::default()
    };
    let destination = format!("PJSIP/{}", endpoint.name);
    let phone = exchange.switchboard().originate(&destination, request).await;
    let phone = phone.map_err(|error| {
        tracing::warn!(endpoint = %endpoint.name, "its phone cannot be called: {error}");
        error.cause()
    })?;
    tokio::select! {
        biased;
        cause = phone.hung_up() => Err(cause),
        answered = phone.until_up() => answered.map(|()| phone.clone()).map_err(|_| HangupCause::NORMAL),
        () = tokio::time::sleep(RINGS) => {
            phone.hangup(HangupCause::NO_ANSWER);
            Err(HangupCause::NO_ANSWER)
        }
    }
}

/// What the sender of the REFER is told.
struct News {
    user_agent: UserAgentHandle,
    /// The subscription that the REFER began; none where no news is wanted.
    subscription: Option<SubscriptionId>,
}

impl News {
    /// Answers 202.
    fn begin(request: &Message, endpoint: &SipEndpoint, pending: PendingSubscription) -> Self {
        let user_agent = pending.user_agent().clone();
        let contact = pending.contact(&escape_user(&endpoint.name));
        if !Referral::wants_news(request) {
            pending.accept_without_news(&contact);
            return Self { user_agent, subscription: None };
        }
        let id = SubscriptionId::next();
        let mut terms = SubscriptionTerms::new(contact, fragment(100));
        (terms.min_expires, terms.default_expires, terms.max_expires) = (1, NEWS_FOR, NEWS_FOR);
        terms.credentials = endpoint.outbound_credentials.clone();
        pending.accept(id, terms);
        Self { user_agent, subscription: Some(id) }
    }

    fn tell(&self, status: u16) {
        if let Some(id) = self.subscription {
            self.user_agent.notify(id, Standing::Active, fragment(status));
        }
    }

    fn end(self, status: u16) {
        if let Some(id) = self.subscription {
            let end = Termination {
                document: Some(fragment(status)),
                ..Termination::new(TerminationReason::NoResource)
            };
            self.user_agent.end_subscription(id, end);
        }
    }
}

fn fragment(status: u16) -> Document {
    Document::Fixed(Body::sip_fragment(status))
}
