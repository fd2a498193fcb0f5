//! One event as one line.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, UNIX_EPOCH};

use call_control::{RequestVerdict, SecurityEvent, SecurityKind};
use sip_ua::guard::{Counts, GuardEvent, Source};
use sip_ua::transport::Flow;
use wire_text::{Address, Decimal};

use crate::visible::visible;

/// Room for most lines, in bytes.
const USUAL_LINE: usize = 384;

/// Longest value taken from a message.
const LONGEST: usize = 128;

/// What all lines of one second begin with, and how they say when: to write it anew for each takes longer than the rest.
#[derive(Default)]
pub(super) struct Second {
    /// Since 1970, as the parts below say; `None` before the first line.
    number: Option<u64>,
    /// What programs expect before the event.
    head: String,
    /// Date and time of day in ISO 8601, up to the seconds.
    moment: String,
    /// Hours and minutes that local time is ahead of UTC.
    offset: String,
}

impl Second {
    /// The line of an event.
    pub(super) fn line_of(&mut self, event: &SecurityEvent) -> String {
        let since = event.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.number != Some(since.as_secs()) {
            *self = Self::beginning(since);
        }
        let mut line = String::with_capacity(USUAL_LINE);
        line.push_str(&self.head);
        let millis = Decimal::of(since.subsec_millis());
        let zeros = &"000"[millis.as_str().len().min(3)..];
        let moment = [&self.moment, ".", zeros, millis.as_str(), &self.offset];
        write_event(&mut line, &event.kind, &moment);
        line
    }

    fn beginning(since: Duration) -> Self {
        let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
        let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        let time = time.to_zoned(jiff::tz::TimeZone::system());
        Self {
            number: Some(since.as_secs()),
            head: head(&time),
            moment: time.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            offset: time.strftime("%z").to_string(),
        }
    }
}

fn write_event(line: &mut String, kind: &SecurityKind, moment: &[&str]) {
    match kind {
        SecurityKind::Request { verdict, account, call_id, flow } => {
            let (name, severity, version) = of_verdict(verdict);
            begin(line, name, severity, version, moment);
            field(line, "AccountID", if account.is_empty() { "<unknown>" } else { account });
            field(line, "SessionID", call_id);
            addresses(line, flow);
            match verdict {
                RequestVerdict::SuccessfulAuth => field(line, "UsingPassword", "1"),
                RequestVerdict::FailedAcl { list } => field(line, "ACLName", list),
                RequestVerdict::BadFormat { problem } => field(line, "RequestParams", problem),
                _ => {}
            }
        }
        SecurityKind::Guard(event) => of_guard(line, event, moment),
        _ => {}
    }
}

/// A word about lines that were left out.
pub(super) fn of_left_out(count: u32) -> String {
    format!("{}{count} events came too fast and are left out", head(&jiff::Zoned::now()))
}

/// What programs expect before the event. The name is that of the part of Asterisk that writes such lines.
fn head(time: &jiff::Zoned) -> String {
    let (time, process) = (time.strftime("%Y-%m-%d %H:%M:%S"), std::process::id());
    format!("[{time}] SECURITY[{process}] res_security_log.c: ")
}

fn begin(line: &mut String, name: &str, severity: &str, version: &str, moment: &[&str]) {
    line.extend(["SecurityEvent=\"", name, "\",EventTV=\""]);
    line.extend(moment.iter().copied());
    line.extend(["\",Severity=\"", severity, "\",Service=\"PJSIP\",EventVersion=\"", version, "\""]);
}

fn of_verdict(verdict: &RequestVerdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        RequestVerdict::ChallengeSent => ("ChallengeSent", "Informational", "1"),
        RequestVerdict::SuccessfulAuth => ("SuccessfulAuth", "Informational", "1"),
        RequestVerdict::InvalidAccount => ("InvalidAccountID", "Error", "1"),
        RequestVerdict::InvalidPassword => ("InvalidPassword", "Error", "2"),
        RequestVerdict::FailedAcl { .. } => ("FailedACL", "Error", "1"),
        RequestVerdict::BadFormat { .. } => ("RequestBadFormat", "Error", "1"),
        _ => ("UnexpectedAddress", "Error", "1"),
    }
}

