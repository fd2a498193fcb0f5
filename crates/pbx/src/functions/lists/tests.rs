use crate::functions::testing::Bench;

#[tokio::test]
async fn fields_are_counted_cut_and_found() {
    let mut bench = Bench::new().await;
    bench.set("CHAN", "PJSIP/alice-0001").await;
    bench.set("LIST", "a,b,c,b").await;
    bench.set("LINES", "one\ntwo").await;
    bench
        .expect(&[
            ("${CUT(CHAN,-,1)} ${CUT(CHAN,,2)} ${CUT(CHAN,/,2)}", "PJSIP/alice 0001 alice-0001"),
            (
                "${CUT(LIST,\\,,1-2&4)} ${CUT(LIST,\\,,-2)} ${CUT(LIST,\\,,3-)} ${CUT(LIST,\\,,9)}",
                "a,b,b a,b c,b ",
            ),
            ("${CUT(LINES,\\\\n,2)} ${FIELDQTY(LINES,\\\\n)}", "two 2"),
            ("${FIELDQTY(LIST,\\,)} ${FIELDQTY(LIST,&)} ${FIELDQTY(NONE,\\,)}", "4 1 0"),
            ("${FIELDNUM(LIST,\\,,c)} ${FIELDNUM(LIST,\\,,z)}", "3 0"),
            ("${LISTFILTER(LIST,\\,,b)} ${LIST}", "a,c a,b,c,b"),
            ("${CUT(CALLERID(num),0,1)} ${CUT(EXTEN,0,1)}", "6 1"),
            ("${CUT(LIST)}${CUT(LIST,\\,,x)}${CUT(LIST,\\,,-)}${FIELDQTY(LIST)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 4);
    bench.set("LONG", &"a".repeat(60_000)).await;
    bench.expect(&[("${LEN(${CUT(LONG,-,1)})}${CUT(LONG,-,1&1&1)}", "60000")]).await;
}

#[tokio::test]
async fn members_come_and_go_at_both_ends() {
    let mut bench = Bench::new().await;
    bench.set("PUSH(Q)", "1").await;
    bench.set("PUSH(Q)", "2").await;
    bench.set("UNSHIFT(Q)", "0").await;
    bench
        .expect(&[
            ("${Q}", "0,1,2"),
            ("${SHIFT(Q)} ${Q}", "0 1,2"),
            ("${POP(Q)} ${Q}", "2 1"),
            ("${POP(Q)}${POP(Q)}[${Q}]", "1[]"),
        ])
        .await;
    bench.set("P", "a&b").await;
    bench.expect(&[("${POP(P,&)} ${P}", "b a"), ("${PUSH(P)}", "")]).await;
    assert_eq!(bench.warnings(), ["function PUSH: PUSH can only be set"]);
}

#[tokio::test]
async fn keys_are_sorted_by_value() {
    let mut bench = Bench::new().await;
    bench.expect(&[("${SORT(a:3,b:1.5,c:-2,d:10)} ${SORT()} ${SORT(x)}", "c,b,a,d  ")]).await;
}
