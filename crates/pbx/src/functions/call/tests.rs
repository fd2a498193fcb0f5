use call_control::{Presentation, Redirecting};

use crate::functions::testing::Bench;

#[tokio::test]
async fn the_caller_has_many_fields() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[
            ("${CALLERID(all)} ${CALLERID(num)} ${CALLERID(NAME)}", "\"Alice\" <6001> 6001 Alice"),
            ("${CALLERID(num-valid)}${CALLERID(name-valid)}${CALLERID(subaddr-valid)} ${CALLERID(name-charset)}", "110 utf8"),
            ("${CALLERID(ani)} ${CALLERID(ANI-all)} ${CALLERID(dnid)} [${CALLERID(rdnis)}]", "6001 \"Alice\" <6001> 100 []"),
            ("${CALLERID(num-plan)} ${CALLERID(pres)} [${CALLERID(priv-num)}]", "0 allowed_not_screened []"),
        ])
        .await;
    bench.set("CALLERID(num)", "6002").await;
    // Who pays is who called.
    bench.expect(&[("${CALLERID(num)} ${CALLERID(ani)}", "6002 6001")]).await;
    for (field, value) in [
        ("all", "\"Bob\" <7>"),
        ("name-pres", "prohib"),
        ("num-plan", "33"),
        ("subaddr", "x1"),
        ("tag", "vip"),
        ("priv-all", "Boss <1>"),
        ("ANI-num", "42"),
        ("RDNIS", "500"),
        ("DNID", "911"),
        ("dnid-num-plan", "2"),
    ] {
        bench.set(&format!("CALLERID({field})"), value).await;
    }
    bench
        .expect(&[
            (
                "${CALLERID(num)} ${CALLERID(pres)} ${CALLERID(name-pres)} ${CALLERID(num-plan)} ${CALLERID(subaddr)}",
                "7 allowed_not_screened prohib 33 x1",
            ),
            ("${CALLERID(tag)} ${CALLERID(priv-name)} ${CALLERID(priv-num)}", "vip Boss 1"),
            (
                "${CALLERID(ani)} ${CALLERID(rdnis)} ${CALLERID(dnid)} ${CALLERID(dnid-num-plan)}",
                "42 500 911 2",
            ),
        ])
        .await;
    bench.set("CALLERID(ANI2)", "27").await;
    bench
        .expect(&[
            (
                "${CALLERID(ani2)} ${CALLERID(num,\"Carl Orff\" <55>)} ${CALLERID(name,\"Carl Orff\" <55>)}",
                "27 55 Carl Orff",
            ),
            ("${CALLERID(all,\"Carl Orff\" <55>)} ${CALLERID(num,55)}", "\"Carl Orff\" <55> 55"),
        ])
        .await;
    bench.set("CALLERID(name-valid)", "0").await;
    bench.expect(&[("[${CALLERID(name)}]", "[]")]).await;
    bench.set("CALLERID(pres)", "maybe").await;
    bench.set("CALLERID(nothing)", "1").await;
    assert_eq!(bench.read("${CALLERID(nothing)}").await, "");
    assert_eq!(bench.warnings().len(), 3);
    assert_eq!(bench.channel.call.redirecting().map(|passed| passed.from.number).as_deref(), Some("500"));
}

#[tokio::test]
async fn the_phone_is_told_of_several_changes_at_once() {
    let mut bench = Bench::new().await;
    bench.set("CONNECTEDLINE(num,i)", "77").await;
    assert_eq!(bench.channel.call.connected().number, "");
    bench.expect(&[("${CONNECTEDLINE(num)}", "77")]).await;
    bench.set("CONNECTEDLINE(name)", "Desk").await;
    let connected = bench.channel.call.connected();
    assert_eq!((connected.number.as_str(), connected.name.as_str()), ("77", "Desk"));
    bench.set("CONNECTEDLINE(priv-num)", "1").await;
    bench.expect(&[("${CONNECTEDLINE(all)} ${CONNECTEDLINE(priv-num)}", "\"Desk\" <77> 1")]).await;
    bench.set("CONNECTEDLINE(x)", "1").await;
    assert_eq!(bench.warnings().len(), 1);
}

