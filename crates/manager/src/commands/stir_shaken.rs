//! `stir_shaken …`: what `stir_shaken.conf` comes to, and whether a certificate would be believed.

mod written;

use std::path::PathBuf;
use std::time::SystemTime;

use pbx::configuration::StirShakenConfiguration;
use stir_shaken::{SigningCertificate, TelephoneNumber, TrustStore};

use super::{Answer, Command, CommandError, Context};
use written::{
    counted, row, write_attestation, write_effective, write_number, write_profile, write_trust,
    write_verification, yes,
};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("stir_shaken show attestation", "How callers are vouched for", attestation),
    Command::now("stir_shaken show verification", "How callers are verified", verification),
    Command::now("stir_shaken show profiles", "The profiles as they are written", profiles),
    Command::now("stir_shaken show profile", "One profile as it is written", profile)
        .taking("PROFILE")
        .among(profile_names),
    Command::now("stir_shaken show eprofiles", "What the profiles come to", effective_profiles),
    Command::now("stir_shaken show eprofile", "What one profile comes to", effective_profile)
        .taking("PROFILE")
        .among(profile_names),
    Command::now("stir_shaken show tns", "The numbers that are vouched for", numbers),
    Command::now("stir_shaken show tn", "One number", number).taking("NUMBER").among(number_names),
    Command::later(
        "stir_shaken verify certificate_file",
        "Whether callers with this certificate would be believed",
        |context, arguments| Box::pin(verify_file(context, arguments)),
    )
    .taking("FILE [PROFILE]"),
];

fn stir(context: &Context) -> StirShakenConfiguration {
    context.exchange.configuration().sip.stir_shaken.clone()
}

fn profile_names(context: &Context) -> Vec<String> {
    stir(context).sections.into_keys().collect()
}

fn number_names(context: &Context) -> Vec<String> {
    stir(context).numbers.into_keys().map(|number| number.to_string()).collect()
}

fn attestation(context: &Context, _: &[String]) -> Answer {
    let stir = stir(context);
    let Some(settings) = &stir.attestation else {
        return Ok("There is no [attestation]: nothing is signed".to_owned());
    };
    let mut text = "[attestation]\n".to_owned();
    row(&mut text, "global_disable", yes(stir.attestation_disabled));
    write_attestation(&mut text, settings);
    Ok(text)
}

fn verification(context: &Context, _: &[String]) -> Answer {
    let stir = stir(context);
    let Some(settings) = &stir.verification else {
        return Ok("There is no [verification]: nobody is verified".to_owned());
    };
    let mut text = "[verification]\n".to_owned();
    row(&mut text, "global_disable", yes(stir.verification_disabled));
    write_verification(&mut text, settings);
    if let Some(trust) = &stir.trust {
        write_trust(&mut text, trust);
    }
    Ok(text)
}

fn profiles(context: &Context, _: &[String]) -> Answer {
    let stir = stir(context);
    let mut text = String::new();
    stir.sections.iter().for_each(|(name, section)| write_profile(&mut text, name, section));
    Ok(counted(text, stir.sections.len(), "profile"))
}

fn profile(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("stir_shaken show profile PROFILE"))?;
    let stir = stir(context);
    let section = stir.sections.get(name).ok_or_else(|| no_profile(name))?;
    let mut text = String::new();
    write_profile(&mut text, name, section);
    Ok(text)
}

fn effective_profiles(context: &Context, _: &[String]) -> Answer {
    let stir = stir(context);
    let mut text = String::new();
    stir.profiles.iter().for_each(|(name, profile)| write_effective(&mut text, name, profile));
    Ok(counted(text, stir.profiles.len(), "profile"))
}

fn effective_profile(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("stir_shaken show eprofile PROFILE"))?;
    let stir = stir(context);
    let profile = stir.profiles.get(name).ok_or_else(|| no_profile(name))?;
    let mut text = String::new();
    write_effective(&mut text, name, profile);
    Ok(text)
}

fn numbers(context: &Context, _: &[String]) -> Answer {
    let stir = stir(context);
    let mut text = String::new();
    stir.numbers.iter().for_each(|(number, settings)| write_number(&mut text, number, settings));
    Ok(counted(text, stir.numbers.len(), "number"))
}

fn number(context: &Context, arguments: &[String]) -> Answer {
    let asked = arguments.first().ok_or(CommandError::Usage("stir_shaken show tn NUMBER"))?;
    let stir = stir(context);
    let unknown = || CommandError::Failed(format!("There is no tn '{asked}'"));
    let number = TelephoneNumber::canonical(asked).ok_or_else(unknown)?;
    let settings = stir.numbers.get(&number).ok_or_else(unknown)?;
    let mut text = String::new();
    write_number(&mut text, &number, settings);
    Ok(text)
}

