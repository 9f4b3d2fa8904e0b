//! Cancelled, cut off, or left in the middle: the host is as it was found, or the journal says otherwise; and no restore is
//! ever called a success that is none.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures_util::StreamExt as _;
use hostconfig::restore::{Outcome, Step};
use vsphere_sim::{ConnectionState, FaultRule, What};

use super::*;

#[tokio::test]
async fn what_can_be_cancelled_is_and_what_cannot_says_so() {
    for step in Step::ALL {
        let lab = Lab::vcenter(vec![spec()]).await;
        let cancel = lab.cancel.clone();
        let context = lab.watched(move |event| {
            if matches!(event, RestoreEvent::Step { step: begun, state: StepState::Begun, .. } if *begun == step) {
                cancel.cancel();
            }
        });
        let report = lab.restore_in(lab.request(), context).await.unwrap();
        match step {
            Step::SafetyBackup | Step::EnterMaintenanceMode | Step::Upload => {
                assert_eq!(ended(&report), ("nothing_changed", "cancelled"), "{step:?}");
                lab.check_untouched();
            }
            Step::Restore | Step::GoDown | Step::Return => {
                assert_eq!(ended(&report), ("unknown", "watching_cancelled"), "{step:?}");
                let open = lab.open();
                assert!(open.was_sent && open.next.contains(&Next::KeepWatching), "{open:#?}");
                assert_eq!(lab.host().times_restored(), 1);
            }
            Step::Compare => {
                let Outcome::NotProven { open, .. } = &report.outcome else { panic!("{report:#?}") };
                assert!(open[0].contains("cancelled"), "{open:?}");
                assert!(!lab.host().in_maintenance_mode());
            }
            Step::LeaveMaintenanceMode => lab.check_proven(&report),
        }
        assert_eq!(lab.sim.open_sessions(), 0, "{step:?}");
    }
}

#[tokio::test]
async fn a_cancellation_stops_a_task_that_would_go_on() {
    let lab =
        Lab::with(Options { hosts: vec![spec()], task_time: Duration::from_millis(300), ..options() }).await;
    let cancel = lab.cancel.clone();
    let context = lab.watched(move |event| {
        if matches!(event, RestoreEvent::Progress { step: Step::EnterMaintenanceMode, .. }) {
            cancel.cancel();
        }
    });
    let report = lab.restore_in(lab.request(), context).await.unwrap();
    assert_eq!(ended(&report), ("nothing_changed", "cancelled"));
    assert!(lab.sim.requests().iter().any(|request| request.kind == "CancelTask"));
    lab.check_untouched();
}

/// Every call and transfer of a restore, one at a time: cut off before it arrives, and cut off before the reply arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_the_connection_breaks_nothing_false_is_said() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let request = lab.request();
    let planned = lab.sim.requests().len();
    lab.restore(request).await.unwrap();
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for request in lab.sim.requests().split_off(planned) {
        *calls.entry(request.kind).or_default() += 1;
    }
    let mut rules = Vec::new();
    for (kind, count) in calls {
        // Reading properties is most of it: some of them stand for all.
        let every = if kind == "RetrievePropertiesEx" { 5 } else { 1 };
        for after in (0..count).step_by(every) {
            rules.extend([What::Reset, What::DropAfterRequest].map(|what| {
                let rule = match kind.split_once(' ') {
                    Some(("PUT", _)) => FaultRule::put(what),
                    Some(_) => FaultRule::get(what),
                    None => FaultRule::soap(&kind, what),
                };
                rule.after(after).once()
            }));
        }
    }
    assert!(rules.len() > 40, "{}", rules.len());
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut broken = futures_util::stream::iter(rules.into_iter().map(broken)).buffer_unordered(8);
    while let Some(outcome) = broken.next().await {
        *outcomes.entry(outcome).or_default() += 1;
    }
    for outcome in ["proven", "nothing_changed", "unknown", "refused"] {
        assert!(outcomes.contains_key(outcome), "{outcome} in {outcomes:?}");
    }
}

async fn broken(rule: FaultRule) -> &'static str {
    let lab = Lab::vcenter(vec![spec()]).await;
    let request = lab.request();
    lab.sim.add_fault(rule.clone());
    let Ok(report) = lab.restore(request).await else {
        lab.check_untouched();
        return "refused";
    };
    let told = || format!("{rule:?}: {report:#?}");
    match &report.outcome {
        Outcome::Proven => lab.check_proven(&report),
        Outcome::NothingChanged { .. } => lab.check_untouched(),
        _ => {
            let open = lab.open();
            assert_eq!(open.report.as_deref(), Some(&report), "{}", told());
            assert!(!open.next.is_empty(), "{}", told());
            if lab.host().in_maintenance_mode() {
                assert!(
                    open.entered_maintenance_mode && open.next.contains(&Next::LeaveMaintenanceMode),
                    "{}",
                    told()
                );
            }
        }
    }
    report.outcome.code()
}

