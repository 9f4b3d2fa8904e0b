//! Restores that go through to the end, and what is proven of them.

use chrono::TimeDelta;
use hostconfig::restore::{BundleSource, Outcome, SafetyBackup, Step, StepState, Verdict, look_at};
use vsphere_sim::{Accepts, BundleFormat, HostSpec, RestoreReply};

use super::*;

#[tokio::test]
async fn a_host_gets_its_own_bundle_back() {
    for (format, reply) in [
        (BundleFormat::Plain, RestoreReply::Dropped),
        (BundleFormat::Envelope, RestoreReply::Answered),
        (BundleFormat::Plain, RestoreReply::HostCommunication),
    ] {
        let hosts = vec![HostSpec { bundle: format, ..spec() }];
        let lab = Lab::with(Options { hosts, restore_reply: reply, ..options() }).await;
        let report = lab.restore(lab.request()).await.unwrap();
        lab.check_proven(&report);
        assert!(report.steps.iter().all(|step| step.state == StepState::Done), "{:#?}", report.steps);
        let comparison = report.comparison.as_ref().unwrap();
        assert!(comparison.is_same() && comparison.same > 20 && comparison.left_out > 2, "{comparison:?}");
        assert_eq!(undo(&report), report.safety_backup.as_ref());
        assert_eq!(lab.archive.list().unwrap().records[0].id, report.safety_backup.unwrap());
        assert_eq!(lab.sim.open_sessions(), 0);
    }
}

#[tokio::test]
async fn what_happens_is_told_in_its_order_and_audited() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let report = lab.restore(lab.request()).await.unwrap();
    let told = lab.told.lock().unwrap().clone();
    let steps =
        Step::ALL.iter().flat_map(|step| ["Begun", "Done"].map(|state| format!("{} {state}", step.as_str())));
    assert_eq!(told, steps.collect::<Vec<_>>());
    let audit = std::fs::read_to_string(lab.config().audit_log()).unwrap();
    let results: Vec<&str> = audit
        .lines()
        .filter(|line| line.contains("\"restore\""))
        .map(|line| line.split("\"result\":").nth(1).unwrap())
        .collect();
    assert_eq!(results, ["\"begun\"}", "\"ok\"}"]);
    let journal = lab.config().restores().join(format!("{}.jsonl", report.id));
    let journal = std::fs::read_to_string(journal).unwrap();
    for secret in
        ["hostkeep-demo", "hostkeep-root", "/downloads/", "/tmp/configBundle", "vmware_soap_session"]
    {
        assert!(!journal.contains(secret), "{secret} is in {journal}");
    }
}

#[tokio::test]
async fn an_audit_log_that_cannot_be_written_is_told_once_and_stops_no_restore() {
    let lab = Lab::vcenter(vec![spec()]).await;
    std::fs::create_dir_all(lab.config().audit_log()).unwrap();
    let report = lab.restore(lab.request()).await.unwrap();
    lab.check_proven(&report);
    assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
    assert!(report.warnings[0].starts_with("the audit log lacks what was done: "), "{:?}", report.warnings);
    let safety_backup = &lab.archive.list().unwrap().records[0];
    assert!(safety_backup.marks.pinned, "the log has to do with that nothing");
}

#[tokio::test]
async fn a_sealed_bundle_is_restored_but_cannot_be_proven() {
    let host = HostSpec { bundle: BundleFormat::Sealed, tpm: true, ..spec() };
    let lab = Lab::vcenter(vec![host]).await;
    let report = lab.restore(lab.request()).await.unwrap();
    let Outcome::NotProven { known, open } = &report.outcome else { panic!("{report:#?}") };
    assert!(open.len() == 1 && open[0].contains("sealed by the host's TPM"), "{open:?}");
    assert!(known.iter().any(|known| known.contains("has restarted")), "{known:?}");
    assert_eq!((lab.host().times_restored(), lab.host().in_maintenance_mode()), (1, false));
    assert_eq!(lab.open().report.unwrap().outcome, report.outcome);
}

