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
            ("${IFMODULE()}${VALID_EXTEN(phones)}${DIALPLAN_EXISTS()}${IFTIME(x?a:b)}${IFTIME(a)}", ""),
            ("${IFTIME(*,*,*,*?\"always: yes\":no)}", "always: yes"),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 5);
}