/// A restore that never arrived looks like one whose reply was lost, until the host does not restart.
#[tokio::test]
async fn a_host_that_does_not_restart_is_told_and_can_be_taken_out_of_maintenance_mode() {
    let lab = Lab::vcenter(vec![spec()]).await;
    lab.sim.add_fault(FaultRule::soap("RestoreFirmwareConfiguration", What::Reset));
    let report = lab.restore(lab.request()).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "host_not_restarted"));
    assert!(lab.host().in_maintenance_mode() && lab.host().times_restored() == 0);
    assert!(report.next.contains(&Next::LeaveMaintenanceMode));
    let report = lab.resume(ResumeAction::LeaveMaintenanceMode, |_| {}).await.unwrap();
    // Nobody has seen it restart, so nobody says that it was restored.
    assert_eq!(ended(&report), ("unknown", "host_not_restarted"));
    let Outcome::Unknown { known, .. } = &report.outcome else { panic!() };
    let expect = ["was told to restore the bundle, but no answer came", "is out of maintenance mode"];
    assert_eq!(known[..], expect.map(|told| format!("esx01.lab.local {told}")));
    assert!(!lab.host().in_maintenance_mode());
    assert!(!report.next.contains(&Next::LeaveMaintenanceMode));
    // It was to leave maintenance mode, and has: nobody wonders at that later on.
    lab.host().shift_boot_time(TimeDelta::minutes(5));
    let report = lab.resume(ResumeAction::KeepWatching, |_| {}).await.unwrap();
    let Outcome::NotProven { open, .. } = &report.outcome else { panic!("{report:#?}") };
    assert!(matches!(&open[..], [only] if only.contains("differ from the bundle")), "{open:?}");
}

/// The restore call is lost, the vCenter loses sight of the host for a moment, and the boot time is computed anew.
#[tokio::test]
async fn a_host_that_was_out_of_sight_has_not_restarted_for_that() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let bundle = lab.host().bundle();
    lab.sim.add_fault(FaultRule::soap("RestoreFirmwareConfiguration", What::Reset));
    let host = lab.host();
    let context = lab.watched(move |event| match event {
        RestoreEvent::Step { step: Step::GoDown, state: StepState::Begun, .. } => {
            host.set_connection_state(ConnectionState::NotResponding);
        }
        RestoreEvent::Step { step: Step::Return, state: StepState::Begun, .. } => {
            host.shift_boot_time(TimeDelta::milliseconds(700));
            host.set_connection_state(ConnectionState::Connected);
        }
        _ => {}
    });
    let report = lab.restore_in(lab.request_of(&bundle), context).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "host_not_restarted"), "{report:#?}");
    let Outcome::Unknown { known, .. } = &report.outcome else { panic!() };
    assert!(known.iter().any(|known| known.contains("went away")), "{known:?}");
    assert!(lab.host().in_maintenance_mode());
}

/// What is known from before is what tells a restart afterwards; and somebody else may be at work.
#[tokio::test]
async fn a_host_that_changed_after_the_plan_is_not_told_to_restore() {
    let restarted: fn(&SimHost) = |host| host.shift_boot_time(TimeDelta::minutes(1));
    let taken_out: fn(&SimHost) = |host| host.set_maintenance_mode(false);
    for change in [restarted, taken_out] {
        let lab = Lab::vcenter(vec![spec()]).await;
        let host = lab.host();
        let context = lab.watched(move |event| {
            if matches!(event, RestoreEvent::Step { step: Step::Upload, state: StepState::Done, .. }) {
                change(&host);
            }
        });
        let report = lab.restore_in(lab.request(), context).await.unwrap();
        assert_eq!(ended(&report), ("nothing_changed", "host_changed_meanwhile"));
        assert_eq!(state_of(&report, Step::Restore), StepState::Failed);
        lab.check_untouched();
    }
}

/// What cannot be reached cannot be told.
#[tokio::test]
async fn a_host_that_the_vcenter_has_lost_is_not_told_to_restore() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let host = lab.host();
    let context = lab.watched(move |event| {
        if matches!(event, RestoreEvent::Step { step: Step::Upload, state: StepState::Done, .. }) {
            host.set_connection_state(ConnectionState::NotResponding);
        }
    });
    let report = lab.restore_in(lab.request(), context).await.unwrap();
    assert_eq!(ended(&report), ("left_changed", "host_changed_meanwhile"), "{report:#?}");
    let message = &report.outcome.error().unwrap().message;
    assert!(message.contains("does not reach it any more"), "{message}");
    assert!(lab.sim.requests().iter().all(|request| request.kind != "RestoreFirmwareConfiguration"));
    lab.host().set_connection_state(ConnectionState::Connected);
    let report = lab.resume(ResumeAction::LeaveMaintenanceMode, |_| {}).await.unwrap();
    assert_eq!(report.outcome.code(), "nothing_changed", "{report:#?}");
    lab.check_untouched();
}

