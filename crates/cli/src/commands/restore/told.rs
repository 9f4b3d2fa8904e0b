//! Plans, reports and lists of restores as text.

use hostconfig::restore::{
    Check, Next, Outcome, RestorePlan, RestoreReport, Step, StepState, Summary, Verdict,
};

use crate::console::{self, BAD, GOOD, STRONG, WARNING};
use crate::text;

/// A step, in a word or two.
pub(super) fn step_words(step: Step) -> &'static str {
    match step {
        Step::SafetyBackup => "safety backup",
        Step::EnterMaintenanceMode => "enter maintenance mode",
        Step::Upload => "send the bundle",
        Step::Restore => "restore",
        Step::GoDown => "host goes down",
        Step::Return => "host comes back",
        Step::Compare => "compare with the bundle",
        Step::LeaveMaintenanceMode => "leave maintenance mode",
    }
}

/// A plan: what it is about, every check, every step.
pub(super) fn plan(plan: &RestorePlan) -> String {
    let unknown = || "unknown".to_owned();
    let (version, build) = (&plan.before.version, &plan.before.build);
    let release =
        version.as_ref().zip(build.as_ref()).map(|(version, build)| format!("{version}, build {build}"));
    let server = match &plan.server.name {
        Some(name) => format!("{name} ({})", plan.server.address),
        None => plan.server.address.clone(),
    };
    let bundle = match (&plan.bundle.record, plan.bundle.taken_at) {
        (Some(id), Some(taken_at)) => format!("{id}, taken {}", text::local(taken_at)),
        _ => plan.bundle.path.display().to_string(),
    };
    let pairs = text::pairs(&[
        ("  Host", plan.host.name.clone()),
        ("  Release", release.unwrap_or_else(unknown)),
        ("  Through", server),
        ("  Bundle", format!("{bundle}, {}", text::size(plan.bundle.bytes))),
        ("  SHA-256", plan.bundle.sha256.clone()),
    ]);
    let checks: String = plan.checks.iter().map(check).collect();
    let steps: String = (1..).zip(&plan.steps).map(|(number, step)| told_step(number, &step.about)).collect();
    let end = match (plan.with(Verdict::Blocker).count(), plan.with(Verdict::Warning).count()) {
        (0, 0) => format!("{GOOD}Nothing speaks against it.{GOOD:#}"),
        (0, warnings) => {
            format!("{WARNING}{} to be accepted.{WARNING:#}", text::count(warnings, "warning"))
        }
        (blockers, _) => {
            format!("{BAD}It cannot be done: {} in the way.{BAD:#}", text::count(blockers, "thing"))
        }
    };
    format!(
        "{STRONG}Restore to {}{STRONG:#}\n\n{pairs}\n{checks}\nWhat would be done:\n{steps}\n{end}\n",
        text::visible(&plan.host.name)
    )
}

fn check(check: &Check) -> String {
    let verdict = match check.verdict {
        Verdict::Fine => format!("{GOOD}fine{GOOD:#}    "),
        Verdict::Warning => format!("{WARNING}WARNING{WARNING:#} "),
        Verdict::Blocker => format!("{BAD}BLOCKER{BAD:#} "),
    };
    let told = format!("  {verdict} {}: {}", check.about, text::visible(&check.reason));
    let indented =
        |told: String| text::wrapped(&format!("           {told}"), console::text_width(), "           ");
    let reason = text::wrapped(&told, console::text_width(), "           ");
    let what_next =
        check.what_next.as_deref().map(|what_next| indented(text::visible(what_next).into_owned()));
    let accept = (check.verdict == Verdict::Warning).then(|| indented(format!("--accept {}", check.code)));
    lines([Some(reason), what_next, accept].into_iter().flatten())
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().fold(String::new(), |text, line| text + &line + "\n")
}

fn told_step(number: usize, about: &str) -> String {
    text::wrapped(&format!("  {number}. {}", text::visible(about)), console::text_width(), "     ") + "\n"
}

