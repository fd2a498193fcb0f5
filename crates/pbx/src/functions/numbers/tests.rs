use crate::functions::testing::Bench;

#[tokio::test]
async fn two_numbers_make_a_third() {
    let mut bench = Bench::new().await;
    bench
        .expect(&[
            ("${MATH(123%16,int)} ${MATH(1+2)} ${MATH(8/3,i)} ${MATH(8/3)}", "11 3.000000 2 2.666667"),
            (
                "${MATH(-3*-2,i)} ${MATH(1e2-1,i)} ${MATH(2^10,i)} ${MATH(1<<4,i)} ${MATH(255>>4,h)}",
                "6 99 1024 16 f",
            ),
            ("${MATH(6 AND 3,i)}${MATH(6 OR 3,i)}${MATH(6 XOR 3,i)} ${MATH(65+1,c)}", "275 B"),
            (
                "${MATH(1<2)} ${MATH(1>=2)} ${MATH(2==2.0)} ${MATH(3<=3)} ${MATH(1>2)}",
                "TRUE FALSE TRUE TRUE FALSE",
            ),
            ("${MATH(1/0)} ${MATH(1%0,int)}", "0.000000 0"),
            ("${MATH(1)}${MATH(a+1)}${MATH(1+1,z)}${MATH()}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 6);
}

#[tokio::test]
async fn extremes_and_counters() {
    let mut bench = Bench::new().await;
    bench.set("COUNT", "41").await;
    bench
        .expect(&[
            (
                "${MIN(7,4)} ${MAX(7,4.5)} ${MIN(3)} ${MAX(-2,-2.5)} ${ABS(-13)} ${ABS(1.5)}",
                "4 7 3 -2 13 1.500000",
            ),
            ("${INC(COUNT)} ${COUNT} ${DEC(COUNT)} ${COUNT}", "42 42 41 41"),
            ("${DIGIT_SUM(12-34)}", "10"),
            ("${INC(NOTHING)}${DEC(CONTEXT)}${MIN()}${MAX(x,1)}${ABS()}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 5);
}

#[tokio::test]
async fn chance_stays_within_its_bounds() {
    let mut bench = Bench::new().await;
    let mut seen = [false; 3];
    for _ in 0..200 {
        let drawn: usize = bench.read("${RAND(3,1)}").await.parse().unwrap();
        seen[drawn - 1] = true;
    }
    assert_eq!(seen, [true; 3]);
    assert!(bench.read("${RAND()}").await.parse::<u32>().is_ok());
    assert_eq!(bench.read("${RAND(5,5)}${RAND(-2147483648,x)}").await, "5");
}
