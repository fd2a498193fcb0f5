//! `odbc.ini` and `odbcinst.ini` (odbc.ini(5) of unixODBC): what a `dsn` stands for.

use std::collections::BTreeMap;
use std::path::Path;

use asterisk_conf::Files;

/// Longest file that is read, in octets.
const LONGEST: usize = 1 << 20;

/// Where the system keeps its own.
const SYSTEM: &str = "/etc";

/// The keys of one section, in small letters.
pub(super) type Keys = BTreeMap<String, String>;

/// The sections of the files by their names in small letters. What the folder of the configuration has comes before what the
/// system has.
#[derive(Clone, Debug, Default)]
pub(crate) struct OdbcIni {
    sources: BTreeMap<String, Keys>,
    drivers: BTreeMap<String, Keys>,
}

impl OdbcIni {
    /// Reads the files of `/etc`, and those of the folder of the configuration over them.
    pub(crate) fn read(folder: &Path, files: &dyn Files) -> Self {
        let of = |name: &str| {
            let mut all = BTreeMap::new();
            for place in [Path::new(SYSTEM), folder] {
                // Most machines have none.
                let text = files.read(&place.join(name)).unwrap_or_default();
                let text = String::from_utf8_lossy(&text[..text.len().min(LONGEST)]);
                all.extend(sections(&text));
            }
            all
        };
        Self { sources: of("odbc.ini"), drivers: of("odbcinst.ini") }
    }

    /// What a data source is; names are compared without regard to case, as unixODBC does.
    pub(super) fn source(&self, dsn: &str) -> Option<&Keys> {
        self.sources.get(&dsn.to_ascii_lowercase())
    }

    /// The library that a driver of this name is, or its description.
    pub(super) fn driver(&self, name: &str) -> String {
        let Some(keys) = self.drivers.get(&name.to_ascii_lowercase()) else { return String::new() };
        ["driver", "driver64", "description"].iter().filter_map(|key| keys.get(*key)).cloned().collect()
    }
}

/// Lines of `[name]` and `key = value`; `;` and `#` begin a comment at the start of a line.
fn sections(text: &str) -> BTreeMap<String, Keys> {
    let mut all: BTreeMap<String, Keys> = BTreeMap::new();
    let mut section = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with([';', '#'])) {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').trim().to_ascii_lowercase();
            all.insert(section.clone(), Keys::new());
        } else if let Some((key, value)) = line.split_once('=') {
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            all.entry(section.clone()).or_default().insert(key.trim().to_ascii_lowercase(), bare.to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use asterisk_conf::MemoryFiles;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_own_folder_comes_before_the_system() {
        let files = MemoryFiles::from([
            ("/etc/odbc.ini", "# of the system\n[Sales]\nDriver = A\nServer=far\n[other]\nDriver=B\n"),
            ("/srv/etc/odbc.ini", "[sales]\n; ours\ndriver = \"C d\"\nno value\n"),
            ("/etc/odbcinst.ini", "[C d]\nDriver=/usr/lib/libsqlite3odbc.so\n"),
        ]);
        let ini = OdbcIni::read(Path::new("/srv/etc"), &files);
        let sales = ini.source("SALES").unwrap();
        assert_eq!((sales.get("driver").map(String::as_str), sales.get("server")), (Some("C d"), None));
        assert_eq!(ini.source("other").unwrap()["driver"], "B");
        assert_eq!(ini.driver("c D"), "/usr/lib/libsqlite3odbc.so");
        assert!(ini.source("none").is_none() && ini.driver("none").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|[\\[\\]=;#\"\n]){0,200}") {
            let all = sections(&text);
            prop_assert!(all.keys().all(|name| name.trim() == name));
        }
    }
}
