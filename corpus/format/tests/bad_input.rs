//! Bad files: each error names what is wrong, where, and what to do; and no bytes whatever make a reader panic.

use format::limits;

const GOOD: &str = include_str!("../../README.md");

/// What `load` says of a file.
#[track_caller]
fn check(file: &str, text: &str, message: &str) {
    check_bytes(file, text.as_bytes(), message);
}

#[track_caller]
fn check_bytes(file: &str, bytes: &[u8], message: &str) {
    let error = format::load(bytes, file).map(|files| format!("{files:?}")).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(error.offset(bytes) <= bytes.len());
}

/// The first fenced block in a language.
fn block(language: &str) -> String {
    let fence = format!("```{language}\n");
    GOOD.split(&fence).nth(1).unwrap().split("```").next().unwrap().to_owned()
}

/// A case that is right but for `wrong`, which begins in line 3 of the file.
fn evm(wrong: &str) -> String {
    format!("[[account]]\ncode = \"0x00\"\n{wrong}")
}

#[test]
fn headers_that_are_no_toml() {
    check("a.evm", "about = ", "a.evm:1:9: string values must be quoted, expected literal string; the header is TOML");
    check("a.evm", "about = \"x", "a.evm:1:11: invalid basic string, expected `\"`; the header is TOML");
    check("a.evm", "about = 1\nabout = 2", "a.evm:2:1: duplicate key; the header is TOML");
    check("a.evm", &evm("[account.storage]\n1 = 1\n1 = 2"), "a.evm:5:1: duplicate key; the header is TOML");
    check("a.evm", "\u{0}\u{1}garbage", "a.evm:1:10: key with no value, expected `=`; the header is TOML");
    check_bytes("a.evm", b"name = \"\xff\"", "a.evm:1:9: the file is not UTF-8; write bytes as hexadecimal");
}

#[test]
fn headers_that_are_no_case() {
    check(
        "a.evm",
        "",
        "a.evm:1:1: there is no account with code to call; add an [[account]] with code, or a [[transaction]] that \
         says `to`",
    );
    check("a.evm", "aboot = 1", "a.evm:1:1: unknown field `aboot` in the header; did you mean `about`?");
    check("a.evm", &evm("blance = 1"), "a.evm:3:1: unknown field `blance` in account; did you mean `balance`?");
    check("a.evm", "about = 1", "a.evm:1:9: `about` is of type integer; write a string");
    check("a.evm", "account = 1", "a.evm:1:11: `account` is of type integer; write a list");
    check(
        "a.evm",
        &evm("balance = 1.5"),
        "a.evm:3:11: `balance` is of type float; write a number, or a string that holds one",
    );
    check(
        "a.evm",
        &evm("balance = -1"),
        "a.evm:3:11: `balance`: a number cannot be negative here; write a number, or a string that holds one",
    );
    check(
        "a.evm",
        &evm("nonce = 0x10000000000000000"),
        "a.evm:3:9: `nonce`: `10000000000000000` does not fit in 64 bits; write a number, or a string that holds one",
    );
    check(
        "a.evm",
        &evm("address = \"0x12\""),
        "a.evm:3:11: `address`: an address has 20 bytes, `0x12` has 1; write 0x and 40 digits as a string",
    );
    check("a.evm", &evm("[account.storage]\nx = 1"), "a.evm:4:1: `x` is not a number; write a number as key");
    check("a.evm", &evm("[account.storage]\n1 = 1\n0x1 = 2"), "a.evm:5:1: key `0x1` stands twice; remove one of them");
    let twice = evm("[[account]]\naddress = \"0xc0de000000000000000000000000000000000001\"");
    check(
        "a.evm",
        &twice,
        "a.evm:3:1: account 0xc0de000000000000000000000000000000000001 stands twice; remove one of them or give it \
         another address",
    );
    check(
        "a.evm",
        &evm("[[transaction]]\ngas_price = 1\nmax_fee = 1"),
        "a.evm:3:1: both gas_price and max_fee or priority_fee; give one form of fee",
    );
    check(
        "a.evm",
        &evm("[[transaction]]\nto = \"nobody\""),
        "a.evm:4:6: `to`: `nobody` does not begin with 0x; write an address or create, as a string",
    );
    check(
        "a.evm",
        &evm("[[transaction]]\nvalue = \"1e9\""),
        "a.evm:4:9: `value`: `1e9` is not a number; write a number, or a string that holds one",
    );
    check("a.evm", &evm("[[transaction]]\nblobs = { hashes = [] }"), "a.evm:4:9: blobs lacks `max_fee`; add it");
    check("a.evm", &evm("[[expect]]"), "a.evm:3:1: expect lacks `revision`; add it");
    check(
        "a.evm",
        &evm("[[expect]]\nrevision = \"Osako\""),
        "a.evm:4:12: unknown revision `Osako`; did you mean `Osaka`?",
    );
    let twice = evm("[[expect]]\nrevision = \"Paris\"\n[[expect]]\nrevision = \"Merge\"");
    check("a.evm", &twice, "a.evm:5:1: Paris stands twice; remove one of them");
    let expect = |fields: &str| evm(&format!("[[expect]]\nrevision = \"Osaka\"\ntransactions = [{fields}]"));
    check(
        "a.evm",
        &expect("{ end = \"retrun\", gas_used = 1 }"),
        "a.evm:5:17: unknown end `retrun`; did you mean `return`?",
    );
    check(
        "a.evm",
        &expect("{ rejected = \"nonce to low\" }"),
        "a.evm:5:17: unknown rejection `nonce to low`; did you mean `nonce too low`?",
    );
    check(
        "a.evm",
        &expect("{ end = \"stop\" }"),
        "a.evm:5:17: a transaction is either executed or rejected; give end and gas_used, or rejected alone",
    );
    let rejected = "{ rejected = \"nonce too low\" }";
    check(
        "a.evm",
        &expect(&format!("{rejected}, {rejected}")),
        "a.evm:3:1: 2 transactions expected, the case has 1; expect something of each, or of none",
    );
}