/// What came of a restore, and what can be done now.
pub(super) fn report(report: &RestoreReport, options: &str) -> String {
    let host = text::visible(&report.host);
    let took = text::seconds((report.finished_at - report.started_at).as_seconds_f64());
    let sentences = |sentences: &[String]| -> String {
        let told = |sentence: &String| {
            text::wrapped(&format!("  - {}", text::visible(sentence)), console::text_width(), "    ") + "\n"
        };
        sentences.iter().map(told).collect()
    };
    let head = match &report.outcome {
        Outcome::Proven => {
            format!("{GOOD}{host} was restored, and that is proven{GOOD:#} ({took}).\n{}", compared(report))
        }
        Outcome::NotProven { known, open } => format!(
            "{WARNING}{host} was restored, but not everything is proven{WARNING:#} ({took}).\n\nKnown:\n{}\nNot proven:\n{}",
            sentences(known),
            sentences(open)
        ),
        Outcome::NothingChanged { error } => format!(
            "{BAD}Nothing was restored{BAD:#}, and {host} is as it was found.\n\n{}\n",
            console::told(error, console::text_width())
        ),
        Outcome::LeftChanged { error, left } => format!(
            "{BAD}{}{BAD:#}\n\n{}\n",
            text::visible(left),
            console::told(error, console::text_width())
        ),
        Outcome::Unknown { known, error } => format!(
            "{BAD}Nobody knows yet what came of it{BAD:#} ({took}).\n\nKnown:\n{}\n{}\n",
            sentences(known),
            console::told(error, console::text_width())
        ),
    };
    let steps = report.steps.iter().filter(|step| step.state == StepState::Failed);
    let failed = steps
        .filter(|_| matches!(report.outcome, Outcome::LeftChanged { .. }))
        .filter_map(|step| Some((step.step, step.note.as_ref()?)))
        .map(|(step, note)| format!("  {BAD}FAILED{BAD:#} {}: {}", step_words(step), text::visible(note)));
    let warnings = report.warnings.iter();
    let warnings =
        warnings.map(|warning| format!("\n{WARNING}Warning{WARNING:#}: {}", text::visible(warning)));
    let told = lines(failed.chain(warnings));
    format!(
        "{head}{told}{}",
        next(&report.id, &report.host, report.server.name.as_deref(), &report.next, options)
    )
}

fn compared(report: &RestoreReport) -> String {
    let Some(comparison) = &report.comparison else { return String::new() };
    let told = format!(
        "It has restarted since, is the same hardware on the same build, and {} are as in the bundle ({} that change at every \
         backup were left out).",
        text::count(comparison.same, "file or setting").replace("file or settings", "files and settings"),
        comparison.left_out
    );
    text::wrapped(&told, console::text_width(), "") + "\n"
}

/// What can be done, as commands with the global options that this one had.
fn next(id: &str, host: &str, server: Option<&str>, next: &[Next], options: &str) -> String {
    let server = server.map(|name| format!("--server {name} ")).unwrap_or_default();
    if next.is_empty() {
        return String::new();
    }
    let command = |next: &Next| match next {
        Next::KeepWatching => ("keep watching", format!("hostkeep restore resume {id}")),
        Next::Reconnect => ("connect it again", format!("hostkeep restore resume {id} --reconnect")),
        Next::LeaveMaintenanceMode => {
            ("leave maintenance mode", format!("hostkeep restore resume {id} --leave-maintenance-mode"))
        }
        Next::Undo { record } => {
            ("undo", format!("hostkeep restore {server}--host {} --id {record}", text::visible(host)))
        }
        Next::Dismiss => ("it is looked after", format!("hostkeep restore resume {id} --dismiss")),
    };
    let commands =
        next.iter().map(command).map(|(words, command)| format!("  {words:22}  {command}{options}"));
    format!("\nWhat can be done:\n{}", lines(commands))
}

/// All restores, and of those that are open what is known and what can be done.
pub(super) fn list(restores: &[Summary], options: &str) -> String {
    if restores.is_empty() {
        return "No restore was begun.\n".to_owned();
    }
    let row = |restore: &Summary| {
        let state = match &restore.report {
            _ if restore.is_under_way => "under way".to_owned(),
            Some(report) => report.outcome.code().replace('_', " "),
            None => match restore.stood.step {
                Some(step) => format!("ended at: {}", step_words(step)),
                None => "ended at the start".to_owned(),
            },
        };
        let open = if restore.is_open { "open" } else { "" };
        let began = text::with_offset(restore.begun.started_at);
        vec![restore.begun.id.clone(), began, restore.begun.host.name.clone(), state, open.to_owned()]
    };
    let rows = restores.iter().map(row).collect();
    let table =
        text::table(&["id", "began", "host", "outcome", ""], &[], &[0, 2], rows, console::output_width());
    let open = restores.iter().filter(|restore| restore.is_open && !restore.is_under_way).map(|restore| {
        let known = format!("{STRONG}{}{STRONG:#}: {}", restore.begun.id, text::visible(&restore.known));
        let known = text::wrapped(&known, console::text_width(), "  ");
        format!("\n{known}\n{}", {
            let begun = &restore.begun;
            next(&begun.id, &begun.host.name, begun.server.name.as_deref(), &restore.next, options)
        })
    });
    std::iter::once(table).chain(open).collect()
}
