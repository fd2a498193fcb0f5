use crate::functions::testing::Bench;

const VOICEMAIL: &str = "[default]\n100 => 1234,Alice Liddell,alice@example.org,pager@example.org,tz=paris|language=fr\n\
    [sales]\n200 => -77,Bob\n";

#[tokio::test]
async fn mailboxes_tell_what_their_line_says() {
    let mut bench = Bench::with(&[("voicemail.conf", VOICEMAIL)]).await;
    bench
        .expect(&[
            ("${VM_INFO(100,fullname)} ${VM_INFO(100@default,email)}", "Alice Liddell alice@example.org"),
            (
                "${VM_INFO(100,tz)} ${VM_INFO(100,language)} ${VM_INFO(100,pager)}",
                "paris fr pager@example.org",
            ),
            ("${VM_INFO(200@sales,password)} ${VM_INFO(200@sales,language)}", "77 en"),
            ("${VM_INFO(200@sales,exists)}${VM_INFO(200,exists)}", "10"),
        ])
        .await;
    assert_eq!(bench.warnings(), Vec::<String>::new());
    bench.expect(&[("${VM_INFO(300,fullname)}[${VM_INFO(100,shoes)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 2);
}

#[tokio::test]
async fn messages_are_counted_in_their_folders() {
    let mut bench = Bench::with(&[("voicemail.conf", VOICEMAIL)]).await;
    let spool = bench.channel.exchange.configuration().folders.spool.join("voicemail");
    for (folder, messages) in [("default/100/INBOX", 2), ("default/100/Old", 1), ("sales/200/INBOX", 3)] {
        std::fs::create_dir_all(spool.join(folder)).unwrap();
        for number in 0..messages {
            for kind in ["txt", "wav"] {
                std::fs::write(spool.join(folder).join(format!("msg{number:04}.{kind}")), "").unwrap();
            }
        }
    }
    bench
        .expect(&[
            ("${VM_INFO(100,count)} ${VM_INFO(100,count,Old)} ${VM_INFO(100,count,Work)}", "2 1 0"),
            (
                "${VMCOUNT(100)} ${VMCOUNT(100@default&200@sales)} ${VMCOUNT(100,Old)} ${VMCOUNT(300)}",
                "2 5 1 0",
            ),
        ])
        .await;
    assert_eq!(bench.warnings(), Vec::<String>::new());
    bench.expect(&[("${VMCOUNT(100,../INBOX)}${VMCOUNT()}", "")]).await;
    assert_eq!(bench.warnings().len(), 2);
}
