use super::*;
use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
use std::path::Path;

fn compile_text(text: &str) -> (Compiled, SourceMap) {
    let files = MemoryFiles::from([("extensions.conf", text)]);
    let mut sources = SourceMap::new();
    let (config, found) = load(Path::new("extensions.conf"), &files, &mut sources, &LoadOptions::default());
    assert!(found.is_empty(), "{found:?}");
    (compile(&config), sources)
}

/// The findings as `code@line:column`.
fn findings(text: &str) -> Vec<String> {
    let (compiled, sources) = compile_text(text);
    let place = |finding: &Diagnostic| sources.place(finding.span.unwrap()).unwrap();
    let show =
        |finding: &Diagnostic| format!("{}@{}:{}", finding.code, place(finding).line, place(finding).column);
    compiled.diagnostics.iter().map(show).collect()
}

/// The steps as `extension/caller,priority(label),application(arguments)`.
fn steps(text: &str) -> Vec<String> {
    let (compiled, _) = compile_text(text);
    assert_eq!(compiled.diagnostics, []);
    let show = |step: &crate::PlanStep| {
        let caller = step.caller().map(|caller| format!("/{caller}")).unwrap_or_default();
        let label = step.label().map(|label| format!("({label})")).unwrap_or_default();
        let (name, priority) = (step.extension(), step.priority());
        format!("{name}{caller},{priority}{label},{}({})", step.application(), step.arguments())
    };
    compiled.plan.steps().map(show).collect()
}

#[test]
fn lines_become_steps() {
    assert_eq!(
        steps(
            "[a]\nExten=>100,1,Answer\n same => n(go),Dial(PJSIP/1,20)\n same => n+101(busy),Busy()\n\
             exten => _2XX/555,1,NoOp(x)\nexten => _2XX,1,Hangup()\n[a]\nexten => 300,1,NoOp(${EXTEN})\n"
        ),
        [
            "100,1,Answer()",
            "100,2(go),Dial(PJSIP/1,20)",
            "100,104(busy),Busy()",
            "300,1,NoOp(${EXTEN})",
            "_2XX/555,1,NoOp(x)",
            "_2XX,1,Hangup()",
        ]
    );
}

#[test]
fn globals_are_substituted_in_names_at_load_time() {
    let text = "[globals]\nDESK => 100\nROOM=${DESK}1\n[a]\nexten => ${ROOM},1,NoOp(${ROOM})\ninclude => ${DESK}\n[100]\nexten => 5,1,NoOp\n";
    assert_eq!(steps(text), ["1001,1,NoOp(${ROOM})", "5,1,NoOp()"]);
    let (compiled, _) = compile_text(text);
    assert_eq!(compiled.plan.globals().collect::<Vec<_>>(), [("DESK", "100"), ("ROOM", "1001")]);
    assert!(compiled.plan.exists("a", "5", None, 1));
}

#[test]
fn general_options() {
    let (compiled, _) = compile_text("[General]\nautofallthrough=no\nclearglobalvars=yes\nstatic=yes\n");
    assert!(!compiled.plan.options().autofallthrough && compiled.plan.options().clear_global_variables);
    assert_eq!(
        findings("[general]\nautofalthrough=no\nstatic=maybe\n"),
        ["unknown-key@2:1", "bad-boolean@3:8"]
    );
}

#[test]
fn lines_that_cannot_be_meant_are_errors() {
    let text = "[a]\nsame => n,NoOp\nexten => 1,n,NoOp\nexten => 1,one,NoOp\nexten => 1,1\nexten => 1\n\
                exten => _[1,1,NoOp\nexten => 1,1(x,NoOp\nexten => 1,0,NoOp\nexten => 1,1,(x)\ninclude =>\n\
                include => b,25:00-26:00,*,*,*\n";
    assert_eq!(
        findings(text),
        [
            "same-without-extension@2:1",
            "no-priority-before@3:12",
            "bad-priority@4:12",
            "missing-application@5:12",
            "missing-priority@6:10",
            "never-matches@7:10",
            "unclosed-set@7:11",
            "unbalanced-parentheses@8:12",
            "bad-priority@9:12",
            "missing-application@10:14",
            "missing-context@11:11",
            "bad-time@12:12",
        ]
    );
}

