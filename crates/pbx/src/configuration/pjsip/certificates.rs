//! The certificates of a `type=transport`: where they are, and what is asked of peers.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use asterisk_conf::{Diagnostic, Files, Span, suggest};
use jiff::Timestamp;
use sip_ua::transport::{CipherSuite, ClientCertificate, Tls, TlsConfig, TlsError, TlsVersions};

use crate::configuration::http::HttpConfiguration;
use crate::configuration::values::{Values, at};

/// Files of certificates and keys, what they hold, and how TLS is to use them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificates {
    /// `cert_file`.
    pub cert_file: Option<PathBuf>,
    /// `priv_key_file`; the key may stand beside the certificate, too.
    pub priv_key_file: Option<PathBuf>,
    /// `ca_list_file`: the authorities that are believed.
    pub ca_list_file: Option<PathBuf>,
    /// `ca_list_path`: a folder of them.
    pub ca_list_path: Option<PathBuf>,
    /// What they hold, and the rest of what is asked of TLS.
    pub tls: TlsConfig,
    /// Where the keys stand that findings point at.
    places: Vec<(&'static str, Span)>,
}

/// Why certificates cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {path}: {problem}", path = path.display())]
pub struct CertificateProblem {
    /// The key of `pjsip.conf` that names the file.
    pub key: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, and what to do.
    pub problem: String,
}

/// The authorities that the system believes, where Debian and its kin keep them.
const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// How long before a certificate expires it is spoken of.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// Keys that findings point at.
const KEYS: &[&str] =
    &["cert_file", "priv_key_file", "ca_list_file", "ca_list_path", "verify_server", "cipher"];

impl Certificates {
    /// What the section says. The files are not read yet.
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        let path = |key| values.text(key).map(PathBuf::from);
        let (cert_file, priv_key_file) = (path("cert_file"), path("priv_key_file"));
        let (ca_list_file, ca_list_path) = (path("ca_list_file"), path("ca_list_path"));
        let mut tls = TlsConfig::default();
        tls.versions = versions(values);
        tls.cipher_suites = cipher_suites(values);
        tls.key_password = values.text("password");
        tls.verify_servers = values.flag("verify_server", false);
        tls.allow_wildcards = values.flag("allow_wildcard_certs", false);
        let verified = values.flag("verify_client", false);
        tls.client_certificate = match (values.flag("require_client_cert", false), verified) {
            (true, _) => ClientCertificate::Required,
            (false, true) => ClientCertificate::Verified,
            (false, false) => ClientCertificate::Ignored,
        };
        let places = KEYS.iter().filter_map(|key| Some((*key, values.span(key)?))).collect();
        Self { cert_file, priv_key_file, ca_list_file, ca_list_path, tls, places }
    }

    /// Takes the certificate of `http.conf` where the transport has none of its own.
    pub(super) fn follow_http(&mut self, http: &HttpConfiguration) {
        if self.cert_file.is_none() {
            self.cert_file.clone_from(&http.cert_file);
            self.priv_key_file.clone_from(&http.priv_key_file);
        }
    }

    /// Reads the files, those without a root below `folder`, and sees whether TLS can use what they hold.
    ///
    /// # Errors
    /// The first file that cannot be used; what was read before stays.
    pub fn load(&mut self, folder: &Path, files: &dyn Files) -> Result<(), CertificateProblem> {
        let mut tls = self.tls.clone();
        tls.certificates = read_file("cert_file", self.cert_file.as_deref(), folder, files)?;
        tls.authorities = read_file("ca_list_file", self.ca_list_file.as_deref(), folder, files)?;
        tls.private_key = match &self.priv_key_file {
            Some(file) => read_file("priv_key_file", Some(file), folder, files)?,
            None => tls.certificates.clone(),
        };
        tls.authorities.extend(self.authorities_in_folder(folder, files)?);
        if tls.verify_servers && tls.authorities.is_empty() {
            tls.authorities = read_file("verify_server", Some(Path::new(SYSTEM_AUTHORITIES)), folder, files)
                .map_err(|problem| self.problem("verify_server", problem.path, &TlsError::NoAuthority))?;
        }
        Tls::new(&tls).map_err(|error| self.of_tls(&error))?;
        self.tls = tls;
        Ok(())
    }

    /// Every file and folder whose change may mean other certificates.
    pub fn watched(&self, folder: &Path) -> Vec<PathBuf> {
        let all = [&self.cert_file, &self.priv_key_file, &self.ca_list_file, &self.ca_list_path];
        all.into_iter().flatten().map(|path| folder.join(path)).collect()
    }

    /// What the files of `ca_list_path` hold. Without a certificate there the authorities of the system would be believed, which
    /// nobody has asked for.
    fn authorities_in_folder(&self, folder: &Path, files: &dyn Files) -> Result<Vec<u8>, CertificateProblem> {
        let mut texts = Vec::new();
        let Some(path) = &self.ca_list_path else { return Ok(texts) };
        for file in files.glob(&folder.join(path).join("*")) {
            texts.push(b'\n');
            texts.extend(read_file("ca_list_path", Some(&file), folder, files)?);
        }
        if String::from_utf8_lossy(&texts).contains("-----BEGIN CERTIFICATE-----") {
            return Ok(texts);
        }
        let problem =
            "no file of this folder holds a certificate; name a folder that is there, with PEM files"
                .to_owned();
        Err(CertificateProblem { key: "ca_list_path", path: path.clone(), problem })
    }

    /// The file that an error of TLS speaks of.
    fn of_tls(&self, error: &TlsError) -> CertificateProblem {
        let (key, file) = match error {
            TlsError::NoKey
            | TlsError::EncryptedKey
            | TlsError::WrongPassword
            | TlsError::OldEncryptedKey
            | TlsError::BadKey(_)
            | TlsError::KeyDoesNotFit => {
                ("priv_key_file", self.priv_key_file.as_ref().or(self.cert_file.as_ref()))
            }
            TlsError::BadAuthority(_) | TlsError::NoAuthority => {
                ("ca_list_file", self.ca_list_file.as_ref().or(self.ca_list_path.as_ref()))
            }
            TlsError::NoCipherSuite => ("cipher", None),
            _ => ("cert_file", self.cert_file.as_ref()),
        };
        self.problem(key, file.cloned().unwrap_or_default(), error)
    }

    fn problem(&self, key: &'static str, path: PathBuf, error: &TlsError) -> CertificateProblem {
        CertificateProblem { key, path, problem: error.to_string() }
    }

    /// What is to be said of a problem.
    pub(super) fn finding(&self, transport: &str, section: Span, problem: &CertificateProblem) -> Diagnostic {
        let CertificateProblem { key, path, problem } = problem;
        let message = match path.as_os_str().is_empty() {
            true => format!("transport [{transport}] cannot be opened: {key}: {problem}"),
            false => format!("transport [{transport}] cannot be opened: {}: {problem}", path.display()),
        };
        Diagnostic::error("bad-certificate", message).at(self.place(key).unwrap_or(section))
    }

    /// What is to be said of certificates that can be used.
    pub(super) fn doubts(&self, transport: &str, section: Span, now: SystemTime) -> Option<Diagnostic> {
        let place = self.place("cert_file").unwrap_or(section);
        let Ok(Some([from, until])) = self.tls.validity() else { return None };
        let file = self.cert_file.as_deref().unwrap_or(Path::new("")).display();
        let day = |time: SystemTime| Timestamp::try_from(time).map(|t| t.to_string()).unwrap_or_default();
        let (text, help) = if now > until {
            (
                format!("the certificate {file} of transport [{transport}] has expired on {}", day(until)),
                RENEW,
            )
        } else if now < from {
            (format!("the certificate {file} of transport [{transport}] counts from {} on", day(from)), CLOCK)
        } else if now + SOON > until {
            (format!("the certificate {file} of transport [{transport}] expires on {}", day(until)), RENEW)
        } else {
            return None;
        };
        Some(Diagnostic::warning("certificate-date", text).at(place).help(help))
    }

    fn place(&self, key: &str) -> Option<Span> {
        self.places.iter().find(|(known, _)| *known == key).map(|(_, span)| *span)
    }
}

