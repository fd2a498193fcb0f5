use crate::functions::testing::Bench;

#[tokio::test]
async fn a_moment_is_written_and_read_in_any_zone() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[
            ("${STRFTIME(0,UTC)}", "Thu Jan  1 00:00:00 1970"),
            ("${STRFTIME(1767225600,Europe/Paris,%Y-%m-%d %H:%M:%S %Z)}", "2026-01-01 01:00:00 CET"),
            ("${STRFTIME(1767225600.125,UTC,%S.%3q %q %%c)}", "00.125 125000 %c"),
            (
                "${STRFTIME(1783000000,America/New_York,%A %d %B %I:%M %p %j %s)}",
                "Thursday 02 July 09:46 AM 183 1783000000",
            ),
            ("${STRPTIME(2026-01-01 01:00:00,Europe/Paris,%Y-%m-%d %H:%M:%S)}", "1767225600"),
            ("${STRPTIME(2026-01-01,UTC,%Y-%m-%d)} ${STRPTIME(1767225600,,%s)}", "1767225600 1767225600"),
            ("${STRPTIME(Thu Jan  1 00:00:10 1970,UTC,%a %b %e %H:%M:%S %Y)}", "10"),
            (
                "${STRFTIME(0,Nowhere/None,%H)}${STRFTIME(0,UTC,%!|%E|%O|%+|%5|%r)}${STRPTIME(x,UTC,%Y)}",
                "00%!|%E|%O|%+|%5|12:00:00 AM",
            ),
            ("${STRPTIME(Thu Jan  1 01:00:10 1970,UTC,%c)}", "3610"),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 2);
    assert!(bench.read("${STRFTIME(soon,UTC,%s)}").await.parse::<i64>().unwrap() > 1_700_000_000);
    let now: i64 = bench.read("${STRFTIME(,,%s)}").await.parse().unwrap();
    assert!((now - jiff::Timestamp::now().as_second()).abs() < 5);
}

#[tokio::test]
async fn a_dialplan_is_tried_out_at_another_time() {
    let mut bench = Bench::new().await;
    bench.set("TESTTIME(2026/01/31,12:30:00)", "").await;
    bench
        .expect(&[
            ("${IFTIME(12:00-13:00,sat,31,jan?open:closed)}", "open"),
            ("${IFTIME(13:00-14:00,*,*,*?open:closed)}", "closed"),
        ])
        .await;
    bench.set("TESTTIME(2026-01-31 02:00)", "").await;
    bench.expect(&[("${IFTIME(1:00-3:00,*,*,*?open:closed)}", "open")]).await;
    bench.set("TESTTIME(today)", "").await;
    assert_eq!(bench.warnings().len(), 1);
}
