//! Reads what the test runners print. Pure: text in, counts out.

use serde_json::Value;

use crate::tally::{Outcome, Tally};

/// Of nextest's closing line, and of the lines in its JUnit report that begin with `skipped:`: what a test prints when
/// it lacks something that it needs. Such a test counts as skipped though it returned without failing.
pub(super) fn of_nextest(success: bool, said: &str, junit: &str) -> Outcome {
    let closing = said.lines().rev().find(|line| line.trim_start().starts_with("Summary ["));
    let mut count = Tally {
        passed: closing.map_or(0, |line| number_before(line, "passed")),
        failed: closing.map_or(0, |line| number_before(line, "failed") + number_before(line, "timed out")),
        skipped: closing.map_or(0, |line| number_before(line, "skipped")),
    };
    let mut notes: Vec<String> = junit.lines().filter_map(said_to_be_skipped).collect();
    count.passed = count.passed.saturating_sub(notes.len());
    let ignored = count.skipped;
    count.skipped += notes.len();
    if ignored > 0 {
        // Clippy's ignore_without_reason sees to the reasons.
        notes.push(format!("skipped: ignored tests, each with its reason: {ignored}"));
    }
    notes.extend(closing.map(|line| line.trim().to_owned()));
    finish(success, said, count, notes)
}

/// Of nextest's JUnit report, a filter for tests whose programs Wine could not begin, where nothing else has failed: it ends
/// a program of tests with 1 before that says "running", as it does first of all; and a program that a test starts with
/// `ERROR_INTERNAL_ERROR`.
pub(super) fn never_began(junit: &str) -> Option<String> {
    let test = |case: &str| {
        let attribute = |name: &str| case.split_once(name)?.1.split('"').next();
        let silent = ["exit code 1\"", "<system-out></system-out>", "<system-err></system-err>"];
        if !silent.iter().all(|sign| case.contains(sign)) && !case.contains("Os { code: 1359,") {
            return None;
        }
        let (name, binary) = (attribute("name=\"")?, attribute("classname=\"")?);
        Some(format!("(binary_id(={binary}) & test(={name}))"))
    };
    let failed = junit.split("<testcase ").skip(1).filter(|case| case.contains("<failure "));
    let tests = failed.map(test).collect::<Option<Vec<_>>>()?;
    (!tests.is_empty()).then(|| tests.join(" | "))
}

/// Of the `test result:` lines, one a crate.
pub(super) fn of_doctests(success: bool, said: &str) -> Outcome {
    let mut count = Tally::default();
    for line in said.lines().filter(|line| line.starts_with("test result:")) {
        count.passed += number_before(line, "passed");
        count.failed += number_before(line, "failed");
        count.skipped += number_before(line, "ignored");
    }
    finish(success, said, count, Vec::new())
}

/// Of the JSON that Vitest writes. A file that cannot even be loaded is no failed test there, only no success.
pub(super) fn of_vitest(success: bool, said: &str, json: &str) -> Outcome {
    let report = parsed(json);
    let number = |name: &str| number_in(&report[name]);
    let count = Tally {
        passed: number("numPassedTests"),
        failed: number("numFailedTests"),
        skipped: number("numPendingTests") + number("numTodoTests"),
    };
    finish(success && count != Tally::default(), said, count, Vec::new())
}

/// Of the JSON that Playwright writes. What passes only at the second try is a bug.
pub(super) fn of_playwright(success: bool, said: &str, json: &str) -> Outcome {
    let report = parsed(json);
    let number = |name: &str| number_in(&report["stats"][name]);
    let count = Tally {
        passed: number("expected"),
        failed: number("unexpected") + number("flaky"),
        skipped: number("skipped"),
    };
    let sound = success && number("flaky") == 0 && count != Tally::default();
    finish(sound, said, count, Vec::new())
}

/// Nothing when a runner was cut off before it wrote, or while it did.
fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

fn number_in(value: &Value) -> usize {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
}

fn finish(success: bool, said: &str, mut count: Tally, notes: Vec<String>) -> Outcome {
    if !success && count.failed == 0 {
        count.failed = 1; // it did not compile, or was cut off
    }
    Outcome { count, notes, trouble: (!success).then(|| said.to_owned()) }
}

