//! Keys of devices whose values are other ones in `pjsip.conf`, or that stand for several keys there.

use asterisk_conf::{Diagnostic, Entry, Section, boolean};

use super::register::host_and_port;
use super::{Object, last_of, odd};
use crate::call_records::AmaFlags;
use crate::configuration::codec_names::stream_codec_of;
use crate::configuration::values::Values;

/// Keys and values of an endpoint that a word stands for.
type Says = &'static [(&'static str, &'static str)];

/// A key, its other names, and the words that it knows.
struct Words {
    names: &'static [&'static str],
    words: &'static [(&'static str, Says)],
}

/// `directmedia=yes` alone means phones behind translators, too.
const NO_NAT: Says = &[("direct_media", "yes"), ("disable_direct_media_on_nat", "yes")];
const SDES: Says = &[("media_encryption", "sdes")];
const DTLS: Says = &[("media_encryption", "dtls")];

/// Keys whose values are words.
const WORDS: &[Words] = &[
    Words {
        names: &["dtmfmode"],
        words: &[
            ("rfc2833", &[("dtmf_mode", "rfc4733")]),
            ("rfc4733", &[("dtmf_mode", "rfc4733")]),
            ("info", &[("dtmf_mode", "info")]),
            ("shortinfo", &[("dtmf_mode", "info")]),
            ("inband", &[("dtmf_mode", "inband")]),
            ("auto", &[("dtmf_mode", "auto")]),
        ],
    },
    Words {
        names: &["directmedia", "canreinvite"],
        words: &[
            ("yes", &[("direct_media", "yes")]),
            ("no", &[("direct_media", "no")]),
            ("nonat", NO_NAT),
            ("update", &[NO_NAT[0], NO_NAT[1], ("direct_media_method", "update")]),
            // What this leaves to ask first are the calls that come in; pjsip.conf names those that are left out.
            ("outgoing", &[NO_NAT[0], NO_NAT[1], ("direct_media_glare_mitigation", "incoming")]),
        ],
    },
    Words {
        names: &["nat"],
        words: &[
            ("no", &[("force_rport", "no"), ("rewrite_contact", "no"), ("rtp_symmetric", "no")]),
            ("never", &[("force_rport", "no"), ("rewrite_contact", "no"), ("rtp_symmetric", "no")]),
            ("rfc3581", &[("force_rport", "no"), ("rewrite_contact", "no"), ("rtp_symmetric", "no")]),
            ("yes", &[("force_rport", "yes"), ("rewrite_contact", "yes"), ("rtp_symmetric", "yes")]),
            ("route", &[("force_rport", "yes"), ("rewrite_contact", "yes"), ("rtp_symmetric", "yes")]),
            ("force_rport", &[("force_rport", "yes"), ("rewrite_contact", "yes")]),
            ("auto_force_rport", &[("force_rport", "yes"), ("rewrite_contact", "yes")]),
            ("comedia", &[("rtp_symmetric", "yes")]),
            ("auto_comedia", &[("rtp_symmetric", "yes")]),
        ],
    },
    Words {
        names: &["promiscredir"],
        words: &[("no", &[("redirect_method", "user")]), ("yes", &[("redirect_method", "uri_core")])],
    },
    Words {
        names: &["sendrpid"],
        words: &[
            ("no", &[("send_rpid", "no"), ("send_pai", "no")]),
            ("yes", &[("send_rpid", "yes")]),
            ("rpid", &[("send_rpid", "yes")]),
            ("pai", &[("send_pai", "yes")]),
        ],
    },
    Words {
        names: &["session-timers"],
        words: &[
            ("accept", &[("timers", "yes")]),
            ("originate", &[("timers", "always")]),
            ("refuse", &[("timers", "no")]),
        ],
    },
    Words { names: &["encryption"], words: &[("yes", SDES), ("no", &[("media_encryption", "no")])] },
    Words { names: &["dtlsenable"], words: &[("yes", DTLS), ("no", &[])] },
    Words { names: &["encryption_taglen"], words: &[("80", &[]), ("32", &[("srtp_tag_32", "yes")])] },
    Words {
        names: &["videosupport"],
        words: &[("no", &[("max_video_streams", "0")]), ("yes", &[]), ("always", &[])],
    },
    Words { names: &["textsupport"], words: &[("no", &[("max_text_streams", "0")]), ("yes", &[])] },
    Words {
        names: &["progressinband"],
        words: &[
            ("yes", &[("inband_progress", "yes")]),
            ("no", &[("inband_progress", "no")]),
            ("never", &[("inband_progress", "no")]),
        ],
    },
    Words {
        names: &["use_q850_reason"],
        words: &[
            ("yes", &[("suppress_q850_reason_headers", "no")]),
            ("no", &[("suppress_q850_reason_headers", "yes")]),
        ],
    },
    Words {
        names: &["allowoverlap"],
        words: &[
            ("yes", &[("allow_overlap", "yes")]),
            ("no", &[("allow_overlap", "no")]),
            ("dtmf", &[("allow_overlap", "dtmf")]),
        ],
    },
    Words {
        names: &["auth_options_requests"],
        words: &[("yes", &[]), ("no", &[("allow_unauthenticated_options", "yes")])],
    },
    Words {
        names: &["faxdetect"],
        words: &[
            ("no", &[("fax_detect", "no")]),
            ("yes", &[("fax_detect", "yes")]),
            ("cng", &[("fax_detect", "yes")]),
            ("t38", &[("fax_detect", "yes")]),
        ],
    },
    Words {
        names: &["t38pt_udptl"],
        words: &[
            ("no", &[("t38_udptl", "no")]),
            ("yes", &[("t38_udptl", "yes")]),
            ("none", &[("t38_udptl_ec", "none")]),
            ("fec", &[("t38_udptl_ec", "fec")]),
            ("redundancy", &[("t38_udptl_ec", "redundancy")]),
        ],
    },
];