#[tokio::test]
async fn a_host_that_is_connected_directly_is_restored_too() {
    let lab = Lab::direct(spec()).await;
    let report = lab.restore(lab.request()).await.unwrap();
    lab.check_proven(&report);
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test]
async fn a_host_that_was_in_maintenance_mode_stays_in_it() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let request = lab.request();
    lab.host().set_maintenance_mode(true);
    let report = lab.restore(request).await.unwrap();
    assert_eq!(report.outcome, Outcome::Proven, "{report:#?}");
    assert_eq!(state_of(&report, Step::EnterMaintenanceMode), StepState::Skipped);
    assert_eq!(state_of(&report, Step::LeaveMaintenanceMode), StepState::Skipped);
    assert!(lab.host().in_maintenance_mode());
}

#[tokio::test]
async fn a_host_can_be_left_in_maintenance_mode() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let mut request = lab.request();
    request.options.leave_maintenance_mode = false;
    let report = lab.restore(request).await.unwrap();
    assert_eq!(report.outcome, Outcome::Proven, "{report:#?}");
    assert!(lab.host().in_maintenance_mode());

    // What was proven stays proven, once it has left.
    let resume = |action| lab.resume_of(&report.id, action, |_| {});
    assert_eq!(resume(ResumeAction::KeepWatching).await.unwrap_err().code(), "nothing_to_resume");
    let report = resume(ResumeAction::LeaveMaintenanceMode).await.unwrap();
    assert_eq!(report.outcome, Outcome::Proven, "{report:#?}");
    assert!(report.comparison.is_some());
    assert!(!lab.host().in_maintenance_mode());
    lab.check_none_open();
}

/// The bundle may have it come back outside of maintenance mode.
#[tokio::test]
async fn a_host_that_does_not_stay_in_maintenance_mode_is_told() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let mut request = lab.request();
    request.options.leave_maintenance_mode = false;
    let host = lab.host();
    let context = lab.watched(move |event| {
        if matches!(event, RestoreEvent::Step { step: Step::Return, state: StepState::Begun, .. }) {
            host.set_maintenance_mode(false);
        }
    });
    let report = lab.restore_in(request, context).await.unwrap();
    let Outcome::NotProven { open, .. } = &report.outcome else { panic!("{report:#?}") };
    assert_eq!(open[..], ["it is not in maintenance mode, in which it was to stay"]);
}

/// What nobody has said before or after is not as it was before.
#[tokio::test]
async fn what_the_server_does_not_say_proves_nothing() {
    let unreadable = vec!["summary.config.product".to_owned()];
    let lab = Lab::with(Options { hosts: vec![spec()], unreadable, ..options() }).await;
    let report = lab.restore(lab.request()).await.unwrap();
    let Outcome::NotProven { known, open } = &report.outcome else { panic!("{report:#?}") };
    assert_eq!(
        open[..],
        ["it ran not known build not known and runs not known build not known"],
        "{known:?}"
    );

    let nil = HostSpec { uuid: uuid::Uuid::nil(), ..spec() };
    let lab = Lab::vcenter(vec![nil]).await;
    let request = lab.request();
    assert_eq!(look_at(&request.bundle).unwrap().uuid, None, "no host is proposed for it");
    assert!(codes(&lab.plan(&request).await, Verdict::Warning).contains(&CheckCode::Uuid));
    let report = lab.restore(request).await.unwrap();
    let Outcome::NotProven { open, .. } = &report.outcome else { panic!("{report:#?}") };
    assert!(matches!(&open[..], [only] if only.contains("hardware UUID")), "{open:?}");
    assert!(!lab.host().in_maintenance_mode());
}

/// A board that lost its clock says that it has been up for years.
#[tokio::test]
async fn a_host_whose_clock_was_set_back_is_back_but_nothing_is_proven_by_that() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let host = lab.host();
    let context = lab.watched(move |event| {
        if matches!(event, RestoreEvent::Step { step: Step::Return, state: StepState::Begun, .. }) {
            host.shift_boot_time(TimeDelta::days(-4000));
        }
    });
    let report = lab.restore_in(lab.request(), context).await.unwrap();
    let Outcome::NotProven { open, .. } = &report.outcome else { panic!("{report:#?}") };
    assert!(open[0].contains("clock was set back"), "{open:?}");
    assert!(open[1].contains("still in maintenance mode"), "{open:?}");
    assert!(lab.host().in_maintenance_mode() && report.next.contains(&Next::LeaveMaintenanceMode));
    lab.resume(ResumeAction::LeaveMaintenanceMode, |_| {}).await.unwrap();
    assert!(!lab.host().in_maintenance_mode());
}

