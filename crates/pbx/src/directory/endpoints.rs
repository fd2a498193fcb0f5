//! Endpoints of the configuration in the form that calls use, made once for each load.

use std::collections::HashMap;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::sync::Arc;

use call_control::sip::{AccessRules, DigitMode, RtpOptions, SipEndpoint};
use sip_ua::digest::{ChallengeTerms, Credentials, Secret};
use sip_ua::transaction::ReplyRoute;
use sip_ua::user_agent::{PeerAddress, SessionOptions};

use crate::configuration::{
    Access, Configuration, DtmfMode, Endpoint, Identifier, SipConfiguration, codec_of,
};

/// All endpoints, by name.
pub(crate) struct EndpointTable {
    by_name: HashMap<String, Arc<SipEndpoint>>,
    /// Those that the user of their credentials leads to. A table and no search, which would take longer for names that
    /// do not exist.
    by_user: HashMap<String, String>,
    /// Those whose phones are found by an address of record.
    by_aor: HashMap<String, Vec<Arc<Endpoint>>>,
    /// What each endpoint that is challenged is told.
    terms: Vec<ChallengeTerms>,
    /// What every request must pass.
    access: Arc<AccessRules>,
    /// Made of all secrets: nobody else knows it, and it stays the same over restarts.
    seed: u64,
}

impl EndpointTable {
    /// The endpoints of `configuration`.
    pub(crate) fn of(configuration: &Configuration) -> Self {
        let sip = &configuration.sip;
        let made =
            sip.endpoints.iter().map(|(name, e)| (name.clone(), Arc::new(sip_endpoint(configuration, e))));
        let by_name: HashMap<_, _> = made.collect();
        let challenged = by_name.values().filter(|endpoint| !endpoint.credentials.is_empty());
        let mut terms: Vec<_> = challenged.filter_map(|endpoint| endpoint.challenge_terms.clone()).collect();
        // In order, for a table of hashes has a new one at each start.
        terms.sort_by(|one, other| {
            let key = |terms: &ChallengeTerms| (terms.nonce_lifetime, terms.algorithms.clone());
            one.realm.cmp(&other.realm).then_with(|| key(one).cmp(&key(other)))
        });
        let lists = |all: &[Access]| all.iter().flat_map(|access| access.lists(&sip.access_lists)).collect();
        let mut access = AccessRules::default();
        access.source = lists(&sip.access);
        access.contact = lists(&sip.contact_access);
        Self {
            terms,
            access: Arc::new(access),
            by_user: by_user(configuration),
            by_aor: by_aor(configuration),
            by_name,
            seed: seed_of(configuration),
        }
    }

    /// The endpoint whose credentials have this user, if it lets itself be found so.
    pub(crate) fn of_user(&self, user: &str) -> Option<&str> {
        self.by_user.get(user).map(String::as_str)
    }

    /// The endpoints whose phones are found by this address of record, in the order of their names.
    pub(crate) fn with_aor(&self, aor: &str) -> &[Arc<Endpoint>] {
        self.by_aor.get(aor).map(Vec::as_slice).unwrap_or_default()
    }

    /// What every request must pass.
    pub(crate) fn access(&self) -> Arc<AccessRules> {
        self.access.clone()
    }

    /// What somebody of an unknown name is told by a challenge: always the same for a name, and as often as endpoints
    /// are told it. `None` when nobody is challenged.
    pub(crate) fn terms_for_unknown(&self, name: &str) -> Option<&ChallengeTerms> {
        let count = u64::try_from(self.terms.len()).ok().filter(|count| *count > 0)?;
        let mut hasher = DefaultHasher::new();
        (self.seed, name).hash(&mut hasher);
        let place = usize::try_from(hasher.finish() % count).ok()?;
        self.terms.get(place)
    }

    /// The endpoint of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<SipEndpoint>> {
        self.by_name.get(name)
    }
}

fn sip_endpoint(configuration: &Configuration, endpoint: &Endpoint) -> SipEndpoint {
    let mut sip = SipEndpoint::new(endpoint.name.clone());
    sip.context = endpoint.context.clone();
    sip.caller = endpoint.caller_id.clone();
    sip.language = endpoint.language.clone();
    (sip.assignments, sip.variables) =
        endpoint.set_var.iter().cloned().partition(|(name, _)| name.ends_with(')'));
    sip.allow_unauthenticated_options = endpoint.allow_unauthenticated_options;
    sip.access.source = endpoint.access.lists(&configuration.sip.access_lists);
    sip.access.contact = endpoint.contact_access.lists(&configuration.sip.access_lists);
    take_credentials(&mut sip, configuration, endpoint);
    take_media(&mut sip, configuration, endpoint);
    take_signalling(&mut sip, configuration, endpoint);
    take_identity(&mut sip, endpoint);
    take_stir_shaken(&mut sip, configuration, endpoint);
    sip
}

