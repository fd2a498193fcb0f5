//! `PJSIP_DIAL_CONTACTS(endpoint[,aor[,user]])`: all contacts of an endpoint, or of one address of record of it, as `Dial` takes
//! them; `user` takes the place of theirs. Those that do not answer when they are asked whether they are there are left out.

use sip_parser::Uri;

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let configuration = scope.exchange.configuration();
    let name = given.at(0);
    let endpoint = configuration.sip.endpoints.get(name).ok_or_else(|| {
        FunctionError::arguments("PJSIP_DIAL_CONTACTS", arguments, "there is no such endpoint")
    })?;
    let one = [given.at(1).to_owned()];
    let aors = if given.at(1).is_empty() { endpoint.aors.as_slice() } else { one.as_slice() };
    let mut contacts = Vec::new();
    for aor in aors {
        let registered = scope.exchange.registrations().contacts(aor);
        let fixed = configuration.sip.aors.get(aor).map(|aor| aor.contacts.as_slice()).unwrap_or_default();
        let all = registered.into_iter().map(|binding| binding.contact_uri).chain(fixed.iter().cloned());
        contacts.extend(all.filter(|uri| scope.exchange.qualification().is_worth_trying(aor, uri)));
    }
    let dialled = contacts.iter().map(|uri| format!("PJSIP/{name}/{}", with_user(uri, given.at(2))));
    Ok(dialled.collect::<Vec<_>>().join("&"))
}

/// An address with another user, where one is named.
fn with_user(uri: &str, user: &str) -> String {
    if user.is_empty() {
        return uri.to_owned();
    }
    let Ok(parsed) = Uri::parse(uri) else { return uri.to_owned() };
    let rest = uri.split_once(':').map_or("", |(_, rest)| rest);
    let place = match parsed.user() {
        Some(_) => rest.split_once('@').map_or(rest, |(_, place)| place),
        None => rest,
    };
    format!("{}:{}@{place}", parsed.scheme(), sip_parser::escape_user(user))
}

#[cfg(test)]
mod tests {
    use super::with_user;

    #[test]
    fn the_user_is_replaced_and_the_rest_stays() {
        assert_eq!(with_user("sip:a@192.0.2.1:5060;x=1", "b c"), "sip:b%20c@192.0.2.1:5060;x=1");
        assert_eq!(with_user("sip:192.0.2.1", "b"), "sip:b@192.0.2.1");
        assert_eq!(with_user("sip:a:secret@h", "b"), "sip:b@h");
        assert_eq!(with_user("sip:a@h", ""), "sip:a@h");
        assert_eq!(with_user("odd", "b"), "odd");
    }
}