/// Adds to an endpoint what the section says.
pub(super) fn translate(section: &Section, endpoint: &mut Object, found: &mut Vec<Diagnostic>) {
    for words in WORDS {
        words.translate(section, endpoint, found);
    }
    // A phone behind a router is the rule: its contact is where its requests come from.
    if last_of(section, &["nat"]).is_none() {
        endpoint.imply("rewrite_contact", "yes");
    }
    if last_of(section, &["directmedia", "canreinvite"]).is_none() {
        endpoint.imply("disable_direct_media_on_nat", "yes");
    }
    // Codecs of video and text may stand in any list; they count where they are switched on.
    for (key, most) in [("videosupport", "max_video_streams"), ("textsupport", "max_text_streams")] {
        if last_of(section, &[key]).is_none() && names_streams(section) {
            endpoint.imply(most, "0");
        }
    }
    caller(section, endpoint);
    if let Some((proxy, line)) = outbound_proxy(section, found) {
        endpoint.take_as("outbound_proxy", proxy, &line);
    }
    if let Some(line) = last_of(section, &["busylevel", "call-limit"]) {
        let line = last_of(section, &["busylevel"]).unwrap_or(line);
        endpoint.take("device_state_busy_at", line);
    }
}

/// `fullname` and `cid_number`, which say in two lines what `callerid` says in one; where that is there, it counts.
fn caller(section: &Section, endpoint: &mut Object) {
    let text = |key: &str| Some(last_of(section, &[key])?.value.value.trim().to_owned());
    let (name, number) = (text("fullname"), text("cid_number"));
    let Some(line) = last_of(section, &["fullname", "cid_number"]).filter(|_| !endpoint.has("callerid"))
    else {
        return;
    };
    let name = name.unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\"");
    endpoint.take_as("callerid", format!("\"{name}\" <{}>", number.unwrap_or_default()), line);
}

/// Whether codecs of video or text are among those that are allowed.
fn names_streams(section: &Section) -> bool {
    let allowed = section.entries.iter().filter(|entry| entry.is("allow"));
    let mut words = allowed.flat_map(|entry| entry.value.value.split(',')).map(str::trim);
    words
        .any(|word| word.eq_ignore_ascii_case("all") || stream_codec_of(&word.to_ascii_lowercase()).is_some())
}

impl Words {
    fn translate(&self, section: &Section, endpoint: &mut Object, found: &mut Vec<Diagnostic>) {
        let Some(line) = last_of(section, self.names) else { return };
        for word in line.value.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            if let Some(size) = word.strip_prefix("maxdatagram=") {
                endpoint.take_as("t38_udptl_maxdatagram", size, line);
                continue;
            }
            match self.says(word) {
                Some(says) => says.iter().for_each(|(key, value)| endpoint.take_as(key, *value, line)),
                None => {
                    let known: Vec<_> = self.words.iter().map(|(word, _)| *word).collect();
                    let nearest = asterisk_conf::suggest::nearest(word, known.iter().copied());
                    let help = format!("known are {}", known.join(", "));
                    let finding = odd(line, format!("'{word}' is left out"), &help);
                    found.push(finding.suggest(nearest));
                }
            }
        }
    }

    /// What a word stands for; `yes` and `no` in any spelling.
    fn says(&self, word: &str) -> Option<Says> {
        let find = |word: &str| self.words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        let meant = || boolean(word).and_then(|yes| find(if yes { "yes" } else { "no" }));
        find(word).or_else(meant).map(|(_, says)| *says)
    }
}