/// What it proves itself with, and we to it.
fn take_credentials(sip: &mut SipEndpoint, configuration: &Configuration, endpoint: &Endpoint) {
    sip.credentials = configuration.sip.credentials_of_callers(&endpoint.auth);
    if sip.credentials.is_empty() && !endpoint.auth.is_empty() {
        sip.credentials.push(nobodys());
    }
    sip.challenge_terms = Some(configuration.sip.challenge_terms(&endpoint.auth));
    sip.outbound_credentials = configuration.sip.credentials_of_ours(&endpoint.outbound_auth);
}

/// Codecs, addresses and watches of its audio.
fn take_media(sip: &mut SipEndpoint, configuration: &Configuration, endpoint: &Endpoint) {
    sip.rtp = RtpOptions {
        opus: configuration.codecs.opus,
        opus_wanted: configuration.codecs.opus_wanted,
        learning: configuration.rtp.learning,
        event_timeout: configuration.rtp.event_timeout,
        rtcp_interval: configuration.rtp.rtcp_interval,
        ..endpoint.rtp.clone()
    };
    sip.codec_rules = endpoint.codec_rules;
    sip.streams = endpoint.streams.clone();
    sip.codecs = endpoint.codecs.iter().filter_map(|name| codec_of(name)).collect();
    sip.digits = match endpoint.dtmf_mode {
        DtmfMode::Rfc4733 => DigitMode::Event,
        DtmfMode::Inband => DigitMode::Sound,
        DtmfMode::Info => DigitMode::Info,
        DtmfMode::Auto => DigitMode::EventOrSound,
        DtmfMode::AutoInfo => DigitMode::EventOrInfo,
        DtmfMode::None => DigitMode::None,
    };
    sip.symmetric_media = endpoint.rtp_symmetric;
    sip.strict_media = configuration.rtp.strict;
    sip.media_encryption = endpoint.media_encryption;
    sip.media_address = endpoint.media_address;
    sip.media_bind = endpoint.media_address.filter(|_| endpoint.bind_rtp_to_media_address);
    sip.offers_all_codecs_anew = configuration.sip.global.all_codecs_on_empty_reinvite;
    sip.rtp_timeout = endpoint.rtp_timeout;
    sip.rtp_timeout_hold = endpoint.rtp_timeout_hold;
    sip.direct_media = endpoint.direct_media.clone();
    let rules = configuration.sip.device_rules.get(&endpoint.name);
    if let Some(rules) = rules.and_then(|rules| rules.direct_media.as_ref()) {
        sip.direct_media.early = rules.early;
        sip.direct_media.peers = rules.peers.lists(&configuration.sip.access_lists);
    }
}

/// The extensions of its calls, and where what is said inside of them goes.
pub(crate) fn options_of(sip: &SipConfiguration, endpoint: &Endpoint) -> SessionOptions {
    // Asterisk writes the source over the Contact with `rewrite_contact`; a proxy stays on the way of all requests.
    let mut aors = endpoint.aors.iter().filter_map(|name| sip.aors.get(name));
    let has_proxy = !endpoint.outbound_proxy.is_empty() || aors.any(|aor| !aor.outbound_proxy.is_empty());
    let by_source = endpoint.rewrite_contact || has_proxy;
    let peer_address = if by_source { PeerAddress::Source } else { PeerAddress::Named };
    let reply_route = if endpoint.force_rport { ReplyRoute::Source } else { ReplyRoute::Via };
    endpoint.session_options.with_peer_address(peer_address).with_reply_route(reply_route)
}