#[test]
fn sections() {
    let account = "[[account]]\ncode = \"main\"\n";
    check("a.evm", account, "a.evm:2:8: there is no section `main`; there is none");
    check("a.evm", &format!("{account}=== mian\n"), "a.evm:2:8: there is no section `main`; did you mean `mian`?");
    check(
        "a.evm",
        &format!("{account}=== main\nSTOP\n=== other\nSTOP"),
        "a.evm:5:1: section `other` is not used; name it in an account's code or a transaction's data, or remove it",
    );
    check(
        "a.evm",
        &format!("{account}=== main\n=== main\n"),
        "a.evm:4:1: section `main` stands twice; rename one of them",
    );
    check(
        "a.evm",
        &format!("{account}=== a b\n"),
        "a.evm:3:1: `a b` is no name for a section; write === and a name of letters, digits, _ or -",
    );
    check(
        "a.evm",
        &format!("{account}=== main\n  STOP\n  PUSH1 1 ADDD"),
        "a.evm:5:11: unknown instruction `ADDD`; did you mean `ADD`?",
    );
    check(
        "a.evm",
        &format!("{account}=== one\nSTOP\n=== main\n\nPUSH1\n"),
        "a.evm:7:1: PUSH1 lacks its operand; write a number or @label after PUSH1 on the same line",
    );
}

