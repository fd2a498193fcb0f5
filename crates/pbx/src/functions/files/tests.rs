use crate::functions::testing::Bench;

async fn bench() -> (Bench, std::path::PathBuf) {
    let mut bench = Bench::new().await;
    let file = bench.folder().join("list.txt");
    bench.set("F", &file.display().to_string()).await;
    (bench, file)
}

#[tokio::test]
async fn files_are_read_in_parts() {
    let (mut bench, file) = bench().await;
    std::fs::write(&file, "one\ntwo\nthree\n").unwrap();
    bench
        .expect(&[
            ("${FILE(${F})}", "one\ntwo\nthree\n"),
            ("${FILE(${F},4,3)} ${FILE(${F},-6,5)} ${FILE(${F},0,-11)}", "two three one"),
            ("${FILE(${F},1,1,l)}${FILE(${F},-1,,l)}", "two\nthree\n"),
            ("${FILE_COUNT_LINE(${F})} ${FILE_COUNT_LINE(${F},d)} ${FILE_FORMAT(${F})}", "3 1 u"),
            ("${FILE(/nothing/here)}${FILE(/dev/zero)}${FILE(/dev/zero,0,1,l)}${FILE()}${FILE(${F},x)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 5);
    std::fs::write(&file, "one\r\ntwo").unwrap();
    bench.expect(&[("${FILE_FORMAT(${F})} ${FILE_COUNT_LINE(${F})} ${FILE(${F},1,1,l)}", "d 2 two")]).await;
}

#[tokio::test]
async fn files_are_written_in_parts() {
    let (mut bench, file) = bench().await;
    let target = |rest: &str| format!("FILE({}{rest})", file.display());
    let read = || std::fs::read_to_string(&file).unwrap();
    for (rest, value, expected) in [
        ("", "abc", "abc"),
        (",1,1", "XX", "aXXc"),
        (",,,a", "-", "aXXc-"),
        ("", "", ""),
        (",,,al", "one", "one\n"),
        (",,,al", "two", "one\ntwo\n"),
        (",0,1,l", "1", "1\ntwo\n"),
        (",-1,1,l", "2", "1\n2\n"),
        (",0,1,ld", "", "2\n"),
        (",0,0,l", "0", "0\n2\n"),
        (",,,l,d", "x", "x\r\n"),
    ] {
        bench.set(&target(rest), value).await;
        assert_eq!(read(), expected, "{rest}");
    }
    bench.set("FILE(/nothing/here)", "x").await;
    bench.set(&target(",,,l,q"), "x").await;
    assert_eq!(bench.warnings().len(), 2);
}

#[tokio::test]
async fn names_have_parts_and_files_have_facts() {
    let (mut bench, file) = bench().await;
    std::fs::write(&file, "12345").unwrap();
    let folder = file.parent().unwrap().display().to_string();
    bench
        .expect(&[
            ("${BASENAME(/a/b/c.txt)} ${BASENAME(/a/b/)} ${BASENAME(/)} ${BASENAME(c)}", "c.txt b / c"),
            (
                "${DIRNAME(/a/b/c.txt)} ${DIRNAME(/a)} ${DIRNAME(/)} ${DIRNAME(c)} ${DIRNAME(/a//b)}",
                "/a/b / / . /a",
            ),
            ("${BASENAME(${F})}", "list.txt"),
            ("${DIRNAME(${F})}", &folder),
            (
                "${STAT(e,${F})}${STAT(f,${F})}${STAT(d,${F})}${STAT(s,${F})} ${STAT(d,${DIRNAME(${F})})}",
                "1105 1",
            ),
            ("${STAT(e,/nothing)}${STAT(d,/nothing)}[${STAT(s,/nothing)}]", "00[0]"),
            ("${STAT(z,${F})}${STAT(e)}", ""),
        ])
        .await;
    assert_eq!(bench.warnings().len(), 2);
    let (mode, written) = (bench.read("${STAT(m,${F})}").await, bench.read("${STAT(M,${F})}").await);
    assert!(mode.starts_with("100") && written.parse::<u64>().unwrap() > 1_700_000_000, "{mode} {written}");
}

#[tokio::test]
async fn values_of_the_configuration_are_read() {
    let text = "[colours]\na=red\na=blue\nb=green\n";
    let mut bench = Bench::with(&[("own.conf", text)]).await;
    bench
        .expect(&[
            ("${AST_CONFIG(own.conf,colours,a)} ${AST_CONFIG(own.conf,colours,a,1)}", "red blue"),
            ("${AST_CONFIG(own.conf,colours,a,-1)} ${AST_CONFIG(own.conf,colours,b)}", "blue green"),
            ("[${AST_CONFIG(own.conf,colours,c)}${AST_CONFIG(own.conf,none,a)}${AST_CONFIG(own.conf,colours,a,9)}]", "[]"),
        ])
        .await;
    assert_eq!(bench.warnings(), [""; 0]);
    bench.expect(&[("[${AST_CONFIG(../etc/passwd,a,b)}${AST_CONFIG(own.conf)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 2);
}
