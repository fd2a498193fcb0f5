use crate::functions::testing::Bench;

const QUEUES: &str = "[sales]\nstrategy=linear\nmaxlen=7\nservicelevel=20\nmember => Custom:anna,1\n\
    member => Custom:bert,3,Bert\nmember => Custom:carl\n[support]\nmember => Custom:anna,5\n";

async fn bench() -> Bench {
    let mut bench = Bench::with(&[("queues.conf", QUEUES)]).await;
    for (device, state) in [("anna", "NOT_INUSE"), ("bert", "INUSE"), ("carl", "UNAVAILABLE")] {
        bench.set(&format!("DEVICE_STATE(Custom:{device})"), state).await;
    }
    bench
}

#[tokio::test]
async fn queues_tell_what_they_are_like() {
    let mut bench = bench().await;
    bench
        .expect(&[
            ("${QUEUE_EXISTS(Sales)} ${QUEUE_EXISTS(nobody)}", "1 0"),
            ("${QUEUE_WAITING_COUNT(sales)}[${QUEUE_GET_CHANNEL(sales,1)}]", "0[]"),
            ("${QUEUE_VARIABLES(sales)} ${QUEUEMAX} ${QUEUESTRATEGY} ${QUEUESRVLEVEL}", "0 7 linear 20"),
            ("${QUEUE_VARIABLES(nobody)}", "-1"),
        ])
        .await;
    assert_eq!(bench.warnings(), Vec::<String>::new());
    bench.expect(&[("${QUEUE_WAITING_COUNT(nobody)}", "0"), ("${QUEUE_EXISTS()}", "")]).await;
    assert_eq!(bench.warnings().len(), 2);
}

#[tokio::test]
async fn members_are_counted_by_what_their_devices_do() {
    let mut bench = bench().await;
    bench
        .expect(&[
            (
                "${QUEUE_MEMBER(sales,count)} ${QUEUE_MEMBER(sales,logged)} ${QUEUE_MEMBER_COUNT(sales)}",
                "3 2 2",
            ),
            ("${QUEUE_MEMBER(sales,free)} ${QUEUE_MEMBER(sales,ready)}", "1 1"),
            ("${QUEUE_MEMBER_LIST(sales)}", "Custom:anna,Custom:bert,Custom:carl"),
        ])
        .await;
    bench.set("QUEUE_MEMBER(sales,paused,Custom:anna)", "1").await;
    bench.expect(&[("${QUEUE_MEMBER(sales,free)} ${QUEUE_MEMBER(support,free)}", "0 1")]).await;
    assert_eq!(bench.warnings(), Vec::<String>::new());
    bench.expect(&[("${QUEUE_MEMBER(nobody,count)}", "0"), ("${QUEUE_MEMBER(sales,busy)}", "")]).await;
    assert_eq!(bench.warnings().len(), 2);
}

#[tokio::test]
async fn members_are_changed_in_one_queue_or_in_all() {
    let mut bench = bench().await;
    bench.set("QUEUE_MEMBER_PENALTY(sales,Custom:bert)", "9").await;
    bench.set("QUEUE_MEMBER(,penalty,Custom:anna)", "4").await;
    bench.set("QUEUE_MEMBER(support,ringinuse,Custom:anna)", "no").await;
    bench
        .expect(&[
            ("${QUEUE_MEMBER_PENALTY(sales,Custom:bert)} ${QUEUE_MEMBER(sales,penalty,Custom:anna)}", "9 4"),
            ("${QUEUE_MEMBER(support,penalty,Custom:anna)}", "4"),
            (
                "${QUEUE_MEMBER(support,ringinuse,Custom:anna)} ${QUEUE_MEMBER(sales,ringinuse,Custom:anna)}",
                "0 1",
            ),
            ("${QUEUE_MEMBER(sales,paused,Custom:anna)}", "0"),
        ])
        .await;
    assert_eq!(bench.warnings(), Vec::<String>::new());
    bench.set("QUEUE_MEMBER(sales,penalty,Custom:zoe)", "1").await;
    bench.set("QUEUE_MEMBER(sales,paused,Custom:anna)", "perhaps").await;
    assert_eq!(bench.warnings().len(), 2);
}
