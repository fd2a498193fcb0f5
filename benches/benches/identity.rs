//! Callers signed and verified (STIR/SHAKEN).

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use stir_shaken::{
    Attestation, IdentityHeader, Invitation, Party, Passport, Policy, Shaken, SigningKey, TrustStore, screen,
};

/// What is signed, by whom, and who is believed.
struct Scene {
    passport: Passport,
    key: SigningKey,
    certificate: String,
    trust: TrustStore,
    now: SystemTime,
}

fn scene() -> Result<Scene, Box<dyn std::error::Error>> {
    let now = SystemTime::now();
    let mut root = CertificateParams::new([])?;
    root.distinguished_name.push(DnType::CommonName, "Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root_key = KeyPair::generate()?;
    let mut trust = TrustStore::new();
    trust.add_authorities(root.self_signed(&root_key)?.pem().as_bytes())?;
    let mut carrier = CertificateParams::new([])?;
    let list = CustomExtension::from_oid_content(
        &[1, 3, 6, 1, 5, 5, 7, 1, 26],
        b"\x30\x08\xa0\x06\x16\x04709J".to_vec(),
    );
    carrier.custom_extensions.push(list);
    let pair = KeyPair::generate()?;
    let certificate = carrier.signed_by(&pair, &Issuer::new(root, root_key))?.pem();
    let passport = Passport {
        x5u: "https://certificates.example.com/709J.pem".to_owned(),
        orig: Party::number("12025550143").ok_or("a number")?,
        dest: vec![Party::number("12025550177").ok_or("a number")?],
        iat: now.duration_since(SystemTime::UNIX_EPOCH)?.as_secs(),
        shaken: Some(Shaken {
            attest: Attestation::Full,
            origid: "7b2f6f0e-0c4e-4a4f-8f3c-7d1f3f1f9a55".to_owned(),
        }),
        mky: Vec::new(),
    };
    Ok(Scene {
        passport,
        key: SigningKey::from_pem(pair.serialize_pem().as_bytes())?,
        certificate,
        trust,
        now,
    })
}

fn identities(c: &mut Criterion) {
    // A machine without random numbers, or without a clock, can measure nothing.
    let Ok(Scene { passport, key, certificate, trust, now }) = scene() else { return };
    let Ok(header) = IdentityHeader::sign(&passport, &key).map(|header| header.to_string()) else { return };
    let mut group = c.benchmark_group("identity");
    group.bench_function("sign a caller", |b| {
        b.iter(|| IdentityHeader::sign(black_box(&passport), &key).map(|header| header.to_string()))
    });
    let identities = [header.as_str()];
    let invitation = Invitation {
        identities: &identities,
        caller: Some("12025550143"),
        called: &["12025550177"],
        date: Some(now),
    };
    let policy = Policy { max_iat_age: Duration::from_secs(60), ..Policy::default() };
    group.bench_function("screen a caller", |b| b.iter(|| screen(black_box(&invitation), &policy, now)));
    group.bench_function("verify a caller, its certificate at hand", |b| {
        b.iter(|| {
            let screened = screen(black_box(&invitation), &policy, now)?;
            screened.verify(certificate.as_bytes(), &trust, now)
        })
    });
    group.finish();
}

criterion_group!(benches, identities);
criterion_main!(benches);
