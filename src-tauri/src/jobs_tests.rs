use super::*;

fn now() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T23:30:00+01:00").unwrap()
}

fn item(name: &str) -> JobItem {
    JobItem::waiting(name, None)
}

/// A page that writes down what it hears.
fn page(jobs: &Jobs) -> Arc<Mutex<Vec<serde_json::Value>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let writes = Arc::clone(&heard);
    jobs.watch(Channel::new(move |body| {
        let tauri::ipc::InvokeResponseBody::Json(json) = body else { panic!("not JSON") };
        writes.lock().unwrap().push(serde_json::from_str(&json).unwrap());
        Ok(())
    }));
    heard
}

#[test]
fn the_taskbar_shows_all_that_is_under_way_together() {
    let jobs = Arc::new(Jobs::default());
    let shown = || progress(jobs.lock().jobs.values().map(|entry| &entry.job.head));
    assert_eq!(shown(), None);
    let first = jobs.begin(JobKind::Backup, "Back up 3 hosts".into(), None, now());
    assert_eq!(shown(), Some(Progress::Unknown));
    first.plan(vec![item("esx01"), item("esx02"), item("esx03")], Vec::new());
    assert_eq!(shown(), Some(Progress::Percent(0)));
    first.item(0, |item| item.step = Step::Saved);
    first.item(1, |item| item.step = Step::Failed);
    assert_eq!(shown(), Some(Progress::Percent(66)));
    let second = jobs.begin(JobKind::Verify, "Verify 1 bundle".into(), None, now());
    second.plan(vec![item("esx01")], Vec::new());
    assert_eq!(shown(), Some(Progress::Percent(50)));
    for job in [first, second] {
        let ending = Ending { state: JobState::Done, run_id: None, error: None, warnings: Vec::new() };
        job.end(ending, now());
    }
    assert_eq!(shown(), None);
}

#[test]
fn what_is_being_verified_is_not_verified_once_more() {
    let jobs = Arc::new(Jobs::default());
    let items = |records: &[&str]| -> Vec<JobItem> {
        records.iter().map(|record| JobItem { record: Some((*record).into()), ..item("esx01") }).collect()
    };
    let job = jobs.begin(JobKind::Verify, "Verify 2 bundles".into(), None, now());
    job.plan(items(&["a", "b"]), Vec::new());
    assert_eq!(jobs.verifying(&items(&["a", "b"])), Some(job.id()));
    assert_eq!(jobs.verifying(&items(&["a"])), None);
    jobs.cancel(job.id(), None).unwrap();
    assert_eq!(jobs.verifying(&items(&["a", "b"])), None, "it ends without them");
}

#[test]
fn a_page_that_comes_late_knows_what_one_that_was_there_knows() {
    let jobs = Arc::new(Jobs::default());
    let early = page(&jobs);
    let job = jobs.begin(JobKind::Backup, "Back up 3 hosts".into(), None, now());
    job.plan(vec![item("esx01"), item("esx02"), item("esx03")], Vec::new());
    job.item(0, |item| (item.step, item.bytes) = (Step::Downloading, 500));
    job.item(0, |item| (item.step, item.bytes) = (Step::Saved, 700));
    job.item(1, |item| item.step = Step::Failed);
    job.item(2, |item| item.step = Step::Cancelled);
    jobs.lock().tell_changes();
    let late = page(&jobs);
    let (early, late) = (early.lock().unwrap(), late.lock().unwrap());
    assert_eq!(early.len(), 2, "many changes are one message");
    assert_eq!(early[0]["kind"], "snapshot");
    assert_eq!(early[1]["jobs"][0], late[0]["jobs"][0]["head"]);
    let items: Vec<_> = early[1]["items"].as_array().unwrap().iter().map(|change| &change["item"]).collect();
    assert_eq!(items, late[0]["jobs"][0]["items"].as_array().unwrap().iter().collect::<Vec<_>>());
    let head = &late[0]["jobs"][0]["head"];
    let counts = ["total", "done", "failed", "cancelled", "bytes"].map(|field| head[field].as_u64().unwrap());
    assert_eq!(counts, [3, 3, 1, 1, 700]);
}

