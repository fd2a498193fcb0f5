//! Laws that hold for any input.

use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, fuzzing, load, suggest};
use proptest::prelude::*;
use std::path::Path;

/// Text that looks like a configuration more often than not.
fn likely() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[",
        "]",
        "(",
        ")",
        "!",
        "+",
        ",",
        "a",
        "b",
        "=",
        "=>",
        "+=",
        ";",
        ";--",
        "--;",
        "\\;",
        "\n",
        "\r\n",
        " ",
        "#include ",
        "b.conf",
        "a.conf",
        "\"",
        "é",
        "\u{feff}",
        "#exec x",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_reported(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        fuzzing::asterisk_conf(&bytes);
    }

    #[test]
    fn likely_text_is_read_and_reported(text in likely()) {
        fuzzing::asterisk_conf(text.as_bytes());
    }

    #[test]
    fn what_is_written_is_read(entries in prop::collection::vec(("[a-z_]{1,8}", "[ -~]{0,20}"), 0..10)) {
        let mut text = String::from("[s]\n");
        for (key, value) in &entries {
            text.push_str(&format!("{key} = {}\n", value.replace(';', "\\;")));
        }
        let files = MemoryFiles::from([("f", text)]);
        let (config, found) = load(Path::new("f"), &files, &mut SourceMap::new(), &LoadOptions::default());
        prop_assert!(found.is_empty());
        let read: Vec<_> = config.sections[0].entries.iter().map(|e| (e.key.value.clone(), e.value.value.clone())).collect();
        let written: Vec<_> = entries.iter().map(|(key, value)| {
            let value = value.trim();
            // `= >x` would be the other operator only without the blank, which is always written here.
            (key.clone(), value.to_owned())
        }).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn a_word_is_nearest_to_itself(word in "[a-z_]{1,20}", other in "[a-z_]{1,20}") {
        prop_assert_eq!(suggest::nearest(&word, [other.as_str(), word.as_str()]).map(str::to_owned), Some(word));
    }
}