/// `qualify`: asking a phone whether it is there.
pub(super) fn qualify(section: &Section, aor: &mut Object, found: &mut Vec<Diagnostic>) {
    let Some(line) = last_of(section, &["qualify"]) else { return };
    let text = line.value.value.trim();
    let milliseconds = match (boolean(text), text.parse::<u32>()) {
        (_, Ok(milliseconds)) if milliseconds > 1 => milliseconds,
        (Some(true), _) => 2_000,
        (Some(false), _) => return aor.take_as("qualify_frequency", "0", line),
        _ => {
            found.push(odd(line, format!("'{text}' is left out"), "write yes, no, or milliseconds"));
            return;
        }
    };
    match last_of(section, &["qualifyfreq"]) {
        Some(seconds) => aor.take("qualify_frequency", seconds),
        None => aor.take_as("qualify_frequency", "60", line),
    }
    aor.take_as("qualify_timeout", format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000), line);
}

/// The transport that a device is called by, when not UDP. One that is not switched on is told.
pub(super) fn transport(
    section: &Section,
    general: &Section,
    found: &mut Vec<Diagnostic>,
) -> Option<&'static str> {
    const KNOWN: [(&str, Option<&str>); 5] = [
        ("udp", None),
        ("tcp", Some("tcpenable")),
        ("tls", Some("tlsenable")),
        ("ws", Some("websocket_enabled")),
        ("wss", Some("websocket_enabled")),
    ];
    let line = last_of(section, &["transport"])?;
    let mut first = None;
    for word in line.value.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let Some((name, switch)) = KNOWN.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word))
        else {
            let nearest = asterisk_conf::suggest::nearest(word, KNOWN.map(|(known, _)| known));
            found.push(
                odd(line, format!("there is no transport '{word}'"), "write udp, tcp or tls")
                    .suggest(nearest),
            );
            continue;
        };
        if let Some(switch) = switch.filter(|_| first.is_none())
            && !(Values { section: general, found: &mut Vec::new() }).flag(switch, false)
        {
            let help = format!("add {switch}=yes to [general]");
            found.push(odd(line, format!("{name} is not switched on"), &help));
        }
        first.get_or_insert(name);
    }
    first.filter(|name| *name != "udp")
}

/// `call-limit`, with 0 and less for none.
pub(super) fn call_limit(section: &Section, found: &mut Vec<Diagnostic>) -> Option<usize> {
    let line = last_of(section, &["call-limit"])?;
    match line.value.value.trim().parse::<i64>() {
        Ok(limit) => usize::try_from(limit).ok().filter(|limit| *limit > 0),
        Err(_) => {
            found.push(odd(line, "it is no number".to_owned(), "write how many calls it may have at a time"));
            None
        }
    }
}

/// `amaflags`: how billing is to treat its calls.
pub(super) fn ama_flags(section: &Section, found: &mut Vec<Diagnostic>) -> Option<AmaFlags> {
    let line = last_of(section, &["amaflags"])?;
    let text = line.value.value.trim();
    let flags = AmaFlags::from_word(text);
    if flags.is_none() {
        let help = "write default, omit, billing or documentation";
        found.push(odd(line, format!("'{text}' are no such flags"), help));
    }
    flags
}

/// `outboundproxy` as a URI that routes loosely, with its line.
pub(super) fn outbound_proxy(section: &Section, found: &mut Vec<Diagnostic>) -> Option<(String, Entry)> {
    let line = last_of(section, &["outboundproxy"])?;
    let text = line.value.value.trim();
    // `,force` and `!` send requests there whatever the route says, which is what happens anyway.
    let text = text.strip_prefix('!').unwrap_or(text).split(',').next().unwrap_or_default().trim();
    let (transport, place) = match text.split_once("://") {
        Some((word, rest)) => (Some(word.to_ascii_lowercase()), rest),
        None => (None, text.strip_prefix("sip:").unwrap_or(text)),
    };
    let place = place.split(';').next().unwrap_or_default();
    match host_and_port(place) {
        Ok((host, port)) => {
            let uri = super::uri("", &host, port, transport.as_deref());
            Some((uri + ";lr", line.clone()))
        }
        Err(error) => {
            found.push(odd(line, error, "write the name or the address of the proxy"));
            None
        }
    }
}
