use crate::functions::testing::Bench;

#[tokio::test]
async fn what_is_there_is_told() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[
            ("${ISNULL()}${ISNULL(a)} ${EXISTS(${EXTEN})}${EXISTS(${NOTHING})}", "10 10"),
            ("${IFMODULE(app_dial.so)}${IFMODULE(res_pjsip)}${IFMODULE(app_nothing.so)}", "110"),
            ("${VALID_EXTEN(phones,100,1)}${VALID_EXTEN(,100)}${VALID_EXTEN(phones,100,9)}${VALID_EXTEN(x,100)}", "1100"),
            ("${DIALPLAN_EXISTS(phones)}${DIALPLAN_EXISTS(phones,100)}${DIALPLAN_EXISTS(phones,100,2)}", "111"),
            ("${DIALPLAN_EXISTS(phones,100,here)}${DIALPLAN_EXISTS(phones,100,there)}${DIALPLAN_EXISTS(x)}", "100"),
            ("${IFMODULE()}${VALID_EXTEN(phones)}${DIALPLAN_EXISTS()}${IFTIME(x?a:b)}${IFTIME(a)}", "b"),
            ("${IFTIME(*,*,*,*?\"always: yes\":no)}", "always: yes"),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 5);
}

#[tokio::test]
async fn a_step_is_a_function_of_the_dialplan_s_own() {
    let plan = "[phones]\nexten => 100,1,NoOp(${EXTEN} of ${CALLERID(num)})\n same => n(again),Return(${EVAL_EXTEN(again)})\n\
        [rules]\nexten => _X.,1,Return(${IF($[${LEN(${ARG1})} > 2]?long:short)})\n";
    let mut bench = Bench::with(&[("extensions.conf", plan)]).await;
    bench.set("ARG1", "abc").await;
    bench
        .expect(&[
            ("${EVAL_EXTEN(1)} ${EVAL_EXTEN(100,1)}", "100 of 6001 100 of 6001"),
            ("${EVAL_EXTEN(rules,77,1)}", "long"),
        ])
        .await;
    assert_eq!(bench.warnings(), [""; 0]);
    bench.expect(&[("[${EVAL_EXTEN(rules,77,2)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 1);
    bench.read("${EVAL_EXTEN(again)}").await;
    assert!(bench.warnings().iter().any(|text| text.contains("asks for itself")));
}

#[tokio::test]
async fn routines_return_values() {
    const PLAN: &str = "
[phones]
exten => 100,1,Answer()
[sub]
exten => double,1,Return($[${ARG1} * 2])
exten => open,1,NoOp()
";
    let mut bench = Bench::with(&[("extensions.conf", PLAN)]).await;
    bench
        .expect(&[
            ("${EVAL_SUB(sub,double,1(21))} at ${EXTEN}", "42 at 100"),
            ("[${EVAL_SUB(sub,open,1)}]", "[]"),
        ])
        .await;
    bench.expect(&[("[${EVAL_SUB(nowhere,s,1)}]", "[]")]).await;
    assert!(bench.warnings().len() >= 2);
}