#[test]
fn cancelling_one_item_leaves_the_job() {
    let jobs = Arc::new(Jobs::default());
    let job = jobs.begin(JobKind::Backup, String::new(), None, now());
    let tokens = vec![CancellationToken::new(), CancellationToken::new()];
    job.plan(vec![item("esx01"), item("esx02")], tokens.clone());
    jobs.cancel(job.id(), Some(1)).unwrap();
    assert_eq!(tokens.iter().map(CancellationToken::is_cancelled).collect::<Vec<_>>(), [false, true]);
    assert!(!job.cancel.is_cancelled());
    assert!(jobs.cancel(job.id(), Some(2)).is_err());
    jobs.cancel(job.id(), None).unwrap();
    assert!(job.cancel.is_cancelled());
    assert_eq!(jobs.under_way(), [job.id()], "it is over when its work is");
}

#[test]
fn only_what_is_over_is_removed_and_only_the_newest_are_kept() {
    let jobs = Arc::new(Jobs::default());
    let over = || Ending { state: JobState::Done, run_id: None, error: None, warnings: Vec::new() };
    let first = jobs.begin(JobKind::Verify, String::new(), None, now());
    assert_eq!(jobs.remove(first.id()).unwrap_err().code, "job_running");
    first.end(over(), now());
    jobs.remove(first.id()).unwrap();
    assert_eq!(jobs.remove(first.id()).unwrap_err().code, "no_such_job");
    for _ in 0..FINISHED_KEPT + 5 {
        jobs.begin(JobKind::Verify, String::new(), None, now()).end(over(), now());
    }
    let ids: Vec<u32> = jobs.lock().jobs.keys().copied().collect();
    assert_eq!((ids.len(), ids[ids.len() - 1]), (FINISHED_KEPT + 1, 14));
}

#[test]
fn the_time_left_follows_the_pace() {
    let seconds = Duration::from_secs;
    for (elapsed, done, total, expect) in [
        (1, 1, 10, None),
        (10, 0, 10, None),
        (10, 5, 10, Some(10)),
        (60, 1, 2_500, Some(149_940)),
        (60, 10, 10, Some(0)),
    ] {
        assert_eq!(seconds_left(seconds(elapsed), done, total), expect, "{done} of {total} in {elapsed} s");
    }
}

#[test]
fn an_archive_that_a_job_of_this_window_writes_to_is_told_by_the_job() {
    let folder = tempfile::tempdir().unwrap();
    let archive = hostconfig::archive::Archive::create(&folder.path().join("archive")).unwrap();
    let jobs = Arc::new(Jobs::default());
    let _held = archive.lock("hostkeep window", now()).unwrap();
    let told = |own: Option<u32>| jobs.locked(own, archive.lock("hostkeep window", now()).unwrap_err());
    let begin = |kind, title: &str| jobs.begin(kind, title.into(), None, now());
    begin(JobKind::Verify, "Verify 3 bundles");
    assert_eq!(told(None).code, "archive_locked", "no job writes");
    begin(JobKind::Restore, "Restore esx02");
    let first = begin(JobKind::Backup, "Back up all hosts");
    let second = begin(JobKind::Backup, "Back up 3 hosts");
    let error = told(Some(second.id()));
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("archive_busy", "Back up all hosts is running")
    );
    assert_eq!(error.hint.as_deref(), Some("Wait for its end, or cancel it."));
    first.end(Ending::cancelled(), now());
    assert_eq!(told(Some(second.id())).message, "Restore esx02 is running");
    let full = hostconfig::Error::Cancelled;
    assert_eq!(jobs.locked(None, full).code, "cancelled");
}

/// What the demo did was done to nothing of the user's.
#[test]
fn tasks_of_the_demo_are_none_outside_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let shell = crate::state::Shell::new(hostconfig::ConfigDir::at(folder.path()), None);
    let job = shell.jobs.begin(JobKind::Backup, "Back up 24 hosts".into(), None, now());
    let ending = Ending { state: JobState::Done, run_id: None, error: None, warnings: Vec::new() };
    job.end(ending, now());
    let heard = page(&shell.jobs);
    shell.leave_demo();
    assert_eq!(heard.lock().unwrap()[1], serde_json::json!({"kind": "jobRemoved", "job": job.id()}));
    let reloaded = page(&shell.jobs);
    assert_eq!(reloaded.lock().unwrap()[0]["jobs"], serde_json::json!([]));
}
