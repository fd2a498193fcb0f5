//! Two exchanges: one registers at the other, and phones of one call phones of the other.

use std::net::SocketAddr;

use libtest_mimic::Trial;

use crate::harness::folder::{SIP_PORT, secret_of};
use crate::harness::kamailio::KAMAILIO;
use crate::harness::{Baresip, Exchange, Folder, Kamailio, Outcome, Scene, Sipp, ensure, trial, wait};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("trunk::phones_of_two_exchanges_call_each_other", &["baresip"], both_ways),
        trial("trunk::kamailio_takes_the_registration_and_calls_it", &[KAMAILIO, "baresip"], kamailio),
        trial("trunk::it_comes_back_after_a_crash_and_goes_at_the_end", &[], crash_and_end),
        trial("trunk::a_registrar_that_asks_for_more_time_and_a_secret_gets_them", &["sipp"], demanding),
        trial("trunk::a_registrar_that_refuses_is_told_of_and_tried_again", &["sipp"], refusing),
    ]
}

/// The account of the customer at the provider.
const ACCOUNT: &str = "0123456";

/// A provider with a phone, bob, and a customer with a phone, alice.
struct Trunk {
    provider: Exchange,
    customer: Exchange,
}

impl Trunk {
    fn new(scene: &Scene) -> Outcome<Self> {
        let (provider, customer) = (Folder::new(scene)?, Folder::new(scene)?);
        let (theirs, ours) = (provider.address(), customer.address());
        let secret = secret_of(ACCOUNT);
        let provider = provider
            .phone("bob")
            .pjsip(&format!(
                "[{ACCOUNT}](phone)\ncontext=from-customer\nincoming_call_offer_pref=remote\nauth={ACCOUNT}\naors={ACCOUNT}\n\n\
                 [{ACCOUNT}]\ntype=auth\nusername={ACCOUNT}\npassword={secret}\n\n\
                 [{ACCOUNT}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\nqualify_frequency=60\n\n\
                 [customer]\ntype=identify\nendpoint={ACCOUNT}\nmatch={ours}\n"
            ))
            .dialplan(&format!(
                "exten => {ACCOUNT},1,Dial(PJSIP/{ACCOUNT},30)\n\n\
                 [from-customer]\nexten => bob,1,NoOp(${{CALLERID(all)}} calls)\n same => n,Dial(PJSIP/bob,30)\n"
            ));
        let customer = customer
            .phone("alice")
            .pjsip(&format!(
                "[provider](phone)\nincoming_call_offer_pref=remote\nidentify_by=ip\ncontext=from-provider\naors=provider\noutbound_auth=provider\n\n\
                 [provider]\ntype=aor\ncontact=sip:{theirs}:{SIP_PORT}\n\n\
                 [provider]\ntype=auth\nusername={ACCOUNT}\npassword={secret}\n\n\
                 [trunk]\ntype=registration\nserver_uri=sip:{theirs}:{SIP_PORT}\n\
                 client_uri=sip:{ACCOUNT}@{theirs}\noutbound_auth=provider\ncontact_user={ACCOUNT}\n\
                 line=yes\nendpoint=provider\nmax_random_initial_delay=0\nretry_interval=1\n"
            ))
            .dialplan(&format!(
                "exten => _8.,1,Dial(PJSIP/${{EXTEN:1}}@provider,30)\n\n\
                 [from-provider]\nexten => {ACCOUNT},1,NoOp(${{CALLERID(all)}} calls)\n same => n,Dial(PJSIP/alice,30)\n"
            ));
        let (provider, customer) = (Exchange::start(scene, &provider)?, Exchange::start(scene, &customer)?);
        let trunk = Self { provider, customer };
        trunk.is_registered()?;
        Ok(trunk)
    }

    fn is_registered(&self) -> Outcome {
        wait::until("the trunk to be registered", || {
            let shown = self.customer.console("pjsip show registrations")?;
            Ok(shown.contains("Registered (exp. ").then_some(()))
        })
    }
}