/// What the guard did: names of our own, which filters for Asterisk pass over.
fn of_guard(line: &mut String, event: &GuardEvent, moment: &[&str]) {
    match event {
        GuardEvent::Slowed { source, counts } => {
            begin(line, "SourceSlowed", "Error", "1", moment);
            source_of(line, *source);
            offences(line, counts);
        }
        GuardEvent::Banned { source, time, repetition, counts, by_hand } => {
            begin(line, "SourceBanned", "Error", "1", moment);
            source_of(line, *source);
            field(line, "Seconds", &time.as_secs().to_string());
            field(line, "Repetition", &repetition.to_string());
            field(line, "ByHand", if *by_hand { "1" } else { "0" });
            offences(line, counts);
        }
        GuardEvent::Released { source } => {
            begin(line, "SourceReleased", "Informational", "1", moment);
            source_of(line, *source);
        }
        _ => {}
    }
}

fn source_of(line: &mut String, source: Source) {
    field(line, "RemoteAddress", &format!("{}/*/{}/0", family(source.address()), source.address()));
}

fn offences(line: &mut String, counts: &Counts) {
    let said: Vec<String> = counts.all().map(|(offence, count)| format!("{offence}:{count}")).collect();
    field(line, "Offences", &said.join(" "));
}

fn addresses(line: &mut String, flow: &Flow) {
    let mut add = |name: &str, at: SocketAddr| {
        let ip = at.ip().to_canonical();
        let (address, port) = (Address::of(ip), Decimal::of(at.port()));
        let protocol = flow.protocol.via_name();
        line.extend([
            ",",
            name,
            "=\"",
            family(ip),
            "/",
            protocol,
            "/",
            address.as_str(),
            "/",
            port.as_str(),
            "\"",
        ]);
    };
    add("LocalAddress", flow.local);
    add("RemoteAddress", flow.remote);
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IPV4" } else { "IPV6" }
}

/// Adds a value that may come from the network: it can neither end its quotes nor its line.
fn field(line: &mut String, name: &str, value: &str) {
    let plain = |octet: u8| octet == b' ' || octet.is_ascii_graphic() && octet != b'"';
    if value.len() <= LONGEST && value.bytes().all(plain) {
        line.extend([",", name, "=\"", value, "\""]);
        return;
    }
    let cut: String = value.chars().take(LONGEST).map(|c| if c == '"' { '\'' } else { c }).collect();
    let _ = write!(line, ",{name}=\"{}\"", visible(&cut).replace('\t', " "));
}

#[cfg(test)]
mod tests {
    use sip_ua::guard::{Guard, GuardPolicy, Offence};
    use sip_ua::transport::Protocol;

    use super::*;

    fn line(verdict: RequestVerdict, account: &str, remote: &str) -> String {
        let remote: SocketAddr = remote.parse().unwrap();
        let local = if remote.is_ipv4() { "192.0.2.1:5060" } else { "[2001:db8::1]:5060" };
        let flow = Flow::new(Protocol::Udp, local.parse().unwrap(), remote);
        let (account, call_id) = (account.to_owned(), "abc@203.0.113.9".to_owned());
        let mut event = SecurityEvent::now(SecurityKind::Request { verdict, account, call_id, flow });
        event.time = UNIX_EPOCH + Duration::from_millis(1_795_246_905_123);
        Second::default().line_of(&event)
    }

    #[test]
    fn lines_say_their_own_moment() {
        let mut second = Second::default();
        let mut moment_of = |millis| {
            let mut event = SecurityEvent::now(SecurityKind::Guard(GuardEvent::Released {
                source: Source::of([203, 0, 113, 9].into()),
            }));
            event.time = UNIX_EPOCH + Duration::from_millis(millis);
            let line = second.line_of(&event);
            let (_, rest) = line.split_once(",EventTV=\"").unwrap();
            (line[..21].to_owned(), rest[17..23].to_owned())
        };
        let (head, first) = moment_of(1_795_246_905_007);
        assert_eq!(
            (&first[..], moment_of(1_795_246_905_907)),
            ("45.007", (head.clone(), "45.907".to_owned()))
        );
        let (next_head, next) = moment_of(1_795_246_906_050);
        assert_eq!((&next[..], next_head == head), ("46.050", false));
    }

    /// The expression of fail2ban's filter for Asterisk, by its documented parts: who did it, and that nothing else
    /// stands where the address is looked for.
    fn address_for_fail2ban(line: &str) -> Option<&str> {
        let names = ["FailedACL", "InvalidAccountID", "ChallengeResponseFailed", "InvalidPassword"];
        let rest = line.split_once("SecurityEvent=\"")?.1;
        let (name, rest) = rest.split_once('"')?;
        let (_, address) = rest.split_once(",RemoteAddress=\"")?;
        let parts: Vec<&str> = address.split_once('"')?.0.split('/').collect();
        (names.contains(&name) && parts.len() == 4).then(|| parts[2])
    }

