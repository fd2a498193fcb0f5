//! The registrar: which contacts serve an address of record (RFC 3261 section 10).
//!
//! [`Registrar`] is told the wall time, for what it knows outlives the process: [`Registrar::bindings`]
//! gives all of it to be written down, [`Registrar::restore`] takes it back. It does not authenticate, and
//! does not decide which address a REGISTER is for: that is the application's.

mod binding;
mod date;
mod gruu;
mod policy;
mod request;
mod table;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use sip_parser::{Message, Uri};

pub use binding::{Binding, BindingChange, RemovalReason};
pub use gruu::Gruu;
pub use policy::AorPolicy;

use self::request::{Request, Update, Wish};
use self::table::Table;
use crate::hashing::Set;
use crate::transport::Flow;

/// Seconds between the keep-alives that outbound phones are asked for (RFC 5626 section 4.4.1): often enough for the
/// memory of most address translators. Only of streams: over UDP they would be STUN.
const FLOW_TIMER: u32 = 120;

/// The bindings of all addresses of record.
#[derive(Default)]
pub struct Registrar {
    table: Table,
    /// What temporary GRUUs are made with.
    key: [u8; 32],
    /// Contacts that do not answer, by address of record.
    unreachable: Set<(String, String)>,
}

impl std::fmt::Debug for Registrar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Whoever knows the key can tell whose a temporary GRUU is.
        f.debug_struct("Registrar").field("table", &self.table).finish_non_exhaustive()
    }
}

/// What a registration did, and what to say to the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterOutcome {
    /// Headers of the 200: a Contact for each binding, with the seconds that are left, and Date.
    pub headers: Vec<(String, String)>,
    /// What changed, in order.
    pub changes: Vec<BindingChange>,
}

/// Why a registration is refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The REGISTER makes no sense.
    #[error("the REGISTER cannot be understood: {0}")]
    Malformed(String),
    /// A Contact that calls cannot go to, for it is no SIP URI.
    #[error("calls cannot go to the Contact {0}; a sip: or sips: URI is needed there")]
    NotCallable(String),
    /// `max_contacts` is reached, or 0.
    #[error(
        "the address of record takes {0} contacts, and no more; raise max_contacts, or set remove_existing"
    )]
    TooManyContacts(usize),
    /// The wish is too short, and the policy does not raise it.
    #[error("registrations of less than {0} s are not taken")]
    TooBrief(u32),
    /// A proxy put itself into the Path of a phone that does not know of Path (RFC 3327 section 5.3).
    #[error("a proxy on the way adds Path, and the phone does not say that it supports it")]
    PathUnknown,
    /// Outbound was asked for over a proxy that does not keep flows (RFC 5626 section 6).
    #[error("the first proxy on the way does not support outbound")]
    FirstHopLacksOutbound,
    /// It was sent before one that came earlier (section 10.3, step 7).
    #[error("CSeq {received} of this Call-ID comes after {known}; the phone must count upwards")]
    OutOfOrder {
        /// The number that came.
        received: u32,
        /// The one before it.
        known: u32,
    },
}

impl RegisterError {
    /// The status owed to the phone.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            RegisterError::Malformed(_) | RegisterError::NotCallable(_) => 400,
            RegisterError::TooManyContacts(_) => 403,
            RegisterError::TooBrief(_) => 423,
            RegisterError::PathUnknown => 420,
            RegisterError::FirstHopLacksOutbound => 439,
            RegisterError::OutOfOrder { .. } => 500,
        }
    }

    /// Headers that the refusal must have.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        match self {
            RegisterError::TooBrief(least) => vec![("Min-Expires".to_owned(), least.to_string())],
            RegisterError::PathUnknown => vec![("Unsupported".to_owned(), "path".to_owned())],
            _ => Vec::new(),
        }
    }
}

impl Registrar {
    /// A registrar that knows nobody.
    #[must_use]
    pub fn new() -> Registrar {
        Registrar::default()
    }

