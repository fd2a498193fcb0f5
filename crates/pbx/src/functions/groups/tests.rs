use crate::dialplan::substitute_waiting;
use crate::functions::testing::Bench;

#[tokio::test]
async fn channels_are_counted_while_they_live() {
    let mut bench = Bench::new().await;
    let mut other = bench.another();
    bench.set("GROUP()", "out").await;
    other.assign_waiting("GROUP()", "out").await;
    other.assign_waiting("GROUP(trunk)", "berlin").await;
    bench.set("GROUP()", "paris@trunk").await;
    bench
        .expect(&[
            ("${GROUP()} ${GROUP(trunk)} ${GROUP_LIST()}", "out paris out paris@trunk"),
            (
                "${GROUP_COUNT(out)} ${GROUP_COUNT()} ${GROUP_COUNT(paris@trunk)} ${GROUP_COUNT(@trunk)}",
                "2 2 1 1",
            ),
            ("${GROUP_MATCH_COUNT(^(paris|berlin)$@trunk)} ${GROUP_MATCH_COUNT(o)}", "2 2"),
        ])
        .await;
    bench.set("GROUP(trunk)", "berlin").await;
    bench.expect(&[("${GROUP_COUNT(berlin@trunk)} ${GROUP_COUNT(paris@trunk)}", "2 0")]).await;
    drop(other);
    bench.expect(&[("${GROUP_COUNT(berlin@trunk)} ${GROUP_COUNT(out)}", "1 1")]).await;
    bench.set("GROUP()", "").await;
    bench.expect(&[("${GROUP_COUNT(out)}[${GROUP()}]", "0[]"), ("${GROUP_MATCH_COUNT(*)}", "")]).await;
    assert_eq!(bench.warnings().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_channel_at_a_time_holds_a_lock() {
    let mut bench = Bench::new().await;
    let mut other = bench.another();
    bench.expect(&[("${LOCK(db)}${TRYLOCK(db)}${TRYLOCK(two)}", "111")]).await;
    assert_eq!(substitute_waiting(&mut other, "${TRYLOCK(db)}${LOCK(db)}${UNLOCK(db)}").await, "000");
    assert_eq!(bench.warnings().len(), 1);
    bench.expect(&[("${UNLOCK(db)}${UNLOCK(db)}", "10")]).await;
    assert_eq!(substitute_waiting(&mut other, "${LOCK(db)}").await, "1");
    // It waits, and the other goes.
    let waits = async { bench.read("${LOCK(db)}").await };
    let goes = async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        drop(other);
    };
    let (taken, ()) = tokio::join!(waits, goes);
    assert_eq!(taken, "1");
    assert_eq!(bench.read("${LOCK()}").await, "");
}