#[tokio::test]
async fn the_safety_backup_is_the_way_back() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let report = lab.restore(lab.request()).await.unwrap();
    lab.check_proven(&report);
    let listing = lab.archive.list().unwrap();
    let record = lab.archive.find(&listing, undo(&report).unwrap()).unwrap().clone();
    assert!(record.note.as_ref().unwrap().contains(&report.id));
    assert!(record.marks.pinned, "prune must not take the way back");
    let request =
        RestoreRequest { bundle: BundleSource::Archived(Box::new(record)), ..lab.request_of(b"unused") };
    let report = lab.restore(request).await.unwrap();
    assert_eq!(report.outcome, Outcome::Proven, "{report:#?}");
    assert_eq!(lab.host().content_in_force().ntp, ["changed.since.lab"]);
}

#[tokio::test]
async fn going_without_a_safety_backup_is_a_decision() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let mut request = lab.request();
    request.options.safety_backup = SafetyBackup::Skip;
    let context = RestoreContext { archive: None, ..lab.context() };
    let report = lab.restore_in(request, context).await;
    // The plan was made with an archive at hand; that there is none now makes no difference to it.
    let report = report.unwrap();
    lab.check_proven(&report);
    assert_eq!((report.safety_backup.as_ref(), undo(&report)), (None, None));
    assert_eq!(lab.archive.list().unwrap().records, []);
}

/// Another host's configuration on this hardware: only on purpose. It brings that one's certificate, so the vCenter has to be
/// told to connect the host again.
#[tokio::test]
async fn another_hosts_bundle_is_restored_on_purpose_only() {
    let lab = Lab::vcenter(vec![spec(), HostSpec::new("esx02.lab.local")]).await;
    let other = lab.sim.host("esx02.lab.local").bundle();
    let request = lab.request_of(&other);
    let plan = lab.plan(&request).await;
    assert_eq!(codes(&plan, Verdict::Blocker), [CheckCode::Uuid]);
    let error = lab.restore(request.clone()).await.unwrap_err();
    assert_eq!(error.code(), "restore_blocked");
    lab.check_untouched();

    let mut forced = request;
    forced.options.force = true;
    let plan = lab.plan(&forced).await;
    assert_eq!(codes(&plan, Verdict::Blocker), []);
    let warned = codes(&plan, Verdict::Warning);
    for code in [CheckCode::Uuid, CheckCode::Force, CheckCode::Certificate, CheckCode::ManagementAddress] {
        assert!(warned.contains(&code), "{code} in {warned:?}");
    }
    let report = lab.restore(forced).await.unwrap();
    let Outcome::NotProven { known, open } = &report.outcome else { panic!("{report:#?}") };
    assert!(
        known.iter().any(|known| known.contains("shows another certificate than before: the bundle's")),
        "{known:?}"
    );
    assert!(known.iter().any(|known| known.contains("told to connect esx01.lab.local again")), "{known:?}");
    assert!(open[0].contains("differ from the bundle"), "{open:?}");
    let different = &report.comparison.as_ref().unwrap().different;
    assert!(different.contains(&"etc/vmware/license.cfg".to_owned()), "{different:?}");
    assert_eq!(lab.host().content_in_force().hostname, "esx02.lab.local");
    assert!(!lab.host().in_maintenance_mode());
}

#[tokio::test]
async fn another_build_has_to_be_forced_and_another_release_cannot_be() {
    let lab = Lab::vcenter(vec![spec()]).await;
    lab.restore(lab.request()).await.unwrap();
    let listing = lab.archive.list().unwrap();
    let mut record = listing.records[0].clone();
    record.product.build = "1".into();
    let request = |record: &hostconfig::archive::Record| RestoreRequest {
        bundle: BundleSource::Archived(Box::new(record.clone())),
        ..lab.request_of(b"unused")
    };
    let plan = lab.plan(&request(&record)).await;
    assert_eq!(codes(&plan, Verdict::Blocker), [CheckCode::Build]);
    let mut forced = request(&record);
    forced.options.force = true;
    let report = lab.restore(forced).await.unwrap();
    assert_eq!(report.outcome, Outcome::Proven, "{report:#?}");

    let older = HostSpec { version: "7.0.3".into(), uuid: spec().uuid, ..spec() };
    let elsewhere = Lab::vcenter(vec![older]).await;
    let mut request = lab.request_of(&elsewhere.host().bundle());
    request.options.force = true;
    let plan = lab.plan(&request).await;
    assert_eq!(codes(&plan, Verdict::Blocker), [CheckCode::Release]);
    assert_eq!(lab.restore(request).await.unwrap_err().code(), "restore_blocked");
}