/// Judges a file as it is judged when it comes from a carrier.
async fn verify_file(context: &Context, arguments: &[String]) -> Answer {
    const USAGE: &str = "stir_shaken verify certificate_file FILE [PROFILE]";
    let (file, profile) = match arguments {
        [file] => (PathBuf::from(file), None),
        [file, profile] => (PathBuf::from(file), Some(profile)),
        _ => return Err(CommandError::Usage(USAGE)),
    };
    let stir = stir(context);
    let trust = match profile {
        Some(name) => {
            let profile = stir.profiles.get(name).ok_or_else(|| no_profile(name))?;
            profile.verification.as_ref().map(|verification| verification.trust.clone())
        }
        None => stir.trust.clone(),
    };
    let nobody = "no authority is believed there: name a profile that verifies, or ca_file in [verification]";
    let trust = trust.ok_or_else(|| CommandError::Failed(nobody.to_owned()))?;
    let judged = tokio::task::spawn_blocking(move || judge(&file, &trust)).await;
    judged.map_err(|error| CommandError::Failed(error.to_string()))?.map_err(CommandError::Failed)
}

/// Blocks.
fn judge(file: &std::path::Path, trust: &TrustStore) -> Result<String, String> {
    let octets = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let certificate =
        SigningCertificate::read(&octets).map_err(|problem| format!("Not verified: {problem}"))?;
    certificate
        .verify(trust, None, SystemTime::now())
        .map_err(|problem| format!("Not verified: {problem}"))?;
    let carriers: Vec<&str> = certificate.authority().carriers().collect();
    let whose = certificate.subject();
    Ok(format!(
        "Verified: {whose}, for {}",
        if carriers.is_empty() { "numbers".to_owned() } else { carriers.join(", ") }
    ))
}

fn no_profile(name: &str) -> CommandError {
    CommandError::Failed(format!("There is no profile '{name}'"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Stopping, run};
    use super::*;
    use crate::narration::Narration;
    use crate::testing;

    const STIR_SHAKEN: &str = "
[attestation]
attest_level=B
public_cert_url=https://h/ours.pem
[verification]
ca_file=ca.pem
failure_action=reject_request
x5u_acl=near
[12025550143]
type=tn
attest_level=A
[carrier]
type=profile
endpoint_behavior=on
max_iat_age=30
";

    #[tokio::test]
    async fn what_the_file_comes_to_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let authority = rcgen::CertificateParams::new([]).unwrap().self_signed(&key).unwrap();
        std::fs::write(folder.path().join("stir_shaken.conf"), STIR_SHAKEN).unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let exchange = testing::exchange(folder.path(), Vec::new()).await;
        let (stop, _stops) = tokio::sync::mpsc::channel(1);
        let stopping = Arc::new(Stopping::new(exchange.switchboard().clone(), stop));
        let context = Context::new(exchange, stopping, Narration::new().verbosity(0));
        let certificate = folder.path().join("ca.pem");
        let verify = format!("stir_shaken verify certificate_file {}", certificate.display());
        for (line, words) in [
            ("stir_shaken show attestation", &["global_disable", "https://h/ours.pem"][..]),
            ("stir_shaken show verification", &["reject_request", "near", "authorities"]),
            ("stir_shaken show profiles", &["[carrier]", "max_iat_age", "1 profile"]),
            ("stir_shaken show profile carrier", &["endpoint_behavior"]),
            ("stir_shaken show eprofiles", &["reject_request", "attest_level", "1 profile"]),
            ("stir_shaken show eprofile carrier", &["reject_request"]),
            ("stir_shaken show tns", &["[12025550143]", "1 number"]),
            ("stir_shaken show tn +12025550143", &["attest_level"]),
        ] {
            let said = run(&context, line).await.unwrap_or_else(|error| panic!("{line}: {error}"));
            assert!(words.iter().all(|word| said.contains(word)), "{line}: {said}");
        }
        for (line, words) in [
            ("stir_shaken show profile lost", "no profile 'lost'"),
            ("stir_shaken show tn 1", "no tn '1'"),
            (verify.as_str(), "no TNAuthList"),
            ("stir_shaken verify certificate_file /nowhere", "/nowhere"),
            ("stir_shaken verify certificate_file", "Usage"),
        ] {
            let said = run(&context, line).await.unwrap_err().to_string();
            assert!(said.contains(words), "{line}: {said}");
        }
    }
}