    /// A registrar that knows nobody, whose temporary GRUUs are made with the words of `key`: some that nobody else knows,
    /// the same after a restart, lest what phones have told others ends with it.
    #[must_use]
    pub fn with_key(key: &[&str]) -> Registrar {
        Registrar { key: gruu::key_of(key), ..Registrar::default() }
    }

    /// Does what a REGISTER for `aor` asks. `flow` is where it came from.
    ///
    /// # Errors
    /// When it is refused; [`RegisterError::status`] is owed to the phone, and nothing has changed.
    pub fn register(
        &mut self,
        now: SystemTime,
        aor: &str,
        message: &Message,
        flow: &Flow,
        policy: &AorPolicy,
    ) -> Result<RegisterOutcome, RegisterError> {
        let request = Request::read(message)?;
        if policy.support_path && !request.path.is_empty() && !request.knows("path") {
            return Err(RegisterError::PathUnknown);
        }
        let live: Vec<&Binding> = self.table.of(aor).iter().filter(|b| !b.is_expired(now)).collect();
        let draft = match &request.wish {
            Wish::Fetch => None,
            Wish::RemoveAll => Some(Draft::without_all(&live, &request)?),
            Wish::Update(updates) => {
                let away = |uri: &str| self.is_unreachable(aor, uri);
                let moment = Moment { now, aor, flow, policy, request: &request, away: &away };
                Some(Draft::updated(&live, updates, &moment)?)
            }
        };
        let draft = draft.map(Draft::into_bindings);
        let mut changes = self.expire_of(now, aor);
        if let Some((bindings, drafted)) = draft {
            self.forget_reachability(&drafted);
            changes.extend(drafted);
            self.table.replace(aor, bindings);
        }
        Ok(RegisterOutcome { headers: self.headers(now, aor, &request, flow, policy), changes })
    }

    /// The bindings of `aor`, the preferred ones first, and of equals the one refreshed last. One whose
    /// time is up stays until [`expire`](Registrar::expire).
    #[must_use]
    pub fn contacts(&self, aor: &str) -> Vec<&Binding> {
        let mut contacts: Vec<&Binding> = self.table.of(aor).iter().collect();
        contacts.sort_by_key(|binding| std::cmp::Reverse((binding.q, binding.refreshed_at)));
        contacts
    }

