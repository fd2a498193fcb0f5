use crate::functions::testing::Bench;

#[tokio::test]
async fn the_record_is_read_and_what_may_be_set_is() {
    let mut bench = Bench::new().await;
    let name = bench.channel.call.name().to_owned();
    bench
        .expect(&[
            ("${CDR(src)} ${CDR(dst)} ${CDR(dcontext)} ${CDR(clid)}", "6001 100 phones \"Alice\" <6001>"),
            ("${CDR(channel)}", name.as_str()),
            (
                "${CDR(disposition)} ${CDR(disposition,u)} ${CDR(amaflags)} ${CDR(amaflags,u)}",
                "NO ANSWER 0 DOCUMENTATION 3",
            ),
            ("[${CDR(answer)}${CDR(dstchannel)}${CDR(end)}] ${CDR(billsec)}", "[] 0"),
        ])
        .await;
    for (field, value) in [
        ("CDR(userfield)", "ticket 7"),
        ("CDR(accountcode)", "sales"),
        ("CDR(amaflags)", "billing"),
        ("CDR(Customer)", "42"),
    ] {
        bench.set(field, value).await;
    }
    bench
        .expect(&[
            (
                "${CDR(userfield)} ${CDR(accountcode)} ${CDR(amaflags)} ${CDR(customer)}",
                "ticket 7 sales BILLING 42",
            ),
            ("${CHANNEL(accountcode)} ${CHANNEL(amaflags)} ${CHANNEL(userfield)}", "sales 2 ticket 7"),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 0);
    bench.set("CDR(billsec)", "0").await;
    bench.set("CDR(amaflags)", "often").await;
    bench.set("CDR_PROP(nothing)", "1").await;
    bench.set("CDR_PROP(disable)", "perhaps").await;
    assert_eq!(bench.warnings().len(), 4);
}
