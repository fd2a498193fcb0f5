use crate::functions::testing::Bench;

#[tokio::test]
async fn the_exchange_and_its_machine_tell_of_themselves() {
    let mut bench = Bench::new().await;
    let other = bench.another();
    let (one, two) = (bench.channel.call.name().to_owned(), other.call.name().to_owned());
    bench
        .expect(&[
            ("${CHANNELS()}", format!("{one} {two}").as_str()),
            ("${CHANNELS(alice-0*1$)}[${CHANNELS(^SIP)}]", format!("{two}[]").as_str()),
            ("${SYSINFO(numcalls)} ${VERSION(ASTERISK_VERSION_NUM)}", "2 220000"),
            ("${SYSINFO(x)}${VERSION(x)}${CHANNELS(*a)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 3);
    for parameter in
        ["loadavg", "uptime", "totalram", "freeram", "bufferram", "totalswap", "freeswap", "numprocs"]
    {
        let told = bench.read(&format!("${{SYSINFO({parameter})}}")).await;
        assert!(told.parse::<f64>().is_ok(), "{parameter}: {told}");
    }
    let drawn = [bench.read("${UUID()}").await, bench.read("${UUID()}").await];
    assert_ne!(drawn[0], drawn[1]);
    assert_eq!((drawn[0].len(), &drawn[0][14..15], drawn[0].matches('-').count()), (36, "4", 4));
}

#[tokio::test]
async fn a_channel_has_a_group_in_the_log() {
    let mut bench = Bench::new().await;
    bench.set("LOG_GROUP()", "sales").await;
    bench.expect(&[("${LOG_GROUP()}", "sales")]).await;
    bench.set("LOG_GROUP(support)", "").await;
    bench.expect(&[("${LOG_GROUP()}", "support")]).await;
    bench.set("LOG_GROUP()", "").await;
    bench.expect(&[("[${LOG_GROUP()}]", "[]")]).await;
}
