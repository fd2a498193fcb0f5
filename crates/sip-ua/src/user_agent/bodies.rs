//! Bodies that have to be understood, and are not (RFC 3261 section 8.2.3, RFC 5621).

use sip_parser::typed::{Accept, ContentDisposition, ContentType};
use sip_parser::{HeaderName, Message, Method, Part};

use super::intake::Refusal;

/// What a request may have as its body.
struct Taken {
    /// The types, as Accept names them in a refusal.
    types: &'static str,
    /// Whether a type is one of them.
    knows: fn(&ContentType<'_>) -> bool,
    /// Whether a body of another type is refused unless it says that it may be left aside, as section 20.11 has it. The
    /// others are refused where they say in so many words that they matter: telephones put things of their own into
    /// INFO and MESSAGE, and say nothing of them.
    strictly: bool,
}

impl Taken {
    /// What a request of this method may have; `None` where whoever gets the request decides.
    fn by(method: &Method) -> Option<Self> {
        let taken = |types, knows, strictly| Some(Self { types, knows, strictly });
        match method {
            Method::Invite => {
                taken("application/sdp, application/pidf+xml, multipart/mixed", describes_call, true)
            }
            Method::Update | Method::Prack => taken(
                "application/sdp, application/vnd.etsi.aoc+xml, multipart/mixed",
                describes_change,
                true,
            ),
            Method::Info => taken(
                "application/dtmf-relay, application/dtmf, application/vnd.etsi.aoc+xml, multipart/mixed",
                informs,
                false,
            ),
            Method::Message => taken("text/plain, text/html, message/cpim, multipart/mixed", is_text, false),
            _ => None,
        }
    }
}

/// Whether we understand the body, and the sender the one of our response (RFC 3261 sections 8.2.3 and 21.4.7).
pub(super) fn screen(method: &Method, request: &Message) -> Result<(), Refusal> {
    let encoded = |name: &str| !name.eq_ignore_ascii_case("identity");
    if !request.body().is_empty() && request.values(&HeaderName::ContentEncoding).any(encoded) {
        return Err(Refusal::explained(415, "Accept-Encoding", "identity".to_owned()));
    }
    if let Some(taken) = Taken::by(method).filter(|_| !request.body().is_empty())
        && !is_understood(&taken, request)?
    {
        return Err(Refusal::explained(415, "Accept", taken.types.to_owned()));
    }
    if *method != Method::Invite {
        return Ok(());
    }
    let mut accepted = request.headers_of::<Accept>().peekable();
    let takes = |accept: Result<Accept<'_>, _>| accept.is_ok_and(|it| it.takes("application", "sdp"));
    if accepted.peek().is_some() && !accepted.any(takes) { Err(406.into()) } else { Ok(()) }
}

fn is_understood(taken: &Taken, request: &Message) -> Result<bool, Refusal> {
    let kind = match request.header::<ContentType>() {
        Err(_) if taken.strictly => return Err(400.into()),
        kind => kind.ok().flatten(),
    };
    let disposition = request.header::<ContentDisposition>().ok().flatten();
    Ok(match kind {
        // Without a type it is a description: RFC 2543 knew no other body of an INVITE.
        None => true,
        Some(kind) if kind.is_multipart() => {
            understands_parts(taken, &kind, request) || disposition.is_some_and(|it| it.is_optional())
        }
        Some(kind) if (taken.knows)(&kind) => true,
        Some(_) if taken.strictly => disposition.is_some_and(|it| it.is_optional()),
        Some(_) => !disposition.is_some_and(|it| it.is_required()),
    })
}

/// Whether we understand each part that is to be understood (RFC 5621 section 4).
fn understands_parts(taken: &Taken, kind: &ContentType<'_>, request: &Message) -> bool {
    let described = request.session_description().is_some();
    // Many put things of their own beside a description and say nothing of them: those may be left aside, as Asterisk does.
    let says_so = described || !taken.strictly;
    let matters = |part: &Part<'_>| if says_so { part.is_required() } else { !part.is_optional() };
    let is_known = |part: &Part<'_>| part.content_type().is_some_and(|kind| (taken.knows)(&kind));
    let parts = request.parts();
    let is_choice = kind.is("multipart", "alternative") && (described || parts.iter().any(is_known));
    is_choice || parts.iter().all(|part| is_known(part) || !matters(part))
}

/// A description of the session, or the place of the caller (RFC 6442).
fn describes_call(kind: &ContentType<'_>) -> bool {
    kind.is("application", "sdp") || kind.is("application", "pidf+xml")
}

/// A description of the session, or what it costs.
fn describes_change(kind: &ContentType<'_>) -> bool {
    describes_call(kind) || kind.is("application", "vnd.etsi.aoc+xml")
}

/// Keys, charges, and the wish for a whole picture (RFC 5168).
fn informs(kind: &ContentType<'_>) -> bool {
    ["dtmf-relay", "dtmf", "vnd.etsi.aoc+xml", "media_control+xml"]
        .iter()
        .any(|name| kind.is("application", name))
}

fn is_text(kind: &ContentType<'_>) -> bool {
    kind.kind.eq_ignore_ascii_case("text") || kind.is("message", "cpim")
}
