//! Why certificates and keys cannot be used.

/// Why TLS cannot be had with what was given. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate's file holds none.
    #[error("it holds no certificate; a PEM file with a line 'BEGIN CERTIFICATE' is needed")]
    NoCertificate,
    /// A certificate cannot be read.
    #[error("its certificate cannot be read: {0}; make it again, in PEM form, as X.509 version 3")]
    BadCertificate(String),
    /// The key's file holds none.
    #[error("it holds no private key; a PEM file with a line 'BEGIN PRIVATE KEY' is needed")]
    NoKey,
    /// The key can only be read with a password, and none is given.
    #[error(
        "its key is encrypted; name its password, or write it without one: openssl pkey -in OLD -out NEW, readable by us alone"
    )]
    EncryptedKey,
    /// The password does not fit.
    #[error(
        "its key cannot be read with the password that is given; give the one that it was encrypted with"
    )]
    WrongPassword,
    /// The key is encrypted as OpenSSL did it before PKCS #8.
    #[error("its key is encrypted in an old form; write it anew: openssl pkcs8 -topk8 -in OLD -out NEW")]
    OldEncryptedKey,
    /// The key cannot be read, or is of an unknown kind.
    #[error(
        "its key cannot be used: {0}; make an RSA key of 2048 bits or more, or an ECDSA key on P-256 or P-384"
    )]
    BadKey(String),
    /// Certificate and key are no pair.
    #[error("the key does not belong to the certificate; name the key that the certificate was made with")]
    KeyDoesNotFit,
    /// A certificate of an authority cannot be read.
    #[error("a certificate of an authority cannot be read: {0}; the file must be in PEM form")]
    BadAuthority(String),
    /// Peers must prove themselves, and nobody is believed.
    #[error(
        "certificates of peers shall be verified, and no authority is named; name the file of its certificate"
    )]
    NoAuthority,
    /// No cipher suite is left for the TLS versions that are allowed.
    #[error("none of the cipher suites fits the TLS versions that are allowed; allow more of either")]
    NoCipherSuite,
    /// Anything else that rustls refuses.
    #[error("TLS refuses it: {0}")]
    Other(String),
}
