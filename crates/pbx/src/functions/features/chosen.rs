//! `FEATURE(option)` and `FEATUREMAP(feature)`: of the channel where it was set, else of `features.conf`, else as Asterisk has it
//! where that says nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::functions::{FunctionError, FunctionScope, Value, Written};

/// Options, with what they are where nobody says anything.
const OPTIONS: &[(&str, &str)] = &[
    ("atxferabort", "*1"),
    ("atxfercallbackretries", "2"),
    ("atxfercomplete", "*2"),
    ("atxferdropcall", "0"),
    ("atxferloopdelay", "10"),
    ("atxfernoanswertimeout", "15"),
    ("atxferswap", "*4"),
    ("atxferthreeway", "*3"),
    ("courtesytone", ""),
    ("featuredigittimeout", "1000"),
    ("inherit", "no"),
    ("pickupexten", "*8"),
    ("pickupfailsound", ""),
    ("pickupsound", ""),
    ("recordingfailsound", ""),
    ("transferannouncesound", "pbx-transfer"),
    ("transferdialattempts", "3"),
    ("transferdigittimeout", "3"),
    ("transferinvalidsound", "privacy-incorrect"),
    ("transferretrysound", "pbx-invalid"),
    ("xferfailsound", "beeperr"),
    ("xfersound", "beep"),
];

/// Features, with their keys where nobody says anything.
const KEYS: &[(&str, &str)] =
    &[("atxfer", ""), ("automixmon", ""), ("blindxfer", "#"), ("disconnect", "*"), ("parkcall", "")];

/// What one of both functions knows.
struct Kind {
    function: &'static str,
    known: &'static [(&'static str, &'static str)],
    configured: fn(&FunctionScope<'_>, &str) -> Option<String>,
}

const OPTION: Kind = Kind {
    function: "FEATURE",
    known: OPTIONS,
    configured: |scope, name| scope.exchange.configuration().features.options.get(name).cloned(),
};

const MAP: Kind = Kind {
    function: "FEATUREMAP",
    known: KEYS,
    configured: |scope, name| scope.exchange.configuration().features.keys.get(name).cloned(),
};

/// What a channel has in place of the configuration, by function and name.
#[derive(Default)]
struct Chosen(Mutex<BTreeMap<(&'static str, &'static str), String>>);

impl Kind {
    fn find(&self, name: &str) -> Result<(&'static str, &'static str), FunctionError> {
        let name = name.trim();
        let found = self.known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.copied().ok_or_else(|| {
            let known: Vec<&str> = self.known.iter().map(|(name, _)| *name).collect();
            FunctionError::arguments(self.function, name, format!("known are {}", known.join(", ")))
        })
    }

    fn read(&self, scope: &FunctionScope<'_>, name: &str) -> Value {
        let (name, usual) = self.find(name)?;
        let chosen = scope.call.kept::<Chosen>().and_then(|chosen| {
            let chosen = chosen.0.lock().unwrap_or_else(PoisonError::into_inner);
            chosen.get(&(self.function, name)).cloned()
        });
        let value = chosen.or_else(|| (self.configured)(scope, name));
        Ok(value.unwrap_or_else(|| usual.to_owned()))
    }

    fn write(&self, scope: &FunctionScope<'_>, name: &str, value: &str) -> Written {
        let (name, _) = self.find(name)?;
        let chosen = scope.call.keep::<Chosen>();
        let mut chosen = chosen.0.lock().unwrap_or_else(PoisonError::into_inner);
        chosen.insert((self.function, name), value.trim().to_owned());
        Ok(())
    }
}

pub(super) fn read(scope: &mut FunctionScope<'_>, name: &str) -> Value {
    OPTION.read(scope, name)
}

pub(super) fn write(scope: &mut FunctionScope<'_>, name: &str, value: &str) -> Written {
    OPTION.write(scope, name, value)
}

pub(super) fn read_keys(scope: &mut FunctionScope<'_>, name: &str) -> Value {
    MAP.read(scope, name)
}

pub(super) fn write_keys(scope: &mut FunctionScope<'_>, name: &str, value: &str) -> Written {
    MAP.write(scope, name, value)
}

#[cfg(test)]
mod tests {
    use crate::functions::testing::Bench;

    #[tokio::test]
    async fn a_channel_has_its_own_before_those_of_the_file() {
        let text = "[general]\natxfernoanswertimeout=20\npickupexten=*7\n[featuremap]\nblindxfer=#1\n";
        let mut bench = Bench::with(&[("features.conf", text)]).await;
        bench
            .expect(&[
                (
                    "${FEATURE(atxfernoanswertimeout)} ${FEATURE(pickupexten)} ${FEATURE(xfersound)}",
                    "20 *7 beep",
                ),
                ("${FEATUREMAP(blindxfer)} ${FEATUREMAP(disconnect)} [${FEATUREMAP(atxfer)}]", "#1 * []"),
            ])
            .await;
        bench.set("FEATURE(xfersound)", "ring").await;
        bench.set("FEATUREMAP(atxfer)", "*2").await;
        bench.expect(&[("${FEATURE(xfersound)} ${FEATUREMAP(atxfer)}", "ring *2")]).await;
        assert_eq!(bench.warnings(), [""; 0]);
        bench.channel = bench.another();
        bench.expect(&[("${FEATURE(xfersound)} ${FEATURE(none)}${FEATUREMAP(none)}", "beep ")]).await;
        bench.set("FEATURE(none)", "1").await;
        assert_eq!(bench.warnings().len(), 3);
    }
}
