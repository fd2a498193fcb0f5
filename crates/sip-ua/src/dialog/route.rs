//! The way that the requests of a dialog take: the route set (RFC 3261 sections 12.1 and 12.2.1.1).

use std::borrow::Cow;

use sip_parser::{HeaderName, Message, NameAddr};

/// The proxies that asked to stay on the path, nearest first, each as a name-addr.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteSet(Vec<String>);

/// What a request of the dialog says about its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The Request-URI.
    pub uri: String,
    /// Values of Route, in order.
    pub routes: Vec<String>,
}

impl RouteSet {
    /// Of the dialog that our request began: Record-Route of the response, last first.
    #[must_use]
    pub fn of_response(response: &Message) -> RouteSet {
        let mut routes = RouteSet::of_request(response);
        routes.0.reverse();
        routes
    }

    /// Of the dialog that a request of the peer began: its Record-Route in order.
    #[must_use]
    pub fn of_request(request: &Message) -> RouteSet {
        RouteSet(request.values(&HeaderName::RecordRoute).map(str::to_owned).collect())
    }

    /// The values, nearest proxy first.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.0
    }

    /// The way to `target`. When the nearest proxy is a strict router, it is named in the Request-URI
    /// and the target comes last; a loose router finds the target where it belongs.
    #[must_use]
    pub fn path(&self, target: &str) -> Path {
        let (uri, routes) = self.way(target);
        Path { uri: uri.into_owned(), routes: routes.into_owned() }
    }

    /// The same, copied only where it must be.
    pub(super) fn way<'r>(&'r self, target: &'r str) -> (Cow<'r, str>, Cow<'r, [String]>) {
        let strict = self.0.first().and_then(|first| strict_router(first));
        match strict {
            None => (target.into(), self.0.as_slice().into()),
            Some(uri) => {
                let rest = self.0.iter().skip(1).cloned();
                (uri.into(), rest.chain([format!("<{target}>")]).collect::<Vec<_>>().into())
            }
        }
    }
}

/// The URI of a route that does not know loose routing, fit for a Request-URI: without the parts
/// that may not stand there (RFC 3261 section 19.1.1).
fn strict_router(route: &str) -> Option<String> {
    let address = NameAddr::parse(route).ok()?;
    if address.uri().param("lr").is_some() {
        return None;
    }
    Some(address.uri().in_request_line().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(values: &[&str]) -> RouteSet {
        RouteSet(values.iter().map(|value| (*value).to_owned()).collect())
    }

    // The examples of RFC 3261 section 12.2.1.1 and 16.12.1.

    #[test]
    fn without_proxies_the_target_is_asked_directly() {
        let path = RouteSet::default().path("sip:user@remoteua");
        assert_eq!(path, Path { uri: "sip:user@remoteua".into(), routes: vec![] });
    }

    #[test]
    fn a_loose_router_leaves_the_request_uri_alone() {
        let set = routes(&["<sip:p1.example.com;lr>", "<sip:p2.domain.com;lr>"]);
        let path = set.path("sip:callee@u2.domain.com");
        assert_eq!(path.uri, "sip:callee@u2.domain.com");
        assert_eq!(path.routes, ["<sip:p1.example.com;lr>", "<sip:p2.domain.com;lr>"]);
    }

    #[test]
    fn a_strict_router_takes_the_request_uri() {
        let set = routes(&[
            "<sip:proxy1;method=INVITE;transport=tcp?Subject=x>",
            "<sip:proxy2>",
            "<sip:proxy3;lr>",
        ]);
        let path = set.path("sip:user@remoteua");
        assert_eq!(path.uri, "sip:proxy1;transport=tcp");
        assert_eq!(path.routes, ["<sip:proxy2>", "<sip:proxy3;lr>", "<sip:user@remoteua>"]);
    }
}