#[test]
fn json_that_is_no_test() {
    let good = block("json");
    check(
        "a.json",
        &good[..good.find("0f4240").unwrap()],
        "a.json:31:11: EOF while parsing a string; the file ends too early",
    );
    check("a.json", "garbage", "a.json:1:1: expected value; the file is not JSON");
    check(
        "a.json",
        "[]",
        "a.json:1:1: invalid type: sequence, expected an object; compare with the state-test shape in corpus/README.md",
    );
    check(
        "a.json",
        "{\"t\": {}}",
        "a.json:1:8: missing field `env`; compare with the state-test shape in corpus/README.md",
    );
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    check(
        "a.json",
        &change("\"0x0f4240\"", "1000000"),
        "a.json:31:15: invalid type: integer `1000000`, expected a hexadecimal string; compare with the state-test \
         shape in corpus/README.md",
    );
    check(
        "a.json",
        &change("\"0x0f4240\"", "\"0xfg\""),
        "a.json:31:14: `0xfg` is not a number; compare with the state-test shape in corpus/README.md",
    );
    check(
        "a.json",
        &change("\"Osaka\"", "\"Osako\""),
        "a.json:55:13: unknown fork `Osako`, did you mean `Osaka`?; compare with the state-test shape in \
         corpus/README.md",
    );
    check(
        "a.json",
        &change("\"nonce\": \"0x00\",", "\"nonce\": \"0x00\", \"nonce\": \"0x01\","),
        "a.json:15:32: key `nonce` stands twice; remove one of them",
    );
    check(
        "a.json",
        &change("\"config\"", "\"odd\": {\"a\": 1, \"a\": 2}, \"config\""),
        "a.json:67:23: key `a` stands twice; remove one of them",
    );
    check(
        "a.json",
        &change("\"about\"", "\"abuot\""),
        "a.json:72:15: unknown field `abuot`, expected one of `about`, `gas_uncapped`, `excess_blob_gas`, \
         `blob_schedule`, `rlp_len`, `expect`; compare with the state-test shape in corpus/README.md",
    );
    let unsigned = change("\"sender\"", "\"from\"").replacen("\"secretKey\"", "\"key\"", 1);
    check("a.json", &unsigned, "a.json:2:3: the transaction names no sender; give `sender` or `secretKey`");
    check(
        "a.json",
        &change("\"gasPrice\": \"0x0a\",", ""),
        "a.json:2:3: the transaction names no fee; give gasPrice or maxFeePerGas",
    );
    let second = change("\"about\"", "\"expect\": [{\"revision\": \"Paris\"}], \"about\"");
    check("a.json", &second, "a.json:2:3: Paris is expected and has no post; add a post for it");
    // A test from elsewhere: several posts of one revision are fine, an index beyond the lists is not.
    let foreign = change("\"unanimous\"", "\"remark\"").replacen("\"gas\": 0", "\"gas\": 1", 1);
    check(
        "a.json",
        &foreign,
        "a.json:2:3: index 1 of `gasLimit`, which has 1 entries; correct `indexes` or add the entry",
    );
}

#[test]
fn workloads() {
    let check = |text: &str, message: &str| {
        let error = format::workload::read_case(text.as_bytes(), "w.txt").unwrap_err();
        assert_eq!(error.to_string(), message);
    };
    let zero = "0".repeat(40);
    check("", "w.txt:1:1: no transaction; add a `tx` record");
    check("env 1 2", "w.txt:1:8: its coinbase is missing; complete the record");
    check("env 1 2 zz", "w.txt:1:9: `0xzz` is not hexadecimal; write hexadecimal without a prefix");
    check("\nspce osaka", "w.txt:2:1: unknown record `spce`; known are name, spec, env, acct, stor, tx");
    check("spec osaco", "w.txt:1:6: unknown revision `osaco`; did you mean `Osaka`?");
    check(&format!("stor {zero} 1 1"), "w.txt:1:1: storage of an account that is not there; add its `acct` first");
    check(&format!("acct {zero} 1 1 - 5"), "w.txt:1:53: `5` is one field too many; remove it");
    let twice = format!("acct {zero} 1 1 -\nacct {zero} 1 1 -");
    check(&twice, "w.txt:2:1: the account stands twice; remove one of them");
    let index = |text: &str| format::workload::read_index(text.as_bytes(), "i.tsv").unwrap_err().to_string();
    assert_eq!(index("name\tspec"), "i.tsv:1:1: no column `case_file`; name the columns in the first line");
    let head = "name\tcase_file\tspec\tstatus\ttx_gas_used\tframe_gas_used\toutput_prefix\n";
    assert_eq!(index(&format!("{head}a\tb")), "i.tsv:2:1: the row has no `spec`; fill every column; - is empty");
    let row = "a\tb\tosaka\tsuccess\t1e3\t2\t-";
    assert_eq!(index(&format!("{head}{row}")), "i.tsv:2:19: `1e3` is not a number; write it in decimal");
}

