//! `SIPPEER(name[,item])`: what is known of a phone, in the words of those who had `sip.conf`. It went out of Asterisk with
//! `chan_sip`, and dialplans that ask it are still around.

use std::time::SystemTime;

use sip_ua::registrar::Binding;

use crate::configuration::{Configuration, Endpoint};
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};
use crate::qualify::Reachability;

const NAME: &str = "SIPPEER";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    // Before there were commas, a colon stood there.
    let (name, item) = match (given.count(), given.at(0).split_once(':')) {
        (1, Some((name, item))) => (name, item),
        _ => (given.at(0), given.or(1, "ip").trim()),
    };
    let configuration = scope.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(name);
    let endpoint =
        endpoint.ok_or_else(|| FunctionError::arguments(NAME, arguments, "there is no such phone"))?;
    let phone = Phone::of(scope, &configuration, endpoint);
    let item = item.to_ascii_lowercase();
    if let Some(variable) = item.strip_prefix("chanvar[").and_then(|rest| rest.strip_suffix(']')) {
        let mut set = endpoint.set_var.iter().rev();
        let found = set.find(|(name, _)| name.eq_ignore_ascii_case(variable));
        return Ok(found.map(|(_, value)| value.clone()).unwrap_or_default());
    }
    if let Some(place) = item.strip_prefix("codec[").and_then(|rest| rest.strip_suffix(']')) {
        let place: usize = place.parse().unwrap_or(usize::MAX);
        return Ok(endpoint.codecs.get(place).cloned().unwrap_or_default());
    }
    phone.item(scope, &item).ok_or_else(|| {
        let known = "known are ip, port, mailbox, context, expire, dynamic, callerid_name, callerid_num, callgroup, pickupgroup, namedcallgroup, namedpickupgroup, codecs, codec[n], status, \
                     regexten, limit, busylevel, curcalls, language, accountcode, useragent and chanvar[name]";
        FunctionError::arguments(NAME, arguments, known)
    })
}

/// A phone, and where it is.
struct Phone<'c> {
    configuration: &'c Configuration,
    endpoint: &'c Endpoint,
    /// Where it has registered.
    registered: Option<Binding>,
    /// Where it always is, as its address of record and its address.
    fixed: Option<(&'c str, &'c str)>,
}

impl<'c> Phone<'c> {
    fn of(scope: &FunctionScope<'_>, configuration: &'c Configuration, endpoint: &'c Endpoint) -> Self {
        let registrations = scope.exchange.registrations();
        let registered = endpoint.aors.iter().flat_map(|aor| registrations.contacts(aor)).next();
        let fixed = endpoint.aors.iter().find_map(|name| {
            let aor = configuration.sip.aors.get(name)?;
            Some((name.as_str(), aor.contacts.first()?.as_str()))
        });
        Self { configuration, endpoint, registered, fixed }
    }

    fn item(&self, scope: &FunctionScope<'_>, item: &str) -> Option<String> {
        let (endpoint, rules) = (self.endpoint, self.configuration.sip.device_rules.get(&self.endpoint.name));
        let caller = endpoint.caller_id.as_ref();
        Some(match item {
            "ip" => self.place().0,
            "port" => self.place().1,
            "mailbox" => endpoint.mailboxes.join(","),
            "context" => endpoint.context.clone(),
            "expire" => self.expires().to_string(),
            "dynamic" => if self.fixed.is_none() { "yes" } else { "no" }.to_owned(),
            "callerid_name" => caller.map(|caller| caller.name.clone()).unwrap_or_default(),
            "callerid_num" => caller.map(|caller| caller.number.clone()).unwrap_or_default(),
            "callgroup" => endpoint.pickup_groups.of_calls.numbers(),
            "namedcallgroup" => endpoint.pickup_groups.of_calls.names(),
            "pickupgroup" => endpoint.pickup_groups.to_take.numbers(),
            "namedpickupgroup" => endpoint.pickup_groups.to_take.names(),
            "codecs" => format!("({})", endpoint.codecs.join("|")),
            "status" => self.status(scope),
            "regexten" => rules.and_then(|rules| rules.registered_extensions.clone()).unwrap_or_default(),
            "limit" => rules.and_then(|rules| rules.call_limit).unwrap_or(0).to_string(),
            "busylevel" => endpoint.device_state_busy_at.to_string(),
            "curcalls" => {
                let calls = scope.exchange.switchboard().calls();
                calls.iter().filter(|call| call.resource() == endpoint.name).count().to_string()
            }
            "language" => endpoint.language.clone(),
            "accountcode" => endpoint.account_code.clone().unwrap_or_default(),
            "useragent" => {
                self.registered.as_ref().and_then(|binding| binding.user_agent.clone()).unwrap_or_default()
            }
            _ => return None,
        })
    }

    /// Its address and its port.
    fn place(&self) -> (String, String) {
        if let Some(binding) = &self.registered {
            let from = binding.received.unwrap_or(binding.flow.remote);
            return (from.ip().to_string(), from.port().to_string());
        }
        let uri = self.fixed.and_then(|(_, uri)| sip_parser::Uri::parse(uri).ok());
        match uri {
            Some(uri) => {
                let port = uri.port().map(|port| port.to_string()).unwrap_or_default();
                (uri.host().to_string(), port)
            }
            None => ("(Unspecified)".to_owned(), "0".to_owned()),
        }
    }

    /// Seconds until its registration ends; -1 where there is none.
    fn expires(&self) -> i64 {
        let left =
            self.registered.as_ref().map(|binding| binding.expires_at.duration_since(SystemTime::now()));
        left.map_or(-1, |left| left.map_or(0, |left| i64::try_from(left.as_secs()).unwrap_or(i64::MAX)))
    }

    fn status(&self, scope: &FunctionScope<'_>) -> String {
        let qualification = scope.exchange.qualification();
        let state = match (&self.registered, self.fixed) {
            (Some(binding), _) => qualification.state(&binding.aor, &binding.contact_uri),
            (None, Some((aor, uri))) => qualification.state(aor, uri),
            (None, None) => Reachability::NotAsked,
        };
        match state {
            Reachability::Reachable { round_trip } => format!("OK ({} ms)", round_trip.as_millis()),
            Reachability::Unreachable => "UNREACHABLE".to_owned(),
            Reachability::Unknown => "UNKNOWN".to_owned(),
            Reachability::NotAsked => "Unmonitored".to_owned(),
        }
    }
}
