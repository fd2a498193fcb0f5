//! What is said of verifying: `[verification]`, and what profiles say otherwise.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use asterisk_conf::Span;
use sip_ua::guard::AccessList;
use stir_shaken::{Policy, TrustStore};

use super::attestation::said_flag;
use crate::configuration::access::{Access, AccessLists};
use crate::configuration::stir_shaken::special_purpose;
use crate::configuration::values::Values;

/// What becomes of calls whose caller is not verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureAction {
    /// `continue`: they go on, and the dialplan may ask.
    #[default]
    Continue,
    /// `reject_request`: they are refused.
    RejectRequest,
    /// `continue_return_reason`: they go on, and the caller is told.
    ContinueReturnReason,
}

impl FailureAction {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::RejectRequest => "reject_request",
            Self::ContinueReturnReason => "continue_return_reason",
        }
    }
}

/// How callers are verified. Each part may be left to the section that holds for more.
#[derive(Clone, Debug, Default)]
pub struct VerificationSettings {
    /// `load_system_certs`: whether the authorities are believed that the system believes.
    pub load_system_certs: Option<bool>,
    /// `ca_file`.
    pub ca_file: Option<PathBuf>,
    /// `ca_path`.
    pub ca_path: Option<PathBuf>,
    /// `crl_file`.
    pub crl_file: Option<PathBuf>,
    /// `crl_path`.
    pub crl_path: Option<PathBuf>,
    /// `untrusted_cert_file`.
    pub untrusted_cert_file: Option<PathBuf>,
    /// `untrusted_cert_path`.
    pub untrusted_cert_path: Option<PathBuf>,
    /// `cert_cache_dir`.
    pub cert_cache_dir: Option<PathBuf>,
    /// `curl_timeout`, in seconds.
    pub curl_timeout: Option<u64>,
    /// `max_cache_entry_age`, in seconds.
    pub max_cache_entry_age: Option<u64>,
    /// `max_cache_size`, in certificates.
    pub max_cache_size: Option<usize>,
    /// `max_iat_age`, in seconds.
    pub max_iat_age: Option<u64>,
    /// `max_date_header_age`, in seconds.
    pub max_date_header_age: Option<u64>,
    /// `failure_action`.
    pub failure_action: Option<FailureAction>,
    /// `use_rfc9410_responses`.
    pub use_rfc9410_responses: Option<bool>,
    /// `ignore_sip_date_header`.
    pub ignore_sip_date_header: Option<bool>,
    /// `relax_x5u_port_scheme_restrictions`.
    pub relax_x5u_port_scheme: Option<bool>,
    /// `relax_x5u_path_restrictions`.
    pub relax_x5u_path: Option<bool>,
    /// `x5u_permit`, `x5u_deny` and `x5u_acl`.
    pub x5u_access: Option<Access>,
    /// Where the section is.
    pub(super) span: Option<Span>,
}

/// How the callers of a profile are verified.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Whose word is taken.
    pub trust: Arc<TrustStore>,
    /// How strict it is.
    pub policy: Policy,
    /// What becomes of the others.
    pub failure_action: FailureAction,
    /// Whether they are told by `STIR` in Reason (RFC 9410), not by `SIP`.
    pub rfc9410: bool,
    /// Where certificates may be fetched from: each list must let the address in.
    pub access: Vec<AccessList>,
    /// How long one may take to come.
    pub patience: Duration,
    /// Where they are kept.
    pub cache: PathBuf,
    /// How long one is kept, unless its server wants it to be longer.
    pub keep: Duration,
    /// How many are kept.
    pub cache_size: usize,
}

const ACTIONS: &[(&str, FailureAction)] = &[
    ("continue", FailureAction::Continue),
    ("reject_request", FailureAction::RejectRequest),
    ("continue_return_reason", FailureAction::ContinueReturnReason),
];