/// How calls with it are set up, changed and ended.
fn take_signalling(sip: &mut SipEndpoint, configuration: &Configuration, endpoint: &Endpoint) {
    sip.options = options_of(&configuration.sip, endpoint);
    sip.pickup_groups = endpoint.pickup_groups.clone();
    sip.allow_transfer = endpoint.allow_transfer;
    sip.tells_transfer_progress = endpoint.signalling.refer_blind_progress;
    sip.redirect_method = endpoint.redirect_method;
    sip.call_limit = configuration.sip.device_rules.get(&endpoint.name).and_then(|rules| rules.call_limit);
    let signalling = &endpoint.signalling;
    let system = &configuration.sip.system;
    sip.follows_forks = signalling.follow_early_media_fork && system.follow_early_media_fork;
    sip.changes_answers = signalling.accept_multiple_sdp_answers && system.accept_multiple_sdp_answers;
    sip.follows_redirected_messages = signalling.follow_redirected_messages;
    sip.inband_progress = signalling.inband_progress;
    sip.rings_after_progress = configuration.sip.global.allow_sending_180_after_183;
    sip.suppresses_hold = signalling.suppress_moh_on_sendonly;
    sip.sdp_owner = signalling.sdp_owner.clone();
    sip.sdp_session = signalling.sdp_session.clone();
    sip.ignore_183_without_sdp = signalling.ignore_183_without_sdp;
    sip.suppress_q850 = signalling.suppress_q850;
    sip.connected_by_invite = signalling.connected_by_invite;
    sip.connected_while_ringing = signalling.rpid_immediate;
    sip.caller_tag = signalling.caller_tag.clone();
    sip.suggested_music = endpoint.moh_suggest.clone();
    sip.passes_hold = endpoint.moh_passthrough;
    sip.tone_zone = signalling.tone_zone.clone();
    sip.caller_in_contact = configuration.sip.global.use_callerid_contact;
    sip.ignores_user_options = configuration.sip.global.ignore_uri_user_options;
}

/// What it may say of callers, what it is told of them, and who we say that we are.
fn take_identity(sip: &mut SipEndpoint, endpoint: &Endpoint) {
    sip.from_user = endpoint.from_user.clone();
    sip.from_domain = endpoint.from_domain.clone();
    sip.send_aoc = endpoint.send_aoc;
    let identity = &endpoint.identity;
    sip.trust_id_inbound = identity.trust_id_inbound;
    sip.trust_id_outbound = identity.trust_id_outbound;
    sip.send_pai = identity.send_pai;
    sip.send_rpid = identity.send_rpid;
    sip.send_connected_line = identity.send_connected_line;
    sip.trust_connected_line = identity.trust_connected_line;
    sip.send_diversion = identity.send_diversion;
    sip.send_history_info = identity.send_history_info;
    sip.user_eq_phone = identity.user_eq_phone;
    sip.presentation = identity.presentation;
    sip.contact_user = identity.contact_user.clone();
}

/// Whether callers are verified and vouched for. A profile that is not there verifies nobody: calls are refused.
fn take_stir_shaken(sip: &mut SipEndpoint, configuration: &Configuration, endpoint: &Endpoint) {
    let Some(name) = &endpoint.stir_shaken_profile else { return };
    let profile = configuration.sip.stir_shaken.profiles.get(name);
    sip.verifies_callers = profile.is_none_or(|profile| profile.verification.is_some());
    sip.vouches_for_callers = profile.is_some_and(|profile| profile.attestation.is_some());
}

fn seed_of(configuration: &Configuration) -> u64 {
    let mut hasher = DefaultHasher::new();
    for auth in configuration.sip.auths.values() {
        auth.name.hash(&mut hasher);
        auth.secrets().for_each(|secret| secret.hash(&mut hasher));
    }
    hasher.finish()
}

fn by_user(configuration: &Configuration) -> HashMap<String, String> {
    let mut by_user = HashMap::new();
    let found = |e: &&Arc<Endpoint>| e.identify_by.contains(&Identifier::AuthUsername);
    for endpoint in configuration.sip.endpoints.values().filter(found) {
        for auth in endpoint.auth.iter().filter_map(|name| configuration.sip.auths.get(name)) {
            by_user.entry(auth.username.clone()).or_insert_with(|| endpoint.name.clone());
        }
    }
    by_user
}

fn by_aor(configuration: &Configuration) -> HashMap<String, Vec<Arc<Endpoint>>> {
    let mut by_aor: HashMap<String, Vec<Arc<Endpoint>>> = HashMap::new();
    for endpoint in configuration.sip.endpoints.values() {
        for aor in &endpoint.aors {
            let with_it = by_aor.entry(aor.clone()).or_default();
            // An aor may be named twice.
            if with_it.last().is_none_or(|last| !Arc::ptr_eq(last, endpoint)) {
                with_it.push(endpoint.clone());
            }
        }
    }
    by_aor
}

