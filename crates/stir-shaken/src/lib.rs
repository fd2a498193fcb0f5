//! Who calls, signed by the one who vouches for it and verified by the one who is called.
//!
//! No I/O and no clock: the time is an argument, and so is what stands behind the address of a certificate.
//!
//! - A caller's side makes a [`Passport`] and signs it with a [`SigningKey`]; what comes is an [`IdentityHeader`].
//! - A called side [`screen`]s the header: everything that can be judged without the certificate. Whoever drives this
//!   crate then fetches [`Screened::certificate_url`], and [`Screened::verify`] judges the rest, against a
//!   [`TrustStore`].
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use stir_shaken::{
//!     Attestation, IdentityHeader, Invitation, Party, Passport, Policy, Shaken, SigningKey, VerifyError, screen,
//! };
//! # let pem = rcgen::KeyPair::generate()?.serialize_pem();
//! let key = SigningKey::from_pem(pem.as_bytes())?;
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
//! let passport = Passport {
//!     x5u: "https://certificates.example.com/us.pem".to_owned(),
//!     orig: Party::number("+1 202 555 0143").ok_or("a number")?,
//!     dest: vec![Party::number("12025550177").ok_or("a number")?],
//!     iat: 1_800_000_000,
//!     shaken: Some(Shaken { attest: Attestation::Full, origid: "7b2f6f0e-0c4e-4a4f-8f3c-7d1f3f1f9a55".to_owned() }),
//!     mky: Vec::new(),
//! };
//! let header = IdentityHeader::sign(&passport, &key)?.to_string();
//!
//! let invitation = Invitation { identities: &[&header], caller: Some("12025550143"), called: &["12025550177"], date: Some(now) };
//! let screened = screen(&invitation, &Policy::default(), now)?;
//! assert_eq!(screened.certificate_url(), "https://certificates.example.com/us.pem");
//! // Ten minutes later it is refused with 403 Stale Date.
//! let stale = screen(&invitation, &Policy::default(), now + Duration::from_secs(600));
//! assert_eq!(stale.map(drop).map_err(|error| error.status()), Err(403));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | standard | what of it |
//! | --- | --- |
//! | RFC 8224 | Identity in full and compact form, its checks, its responses; numbers brought to one form |
//! | RFC 8225 | PASSporT with ES256: `orig`, `dest`, `iat`, `mky`, in canonical JSON |
//! | RFC 8226 | certificates of numbers and of carriers (`TNAuthList`); RFC 5280 paths and revocation lists |
//! | RFC 8588 | `shaken`: `attest`, `origid` |
//!
//! Left out: diverted calls (`div`, RFC 8946), lists of numbers behind an address (RFC 8226 section 10.2), constraints on
//! claims (RFC 9118): a certificate with such constraints is refused.

#![forbid(unsafe_code)]

mod address;
pub use address::{CertificateUrl, UrlError};
mod attestation;
pub use attestation::{Attestation, NoAttestation};
mod authority;
pub use authority::{AuthorityError, NumberAuthority, NumberEntry};
mod certificate;
pub use certificate::{CertificateProblem, SigningCertificate};
mod der;
mod error;
pub use error::VerifyError;
#[doc(hidden)]
pub mod fuzzing;
mod identity;
pub use identity::{IdentityError, IdentityHeader, MAX_HEADER};
mod key;
pub use key::{KeyError, SignError, SigningKey};
mod number;
pub use number::TelephoneNumber;
mod passport;
pub use passport::{MediaKey, Party, Passport, PassportError, Shaken, SignedPassport};
mod trust;
pub use trust::{PathError, TrustError, TrustStore};
mod verify;
pub use verify::{Invitation, Policy, Screened, Verified, screen};