const RENEW: &str = "renew it and put the new one into its place: it is taken up without a restart; phones that verify refuse an \
     expired one";
const CLOCK: &str = "set the clock of this machine, or wait";

/// The contents of a file; nothing where none is named.
fn read_file(
    key: &'static str,
    path: Option<&Path>,
    folder: &Path,
    files: &dyn Files,
) -> Result<Vec<u8>, CertificateProblem> {
    let Some(path) = path else { return Ok(Vec::new()) };
    files.read(&folder.join(path)).map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file; name one that is there",
            std::io::ErrorKind::PermissionDenied => "it may not be read; let the exchange's user read it",
            _ => return CertificateProblem { key, path: path.to_owned(), problem: error.to_string() },
        };
        CertificateProblem { key, path: path.to_owned(), problem: advice.to_owned() }
    })
}

/// Words of `method`. What is older than TLS 1.2 is not spoken (RFC 8996).
const METHODS: &[(&str, Method)] = &[
    ("default", Method::Versions(TlsVersions::All)),
    ("unspecified", Method::Versions(TlsVersions::All)),
    ("sslv23", Method::Versions(TlsVersions::All)),
    ("tlsv1_2", Method::Versions(TlsVersions::All)),
    ("tlsv1_3", Method::Versions(TlsVersions::OnlyTls13)),
    ("tlsv1", Method::Broken),
    ("tlsv1_1", Method::Broken),
    ("sslv2", Method::Broken),
    ("sslv3", Method::Broken),
];

#[derive(Clone, Copy)]
enum Method {
    Versions(TlsVersions),
    Broken,
}

fn versions(values: &mut Values<'_>) -> TlsVersions {
    match values.choice("method", METHODS, Method::Versions(TlsVersions::All)) {
        Method::Versions(versions) => versions,
        Method::Broken => {
            let text = values.text("method").unwrap_or_default();
            values.odd(
                "method",
                format!("'{text}' is broken and not spoken; TLS 1.2 and 1.3 are"),
                "take the line away, and give phones that know nothing newer another firmware, or UDP",
            );
            TlsVersions::All
        }
    }
}

fn cipher_suites(values: &mut Values<'_>) -> Vec<CipherSuite> {
    let mut suites = Vec::new();
    let words: Vec<String> = values.list("cipher");
    for name in words.iter().flat_map(|word| word.split(':')).map(str::trim) {
        match CipherSuite::from_name(name) {
            Some(suite) => suites.push(suite),
            None => {
                let message = format!("cipher: '{name}' is not offered; it is left out");
                let known: Vec<&str> = CipherSuite::names().collect();
                let help = format!("offered are {}", known.join(", "));
                let finding = Diagnostic::warning("bad-value", message).help(help);
                let finding = finding.suggest(suggest::nearest(name, known.iter().copied()));
                values.found.push(at(finding, values.span("cipher")));
            }
        }
    }
    suites
}
