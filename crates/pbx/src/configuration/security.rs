//! `security.conf`: what is borne of strangers. Not one of Asterisk's files; without it the defaults hold.

use std::time::Duration;

use asterisk_conf::{Config, Diagnostic, suggest};
use sip_ua::guard::{GuardPolicy, Network, Offence};

use super::SipConfiguration;
use super::values::Values;

/// How the exchange defends itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityConfiguration {
    /// `enabled`: whether anything is counted against anybody. The security log is written in any case.
    pub enabled: bool,
    /// `log`: whether `security.log` is written.
    pub log: bool,
    /// What is borne.
    pub policy: GuardPolicy,
}

impl Default for SecurityConfiguration {
    fn default() -> Self {
        Self { enabled: true, log: true, policy: GuardPolicy::new() }
    }
}

const KEYS: &[&str] = &[
    "ban_score",
    "ban_time",
    "ban_time_max",
    "enabled",
    "half_life",
    "known_factor",
    "log",
    "request_rate",
    "request_rate_known",
    "request_rate_strangers",
    "slow_rate",
    "slow_score",
    "sources",
    "trusted",
];

const SECTIONS: &[&str] = &["general", "weights"];

/// The most sources that may be remembered: some 120 MB.
const MOST_SOURCES: usize = 1 << 20;

impl SecurityConfiguration {
    /// Reads `[general]` and `[weights]`.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut security = Self::default();
        let is_ours = |name: &str| SECTIONS.iter().any(|known| known.eq_ignore_ascii_case(name));
        for section in config.objects().filter(|section| !is_ours(&section.name.value)) {
            let name = &section.name;
            let message = format!("there is no section [{}] in security.conf; it has no effect", name.value);
            let nearest = suggest::nearest(&name.value, SECTIONS.iter().copied());
            found.push(Diagnostic::warning("unknown-section", message).at(name.span).suggest(nearest));
        }
        if let Some(section) = config.section("general") {
            security.read_general(&mut Values { section, found });
        }
        if let Some(section) = config.section("weights") {
            let mut values = Values { section, found };
            let known = Offence::ALL.map(Offence::name);
            values.check_keys("[weights]", &known, |_| None);
            for (weight, name) in security.policy.weights.iter_mut().zip(known) {
                *weight = amount(&mut values, name, *weight, 0.0);
            }
        }
        security
    }

    fn read_general(&mut self, values: &mut Values<'_>) {
        values.check_keys("[general]", KEYS, |_| None);
        self.enabled = values.flag("enabled", self.enabled);
        self.log = values.flag("log", self.log);
        let policy = &mut self.policy;
        policy.trusted = networks(values);
        policy.half_life = time(values, "half_life", policy.half_life);
        policy.ban_time = time(values, "ban_time", policy.ban_time);
        policy.ban_time_max = time(values, "ban_time_max", policy.ban_time_max).max(policy.ban_time);
        policy.ban_score = amount(values, "ban_score", policy.ban_score, 1.0);
        policy.slow_score = amount(values, "slow_score", policy.slow_score, 1.0);
        policy.known_factor = amount(values, "known_factor", policy.known_factor, 1.0);
        policy.request_rate = amount(values, "request_rate", policy.request_rate, 1.0);
        policy.request_rate_known = amount(values, "request_rate_known", policy.request_rate_known, 1.0);
        policy.request_rate_strangers =
            amount(values, "request_rate_strangers", policy.request_rate_strangers, 1.0);
        policy.slow_rate = amount(values, "slow_rate", policy.slow_rate, 0.01);
        policy.sources = values.number("sources", policy.sources).clamp(64, MOST_SOURCES);
    }

    /// The policy that is in force: with the addresses that `type=identify` ties to endpoints among the trusted ones,
    /// or with everybody among them where nothing is to be counted.
    pub fn policy_for(&self, sip: &SipConfiguration) -> GuardPolicy {
        let mut policy = self.policy.clone();
        if self.enabled {
            let ranges = sip.identifies.iter().flat_map(|identify| identify.ranges.iter());
            policy.trusted.extend(ranges.map(|(range, _)| *range));
        } else {
            policy.trusted = ["0.0.0.0/0", "::/0"].into_iter().filter_map(Network::parse).collect();
        }
        policy
    }
}

/// `trusted`: networks between commas, on as many lines as wanted.
fn networks(values: &mut Values<'_>) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in values.list("trusted") {
        match Network::parse(&text) {
            Some(network) => networks.push(network),
            None => values.odd(
                "trusted",
                format!("'{text}' is no network; it is left out"),
                "write an address or a network, as in 192.0.2.1 or 192.0.2.0/24",
            ),
        }
    }
    networks
}