/// A vCenter does not look for a host at another address. With a user of its own it is found there all the same.
#[tokio::test]
async fn a_host_that_comes_back_at_another_address_is_found_there() {
    for is_direct in [false, true] {
        let lab = if is_direct { Lab::direct(spec()).await } else { Lab::vcenter(vec![spec()]).await };
        let std::net::IpAddr::V4(address) = lab.host().address().ip() else { panic!("it is IPv4") };
        let [a, b, c, _] = address.octets();
        let elsewhere = std::net::Ipv4Addr::new(a, b, c, 250);
        let bundle = lab.host().bundle_with_address(elsewhere);
        lab.host().set_ntp(&["changed.since.lab"]);
        let mut request = lab.request_of(&bundle);
        request.host_credentials = (!is_direct).then(|| root("hostkeep-root"));
        let plan = lab.plan(&request).await;
        assert_eq!(plan.brings.address, Some(elsewhere.to_string()));
        assert!(codes(&plan, Verdict::Warning).contains(&CheckCode::ManagementAddress));
        let report = lab.restore(request).await.unwrap();
        lab.check_proven(&report);
        assert_eq!(lab.host().address().ip(), elsewhere);
    }
}

#[tokio::test]
async fn a_host_that_comes_back_with_another_password_is_let_in_with_that() {
    let lab = Lab::direct(spec()).await;
    let bundle = lab.host().bundle();
    lab.host().set_root_password("changed since");
    let mut request = lab.request_of(&bundle);
    request.server.credentials = root("changed since");
    let report = lab.restore(request.clone()).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "host_password_changed"));
    assert_eq!(lab.host().times_restored(), 1);
    let report = lab.resume(ResumeAction::KeepWatching, |_| {}).await.unwrap();
    lab.check_proven(&report);

    lab.host().set_root_password("changed since");
    request.host_credentials = Some(root("hostkeep-demo"));
    let report = lab.restore(request).await.unwrap();
    assert_eq!(report.outcome, Outcome::Proven, "{report:#?}");
}

#[tokio::test]
async fn an_upload_is_refused_until_the_right_user_is_given() {
    let host = HostSpec { upload: Accepts::BASIC, ..spec() };
    let lab = Lab::vcenter(vec![host]).await;
    let request = lab.request();
    let report = lab.restore(request.clone()).await.unwrap();
    assert_eq!(ended(&report), ("nothing_changed", "host_credentials_needed"));
    lab.check_untouched();
    let with = |password: &str| RestoreRequest { host_credentials: Some(root(password)), ..request.clone() };
    let report = lab.restore(with("wrong")).await.unwrap();
    assert_eq!(ended(&report), ("nothing_changed", "host_credentials_refused"));
    lab.check_untouched();
    lab.host().set_lockdown(true);
    assert!(codes(&lab.plan(&request).await, Verdict::Warning).contains(&CheckCode::Lockdown));
    let report = lab.restore(with("hostkeep-root")).await.unwrap();
    assert_eq!(ended(&report), ("nothing_changed", "host_credentials_refused"));
    lab.check_untouched();
    lab.host().set_lockdown(false);
    lab.check_proven(&lab.restore(with("hostkeep-root")).await.unwrap());
}

/// Five refused passwords lock root out of a host.
#[tokio::test]
async fn a_password_that_the_restored_host_refuses_is_tried_once() {
    let host = HostSpec { upload: Accepts::BASIC, download: Accepts::BASIC, ..spec() };
    let lab = Lab::vcenter(vec![host]).await;
    let bundle = lab.host().bundle();
    lab.host().set_root_password("changed since");
    let mut request = lab.request_of(&bundle);
    request.host_credentials = Some(root("changed since"));
    request.options.safety_backup = SafetyBackup::Skip;
    let report = lab.restore(request).await.unwrap();
    assert!(matches!(report.outcome, Outcome::NotProven { .. }), "{report:#?}");
    let is_download = |request: &&vsphere_sim::Request| {
        request.kind.starts_with("GET") && request.credentials == vsphere_sim::Credentials::Basic
    };
    let answers: Vec<_> =
        lab.sim.requests().iter().filter(is_download).map(|request| request.answer.clone()).collect();
    assert_eq!(answers.len(), 1, "to read back what the host has: {answers:?}");
}
