use crate::functions::testing::Bench;

#[tokio::test]
async fn variables_are_set_and_taken_away() {
    let mut bench = Bench::new().await;
    bench.set("ARRAY(a,b,c)", "1,\"2,3\"").await;
    bench.set("c", "x").await;
    bench
        .expect(&[
            ("${a} ${b} ${c}", "1 2,3 x"),
            ("${SET(d=4)}${d} ${VARIABLE_EXISTS(d)}${VARIABLE_EXISTS(e)}", "44 10"),
            ("${GLOBAL_EXISTS(PLACE)}${GLOBAL_EXISTS(NONE)}", "10"),
        ])
        .await;
    // One that is empty is there, and hides a global one.
    bench.expect(&[("${PLACE}", "Paris")]).await;
    bench.set("PLACE", "").await;
    bench.expect(&[("[${PLACE}]${VARIABLE_EXISTS(PLACE)}", "[]1")]).await;
    bench.set("DELETE(PLACE)", "").await;
    bench.expect(&[("${VARIABLE_EXISTS(PLACE)}", "0")]).await;
    bench.set("~ODBCFIELDS~", "p,ARRAY(~ODBCFIELDS~),q").await;
    bench.set("ARRAY(~ODBCFIELDS~)", "1,2,3").await;
    bench.expect(&[("${p}${q}", "13")]).await;
    bench.set(&format!("{}x{}", "ARRAY(".repeat(10_000), ")".repeat(10_000)), "1").await;
    assert_eq!(bench.warnings().len(), 1);
    bench.set("DELETE(d)", "").await;
    bench.set("GLOBAL_DELETE(PLACE)", "").await;
    bench.expect(&[("[${d}${GLOBAL(PLACE)}${PLACE}]", "[]"), ("${ARRAY(a)}${DELETE(a)}${SET(a)}", "")]).await;
    assert_eq!(bench.warnings().len(), 3);
}

#[tokio::test]
async fn hashes_keep_values_by_name() {
    let mut bench = Bench::new().await;
    bench.set("HASH(who,name)", "Ann").await;
    bench.set("HASH(who,age)", "42").await;
    bench.set("HASH(who,name)", "Anna").await;
    bench
        .expect(&[(
            "${HASH(who,name)} ${HASHKEYS(who)} ${HASH(who)}[${HASH(who,none)}${HASHKEYS(x)}]",
            "Anna name,age Anna,42[]",
        )])
        .await;
    bench.set("HASH(who)", "Bob,7").await;
    bench.expect(&[("${HASH(who,name)} ${HASH(who,age)}", "Bob 7")]).await;
    bench.set("~ODBCFIELDS~", "x,y").await;
    bench.set("HASH(row)", "1,2").await;
    bench.expect(&[("${HASHKEYS(row)} ${HASH(row,y)}", "y,x 2")]).await;
    super::clear_hash(&bench.channel.call, "who");
    bench.expect(&[("[${HASHKEYS(who)}] ${HASHKEYS(row)}", "[] y,x")]).await;
}

#[tokio::test]
async fn channels_see_each_others_variables() {
    let mut bench = Bench::new().await;
    let other = bench.another();
    other.set("X", "5");
    bench.set("OTHER", other.call.name()).await;
    bench.set("SHARED(count,${OTHER})", "no substitution in a target").await;
    bench.set(&format!("SHARED(count,{})", other.call.name()), "9").await;
    bench.set(&format!("EXPORT({},Y)", other.call.name()), "6").await;
    bench
        .expect(&[
            (
                "${IMPORT(${OTHER},X)} ${IMPORT(${OTHER},CALLERID(name))} [${IMPORT(PJSIP/none-1,X)}]",
                "5 Alice []",
            ),
            ("${SHARED(count,${OTHER})}[${SHARED(count)}]", "9[]"),
        ])
        .await;
    assert_eq!(other.call.variable("Y").as_deref(), Some("6"));
    let uid = other.call.unique_id().to_owned();
    bench.expect(&[(format!("${{IMPORT({uid},CHANNEL)}}").as_str(), other.call.name())]).await;
    drop(other);
    bench.expect(&[("[${SHARED(count,${OTHER})}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 2);
}

#[tokio::test]
async fn an_exception_tells_why_and_where() {
    let mut bench = Bench::new().await;
    bench.expect(&[("[${EXCEPTION(reason)}]", "[]")]).await;
    bench.channel.run_application("RaiseException", "no line").await.unwrap().unwrap();
    bench
        .expect(&[(
            "${EXCEPTION(reason)} at ${EXCEPTION(context)},${EXCEPTION(exten)},${EXCEPTION(priority)}",
            "no line at phones,100,1",
        )])
        .await;
    bench.expect(&[("[${EXCEPTION(colour)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 1);
}