    /// All bindings, in no order, to be written down.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.table.all()
    }

    /// Takes bindings that were written down earlier. Those whose time is up meanwhile go with the next
    /// [`expire`](Registrar::expire). One that is here already is replaced.
    pub fn restore(&mut self, bindings: impl IntoIterator<Item = Binding>) {
        for binding in bindings {
            let mut kept = self.table.of(&binding.aor).to_vec();
            kept.retain(|known| !is_same(known, &binding));
            let aor = binding.aor.clone();
            kept.push(binding);
            self.table.replace(&aor, kept);
        }
    }

    /// Removes what has expired.
    pub fn expire(&mut self, now: SystemTime) -> Vec<BindingChange> {
        let mut changes = Vec::new();
        while let Some(aor) = self.table.first_expired(now) {
            changes.extend(self.expire_of(now, &aor));
        }
        changes
    }

    /// Removes the contacts that could be reached by this connection alone, which has ended ([`Binding::connection`]).
    pub fn disconnected(&mut self, connection: &Flow) -> Vec<BindingChange> {
        let mut changes = Vec::new();
        while let Some(aor) = self.table.first_with(connection) {
            let goes = |binding: &Binding| binding.connection() == Some(connection);
            let removed = self.remove_where(&aor, goes, RemovalReason::Disconnected);
            if removed.is_empty() {
                break;
            }
            changes.extend(removed);
        }
        changes
    }

    /// When the next binding expires.
    #[must_use]
    pub fn next_expiry(&self) -> Option<SystemTime> {
        self.table.next_expiry()
    }

    /// Removes one contact, or all of an address when `contact_uri` is `None`.
    pub fn remove(&mut self, aor: &str, contact_uri: Option<&str>) -> Vec<BindingChange> {
        let goes = |binding: &Binding| contact_uri.is_none_or(|uri| same_contact(uri, &binding.contact_uri));
        self.remove_where(aor, goes, RemovalReason::Dropped)
    }

    /// Notes whether a contact answers. One that does not makes room first, where the policy says so.
    pub fn note_reachability(&mut self, aor: &str, contact_uri: &str, reachable: bool) {
        let key = (aor.to_owned(), contact_uri.to_owned());
        let is_here = || self.table.of(aor).iter().any(|binding| binding.contact_uri == contact_uri);
        if reachable {
            self.unreachable.remove(&key);
        } else if is_here() {
            self.unreachable.insert(key);
        }
    }

    fn is_unreachable(&self, aor: &str, contact_uri: &str) -> bool {
        !self.unreachable.is_empty() && self.unreachable.contains(&(aor.to_owned(), contact_uri.to_owned()))
    }

    /// What is gone, or has just been heard from, is not unreachable any more.
    fn forget_reachability(&mut self, changes: &[BindingChange]) {
        if self.unreachable.is_empty() {
            return;
        }
        for change in changes {
            let (BindingChange::Added(binding)
            | BindingChange::Refreshed(binding)
            | BindingChange::Removed { binding, .. }) = change;
            self.unreachable.remove(&(binding.aor.clone(), binding.contact_uri.clone()));
        }
    }

    /// Removes this binding, whatever has become of it since, and no other of the same Contact.
    pub fn remove_binding(&mut self, binding: &Binding) -> Vec<BindingChange> {
        self.remove_where(&binding.aor, |known| is_same(known, binding), RemovalReason::Dropped)
    }

    /// The bindings of the instance that a GRUU names, the latest flow first. For a temporary one all that have an instance
    /// are searched: let nobody ask who has not proven who he is.
    #[must_use]
    pub fn instance(&self, gruu: &Gruu) -> Vec<&Binding> {
        let is_meant = |binding: &&Binding| match (gruu, binding.instance.as_deref()) {
            (Gruu::Public { instance, .. }, Some(known)) => known.eq_ignore_ascii_case(instance),
            (Gruu::Temporary { user }, Some(known)) => {
                gruu::temporary_user(binding, known, &self.key) == *user
            }
            (_, None) => false,
        };
        let mut found: Vec<&Binding> = match gruu {
            Gruu::Public { user, .. } => self.table.of(user).iter().filter(is_meant).collect(),
            Gruu::Temporary { .. } => self.table.all().filter(is_meant).collect(),
        };
        found.sort_by_key(|binding| std::cmp::Reverse(binding.refreshed_at));
        found
    }

    fn expire_of(&mut self, now: SystemTime, aor: &str) -> Vec<BindingChange> {
        self.remove_where(aor, |binding| binding.is_expired(now), RemovalReason::Expired)
    }

    fn remove_where(
        &mut self,
        aor: &str,
        goes: impl Fn(&Binding) -> bool,
        reason: RemovalReason,
    ) -> Vec<BindingChange> {
        if !self.table.of(aor).iter().any(&goes) {
            return Vec::new();
        }
        let (gone, kept): (Vec<_>, Vec<_>) = self.table.of(aor).iter().cloned().partition(|b| goes(b));
        self.table.replace(aor, kept);
        let removed = |binding| BindingChange::Removed { binding, reason };
        let changes: Vec<BindingChange> = gone.into_iter().map(removed).collect();
        self.forget_reachability(&changes);
        changes
    }

    fn headers(
        &self,
        now: SystemTime,
        aor: &str,
        request: &Request<'_>,
        flow: &Flow,
        policy: &AorPolicy,
    ) -> Vec<(String, String)> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let host = request.knows("gruu").then(|| request.host());
        let contacts = self.contacts(aor).into_iter().map(|binding| {
            let mut value = String::with_capacity(binding.contact_uri.len() + 24);
            // Writing into a String does not fail.
            let _ = self.write_contact(&mut value, now, binding, host.as_deref());
            ("Contact".to_owned(), value)
        });
        let mut headers: Vec<_> = contacts.collect();
        headers.push(("Date".to_owned(), date::format(now)));
        if policy.support_path {
            headers.extend(request.path.iter().map(|path| header("Path", path)));
        }
        if request.outbound_wish() {
            headers.push(header("Require", "outbound"));
            if flow.protocol.is_reliable() && request.path.is_empty() {
                headers.push(header("Flow-Timer", &FLOW_TIMER.to_string()));
            }
        }
        headers
    }

    /// Writes a binding as it stands in Contact; with its GRUUs at `host` for a phone that knows them.
    fn write_contact(
        &self,
        value: &mut String,
        now: SystemTime,
        binding: &Binding,
        host: Option<&str>,
    ) -> std::fmt::Result {
        value.extend(["<", &binding.contact_uri, ">"]);
        if binding.q < 1000 {
            write!(value, ";q=0.{:03}", binding.q)?;
        }
        write!(value, ";expires={}", binding.remaining(now))?;
        if let Some(urn) = &binding.instance {
            write!(value, ";+sip.instance=\"<{urn}>\"")?;
        }
        if let Some(id) = binding.reg_id {
            write!(value, ";reg-id={id}")?;
        }
        if let Some(host) = host {
            value.push_str(&gruu::params(binding, host, &self.key));
        }
        Ok(())
    }
}