#[test]
fn expectations_that_cannot_be_replaced() {
    let text = "[[account]]\ncode = \"0x00\"\n[[expect]]\nrevision = \"Osaka\"\n[block]\nnumber = 2\n";
    let error = format::evm::bless(text, "a.evm", Vec::new()).unwrap_err();
    let message = "a.evm:3:1: the expectations cannot be replaced here; \
                   move the [[expect]] tables to the end of the header";
    assert_eq!(error.to_string(), message);
}

#[test]
fn sizes_beyond_the_limits() {
    let long = " ".repeat(limits::FILE + 1);
    check("a.evm", &long, "a.evm:1:1: the file has 8388609 bytes, the limit is 8388608; split it into several files");
    check("a.json", &long, "a.json:1:1: the file has 8388609 bytes, the limit is 8388608; split it into several files");
    let code = "00".repeat(limits::CODE + 1);
    check(
        "a.evm",
        &format!("[[account]]\ncode = \"0x{code}\""),
        "a.evm:2:8: 1048577 bytes, the limit is 1048576; use less",
    );
    let section = format!("[[account]]\ncode = \"main\"\n=== main\nDATA 0x{code}");
    check("a.evm", &section, "a.evm:4:1: the code has more than 1048576 bytes; use less code");
    let json = block("json").replacen("\"code\": \"0x\"", &format!("\"code\": \"0x{code}\""), 1);
    check(
        "a.json",
        &json,
        "a.json:1:1: code, data or output of 1048577 bytes in `ADD`, the limit is 1048576; use less",
    );
    let many = "[[transaction]]\n".repeat(limits::TRANSACTIONS + 1);
    check("a.evm", &evm(&many), "a.evm:1:1: 1025 transactions, the limit is 1024; split the case");
}

#[test]
fn nesting_beyond_any_sense() {
    let read = |file: &str, text: String| format::load(text.as_bytes(), file).unwrap_err();
    for depth in [100_000, 1_000_000] {
        read("a.evm", format!("account = {}", "[".repeat(depth)));
        read("a.evm", format!("block = {}", "{ a = ".repeat(depth)));
        read("a.evm", format!("a{} = 1", ".a".repeat(depth)));
        read("a.evm", format!("[a{}]", ".a".repeat(depth)));
        read("a.json", "[".repeat(depth));
        read("a.json", "{\"a\":".repeat(depth));
    }
}

#[test]
fn no_mutation_makes_a_reader_panic() {
    let long = GOOD.split("```evm\n").nth(2).unwrap().split("```").next().unwrap();
    let long_json = format::json::write(&format::load(long.as_bytes(), "x.evm").unwrap()[0]);
    let seeds = [("a.evm", block("evm")), ("a.json", block("json")), ("b.evm", long.to_owned()), ("b.json", long_json)];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut read = 0;
    for i in 0..100_000 {
        let (name, seed) = &seeds[i % seeds.len()];
        let bytes = mutate(seed.as_bytes(), &seeds[random.below(seeds.len())].1, &mut random);
        match format::load(&bytes, name) {
            // What reads must also survive both round trips.
            Ok(files) => {
                for file in files {
                    read += 1;
                    let text = format::evm::write(&file);
                    assert_eq!(format::evm::read(text.as_bytes(), name), Ok(file), "{text}");
                }
            }
            Err(error) => assert!(error.line > 0 && error.column > 0 && error.offset(&bytes) <= bytes.len()),
        }
    }
    assert!(
        (5_000..95_000).contains(&read),
        "{read} of the mutated files read: the mutations are too weak or too strong"
    );
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// A few changes of bytes, digits, lines and stretches; the other text lends pieces.
fn mutate(text: &[u8], other: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        let end = bytes.len().min(at + random.below(40));
        match random.below(8) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.next() as u8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => {
                let from = random.below(other.len());
                let piece = other.as_bytes()[from..other.len().min(from + 40)].to_vec();
                bytes.splice(at..at, piece);
            }
            // Most bytes of a case are digits: changing one often leaves a case.
            _ => {
                if let Some(digit) = bytes[at..].iter_mut().find(|byte| byte.is_ascii_hexdigit()) {
                    *digit = b"0123456789abcdef"[random.below(16)];
                }
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}