    #[test]
    fn a_wrong_password_is_told_as_asterisk_tells_it() {
        let line = line(RequestVerdict::InvalidPassword, "100", "203.0.113.9:5061");
        let (head, event) = line.split_once(" res_security_log.c: ").unwrap();
        assert!(
            head.starts_with('[') && head.ends_with(&format!("SECURITY[{}]", std::process::id())),
            "{head}"
        );
        let (name, rest) = event.split_once(",EventTV=\"").unwrap();
        assert_eq!(name, "SecurityEvent=\"InvalidPassword\"");
        let (time, rest) = rest.split_once('"').unwrap();
        assert_eq!((time.len(), &time[19..23]), (28, ".123"), "{time}");
        assert_eq!(
            rest,
            ",Severity=\"Error\",Service=\"PJSIP\",EventVersion=\"2\",AccountID=\"100\",SessionID=\"abc@203.0.113.9\",\
             LocalAddress=\"IPV4/UDP/192.0.2.1/5060\",RemoteAddress=\"IPV4/UDP/203.0.113.9/5061\""
        );
        assert_eq!(address_for_fail2ban(&line), Some("203.0.113.9"));
    }

    #[test]
    fn each_event_has_its_name_and_what_belongs_to_it() {
        let of = |verdict| line(verdict, "", "[2001:db8::9]:5061");
        let six = of(RequestVerdict::InvalidAccount);
        assert_eq!(address_for_fail2ban(&six), Some("2001:db8::9"));
        assert!(
            six.contains("AccountID=\"<unknown>\"")
                && six.contains("RemoteAddress=\"IPV6/UDP/2001:db8::9/5061\"")
        );
        for (verdict, parts) in [
            (
                RequestVerdict::ChallengeSent,
                ["SecurityEvent=\"ChallengeSent\"", "Severity=\"Informational\""],
            ),
            (RequestVerdict::SuccessfulAuth, ["SecurityEvent=\"SuccessfulAuth\"", ",UsingPassword=\"1\""]),
            (
                RequestVerdict::FailedAcl { list: "office".into() },
                ["SecurityEvent=\"FailedACL\"", ",ACLName=\"office\""],
            ),
            (
                RequestVerdict::BadFormat { problem: "no CSeq".into() },
                ["SecurityEvent=\"RequestBadFormat\"", ",RequestParams=\"no CSeq\""],
            ),
        ] {
            let line = of(verdict);
            assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        }
    }

    #[test]
    fn a_name_cannot_forge_an_address_or_a_line() {
        let evil = "x\",RemoteAddress=\"IPV4/UDP/192.0.2.77/5060\"\r\nSecurityEvent=\"InvalidPassword";
        let line = line(RequestVerdict::InvalidPassword, evil, "203.0.113.9:5061");
        assert_eq!(line.lines().count(), 1);
        assert_eq!(address_for_fail2ban(&line), Some("203.0.113.9"), "{line}");
        assert_eq!(line.matches(",RemoteAddress=\"").count(), 1, "{line}");
    }

    #[test]
    fn a_ban_is_told_with_its_time_and_reasons() {
        let now = std::time::Instant::now();
        let mut guard = Guard::new(GuardPolicy::new());
        (0..10).for_each(|_| guard.note(now, [203, 0, 113, 9].into(), Offence::FailedLogin));
        let told: Vec<String> = std::iter::from_fn(|| guard.poll_event())
            .map(|event| Second::default().line_of(&SecurityEvent::now(SecurityKind::Guard(event))))
            .collect();
        let [slowed, banned] = &told[..] else { panic!("{told:?}") };
        assert!(slowed.contains("SecurityEvent=\"SourceSlowed\""), "{slowed}");
        assert!(
            banned.ends_with(
                ",RemoteAddress=\"IPV4/*/203.0.113.9/0\",Seconds=\"600\",Repetition=\"1\",ByHand=\"0\",\
                 Offences=\"failed_login:10\""
            ),
            "{banned}"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_name_breaks_the_line(account in "\\PC*|.*|[\u{0}-\u{9f}]{0,200}") {
            let line = line(RequestVerdict::InvalidAccount, &account, "203.0.113.9:5061");
            proptest::prop_assert!(!line.chars().any(char::is_control));
            proptest::prop_assert_eq!(address_for_fail2ban(&line), Some("203.0.113.9"));
        }
    }
}