/// The number right before a word: 12 in `12 passed`.
fn number_before(line: &str, word: &str) -> usize {
    line.find(&format!(" {word}"))
        .and_then(|at| line[..at].rsplit(|c: char| !c.is_ascii_digit()).next())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

/// The rest of a line of the report that begins with `skipped:`.
fn said_to_be_skipped(line: &str) -> Option<String> {
    let text = ["<system-out>", "<system-err>"].iter().find_map(|tag| line.trim_start().strip_prefix(tag));
    let text = text.unwrap_or(line).trim_start();
    text.starts_with("skipped:").then(|| {
        let end = text.find('<').unwrap_or(text.len());
        text[..end].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcome: &Outcome, expect: (usize, usize, usize), notes: &[&str], in_trouble: bool) {
        let Tally { passed, failed, skipped } = outcome.count;
        assert_eq!((passed, failed, skipped), expect);
        assert_eq!(outcome.notes, notes);
        assert_eq!(outcome.trouble.is_some(), in_trouble);
    }

    #[test]
    fn nextest() {
        let fine = "     Summary [   1.234s] 210 tests run: 210 passed, 0 skipped\n";
        let ignored = "Summary [ 1s] 5 tests run: 5 passed, 3 skipped";
        let bad = "  Summary [   9.9s] 12/14 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 0 skipped\nerror: test run failed\n";
        let junit = "<system-out>\nskipped: HOSTKEEP_MINIVCSIM is not set &amp; so on</system-out>\nnot skipped: x\n<x>other</x>";
        check(
            &of_nextest(true, fine, ""),
            (210, 0, 0),
            &["Summary [   1.234s] 210 tests run: 210 passed, 0 skipped"],
            false,
        );
        check(
            &of_nextest(true, fine, junit),
            (209, 0, 1),
            &["skipped: HOSTKEEP_MINIVCSIM is not set & so on", fine.trim()],
            false,
        );
        check(
            &of_nextest(true, ignored, ""),
            (5, 0, 3),
            &["skipped: ignored tests, each with its reason: 3", ignored],
            false,
        );
        check(&of_nextest(false, bad, ""), (9, 3, 0), &[bad.lines().next().unwrap().trim()], true);
        check(&of_nextest(false, "error: could not compile", ""), (0, 1, 0), &[], true);
    }

    #[test]
    fn tests_whose_programs_never_began() {
        let case = |name: &str, failure: &str, said: &str| {
            format!(
                "<testcase name=\"{name}\" classname=\"a::b\" time=\"0.008\">{failure}\
                 <system-out>{said}</system-out><system-err></system-err></testcase>"
            )
        };
        let failure = "<failure type=\"test failure with exit code 1\"/>";
        let passed = case("fine", "", "running 1 test");
        let silent = case("x::y", failure, "");
        let failed = case("z", failure, "running 1 test");
        let unable = case("u", failure, "running 1 test\nErr: Os { code: 1359, kind: Uncategorized }");
        let killed = case("k", "<failure type=\"test abort with signal\"/>", "");
        for (junit, expect) in [
            ([passed.as_str(), &silent], Some("(binary_id(=a::b) & test(=x::y))")),
            ([&passed, &unable], Some("(binary_id(=a::b) & test(=u))")),
            ([&silent, &failed], None),
            ([&silent, &killed], None),
            ([&passed, &passed], None),
        ] {
            assert_eq!(never_began(&junit.concat()).as_deref(), expect);
        }
    }

    #[test]
    fn page_tests() {
        let vitest = r#"{"numPassedTests":12,"numFailedTests":1,"numPendingTests":2,"numTodoTests":1}"#;
        check(&of_vitest(true, "", vitest), (12, 1, 3), &[], false);
        check(
            &of_vitest(false, "cannot load", r#"{"numPassedTests":3,"numFailedTests":0}"#),
            (3, 1, 0),
            &[],
            true,
        );
        check(&of_vitest(false, "cut off", ""), (0, 1, 0), &[], true);
        let playwright = r#"{"stats":{"expected":30,"skipped":2,"unexpected":1,"flaky":1}}"#;
        check(&of_playwright(false, "", playwright), (30, 2, 2), &[], true);
        let flaky = r#"{"stats":{"expected":30,"skipped":0,"unexpected":0,"flaky":1}}"#;
        check(&of_playwright(true, "", flaky), (30, 1, 0), &[], true);
        check(&of_playwright(true, "nothing found", "{}"), (0, 1, 0), &[], true);
    }

    #[test]
    fn doctests() {
        let two = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                   test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured\n";
        check(&of_doctests(false, two), (4, 2, 1), &[], true);
        check(&of_doctests(true, ""), (0, 0, 0), &[], false);
    }
}