#[tokio::test]
async fn who_passed_the_call_on_is_told_and_set() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[("${REDIRECTING(count)} ${REDIRECTING(reason)}[${REDIRECTING(from-num)}]", "0 unknown[]")])
        .await;
    for (field, value) in [
        ("from-all", "Desk <500>"),
        ("from-pres", "prohib"),
        ("reason", "cfnr"),
        ("count", "2"),
        ("to-num", "600"),
        ("orig-name", "First"),
        ("orig-reason", "cfb"),
        ("priv-to-num", "9"),
    ] {
        bench.set(&format!("REDIRECTING({field},i)"), value).await;
    }
    let Redirecting { from, reason, count } = bench.channel.call.redirecting().unwrap();
    assert_eq!((from.number.as_str(), reason.as_str(), count), ("500", "no-answer", 2));
    assert_eq!(from.number_presentation, Presentation::from_word("prohib").unwrap());
    bench
        .expect(&[
            ("${REDIRECTING(from-name)} ${REDIRECTING(reason)} ${REDIRECTING(to-num)}", "Desk cfnr 600"),
            (
                "${REDIRECTING(orig-name)} ${REDIRECTING(orig-reason)} ${REDIRECTING(priv-to-num)}",
                "First cfb 9",
            ),
        ])
        .await;
    for field in ["count", "from-x", "nobody-num"] {
        bench.set(&format!("REDIRECTING({field})"), "odd").await;
    }
    bench.set("REDIRECTING(reason)", "").await;
    assert_eq!(bench.warnings().len(), 4);
    bench.set("REDIRECTING(reason)", "lunch").await;
    bench.expect(&[("${REDIRECTING(reason)}", "lunch")]).await;
}

#[tokio::test]
async fn a_party_without_a_name_or_a_number_has_its_marks_all_the_same() {
    let mut bench = Bench::new().await;
    bench.expect(&[("${CONNECTEDLINE(all)}", "\"\" <>")]).await;
    for (field, value, all) in
        [("name", "", "\"\" <6001>"), ("num", "", "\"\" <>"), ("name", "Alice", "\"Alice\" <>")]
    {
        bench.set(&format!("CALLERID({field})"), value).await;
        bench.expect(&[("${CALLERID(all)}", all)]).await;
    }
}

#[tokio::test]
async fn variables_tell_of_the_call_until_they_are_set() {
    let mut bench = Bench::new().await;
    let asked = "${HANGUPCAUSE} ${CALLINGPRES} ${CALLINGANI2} ${CALLINGTON} ${CALLINGTNS} [${SIPDOMAIN}]";
    bench.expect(&[(asked, "0 0 0 0 0 []")]).await;
    for (name, value) in [("CALLERID(pres)", "prohib"), ("CALLERID(ani2)", "27"), ("CALLERID(ton)", "33")] {
        bench.set(name, value).await;
    }
    for (name, value) in [("HANGUPCAUSE", "17"), ("SIPDOMAIN", "example.org")] {
        bench.set(name, value).await;
    }
    bench.expect(&[(asked, "17 35 27 33 0 [example.org]"), ("${CALLERID(ton)}", "33")]).await;
    bench.expect(&[("${CHANNEL(context)},${CHANNEL(exten)}", "phones,100")]).await;
}

#[tokio::test]
async fn the_channel_tells_of_itself_and_keeps_labels() {
    let mut bench = Bench::new().await;
    let name = bench.channel.call.name().to_owned();
    bench
        .expect(&[
            ("${CHANNEL(channame)}", name.as_str()),
            ("${CHANNEL(checkhangup)}${CHANNEL(onhold)} ${CHANNEL(amaflags)} ${CHANNEL(transfercapability)}", "00 3 SPEECH"),
            ("${CHANNEL_EXISTS(${CHANNEL})}${CHANNEL_EXISTS(${UNIQUEID})}${CHANNEL_EXISTS(PJSIP/x-1)}", "110"),
        ])
        .await;
    bench.set("CHANNEL(accountcode)", "sales").await;
    bench.set("CHANNEL(amaflags)", "billing").await;
    bench.set("CHANNEL(max_forwards)", "5").await;
    bench.set("MASTER_CHANNEL(M)", "1").await;
    bench
        .expect(&[
            ("${CHANNEL(accountcode)} ${CHANNEL(amaflags)} ${CHANNEL(max_forwards)}", "sales 2 5"),
            ("${M}${MASTER_CHANNEL(M)}", "11"),
        ])
        .await;
    bench.set("CHANNEL(amaflags)", "often").await;
    bench.set("CHANNEL(nothing)", "1").await;
    assert_eq!(bench.read("${CHANNEL(nothing)}${CHANNEL_EXISTS()}").await, "");
    assert_eq!(bench.warnings().len(), 4);
}

