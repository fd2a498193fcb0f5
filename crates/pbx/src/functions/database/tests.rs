use crate::functions::testing::Bench;

#[tokio::test]
async fn values_are_kept_over_a_restart_and_taken_out() {
    let mut bench = Bench::new().await;
    bench.set("DB(cf/100)", "5551212").await;
    bench.set("DB(cf/200/busy)", "x,y").await;
    bench.set("DB(nothing)", "x").await;
    assert_eq!(bench.warnings().len(), 1);
    let mut bench = bench.restarted().await;
    bench
        .expect(&[
            ("${DB(cf/100)} ${DB_RESULT} ${DB(cf/200/busy)}[${DB(cf/9)}]", "5551212 5551212 x,y[]"),
            ("${DB_EXISTS(cf/100)}${DB_RESULT} ${DB_EXISTS(cf/9)}[${DB_RESULT}]", "15551212 0[]"),
            ("${DB_KEYS(cf)} ${DB_KEYS()} ${DB_KEYCOUNT(cf)} ${DB_KEYS(cf/200)}", "100,200 cf 2 busy"),
            ("${CUT(DB(cf/100),5,5)}[${DB_DELETE(cf/100)}][${DB(cf/100)}]", "[5551212][]"),
        ])
        .await;
    bench.set("DB_DELETE(cf/200/busy)", "").await;
    bench.expect(&[("[${DB_KEYS()}]${DB_KEYCOUNT()}", "[]0")]).await;
}

#[tokio::test]
async fn callers_are_blacklisted_and_phones_grouped() {
    let mut bench = Bench::new().await;
    bench.expect(&[("${BLACKLIST()}", "0")]).await;
    bench.set("DB(blacklist/6001)", "1").await;
    bench.set("DIALGROUP(sales)", "PJSIP/a&PJSIP/b").await;
    bench.set("DIALGROUP(sales,add)", "PJSIP/c").await;
    bench.set("DIALGROUP(sales,add)", "PJSIP/a").await;
    bench.set("DIALGROUP(sales,del)", "PJSIP/b").await;
    bench.expect(&[("${BLACKLIST()} ${DIALGROUP(sales)}", "1 PJSIP/c&PJSIP/a")]).await;
    bench.set("DIALGROUP(sales)", "").await;
    bench.expect(&[("[${DIALGROUP(sales)}]", "[]")]).await;
    assert!(bench.warnings().is_empty());
}
