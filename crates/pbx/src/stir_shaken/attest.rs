//! Callers vouched for: the Identity and Date of an INVITE that leaves.

use std::time::SystemTime;

use call_control::{CallerId, OriginateError};
use jiff::Timestamp;
use sip_parser::Uri;
use stir_shaken::{Attestation, IdentityHeader, Party, Passport, Shaken, SigningKey, TelephoneNumber};

use crate::configuration::AttestationSettings;
use crate::exchange::Exchange;
use crate::random_uuid::random_uuid;

/// What is signed with.
struct Signer<'s> {
    key: &'s SigningKey,
    url: &'s str,
    attest: Attestation,
}

/// The headers that vouch for `caller` in an INVITE to `target`; none where the configuration wants none.
pub(crate) fn vouch_for_caller(
    exchange: &Exchange,
    endpoint: &str,
    caller: &CallerId,
    target: &str,
) -> Result<Vec<(String, String)>, OriginateError> {
    let configuration = exchange.configuration();
    let stir = &configuration.sip.stir_shaken;
    let profile = configuration.sip.endpoints.get(endpoint).and_then(|e| e.stir_shaken_profile.as_ref());
    let profile = profile.and_then(|name| stir.profiles.get(name));
    let Some(wider) = profile.and_then(|profile| profile.attestation.as_ref()) else { return Ok(Vec::new()) };
    let Some(number) = TelephoneNumber::canonical(&caller.number) else { return Ok(Vec::new()) };
    let own = stir.numbers.get(&number).map(|own| own.or(wider));
    let settings = match &own {
        Some(settings) => settings,
        // A number of nobody's is vouched for where the configuration says how far.
        None if wider.unknown_tn_attest_level.is_some() => wider,
        None => return Ok(Vec::new()),
    };
    let attest = if own.is_some() { settings.attest_level } else { settings.unknown_tn_attest_level };
    let url = settings.public_cert_url.as_deref();
    if url.is_some_and(|url| exchange.stir_shaken().is_unfit(url)) {
        // Calls go out as those of numbers that are not ours, which Asterisk would have left out at its load.
        return Ok(Vec::new());
    }
    let signer = signer(settings, attest).map_err(|key| unsigned(&number, key))?;
    let now = SystemTime::now();
    let passport = passport(&signer, number, target, now).map_err(OriginateError::Unsigned)?;
    let identity = IdentityHeader::sign(&passport, signer.key);
    let identity = identity.map_err(|error| OriginateError::Unsigned(error.to_string()))?;
    let mut headers = vec![("Identity".to_owned(), identity.to_string())];
    headers.extend(date(now).map(|date| ("Date".to_owned(), date)));
    Ok(headers)
}

/// What is signed with, or the key that does not say it.
fn signer(settings: &AttestationSettings, attest: Option<Attestation>) -> Result<Signer<'_>, &'static str> {
    Ok(Signer {
        key: settings.key.as_deref().ok_or("private_key_file")?,
        url: settings.public_cert_url.as_deref().ok_or("public_cert_url")?,
        attest: attest.ok_or("attest_level")?,
    })
}

fn unsigned(number: &TelephoneNumber, key: &str) -> OriginateError {
    let text = format!(
        "stir_shaken.conf has no {key} for {number}, neither there nor in its profile nor in [attestation]"
    );
    OriginateError::Unsigned(text)
}

fn passport(
    signer: &Signer<'_>,
    number: TelephoneNumber,
    target: &str,
    now: SystemTime,
) -> Result<Passport, String> {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).map_err(|error| error.to_string())?;
    let called = Uri::parse(target).ok().and_then(|uri| uri.dialed().map(|user| user.into_owned()));
    let called =
        called.and_then(|user| Party::number(&user)).unwrap_or_else(|| Party::Uri(target.to_owned()));
    // Where the call came from, in a name that tells nobody else anything.
    let origid = random_uuid().map_err(|error| error.to_string())?;
    Ok(Passport {
        x5u: signer.url.to_owned(),
        orig: Party::Number(number),
        dest: vec![called],
        iat: since.as_secs(),
        shaken: Some(Shaken { attest: signer.attest, origid }),
        mky: Vec::new(),
    })
}

/// A Date (RFC 3261 section 20.17).
fn date(now: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(now).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
    Some(time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_written_as_sip_has_them() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_289_690_940);
        assert_eq!(date(at).as_deref(), Some("Sat, 13 Nov 2010 23:29:00 GMT"));
    }
}