impl VerificationSettings {
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        let path = |key| values.text(key).map(PathBuf::from);
        let (ca_file, ca_path) = (path("ca_file"), path("ca_path"));
        let (crl_file, crl_path) = (path("crl_file"), path("crl_path"));
        let (untrusted_cert_file, untrusted_cert_path) =
            (path("untrusted_cert_file"), path("untrusted_cert_path"));
        let cert_cache_dir = path("cert_cache_dir");
        let access = Access::read(values, "x5u_");
        let action = values.text("failure_action");
        Self {
            load_system_certs: said_flag(values, "load_system_certs"),
            ca_file,
            ca_path,
            crl_file,
            crl_path,
            untrusted_cert_file,
            untrusted_cert_path,
            cert_cache_dir,
            curl_timeout: number(values, "curl_timeout", 2),
            max_cache_entry_age: number(values, "max_cache_entry_age", 60),
            max_cache_size: number(values, "max_cache_size", 1_000)
                .and_then(|most| usize::try_from(most).ok()),
            max_iat_age: number(values, "max_iat_age", 15),
            max_date_header_age: number(values, "max_date_header_age", 15),
            failure_action: action
                .map(|_| values.choice("failure_action", ACTIONS, FailureAction::default())),
            use_rfc9410_responses: said_flag(values, "use_rfc9410_responses"),
            ignore_sip_date_header: said_flag(values, "ignore_sip_date_header"),
            relax_x5u_port_scheme: said_flag(values, "relax_x5u_port_scheme_restrictions"),
            relax_x5u_path: said_flag(values, "relax_x5u_path_restrictions"),
            x5u_access: (!access.own.is_empty() || !access.named.is_empty()).then_some(access),
            span: Some(values.section.name.span),
        }
    }

    /// What `wider` says where this says nothing.
    pub fn or(&self, wider: &Self) -> Self {
        let path = |own: &Option<PathBuf>, wider: &Option<PathBuf>| own.clone().or_else(|| wider.clone());
        Self {
            load_system_certs: self.load_system_certs.or(wider.load_system_certs),
            ca_file: path(&self.ca_file, &wider.ca_file),
            ca_path: path(&self.ca_path, &wider.ca_path),
            crl_file: path(&self.crl_file, &wider.crl_file),
            crl_path: path(&self.crl_path, &wider.crl_path),
            untrusted_cert_file: path(&self.untrusted_cert_file, &wider.untrusted_cert_file),
            untrusted_cert_path: path(&self.untrusted_cert_path, &wider.untrusted_cert_path),
            cert_cache_dir: path(&self.cert_cache_dir, &wider.cert_cache_dir),
            curl_timeout: self.curl_timeout.or(wider.curl_timeout),
            max_cache_entry_age: self.max_cache_entry_age.or(wider.max_cache_entry_age),
            max_cache_size: self.max_cache_size.or(wider.max_cache_size),
            max_iat_age: self.max_iat_age.or(wider.max_iat_age),
            max_date_header_age: self.max_date_header_age.or(wider.max_date_header_age),
            failure_action: self.failure_action.or(wider.failure_action),
            use_rfc9410_responses: self.use_rfc9410_responses.or(wider.use_rfc9410_responses),
            ignore_sip_date_header: self.ignore_sip_date_header.or(wider.ignore_sip_date_header),
            relax_x5u_port_scheme: self.relax_x5u_port_scheme.or(wider.relax_x5u_port_scheme),
            relax_x5u_path: self.relax_x5u_path.or(wider.relax_x5u_path),
            x5u_access: self.x5u_access.clone().or_else(|| wider.x5u_access.clone()),
            span: self.span.or(wider.span),
        }
    }

    /// What it comes to, where nothing else is said any more.
    pub(super) fn settled(
        &self,
        trust: Arc<TrustStore>,
        lists: &AccessLists,
        cache: PathBuf,
    ) -> Verification {
        let seconds = Duration::from_secs;
        let date_age = seconds(self.max_date_header_age.unwrap_or(15));
        let access = match &self.x5u_access {
            Some(access) => access.lists(lists),
            None => vec![special_purpose::list()],
        };
        Verification {
            trust,
            policy: Policy {
                max_iat_age: seconds(self.max_iat_age.unwrap_or(15)),
                max_date_age: (!self.ignore_sip_date_header.unwrap_or(false)).then_some(date_age),
                any_port: self.relax_x5u_port_scheme.unwrap_or(false),
                any_path: self.relax_x5u_path.unwrap_or(false),
            },
            failure_action: self.failure_action.unwrap_or_default(),
            rfc9410: self.use_rfc9410_responses.unwrap_or(false),
            access,
            patience: seconds(self.curl_timeout.unwrap_or(2)),
            cache,
            keep: seconds(self.max_cache_entry_age.unwrap_or(60)),
            cache_size: self.max_cache_size.unwrap_or(1_000),
        }
    }
}

/// A number, if it is said; `default` where it cannot be read. No time here is longer than a year.
fn number(values: &mut Values<'_>, key: &str, default: u32) -> Option<u64> {
    const YEAR: u32 = 366 * 86_400;
    values.text(key).is_some().then(|| u64::from(values.number(key, default).min(YEAR)))
}
