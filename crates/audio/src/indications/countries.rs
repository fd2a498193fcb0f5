//! The built-in countries. Facts of ITU-T E.180 supplement 2, in the notation of `indications.conf`.

use super::{Indications, ToneZone};

/// What a country plays. Tones that E.180 does not give for it are the common ones below.
struct Country {
    code: &'static str,
    name: &'static str,
    dial: &'static str,
    busy: &'static str,
    ring: &'static str,
    congestion: &'static str,
    call_waiting: &'static str,
}

/// Special information tone: three rising frequencies (ITU-T E.180 §6), then a pause of a second.
const INFORMATION: &str = "950/330,1400/330,1800/330,0/1000";
/// "This call is recorded": half a second in fifteen (ITU-T E.180 supplement 2, recording warning tone).
const RECORDING: &str = "1400/500,0/15000";

#[rustfmt::skip]
const COUNTRIES: [Country; 22] = [
    Country { code: "at", name: "Austria", dial: "420", busy: "420/400,0/400",
        ring: "420/1000,0/5000", congestion: "420/200,0/200", call_waiting: "420/40,0/1950" },
    Country { code: "au", name: "Australia", dial: "425*25", busy: "425/375,0/375",
        ring: "400*25/400,0/200,400*25/400,0/2000", congestion: "425/375,0/375",
        call_waiting: "425/200,0/200,425/200,0/4400" },
    Country { code: "be", name: "Belgium", dial: "425", busy: "425/500,0/500",
        ring: "425/1000,0/3000", congestion: "425/167,0/167", call_waiting: "1400/175,0/175,1400/175,0/3500" },
    Country { code: "br", name: "Brazil", dial: "425", busy: "425/250,0/250",
        ring: "425/1000,0/4000", congestion: "425/250,0/250,425/750,0/250", call_waiting: "425/50,0/1000" },
    Country { code: "ca", name: "Canada", dial: "350+440", busy: "480+620/500,0/500",
        ring: "440+480/2000,0/4000", congestion: "480+620/250,0/250", call_waiting: "440/300,0/10000" },
    Country { code: "ch", name: "Switzerland", dial: "425", busy: "425/500,0/500",
        ring: "425/1000,0/4000", congestion: "425/200,0/200", call_waiting: "425/200,0/200,425/200,0/4000" },
    Country { code: "cz", name: "Czech Republic", dial: "425/330,0/330,425/660,0/660", busy: "425/330,0/330",
        ring: "425/1000,0/4000", congestion: "425/165,0/165", call_waiting: "425/330,0/9000" },
    Country { code: "de", name: "Germany", dial: "425", busy: "425/480,0/480",
        ring: "425/1000,0/4000", congestion: "425/240,0/240", call_waiting: "425/200,0/200,425/200,0/5000" },
    Country { code: "dk", name: "Denmark", dial: "425", busy: "425/500,0/500",
        ring: "425/1000,0/4000", congestion: "425/200,0/200", call_waiting: "425/200,0/600,425/200,0/3000" },
    Country { code: "es", name: "Spain", dial: "425", busy: "425/200,0/200",
        ring: "425/1500,0/3000", congestion: "425/200,0/200,425/200,0/200,425/200,0/600",
        call_waiting: "425/175,0/175,425/175,0/3500" },
    Country { code: "fi", name: "Finland", dial: "425", busy: "425/300,0/300",
        ring: "425/1000,0/4000", congestion: "425/200,0/200", call_waiting: "425/150,0/150,425/150,0/8000" },
    Country { code: "fr", name: "France", dial: "440", busy: "440/500,0/500",
        ring: "440/1500,0/3500", congestion: "440/250,0/250", call_waiting: "440/300,0/10000" },
    Country { code: "ie", name: "Ireland", dial: "425", busy: "425/500,0/500",
        ring: "400+450/400,0/200,400+450/400,0/2000", congestion: "425/500,0/500", call_waiting: "425/180,0/200,425/200,0/4500" },
    Country { code: "it", name: "Italy", dial: "425/200,0/200,425/600,0/1000", busy: "425/500,0/500",
        ring: "425/1000,0/4000", congestion: "425/200,0/200",
        call_waiting: "425/400,0/100,425/250,0/100,425/150,0/14000" },
    Country { code: "jp", name: "Japan", dial: "400", busy: "400/500,0/500",
        ring: "400*16/1000,0/2000", congestion: "400/500,0/500", call_waiting: "400*16/500,0/8000" },
    Country { code: "nl", name: "Netherlands", dial: "425", busy: "425/500,0/500",
        ring: "425/1000,0/4000", congestion: "425/250,0/250", call_waiting: "425/500,0/9500" },
    Country { code: "no", name: "Norway", dial: "425", busy: "425/500,0/500",
        ring: "425/1000,0/4000", congestion: "425/200,0/200", call_waiting: "425/200,0/600,425/200,0/10000" },
    Country { code: "pl", name: "Poland", dial: "425", busy: "425/500,0/500",
        ring: "425/1000,0/4000", congestion: "425/500,0/500", call_waiting: "425/150,0/150,425/150,0/4000" },
    Country { code: "pt", name: "Portugal", dial: "425", busy: "425/500,0/500",
        ring: "425/1000,0/5000", congestion: "425/200,0/200", call_waiting: "425/200,0/200,425/200,0/5000" },
    Country { code: "se", name: "Sweden", dial: "425", busy: "425/250,0/250",
        ring: "425/1000,0/5000", congestion: "425/250,0/750", call_waiting: "425/200,0/500,425/200,0/9100" },
    Country { code: "uk", name: "United Kingdom", dial: "350+440", busy: "400/375,0/375",
        ring: "400+450/400,0/200,400+450/400,0/2000", congestion: "400/400,0/350,400/225,0/525",
        call_waiting: "400/100,0/4000" },
    Country { code: "us", name: "United States", dial: "350+440", busy: "480+620/500,0/500",
        ring: "440+480/2000,0/4000", congestion: "480+620/250,0/250", call_waiting: "440/300,0/10000" },
];

pub(super) fn all() -> Indications {
    let mut indications = Indications::new();
    for country in &COUNTRIES {
        indications.insert(country.code, zone(country));
    }
    indications
}

fn zone(country: &Country) -> ToneZone {
    let recall = recall(country.dial);
    let tones = [
        ("dial", country.dial),
        ("busy", country.busy),
        ("ring", country.ring),
        ("congestion", country.congestion),
        ("callwaiting", country.call_waiting),
        ("dialrecall", &recall),
        ("record", RECORDING),
        ("info", INFORMATION),
    ];
    let mut zone = ToneZone::new(country.name);
    for (name, tone) in tones {
        #[expect(clippy::expect_used, reason = "the table is a constant, and a test reads all of it")]
        zone.set(name, tone).expect("a built-in tone can be read");
    }
    zone
}

/// Three short bursts, then the dial tone: "go on, I am listening" (recall dial tone, ITU-T E.182 §3).
fn recall(dial: &str) -> String {
    let burst = dial.split([',', '/']).next().unwrap_or(dial);
    let bursts = format!("!{burst}/100,!0/100,").repeat(3);
    format!("{bursts}{dial}")
}