/// What the bindings of one address will be, if nothing speaks against it.
struct Draft<'b> {
    /// Those of before that stay.
    kept: Vec<&'b Binding>,
    /// New ones, and those that take the place of old ones.
    wanted: Vec<Binding>,
    changes: Vec<BindingChange>,
}

/// The circumstances of one REGISTER.
struct Moment<'a> {
    now: SystemTime,
    aor: &'a str,
    flow: &'a Flow,
    policy: &'a AorPolicy,
    request: &'a Request<'a>,
    /// Whether the contact of a URI is known not to answer.
    away: &'a dyn Fn(&str) -> bool,
}

impl<'b> Draft<'b> {
    /// All bindings as they will be, and what changes.
    fn into_bindings(self) -> (Vec<Binding>, Vec<BindingChange>) {
        let Draft { kept, mut wanted, changes } = self;
        if kept.is_empty() {
            return (wanted, changes);
        }
        let mut bindings: Vec<Binding> = kept.into_iter().cloned().collect();
        bindings.append(&mut wanted);
        (bindings, changes)
    }

    fn without_all(before: &[&'b Binding], request: &Request<'_>) -> Result<Draft<'b>, RegisterError> {
        before.iter().try_for_each(|binding| check_order(binding, request))?;
        let gone = |binding: &&Binding| BindingChange::Removed {
            binding: Binding::clone(binding),
            reason: RemovalReason::Unregistered,
        };
        Ok(Draft { kept: Vec::new(), wanted: Vec::new(), changes: before.iter().map(gone).collect() })
    }