#[test]
fn lines_that_do_not_do_what_they_seem_to_are_warnings() {
    assert_eq!(findings("[a]\nexten => 1,1,NoOp\nexten => 1,1,Hangup\n"), ["duplicate-priority@3:12"]);
    assert_eq!(findings("[a]\nexten => 1,1(x),NoOp\nsame => n(x),NoOp\n"), ["duplicate-label@3:11"]);
    assert_eq!(findings("[a]\nexten => 1,1,NoOp\nexten => 1,3,NoOp\n"), ["priority-gap@3:10"]);
    assert_eq!(findings("[a]\nexten => 1,2,NoOp\n"), ["no-first-priority@2:10"]);
    assert_eq!(findings("[a]\ncallgroup=1\nextn => 1,1,NoOp\n"), ["unknown-key@2:1", "unknown-key@3:1"]);
    assert_eq!(findings("[a]\ninclude => b\ninclude => a\n"), ["unknown-context@2:12", "include-loop@3:12"]);
    assert_eq!(findings("[a]\nswitch => IAX2/x\n"), ["switch-not-served@2:11"]);
    assert_eq!(findings("[a]\nexten => 1,1,NoOp(${X)\n"), ["unbalanced-braces@2:19"]);
    assert_eq!(findings("[a]\nexten => 1,hint,A\nexten => 1,hint,B\n"), ["duplicate-hint@3:17"]);
}

#[test]
fn a_gap_with_a_label_or_a_jump_is_meant() {
    assert!(findings("[a]\nexten => 1,1,Dial(x)\nexten => 1,102(busy),NoOp\n").is_empty());
    assert!(findings("[a]\nexten => 1,1,Goto(5)\nexten => 1,5,NoOp\n").is_empty());
}

#[test]
fn lines_behind_the_end_are_noted() {
    let text = "[a]\nexten => 1,1,Hangup()\n same => n,NoOp(never)\n same => n,NoOp\n same => n,Goto(1)\n same => n(x),NoOp\n";
    assert_eq!(findings(text), ["unreachable-step@3:10"]);
}

#[test]
fn odd_patterns_are_told() {
    let one = |pattern: &str| findings(&format!("[a]\nexten => {pattern},1,NoOp\n")).join(" ");
    assert_eq!(one("_"), "never-matches@2:10");
    assert_eq!(one("_X.5"), "after-wildcard@2:13");
    assert_eq!(one("_1O0"), "letter-o@2:12");
    assert_eq!(one("_*"), "literal-pattern@2:10");
    assert_eq!(one("_1[]"), "empty-set@2:12");
    assert_eq!(one("_X."), "");
    let (compiled, sources) = compile_text("[a]\nexten => _*,1,NoOp\n");
    let text = compiled.diagnostics[0].render(&sources, false);
    assert!(text.contains("did you mean `_*.`"), "{text}");
}

#[test]
fn hidden_patterns_and_includes_are_told() {
    assert_eq!(
        findings("[a]\nexten => _12!,1,NoOp\nexten => _12,1,NoOp\n"),
        ["literal-pattern@3:10", "shadowed-pattern@3:10"]
    );
    assert_eq!(
        findings("[a]\nexten => _X.,1,NoOp\ninclude => b\n[b]\nexten => 100,1,NoOp\nexten => _2XX,1,NoOp\n"),
        ["shadowed-include@3:12"]
    );
    assert!(
        findings("[a]\nexten => _X.,1,NoOp\ninclude => b\n[b]\nexten => 100,1,NoOp\nexten => *1,1,NoOp\n")
            .is_empty()
    );
}

#[test]
fn interleaved_priorities_are_noted() {
    let text = "[a]\nexten => 100,1,Dial(x)\nexten => _1XX,1,NoOp\n same => n,VoiceMail(x)\n";
    assert_eq!(findings(text), ["interleaved-priorities@2:10"]);
    assert!(findings(&text.replace("Dial(x)", "Hangup()")).is_empty());
}

#[test]
fn n_goes_on_from_the_line_before_whatever_its_extension() {
    let text = "[a]\nexten => 1,1,NoOp\nexten => 2,1,NoOp\nexten => 1,n,NoOp\nexten => 2,s,Hangup\n";
    assert_eq!(steps(text), ["1,1,NoOp()", "1,2,NoOp()", "2,1,NoOp()", "2,2,Hangup()"]);
}

#[test]
fn thousands_of_findings_are_cut_and_errors_kept() {
    let text = format!("[a]\n{}exten => x\n", "foo = bar\n".repeat(3_000));
    let (compiled, _) = compile_text(&text);
    assert_eq!(compiled.diagnostics.len(), 1_001);
    assert!(compiled.diagnostics.iter().any(Diagnostic::is_error));
}