/// A number with a fraction, at least `least`.
fn amount(values: &mut Values<'_>, key: &str, default: f32, least: f32) -> f32 {
    let Some(text) = values.text(key) else { return default };
    match text.parse::<f32>() {
        Ok(amount) if (least..=1e6).contains(&amount) => amount,
        _ => {
            let message = format!("'{text}' is no number from {least} to a million; {default} is taken");
            values.odd(key, message, "write a number, as in 10 or 0.5");
            default
        }
    }
}

/// A number of seconds, at least one.
fn time(values: &mut Values<'_>, key: &str, default: Duration) -> Duration {
    let seconds = values.number(key, default.as_secs());
    // Some hundred years: what is longer cannot be told from forever.
    Duration::from_secs(seconds.clamp(1, 1 << 32))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, ConfigurationReport, Folders};

    const PJSIP: &str = "[udp]\ntype=transport\nbind=0.0.0.0\n[trunk]\ntype=endpoint\nidentify_by=ip\n\
        [trunk]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.0/24\n";

    fn load(security: &str) -> (Configuration, ConfigurationReport) {
        let files = MemoryFiles::from([
            ("/pbx/etc/pjsip.conf", PJSIP),
            ("/pbx/etc/security.conf", security),
            ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        (configuration.unwrap_or_else(|| panic!("{}", report.render(false))), report)
    }

    #[test]
    fn without_a_word_the_defaults_hold_and_trunks_are_trusted() {
        let (configuration, report) = load("");
        assert!(report.is_clean(), "{}", report.render(false));
        assert_eq!(configuration.security, SecurityConfiguration::default());
        let policy = configuration.security.policy_for(&configuration.sip);
        assert!(policy.trusts([198, 51, 100, 7].into()) && !policy.trusts([127, 0, 0, 1].into()));
    }

    #[test]
    fn every_key_has_its_effect() {
        let (configuration, report) = load(
            "[general]\nenabled=yes\nlog=no\ntrusted=192.168.0.0/16, 2001:db8::/32\ntrusted=10.0.0.1\n\
             half_life=60\nban_time=5\nban_time_max=40\nban_score=30\nslow_score=15.5\nknown_factor=2\n\
             request_rate=50\nrequest_rate_known=500\nrequest_rate_strangers=300\nslow_rate=0.5\nsources=1000\n\
             [weights]\nfailed_login=7\nexcess=0\n",
        );
        assert!(report.is_clean(), "{}", report.render(false));
        let SecurityConfiguration { enabled, log, policy } = configuration.security;
        assert!(
            enabled && !log && policy.trusts([10, 0, 0, 1].into()) && policy.trusts([192, 168, 1, 1].into())
        );
        assert_eq!((policy.half_life.as_secs(), policy.ban_time.as_secs()), (60, 5));
        assert_eq!(policy.ban_after(2).as_secs(), 20);
        assert_eq!(policy.ban_after(9).as_secs(), 40);
        let scores = (policy.ban_score, policy.slow_score, policy.known_factor, policy.slow_rate);
        assert_eq!(scores, (30.0, 15.5, 2.0, 0.5));
        let rates = (policy.request_rate, policy.request_rate_known, policy.request_rate_strangers);
        assert_eq!((rates, policy.sources), ((50.0, 500.0, 300.0), 1000));
        assert_eq!((policy.weight(Offence::FailedLogin), policy.weight(Offence::Excess)), (7.0, 0.0));
    }

    #[test]
    fn what_cannot_be_meant_is_told_and_the_default_holds() {
        let (configuration, report) = load(
            "[general]\nban_score=NaN\nrequest_rate=0\ntrusted=office\nban_tme=5\n[wieghts]\n[weights]\nfailed=1\n",
        );
        let text = report.render(false);
        for said in
            ["'NaN' is no number", "'0' is no number", "'office' is no network", "`ban_time`", "`weights`"]
        {
            assert!(text.contains(said), "{said} is missing in {text}");
        }
        assert_eq!(configuration.security.policy, GuardPolicy::new());
    }

    #[test]
    fn a_guard_that_is_off_trusts_everybody() {
        let (configuration, _) = load("[general]\nenabled=no\n");
        let policy = configuration.security.policy_for(&configuration.sip);
        assert!(policy.trusts([203, 0, 113, 9].into()) && policy.trusts("2001:db8::1".parse().unwrap()));
    }
}