fn both_ways(scene: &Scene) -> Outcome {
    let Trunk { provider, customer } = Trunk::new(scene)?;
    let shown = customer.console("sip show registry")?;
    ensure(shown.contains(ACCOUNT) && shown.contains("1 SIP registrations."), || shown.clone())?;
    // Both talk A-law alone. The trunk would rather have mu-law, but it takes the caller's order, and nobody translates.
    let mut alice = Baresip::named(scene, "alice", 440).codecs("PCMA/8000/1").register_at(&customer)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).codecs("PCMA/8000/1").register_at(&provider)?;
    alice.dial("8bob")?;
    hear_each_other(&alice, &bob)?;
    bob.process().says("From: \"alice\" <sip:alice@")?;
    provider.says("NoOp(\"PJSIP/0123456-00000000\", \"\"alice\" <alice> calls\")")?;
    both_speak_a_law(&provider)?;
    both_speak_a_law(&customer)?;
    alice.hang_up()?;
    bob.call_ends()?;
    provider.is_idle()?;
    // The other way the call finds the endpoint by the line of the registration.
    bob.dial(ACCOUNT)?;
    hear_each_other(&alice, &bob)?;
    alice.process().says("From: \"bob\" <sip:bob@")?;
    customer.says("\"\"bob\" <bob> calls\")")?;
    both_speak_a_law(&provider)?;
    both_speak_a_law(&customer)?;
    bob.hang_up()?;
    alice.call_ends()?;
    customer.is_idle()?;
    // The provider asks the customer whether it is there, and it is.
    let contacts = provider.console("pjsip show contacts")?;
    ensure(contacts.lines().any(|line| line.contains(ACCOUNT) && line.contains(" Avail ")), || {
        contacts.clone()
    })
}

/// The exchange has two channels, and translates between none.
fn both_speak_a_law(exchange: &Exchange) -> Outcome {
    let channels = exchange.console("core show channels concise")?;
    let names: Vec<&str> = channels.lines().filter_map(|line| line.split('!').next()).collect();
    ensure(names.len() == 2, || format!("not two channels:\n{channels}"))?;
    for name in names {
        let shown = exchange.console(&format!("core show channel {name}"))?;
        let codec = shown.lines().find(|line| line.trim_start().starts_with("Codec"));
        ensure(codec.is_some_and(|line| line.ends_with("PCMA")), || {
            format!("{name} has no A-law:\n{shown}")
        })?;
    }
    Ok(())
}

fn crash_and_end(scene: &Scene) -> Outcome {
    let Trunk { provider, mut customer } = Trunk::new(scene)?;
    let contact = contact_at(&provider)?.ok_or("no contact is shown")?;
    customer.kill_and_start_again(scene)?;
    let trunk = Trunk { provider, customer };
    trunk.is_registered()?;
    let Trunk { provider, customer } = trunk;
    // The same line as before: the provider has one contact, and a call does not ring twice.
    ensure(contact_at(&provider)?.as_ref() == Some(&contact), || format!("another contact than {contact}"))?;
    customer.console("pjsip send unregister trunk")?;
    wait::until("the contact to go", || Ok(contact_at(&provider)?.is_none().then_some(())))?;
    customer.console("pjsip send register *all")?;
    wait::until("the contact to come back", || Ok(contact_at(&provider)?.map(drop)))?;
    customer.console("core stop now")?;
    wait::until("the contact to go with the exchange", || Ok(contact_at(&provider)?.is_none().then_some(())))
}

/// The URI under which the provider knows the customer.
fn contact_at(provider: &Exchange) -> Outcome<Option<String>> {
    let shown = provider.console("pjsip show contacts")?;
    let line = shown.lines().find(|line| line.contains(&format!("{ACCOUNT}/sip:")));
    Ok(line.and_then(|line| line.split_whitespace().nth(1)).map(str::to_owned))
}