    fn updated(
        before: &[&'b Binding],
        updates: &[Update<'_>],
        moment: &Moment<'_>,
    ) -> Result<Draft<'b>, RegisterError> {
        let mut draft = Draft { kept: before.to_vec(), wanted: Vec::new(), changes: Vec::new() };
        for update in updates {
            moment.check(update)?;
            let binding = moment.bind(update);
            let known = before.iter().copied().find(|known| is_same(known, &binding));
            if let Some(known) = known {
                check_order(known, moment.request)?;
            }
            draft.kept.retain(|known| !is_same(known, &binding));
            draft.wanted.retain(|known| !is_same(known, &binding));
            match (update.expires, known) {
                (Some(0), Some(known)) => draft.remove(known.clone(), RemovalReason::Unregistered),
                (Some(0), None) => {}
                (_, known) => {
                    draft.wanted.push(binding.clone());
                    match known {
                        Some(known) if same_contact(&known.contact_uri, &binding.contact_uri) => {
                            draft.changes.push(BindingChange::Refreshed(binding));
                        }
                        // The same flow from another address: the old one leads nowhere any more.
                        Some(known) => {
                            draft.remove(known.clone(), RemovalReason::Replaced);
                            draft.changes.push(BindingChange::Added(binding));
                        }
                        None => draft.changes.push(BindingChange::Added(binding)),
                    }
                }
            }
        }
        draft.make_room(draft.wanted.len(), moment)?;
        Ok(draft)
    }

    /// Lets bindings go until `wanted` more fit, if the policy allows that: those that do not answer, then the oldest.
    fn make_room(&mut self, wanted: usize, moment: &Moment<'_>) -> Result<(), RegisterError> {
        let policy = moment.policy;
        let refused = RegisterError::TooManyContacts(policy.max_contacts);
        if wanted > policy.max_contacts {
            return Err(refused);
        }
        // One that only goes away, or stays as it was, needs no room.
        while wanted > 0 && self.kept.len() + wanted > policy.max_contacts {
            let is_away = |index: &usize| (moment.away)(&self.kept[*index].contact_uri);
            let oldest = |index: &usize| self.kept[*index].refreshed_at;
            let all = 0..self.kept.len();
            let away = all.clone().filter(is_away).filter(|_| policy.remove_unavailable).min_by_key(oldest);
            let going = match away {
                None if !policy.remove_existing => return Err(refused),
                None => all.min_by_key(oldest),
                away => away,
            };
            let Some(going) = going else { break };
            let binding = self.kept.remove(going);
            self.remove(binding.clone(), RemovalReason::Replaced);
        }
        Ok(())
    }

    fn remove(&mut self, binding: Binding, reason: RemovalReason) {
        self.changes.push(BindingChange::Removed { binding, reason });
    }
}

impl Moment<'_> {
    /// What speaks against a wish by itself.
    fn check(&self, update: &Update<'_>) -> Result<(), RegisterError> {
        // One of before may still be taken back.
        if update.expires != Some(0) && !Uri::parse(update.uri).is_ok_and(|uri| uri.is_sip()) {
            return Err(RegisterError::NotCallable(update.uri.to_owned()));
        }
        let least = self.policy.minimum_expiration;
        let brief = update.expires.is_some_and(|wish| (1..least).contains(&wish));
        if self.policy.refuse_brief && brief {
            return Err(RegisterError::TooBrief(least));
        }
        if self.request.asks_outbound(update) && !self.request.first_hop_keeps_flows() {
            return Err(RegisterError::FirstHopLacksOutbound);
        }
        Ok(())
    }

    fn bind(&self, update: &Update<'_>) -> Binding {
        let seconds = self.policy.grant(update.expires);
        Binding {
            aor: self.aor.to_owned(),
            contact_uri: update.uri.to_owned(),
            expires_at: self.now + Duration::from_secs(seconds.into()),
            refreshed_at: self.now,
            call_id: self.request.call_id.to_owned(),
            cseq: self.request.cseq,
            q: update.q,
            flow: *self.flow,
            user_agent: self.request.user_agent.map(str::to_owned),
            received: self.policy.rewrite_contact.then_some(self.flow.remote),
            path: match self.policy.support_path {
                true => self.request.path.iter().map(|path| (*path).to_owned()).collect(),
                false => Vec::new(),
            },
            instance: update.instance.clone(),
            reg_id: update.reg_id.filter(|_| self.request.asks_outbound(update)),
        }
    }
}

/// A registration of the same Call-ID must be later than the one that made the binding; one of another
/// Call-ID is a phone that has started anew (section 10.3).
fn check_order(binding: &Binding, request: &Request<'_>) -> Result<(), RegisterError> {
    if binding.call_id == request.call_id && request.cseq <= binding.cseq {
        return Err(RegisterError::OutOfOrder { received: request.cseq, known: binding.cseq });
    }
    Ok(())
}

/// Whether two bindings are the same one: by instance and flow where both registered by the rules of outbound, else by
/// what their Contacts mean.
fn is_same(one: &Binding, other: &Binding) -> bool {
    match (one.outbound(), other.outbound()) {
        (Some(one), Some(other)) => one == other,
        _ => same_contact(&one.contact_uri, &other.contact_uri),
    }
}

/// Whether two Contact URIs mean the same (section 19.1.4); what cannot be read is compared as text.
fn same_contact(one: &str, other: &str) -> bool {
    one == other
        || matches!((Uri::parse(one), Uri::parse(other)), (Ok(one), Ok(other)) if one.equivalent(&other))
}