#[tokio::test]
async fn what_calls_of_the_channel_demand_is_set() {
    let mut bench = Bench::new().await;
    bench.set("CHANNEL(secure_bridge_signaling)", "1").await;
    bench.set("CHANNEL(after_bridge_goto)", "phones,100,here").await;
    bench.set("STIR_SHAKEN_ATTESTATION(suppress)", "yes").await;
    bench
        .expect(&[
            ("${CHANNEL(secure_bridge_signaling)}${CHANNEL(secure_signaling)}", "10"),
            ("${CHANNEL(after_bridge_goto)} ${STIR_SHAKEN_ATTESTATION(suppress)}", "phones,100,here yes"),
            ("${CHANNEL(rxgain)} [${CHANNEL(hangup_handler_pop)}]", "0.0 []"),
        ])
        .await;
    assert!(bench.channel.call.demands_secure_signaling());
    bench.set("CHANNEL(after_bridge_goto)", "").await;
    bench.set("STIR_SHAKEN_ATTESTATION(suppress)", "no").await;
    bench.expect(&[("[${CHANNEL(after_bridge_goto)}] ${STIR_SHAKEN_ATTESTATION(suppress)}", "[] no")]).await;
    assert_eq!(bench.warnings(), [""; 0]);
    for (target, value) in [
        ("CHANNEL(txgain)", "3"),
        ("CHANNEL(after_bridge_goto)", "a,b,c,d"),
        ("CHANNEL(hangup_handler_push)", ""),
        ("STIR_SHAKEN_ATTESTATION(level)", "A"),
        ("STIR_SHAKEN_ATTESTATION(suppress)", "perhaps"),
    ] {
        bench.set(target, value).await;
        assert_eq!(bench.warnings().len(), 1, "{target}");
    }
}

#[tokio::test]
async fn a_text_has_headers_that_go_out_with_it() {
    let mut bench = Bench::new().await;
    let came = [("X-Ticket", "7"), ("PJSIP_TRANSPORT", "udp")];
    let text = call_control::TextMessage {
        data: came.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        ..Default::default()
    };
    bench.channel.call.set_message(Some(text));
    bench.expect(&[("${MESSAGE_DATA(x-ticket)} ${MESSAGE_DATA(PJSIP_TRANSPORT)}", "7 udp")]).await;
    let out = |bench: &Bench| {
        let headers = bench.channel.call.message().unwrap().headers.into_iter();
        headers.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    assert!(out(&bench).is_empty(), "what came stays here");
    bench.set("MESSAGE(custom_data)", "mark_all_outbound").await;
    bench.set("MESSAGE_DATA(X-More)", "a").await;
    bench.set("MESSAGE_DATA(Via)", "forged").await;
    bench.set("MESSAGE_DATA(local note)", "kept").await;
    assert_eq!(out(&bench), ["X-Ticket: 7", "X-More: a"]);
    bench.set("MESSAGE_DATA(X-MORE)", "").await;
    bench.expect(&[("[${MESSAGE_DATA(X-More)}] ${MESSAGE_DATA(local note)}", "[] kept")]).await;
    bench.set("MESSAGE(custom_data)", "clear_all_outbound").await;
    assert!(out(&bench).is_empty());
    assert_eq!(bench.warnings(), [""; 0]);
    bench.set("MESSAGE(custom_data)", "some").await;
    assert_eq!(bench.warnings().len(), 1);
}
