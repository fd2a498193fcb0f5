//! What the HTTP server serves, for people who ask.

use std::net::SocketAddr;

use super::server::HttpServer;
use crate::configuration::SipConfiguration;

/// Where HTTP is served now, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpStatus {
    /// What paths begin with, as in `/asterisk`; empty for nothing.
    pub prefix: String,
    /// What it calls itself in its answers.
    pub server_name: String,
    /// The address without TLS, if it is listened on.
    pub plain: Option<SocketAddr>,
    /// The address with TLS, if it is listened on.
    pub secure: Option<SocketAddr>,
    /// The pages, as they come in paths.
    pub pages: Vec<ServedPage>,
}

/// A page of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServedPage {
    /// The path, with the prefix. `...` stands where it goes on.
    pub path: String,
    /// What it is for.
    pub title: &'static str,
}

/// The path of SIP over WebSockets.
const SIP: &str = "/ws";

impl HttpServer {
    /// What is served while `sip` holds.
    pub(crate) fn status(&self, sip: &SipConfiguration) -> HttpStatus {
        let http = self.configuration();
        let is_open = |address: &SocketAddr| sip.serves_web(*address) || self.listens_at(*address);
        let (plain, secure) = (http.plain.filter(is_open), http.secure.filter(is_open));
        let prefix = http.prefix.clone();
        let carries_sip = [plain, secure].into_iter().flatten().any(|address| sip.serves_web(address));
        let sip = carries_sip
            .then(|| ServedPage { path: format!("{prefix}{SIP}"), title: "SIP over WebSockets (RFC 7118)" });
        let own = self
            .pages()
            .iter()
            .map(|page| ServedPage { path: format!("{prefix}{}...", page.path()), title: page.title() });
        let pages = sip.into_iter().chain(own).collect();
        HttpStatus { prefix, server_name: http.server_name.clone(), plain, secure, pages }
    }
}
