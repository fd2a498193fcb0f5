use crate::functions::testing::Bench;

#[tokio::test]
async fn addresses_are_taken_apart() {
    let mut bench = Bench::new().await;
    bench
        .set("FROM", "\"Doe, Ann\" <sip:a%20b:pw@[2001:db8::1]:5070;transport=tcp;lr;user=phone>;tag=1")
        .await;
    bench
        .expect(&[
            ("${PJSIP_PARSE_URI_FROM(FROM,display)}|${PJSIP_PARSE_URI_FROM(FROM,user)}", "Doe, Ann|a b"),
            ("${PJSIP_PARSE_URI(${FROM},host)} ${PJSIP_PARSE_URI(${FROM},port)}", "[2001:db8::1] 5070"),
            ("${PJSIP_PARSE_URI(${FROM},transport_param)} ${PJSIP_PARSE_URI(${FROM},lr_param)}", "tcp 1"),
            ("${PJSIP_PARSE_URI(sip:x@h,scheme)} ${PJSIP_PARSE_URI(sip:x@h,user)}[${PJSIP_PARSE_URI(sip:h,port)}]", "sip x[]"),
            ("${PJSIP_PARSE_URI(sip:h,x)}${PJSIP_PARSE_URI(,host)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 2);
}

#[tokio::test]
async fn options_and_contacts_are_told() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[
            ("${PJSIP_ENDPOINT(alice,context)} ${PJSIP_ENDPOINT(alice,aors)} ${PJSIP_ENDPOINT(alice,allow)}", "phones alice (ulaw|alaw)"),
            ("${PJSIP_ENDPOINT(alice,dtmf_mode)} ${PJSIP_ENDPOINT(alice,send_pai)}${PJSIP_ENDPOINT(alice,acl)}", "rfc4733 false"),
            ("${PJSIP_AOR(alice,max_contacts)} ${PJSIP_AOR(alice,contact)}", "3 alice/sip:alice@192.0.2.9:5060"),
            ("${PJSIP_CONTACT(${PJSIP_AOR(alice,contact)},status)} ${PJSIP_CONTACT(alice/sip:x@h,rtt)}", "NonQualified N/A"),
            ("${PJSIP_DIAL_CONTACTS(alice)}", "PJSIP/alice/sip:alice@192.0.2.9:5060"),
            ("${PJSIP_DIAL_CONTACTS(alice,alice,bob)}", "PJSIP/alice/sip:bob@192.0.2.9:5060"),
            ("${PJSIP_ENDPOINT(bob,context)}${PJSIP_ENDPOINT(alice,x)}${PJSIP_AOR(bob,contact)}${PJSIP_AOR(alice,x)}", ""),
            ("${PJSIP_CONTACT(alice,uri)}${PJSIP_DIAL_CONTACTS(bob)}${PJSIP_ENDPOINT(alice)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 7);
}

#[tokio::test]
async fn headers_are_for_calls_that_are_still_to_be_made() {
    let mut bench = Bench::new().await;
    bench.set("PJSIP_INHERITABLE_HEADER(add,X-Account)", "42").await;
    bench.set("PJSIP_INHERITABLE_HEADER(update,X-Account)", "43").await;
    bench.set("PJSIP_INHERITABLE_HEADER(add,X-Other)", "1").await;
    bench.set("PJSIP_INHERITABLE_HEADER(remove,X-O*)", "").await;
    assert!(bench.warnings().is_empty());
    let added =
        call_control::sip::Conversation::of(&bench.channel.call).added(call_control::sip::HeadersOf::Calls);
    assert_eq!(added, [("X-Account".to_owned(), "43".to_owned())]);
    for (target, value) in [
        ("PJSIP_INHERITABLE_HEADER(add,Via)", "x"),
        ("PJSIP_INHERITABLE_HEADER(add,X-A)", "a\nb"),
        ("PJSIP_INHERITABLE_HEADER(update,X-None)", "1"),
        ("PJSIP_INHERITABLE_HEADER(steal,X-A)", "1"),
        ("PJSIP_HEADER(add,X-A)", "1"),
    ] {
        bench.set(target, value).await;
        assert_eq!(bench.warnings().len(), 1, "{target}");
    }
    bench.expect(&[("[${PJSIP_HEADER(read,X-A)}${PJSIP_HEADERS()}${SIP_HEADER(X-A)}${PJSIP_RESPONSE_HEADER(read,X-A)}]", "[]")]).await;
    bench
        .expect(&[("${PJSIP_HEADER(add,X-A)}${PJSIP_HEADER(read)}${PJSIP_INHERITABLE_HEADER(add,X)}", "")])
        .await;
    assert_eq!(bench.warnings().len(), 3);
}

#[tokio::test]
async fn a_channel_without_a_session_has_none_to_change() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[("[${PJSIP_DTMF_MODE()}${PJSIP_MEDIA_OFFER(video)}${PJSIP_MEDIA_OFFER(audio)}]", "[]")])
        .await;
    assert_eq!(bench.warnings().len(), 1);
    for (target, value) in [
        ("PJSIP_DTMF_MODE()", "info"),
        ("PJSIP_DTMF_MODE()", "morse"),
        ("PJSIP_MEDIA_OFFER(audio)", "ulaw"),
        ("PJSIP_MEDIA_OFFER(audio)", "!all"),
        ("PJSIP_MEDIA_OFFER(audio)", "morse"),
        ("PJSIP_MEDIA_OFFER(video)", "h264"),
        ("PJSIP_SEND_SESSION_REFRESH()", "invite"),
        ("PJSIP_SEND_SESSION_REFRESH()", "bye"),
        ("PJSIP_MOH_PASSTHROUGH()", "yes"),
        ("PJSIP_MOH_PASSTHROUGH()", "perhaps"),
        ("PJSIP_TRANSFER_HANDLING()", "core"),
    ] {
        bench.set(target, value).await;
        assert_eq!(bench.warnings().len(), 1, "{target} {value}");
    }
}

#[tokio::test]
async fn phones_are_told_of_in_the_words_of_sip_conf() {
    let mut bench = Bench::with(&[(
        "sip.conf",
        "[carol]\ntype=friend\nhost=dynamic\ncontext=desk\ncallerid=Carol <300>\ncall-limit=2\ncallgroup=1,3-4\nsetvar=FLOOR=2\n",
    )])
    .await;
    bench
        .expect(&[
            ("${SIPPEER(alice)}:${SIPPEER(alice,port)} ${SIPPEER(alice:dynamic)}", "192.0.2.9:5060 no"),
            (
                "${SIPPEER(alice,callerid_name)} ${SIPPEER(alice,callerid_num)} ${SIPPEER(alice,codec[0])}",
                "Alice 100 ulaw",
            ),
            ("${SIPPEER(carol)}:${SIPPEER(carol,port)} ${SIPPEER(carol,dynamic)}", "(Unspecified):0 yes"),
            (
                "${SIPPEER(carol,context)} ${SIPPEER(carol,limit)} ${SIPPEER(carol,chanvar[FLOOR])}",
                "desk 2 2",
            ),
            (
                "${SIPPEER(carol,expire)} ${SIPPEER(carol,curcalls)} ${SIPPEER(carol,status)}",
                "-1 0 Unmonitored",
            ),
            ("${SIPPEER(carol,callgroup)}", "1,3,4"),
        ])
        .await;
    assert_eq!(bench.warnings(), Vec::<String>::new());
    bench.expect(&[("[${SIPPEER(nobody)}${SIPPEER(alice,shoes)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 2);
}
