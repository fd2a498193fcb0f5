//! `check_jumps`, `check_conditions` and `dialplan show` on dialplans as people write them.

use asterisk_conf::{Diagnostic, LoadOptions, MemoryFiles, SourceMap, load};
use dialplan_vm::{Compiled, check_conditions, check_jumps, compile};
use std::path::Path;

fn read(text: &str) -> (Compiled, SourceMap) {
    let files = MemoryFiles::from([("/etc/asterisk/extensions.conf", text)]);
    let mut sources = SourceMap::new();
    let (config, _) =
        load(Path::new("/etc/asterisk/extensions.conf"), &files, &mut sources, &LoadOptions::default());
    (compile(&config), sources)
}

fn jumps(text: &str) -> Vec<String> {
    let (compiled, _) = read(text);
    check_jumps(&compiled.plan).into_iter().map(describe).collect()
}

fn describe(finding: Diagnostic) -> String {
    format!("{}: {} ({})", finding.code, finding.message, finding.help.unwrap_or_default())
}

#[test]
fn jumps_that_lead_nowhere() {
    assert_eq!(
        jumps(
            "[a]\nexten => s,1(start),Goto(strat)\n same => n,Goto(6)\n same => n,Goto(menu,1)\n same => n,Goto(mneu,s,1)\n[menu]\nexten => s,1,NoOp\n"
        ),
        [
            "unknown-label: `s` has no label `strat` (did you mean `start`?)",
            "unknown-priority: `s` has no priority 6 (its last priority is 4; a label would move with its line)",
            "unknown-extension: there is no extension `menu` in context `a` to go to ()",
            "unknown-context: there is no context `mneu` to go to (did you mean `menu`?)",
        ]
    );
    assert_eq!(
        jumps("[a]\nexten => 1,1,GotoIf($[${X} = 1]?b,200,1:nope)\n[b]\nexten => 201,1,NoOp\n"),
        [
            "unknown-extension: there is no extension `200` in context `b` to go to (did you mean `201`?)",
            "unknown-label: `1` has no label `nope` ()",
        ]
    );
    assert_eq!(
        jumps("[a]\nexten => 1,1,Goto(0)\n"),
        ["bad-target: `0` is not a priority: it begins at 1 ()"]
    );
}

#[test]
fn jumps_that_lead_somewhere() {
    let text = "[a]\nexten => s,1,Goto(b,${EXTEN},1)\n same => n(x),Goto(x)\n same => n,Goto(b,123,2)\n same => n,Gosub(b,123,1(y))\n\
                [b]\nexten => _1XX,1,NoOp\n same => n,GotoIf(${X}?1)\n same => n,Goto(only-there,1)\n\
                [c]\ninclude => b\nexten => only-there,1,NoOp\n";
    assert_eq!(jumps(text), [""; 0], "b's own jump is right in c, which includes it");
}

#[test]
fn the_place_of_a_target_is_shown() {
    let (compiled, sources) = read("[a]\nexten => s,1,GotoIf($[1]?10:20)\n");
    let text = check_jumps(&compiled.plan)[1].render(&sources, false);
    assert!(text.contains("extensions.conf:2:29"), "{text}");
    assert!(text.contains("                            ^^"), "{text}");
}

#[test]
fn comparisons_that_are_not_made() {
    let (compiled, sources) = read(
        "[a]\nexten => s,1,GotoIf(\"${CALLERID(num)}\"=\"100\"?2:3)\n same => n,GotoIf($[\"a\"=\"b\"]?2)\n\
         same => n,ExecIf(${X}?NoOp(a=b))\n same => n,GotoIf(${X}=1?2)\n same => n,GotoIf(${ISNULL(${X})}?2)\n same => n,GotoIf($[1])\n\
         same => n,GotoIf(\"${X}\"?2)\n",
    );
    let found = check_conditions(&compiled.plan);
    assert_eq!(
        found.iter().map(|f| f.code).collect::<Vec<_>>(),
        ["comparison-not-made", "comparison-not-made", "missing-branch", "comparison-not-made"]
    );
    assert_eq!(
        found[0].render(&sources, false),
        "\
warning[comparison-not-made]: this condition is always true: outside of `$[ ]` a comparison is a text
 --> /etc/asterisk/extensions.conf:2:21
  |
2 | exten => s,1,GotoIf(\"${CALLERID(num)}\"=\"100\"?2:3)
  |                     ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `$[\"${CALLERID(num)}\"=\"100\"]`"
    );
}

#[test]
fn show_prints_the_layout_that_users_know() {
    let (compiled, sources) = read(
        "[phones]\nexten => 100,hint,PJSIP/100\nexten => 100,1,NoOp(hello)\n same => n(dial),Dial(PJSIP/100,20)\n\
         exten => _2XX/555,1,Hangup()\ninclude => day,9:00-17:00,mon-fri,*,*\ninclude => other\nignorepat => 9\n[other]\n[day]\nexten => 300,1,NoOp\n",
    );
    let shown = compiled.plan.show(&sources, None, None).unwrap();
    assert_eq!(
        shown,
        "\
[ Context 'phones' created by 'pbx_config' ]
  '100' =>          hint: PJSIP/100                               [extensions.conf:2]
                    1. NoOp(hello)                                [extensions.conf:3]
     [dial]         2. Dial(PJSIP/100,20)                         [extensions.conf:4]
  '_2XX' (CID match '555') =>  1. Hangup()                                   [extensions.conf:5]
  Include =>        'day|9:00-17:00,mon-fri,*,*'                  [extensions.conf:6]
  Include =>        'other'                                       [extensions.conf:7]
  Ignore pattern =>  '9'                                           [extensions.conf:8]

[ Context 'other' created by 'pbx_config' ]

[ Context 'day' created by 'pbx_config' ]
  '300' =>          1. NoOp()                                     [extensions.conf:11]

-= 3 extensions (4 priorities) in 3 contexts. =-
"
    );
    let one = compiled.plan.show(&sources, Some("phones"), Some("300")).unwrap();
    assert!(
        one.starts_with("[ Context 'day'") && one.ends_with("-= 1 extension (1 priority) in 1 context. =-\n"),
        "{one}"
    );
    assert_eq!(compiled.plan.show(&sources, Some("nowhere"), None), None);
    assert_eq!(compiled.plan.show(&sources, Some("phones"), Some("999")), None);
}

#[test]
fn large_dialplans_are_checked_in_time() {
    let mut text = String::from("[a]\n");
    for n in 0..10_000 {
        text.push_str(&format!("exten => _{n}XX,1,GotoIf($[${{X}}]?2:1)\n same => n,Goto(nowhere)\n"));
    }
    let (compiled, _) = read(&text);
    assert_eq!(compiled.plan.steps().count(), 20_000);
    assert!(!check_jumps(&compiled.plan).is_empty());
}