/// A call to the account comes by way of the proxy, finds the endpoint by its line, and hears itself.
fn kamailio(scene: &Scene) -> Outcome {
    let mut provider = Kamailio::start(scene, &secret_of(ACCOUNT))?;
    let address = provider.sip_address();
    let customer = customer_of(
        scene,
        address,
        &format!(
            "line=yes\nendpoint=provider\nretry_interval=1\ncontact_user={ACCOUNT}\n\n\
                  [provider](phone)\nidentify_by=ip\ncontext=from-provider"
        ),
    )?;
    wait::until("the registration", || {
        if let Some(status) = provider.process().ended()? {
            return Err(format!("kamailio ended: {status}").into());
        }
        let shown = customer.console("pjsip show registrations")?;
        // It asked for 60 seconds and was granted 120 at least.
        Ok((shown.contains("Registered (exp. 1")).then_some(()))
    })?;
    let mut caller = Baresip::named(scene, "caller", 440).start_alone()?;
    caller.dial(&format!("sip:{ACCOUNT}@{address}"))?;
    caller.is_in_call()?;
    caller.hears(440)?;
    let channels = customer.console("core show channels concise")?;
    ensure(channels.starts_with("PJSIP/provider-"), || format!("not the endpoint of the line:\n{channels}"))?;
    caller.hang_up()?;
    customer.is_idle()
}

/// A customer of a registrar that another program plays.
fn customer_of(scene: &Scene, registrar: SocketAddr, more: &str) -> Outcome<Exchange> {
    let folder = Folder::new(scene)?
        .pjsip(&format!(
            "[secret]\ntype=auth\nusername={ACCOUNT}\npassword={}\n\n\
             [trunk]\ntype=registration\nserver_uri=sip:{registrar}\nclient_uri=sip:{ACCOUNT}@{realm}\n\
             outbound_auth=secret\nmax_random_initial_delay=0\nexpiration=60\n{more}\n",
            secret_of(ACCOUNT),
            realm = registrar.ip()
        ))
        .dialplan(&format!(
            "exten => 1,1,Answer()\n\n[from-provider]\nexten => {ACCOUNT},1,Answer()\n same => n,Echo()"
        ));
    Exchange::start(scene, &folder)
}

/// 401, 423 and 200; then the end of the registration, which is one of the same Call-ID.
fn demanding(scene: &Scene) -> Outcome {
    let sipp = Sipp::new(scene, "registrar")?;
    let customer = customer_of(scene, sipp.at(), "")?;
    let registrar = sipp.wait_for_calls()?;
    wait::until("the registration", || {
        let shown = customer.console("pjsip show registrations")?;
        Ok((shown.contains("Registered (exp. 3") || shown.contains("Registered (exp. 2")).then_some(()))
    })?;
    let shown = customer.console("pjsip show registration trunk")?;
    ensure(shown.contains("<sip:edge.example.com;lr>"), || format!("no Service-Route:\n{shown}"))?;
    customer.console("pjsip send unregister trunk")?;
    registrar.succeeds()
}

/// 503 with Retry-After, then 403.
fn refusing(scene: &Scene) -> Outcome {
    let sipp = Sipp::new(scene, "registrar_refuses")?;
    let customer = customer_of(scene, sipp.at(), "")?;
    let registrar = sipp.wait_for_calls()?;
    customer.says("refused with 503")?;
    customer.says("the next attempt follows in 1 second")?;
    customer.says("refused with 403")?;
    registrar.succeeds()?;
    let shown = customer.console("pjsip show registrations")?;
    ensure(shown.contains(" Rejected"), || shown.clone())?;
    let shown = customer.console("sip show registry")?;
    ensure(shown.contains(" Rejected "), || shown.clone())
}

fn hear_each_other(alice: &Baresip, bob: &Baresip) -> Outcome {
    alice.is_in_call()?;
    bob.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)
}