/// Between plan and act another admin has put the host into maintenance mode: it is theirs.
#[tokio::test]
async fn maintenance_mode_of_somebody_else_is_left_alone() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let host = lab.host();
    let context = lab.watched(move |event| {
        if matches!(event, RestoreEvent::Step { step: Step::SafetyBackup, state: StepState::Done, .. }) {
            host.set_maintenance_mode(true);
        }
    });
    let report = lab.restore_in(lab.request(), context).await.unwrap();
    assert_eq!(ended(&report), ("nothing_changed", "invalid_state"), "{report:#?}");
    assert_eq!(state_of(&report, Step::LeaveMaintenanceMode), StepState::NotBegun);
    assert!(lab.host().in_maintenance_mode());
    lab.check_none_open();
    assert!(lab.sim.requests().iter().all(|request| request.kind != "CancelTask"));
    let again = lab.resume_of(&report.id, ResumeAction::LeaveMaintenanceMode, |_| {}).await;
    assert_eq!(again.unwrap_err().code(), "nothing_to_resume");
    assert!(lab.host().in_maintenance_mode());
}

/// The vCenter is away for a while, and comes back with the task still under way.
#[tokio::test]
async fn a_task_that_goes_on_while_the_vcenter_is_away_is_stopped_all_the_same() {
    let lab = Arc::new(Lab::with(Options { hosts: vec![spec()], task_time: AWAY, ..options() }).await);
    let request = lab.request();
    let there = Arc::clone(&lab);
    let context = lab.watched(move |event| {
        if matches!(
            event,
            RestoreEvent::Step { step: Step::EnterMaintenanceMode, state: StepState::Begun, .. }
        ) {
            there.sim.add_fault(FaultRule::soap("RetrievePropertiesEx", What::Reset).times(12));
            there.sim.add_fault(FaultRule::soap("CancelTask", What::Reset).once());
        }
    });
    let report = lab.restore_in(request, context).await.unwrap();
    assert_eq!(report.outcome.code(), "nothing_changed", "{report:#?}");
    assert_eq!(entering(&lab).await, []);
    lab.check_untouched();
}

/// What the vCenter tells of a host that it has lost sight of is how the host was before.
#[tokio::test]
async fn a_host_that_is_out_of_sight_is_not_known_to_be_as_it_was_found() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let lost = vsphere_sim::SoapFault::host_communication();
    lab.sim.add_fault(FaultRule::soap("EnterMaintenanceMode_Task", What::TaskFault(lost)));
    let host = lab.host();
    let context = lab.watched(move |event| {
        if matches!(
            event,
            RestoreEvent::Step { step: Step::EnterMaintenanceMode, state: StepState::Failed, .. }
        ) {
            host.set_connection_state(ConnectionState::NotResponding);
        }
    });
    let report = lab.restore_in(lab.request(), context).await.unwrap();
    assert_eq!(report.outcome.code(), "left_changed", "{report:#?}");
    assert!(lab.open().next.contains(&Next::LeaveMaintenanceMode));
}

/// The tasks of entering maintenance mode that go on.
async fn entering(lab: &Lab) -> Vec<vsphere::MoRef> {
    let ServerLogin { connect, credentials, .. } = lab.login();
    let client = vsphere::Client::connect(connect).await.unwrap();
    let signed_in = vsphere::SignedIn::sign_in(&client, credentials).await.unwrap();
    let host = vsphere::MoRef::new("HostSystem", lab.host().moid());
    vsphere::task::under_way(signed_in.session(), &host, "HostSystem.enterMaintenanceMode").await.unwrap()
}

#[tokio::test]
async fn maintenance_mode_that_cannot_be_taken_back_is_told() {
    let lab = Lab::vcenter(vec![spec()]).await;
    lab.sim.add_fault(FaultRule::put(What::Status(500)));
    let stuck = vsphere_sim::SoapFault::invalid_state();
    lab.sim.add_fault(FaultRule::soap("ExitMaintenanceMode_Task", What::TaskFault(stuck)).once());
    let report = lab.restore(lab.request()).await.unwrap();
    assert_eq!(ended(&report), ("left_changed", "http_status"));
    assert!(lab.host().in_maintenance_mode());
    let open = lab.open();
    assert!(open.known.contains("is in maintenance mode, or may be"), "{}", open.known);
    assert_eq!(open.next, [Next::LeaveMaintenanceMode, Next::Dismiss]);
    let report = lab.resume(ResumeAction::LeaveMaintenanceMode, |_| {}).await.unwrap();
    assert_eq!(ended(&report), ("nothing_changed", "restore_ended_early"));
    lab.check_untouched();
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_it_before_anything_is_done() {
    let lab = Lab::vcenter(vec![spec()]).await;
    std::fs::create_dir_all(lab.config().path()).unwrap();
    std::fs::write(lab.config().restores(), "in the way").unwrap();
    let request = lab.request();
    plan(&request, &lab.context()).await.unwrap_err();
    assert_eq!((lab.host().times_restored(), lab.host().in_maintenance_mode()), (0, false));
}
