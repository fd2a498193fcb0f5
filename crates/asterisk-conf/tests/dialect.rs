//! The dialect as integrators write it: templates, additions, includes, and what is refused.

use asterisk_conf::{Config, Diagnostic, LoadOptions, MemoryFiles, Operator, SourceMap, load};
use std::path::Path;

fn read_files<const N: usize>(files: [(&str, &str); N]) -> (Config, Vec<Diagnostic>, SourceMap) {
    let files = MemoryFiles::from(files);
    let mut sources = SourceMap::new();
    let (config, diagnostics) =
        load(Path::new("/c/main.conf"), &files, &mut sources, &LoadOptions::default());
    (config, diagnostics, sources)
}

fn read(text: &str) -> (Config, Vec<Diagnostic>, SourceMap) {
    read_files([("/c/main.conf", text)])
}

fn pairs(config: &Config, section: usize) -> Vec<String> {
    let entries = &config.sections[section].entries;
    entries.iter().map(|entry| format!("{}={}", entry.key.value, entry.value.value)).collect()
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn templates_give_their_entries_first_in_the_order_named() {
    let (config, diagnostics, _) =
        read("[a](!)\nx=1\n[b](!,a)\ny=2\n[c]\nz=3\n[d](b,c)\nx=4\n[c]\nq=1\n[e](d)\n");
    assert!(diagnostics.is_empty());
    assert_eq!(pairs(&config, 1), ["x=1", "y=2"]);
    assert_eq!(pairs(&config, 3), ["x=1", "y=2", "z=3", "x=4"]);
    assert_eq!(pairs(&config, 5), ["x=1", "y=2", "z=3", "x=4"]);
    assert_eq!(config.objects().map(|s| s.name.value.as_str()).collect::<Vec<_>>(), ["c", "d", "c", "e"]);
    assert_eq!(config.sections_named("c").count(), 2);
    assert_eq!(config.section("d").unwrap().value("X").unwrap(), "4");
}

#[test]
fn addition_goes_to_the_first_section_of_the_name_and_not_to_its_heirs() {
    let (config, diagnostics, _) = read("[a](!)\nx=1\n[b](a)\n[c]\n[a](+)\ny=2\n[a](a)\n");
    assert!(diagnostics.is_empty());
    assert_eq!(pairs(&config, 0), ["x=1", "y=2"]);
    assert_eq!(pairs(&config, 1), ["x=1"]);
    assert_eq!(pairs(&config, 3), ["x=1", "y=2"], "a section may be called like its template");
}

#[test]
fn operators_and_blanks() {
    let (config, diagnostics, _) = read("[a]\n exten=> 100 , 1 \nk =v=w\nk += ,x\nempty =\n");
    assert!(diagnostics.is_empty());
    assert_eq!(pairs(&config, 0), ["exten=100 , 1", "k=v=w", "k=,x", "empty="]);
    let operators: Vec<_> = config.sections[0].entries.iter().map(|e| e.operator).collect();
    assert_eq!(operators, [Operator::Object, Operator::Set, Operator::Append, Operator::Set]);
    assert_eq!(config.sections[0].value("K").unwrap(), "v=w,x");
}

#[test]
fn includes_are_read_in_place_and_may_carry_a_section_on() {
    let (config, diagnostics, sources) = read_files([
        ("/c/main.conf", "[a]\nx=1\n#include \"more.conf\"\nw=4\n#include d/*.conf\n#tryinclude none.conf\n"),
        ("/c/more.conf", "y=2\n[b]\nz=3\n"),
        ("/c/d/2.conf", "[two]\n"),
        ("/c/d/1.conf", "[one]\n"),
    ]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(pairs(&config, 0), ["x=1", "y=2"]);
    assert_eq!(pairs(&config, 1), ["z=3", "w=4"]);
    assert_eq!(config.sections[2].name.value, "one");
    let place = sources.place(config.sections[1].entries[0].value.span).unwrap();
    assert_eq!(place.to_string(), "/c/more.conf:3:3");
    assert_eq!(sources.paths().count(), 4);
}

#[test]
fn includes_that_cannot_be() {
    let (_, diagnostics, _) = read("[a]\n#include none.conf\n#include d/*.conf\n#exec /bin/true\n");
    assert_eq!(codes(&diagnostics), ["no-such-file", "nothing-included", "exec-refused"]);
    let (_, diagnostics, _) =
        read_files([("/c/main.conf", "#include x/../b.conf"), ("/c/b.conf", "#include main.conf")]);
    assert_eq!(codes(&diagnostics), ["include-loop"]);
    let deep = (0..20).map(|n| (format!("/c/{n}.conf"), format!("#include {}.conf\n[s{n}]\n", n + 1)));
    let mut files = MemoryFiles::new();
    deep.for_each(|(name, text)| files.insert(name, text));
    let (config, diagnostics) =
        load(Path::new("/c/0.conf"), &files, &mut SourceMap::new(), &LoadOptions::default());
    assert_eq!(codes(&diagnostics), ["include-loop"]);
    assert_eq!(config.sections.len(), 10);
}

#[test]
fn doubling_templates_reach_a_bound() {
    let mut text = String::from("[t0](!)\nk=v\n");
    for n in 1..60 {
        text.push_str(&format!("[t{n}](!,t{0},t{0})\n", n - 1));
    }
    let (_, diagnostics, _) = read(&text);
    assert_eq!(codes(&diagnostics), ["too-large"]);
}

#[test]
fn unknown_template_names_the_nearest() {
    let (_, diagnostics, sources) = read("[endpoint-base](!)\nx=1\n[alice](endpoint_bas)\n[bob](+)\n");
    assert_eq!(codes(&diagnostics), ["unknown-template", "unknown-section"]);
    assert_eq!(
        diagnostics[0].render(&sources, false),
        "\
error[unknown-template]: there is no section `[endpoint_bas]` above to inherit from
 --> /c/main.conf:3:9
  |
3 | [alice](endpoint_bas)
  |         ^^^^^^^^^^^^
  |
  = help: did you mean `endpoint-base`?"
    );
}

#[test]
fn lines_that_mean_nothing_are_errors_with_their_place() {
    let (config, diagnostics, sources) = read("x=1\n[a]\ny=2\nallow ulaw\n = 3\n[b\nz=4\n");
    assert_eq!(codes(&diagnostics), ["text-before-section", "stray-line", "missing-key", "unclosed-section"]);
    assert!(diagnostics.iter().all(Diagnostic::is_error));
    let lines: Vec<_> = diagnostics.iter().map(|d| sources.place(d.span.unwrap()).unwrap().line).collect();
    assert_eq!(lines, [1, 4, 5, 6]);
    assert_eq!(pairs(&config, 0), ["y=2"]);
}

#[test]
fn thousands_of_findings_are_counted_not_listed() {
    let (_, diagnostics, _) = read(&"rubbish\n".repeat(5_000));
    assert_eq!(diagnostics.len(), 1_001);
    assert_eq!(diagnostics[1_000].message, "4000 further findings are not shown");
    assert!(diagnostics[1_000].is_error());
}

#[test]
fn crlf_and_byte_order_mark_and_case_of_keys() {
    let (config, diagnostics, _) = read("\u{feff}[a]\r\nDisAllow = all\r\n");
    assert!(diagnostics.is_empty());
    assert_eq!(config.section("a").unwrap().value("disallow").unwrap(), "all");
}