/// Credentials that nobody has: an endpoint whose `auth` is missing is not one that needs none.
fn nobodys() -> Credentials {
    let secret = RandomState::new();
    Credentials::new("", Secret::plain(format!("{:016x}{:016x}", secret.hash_one(0), secret.hash_one(1))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use asterisk_conf::MemoryFiles;
    use sip_ua::digest::Algorithm;

    use super::*;
    use crate::configuration::Folders;

    fn table(pjsip: &str) -> EndpointTable {
        let files = MemoryFiles::from([
            ("/pbx/etc/pjsip.conf", pjsip),
            ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        EndpointTable::of(&configuration.unwrap_or_else(|| panic!("{}", report.render(false))))
    }

    fn account(name: &str, realm: &str) -> String {
        format!(
            "[{name}]\ntype=endpoint\nauth={name}\nidentify_by=auth_username\n\
             [{name}]\ntype=auth\nusername={name}-user\npassword=f3a9c1d7e5b2\n{realm}\n"
        )
    }

    #[test]
    fn unknown_names_are_challenged_in_the_realms_that_there_are() {
        let table = table(&(account("a", "realm=east") + &account("b", "realm=west") + &account("c", "")));
        let realms = |name: &str| table.terms_for_unknown(name).map(|terms| terms.realm.clone());
        let names: Vec<String> = (0..200).map(|n| format!("nobody-{n}")).collect();
        let drawn: BTreeSet<String> = names.iter().filter_map(|name| realms(name)).collect();
        assert_eq!(drawn, ["asterisk", "east", "west"].map(str::to_owned).into());
        // Asked twice, a name gives the same realm: another one would tell that it does not exist.
        assert!(names.iter().all(|name| realms(name) == realms(name)));
        assert_eq!(super::tests::table("").terms_for_unknown("nobody"), None);
    }

    #[test]
    fn unknown_names_are_offered_the_algorithms_that_there_are() {
        let table = table(&(account("a", "supported_algorithms_uas=SHA-256,MD5") + &account("b", "")));
        let names: Vec<String> = (0..200).map(|n| format!("nobody-{n}")).collect();
        let offered = |name: &String| table.terms_for_unknown(name).map(|terms| terms.algorithms.clone());
        let drawn: BTreeSet<_> = names.iter().filter_map(offered).collect();
        assert_eq!(drawn, [vec![Algorithm::Md5], vec![Algorithm::Sha256, Algorithm::Md5]].into());
        let own = table.get("a").and_then(|endpoint| endpoint.challenge_terms.clone()).unwrap();
        assert_eq!(own.algorithms, [Algorithm::Sha256, Algorithm::Md5]);
    }

    #[test]
    fn phones_hear_of_their_transfers_unless_they_do_not_want_to() {
        let table = table("[a]\ntype=endpoint\n[b]\ntype=endpoint\nrefer_blind_progress=no\n");
        let tells = |name: &str| table.get(name).map(|endpoint| endpoint.tells_transfer_progress);
        assert_eq!((tells("a"), tells("b")), (Some(true), Some(false)));
    }

    #[test]
    fn endpoints_are_found_by_the_addresses_of_their_phones() {
        let pjsip = "[b]\ntype=endpoint\nallow=ulaw\naors=desk,desk,cell\n[a]\ntype=endpoint\nallow=ulaw\naors=desk\n\
            [desk]\ntype=aor\nmax_contacts=1\n[cell]\ntype=aor\nmax_contacts=1\n";
        let table = table(pjsip);
        let names = |aor| table.with_aor(aor).iter().map(|e| e.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("desk"), ["a", "b"]);
        assert_eq!(names("cell"), ["b"]);
        assert!(names("attic").is_empty());
    }

    #[test]
    fn an_endpoint_is_found_by_the_user_of_its_credentials() {
        let table = table(&account("a", ""));
        assert_eq!((table.of_user("a-user"), table.of_user("a")), (Some("a"), None));
    }

    #[test]
    fn an_endpoint_whose_password_is_missing_needs_one_all_the_same() {
        let table = table("[a]\ntype=endpoint\nauth=lost\n[b]\ntype=endpoint\n");
        let credentials = |name: &str| table.get(name).map(|endpoint| endpoint.credentials.len());
        assert_eq!((credentials("a"), credentials("b")), (Some(1), Some(0)));
    }
}
