//! Going on with a restore that was left.

use hostconfig::restore::{dismiss, history};
use vsphere_sim::{BundleFormat, ConnectionState, FaultRule, HostSpec, What};

use super::*;

/// A restore whose host had not come back when the watching ended, and what was told of it then.
async fn left_away() -> (Lab, RestoreReport) {
    let lab = Lab::with(Options { hosts: vec![spec()], restore_reboot: AWAY, ..options() }).await;
    let mut request = lab.request();
    request.options.return_within_seconds = 1;
    let report = lab.restore(request).await.unwrap();
    (lab, report)
}

#[tokio::test]
async fn a_host_that_never_comes_back_is_told_and_can_be_waited_for_again() {
    let (lab, report) = left_away().await;
    assert_eq!(ended(&report), ("unknown", "host_not_back"));
    let message = &report.outcome.error().unwrap().message;
    assert!(message.contains("esx01.lab.local has not come back within 1 s"), "{message}");
    let undo = Next::Undo { record: report.safety_backup.clone().unwrap() };
    assert_eq!(report.next, [Next::KeepWatching, Next::LeaveMaintenanceMode, undo, Next::Dismiss]);

    let report = lab.resume(ResumeAction::KeepWatching, |_| {}).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "host_not_back"));
    lab.host().set_connection_state(ConnectionState::Connected);
    // Later than it was, for a host that nobody has seen going down this time.
    let report = lab.resume(ResumeAction::KeepWatching, |_| {}).await.unwrap();
    lab.check_proven(&report);
    assert!(matches!(report.next[..], [Next::Undo { .. }]), "{:?}", report.next);
    let error = lab.plan(&lab.request()).await;
    assert!(!codes(&error, Verdict::Warning).contains(&CheckCode::Unfinished));
}

/// It was seen going away before the watching ended.
#[tokio::test]
async fn a_host_whose_clock_was_set_back_is_back_for_whoever_goes_on_too() {
    let (lab, _) = left_away().await;
    lab.host().shift_boot_time(chrono::TimeDelta::days(-4000));
    lab.host().set_connection_state(ConnectionState::Connected);
    let report = lab.resume(ResumeAction::KeepWatching, |_| {}).await.unwrap();
    let Outcome::NotProven { open, .. } = &report.outcome else { panic!("{report:#?}") };
    assert!(open[0].contains("clock was set back"), "{open:?}");
    assert!(lab.host().in_maintenance_mode());
}

/// Its vCenter may be away: then the host itself is asked, or the vCenter at another of its addresses.
#[tokio::test]
async fn a_restore_is_gone_on_with_at_another_address() {
    for is_host_itself in [true, false] {
        let (lab, report) = left_away().await;
        assert_eq!(ended(&report), ("unknown", "host_not_back"));
        if !is_host_itself {
            lab.say_it_went_through("https://vc.elsewhere.local");
        }
        let other = |request: &mut ResumeRequest| {
            if is_host_itself {
                let host = lab.host();
                request.server.connect.address = host.address().to_string().parse().unwrap();
                request.server.connect.trust = Trust::Pinned(host.thumbprint().parse().unwrap());
                request.server.credentials = root("hostkeep-root");
            }
        };
        let report = lab.resume(ResumeAction::KeepWatching, other).await.unwrap();
        assert_eq!(ended(&report), ("unknown", "host_not_back"), "{report:#?}");
        lab.host().set_connection_state(ConnectionState::Connected);
        let report = lab.resume(ResumeAction::KeepWatching, other).await.unwrap();
        lab.check_proven(&report);
        assert_eq!(lab.sim.open_sessions(), 0);
    }
}

/// Elsewhere, its old id may be that of another host.
#[tokio::test]
async fn a_host_that_another_vcenter_does_not_have_is_not_mistaken() {
    let (lab, _) = left_away().await;
    let other = Lab::vcenter(vec![HostSpec::new("esx99.lab.local")]).await;
    assert_eq!(other.host().moid(), lab.host().moid());
    other.host().set_maintenance_mode(true);
    for action in [ResumeAction::KeepWatching, ResumeAction::LeaveMaintenanceMode] {
        let report = lab.resume(action, |request| request.server = other.login()).await.unwrap();
        assert_eq!(report.outcome.error().unwrap().code, "host_gone", "{report:#?}");
    }
    assert!(other.host().in_maintenance_mode());
}

/// The bundle may have given it another name, and a host that is added again gets another id.
#[tokio::test]
async fn a_host_that_was_renamed_is_taken_out_of_maintenance_mode_too() {
    let lab = Lab::direct(spec()).await;
    lab.sim.add_fault(FaultRule::soap("RestoreFirmwareConfiguration", What::Reset));
    let report = lab.restore(lab.request()).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "host_not_restarted"));
    lab.host().set_hostname("esx77");
    let report = lab.resume(ResumeAction::LeaveMaintenanceMode, |_| {}).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "host_not_restarted"), "{report:#?}");
    assert!(!lab.host().in_maintenance_mode());
}

/// What was proven before is proven still.
#[tokio::test]
async fn a_restored_host_that_was_stuck_in_maintenance_mode_is_proven_once_it_is_out() {
    for is_alike in [true, false] {
        let lab = Lab::vcenter(vec![spec()]).await;
        let stuck = vsphere_sim::SoapFault::invalid_state();
        lab.sim.add_fault(FaultRule::soap("ExitMaintenanceMode_Task", What::TaskFault(stuck)).once());
        let host = lab.host();
        let context = lab.watched(move |event| {
            if matches!(event, RestoreEvent::Step { step: Step::Return, state: StepState::Done, .. })
                && !is_alike
            {
                host.set_ntp(&["changed.again.lab"]);
            }
        });
        let report = lab.restore_in(lab.request(), context).await.unwrap();
        assert_eq!(ended(&report), ("left_changed", "invalid_state"));
        let report = lab.resume(ResumeAction::LeaveMaintenanceMode, |_| {}).await.unwrap();
        if is_alike {
            lab.check_proven(&report);
        } else {
            let Outcome::NotProven { open, .. } = &report.outcome else { panic!("{report:#?}") };
            assert!(matches!(&open[..], [only] if only.contains("differ from the bundle")), "{open:?}");
        }
    }
}

/// At the same address and with the same name, it may be what the hardware was replaced by.
#[tokio::test]
async fn other_hardware_is_not_taken_out_of_maintenance_mode() {
    for is_direct in [true, false] {
        let lab_of = |host| async move {
            if is_direct { Lab::direct(host).await } else { Lab::vcenter(vec![host]).await }
        };
        let lab = lab_of(spec()).await;
        lab.sim.add_fault(FaultRule::soap("RestoreFirmwareConfiguration", What::Reset));
        let mut request = lab.request();
        request.options.return_within_seconds = 1;
        lab.restore(request).await.unwrap();
        let other = lab_of(HostSpec { uuid: HostSpec::new("esx99").uuid, ..spec() }).await;
        other.host().set_maintenance_mode(true);
        other.host().shift_boot_time(chrono::TimeDelta::minutes(5));
        lab.say_it_went_through(&other.login().connect.address.to_string());
        for action in [ResumeAction::KeepWatching, ResumeAction::LeaveMaintenanceMode] {
            let report = lab.resume(action, |request| request.server = other.login()).await.unwrap();
            assert!(report.outcome.error().is_some(), "{action:?}: {report:#?}");
            assert!(other.host().in_maintenance_mode(), "{action:?}: {report:#?}");
        }
    }
}

/// A vCenter at another of its addresses does not show the host's certificate.
#[tokio::test]
async fn a_vcenter_at_another_address_is_not_mistaken_for_the_host() {
    for is_consented_to in [true, false] {
        let lab = Lab::vcenter(vec![spec(), HostSpec::new("esx02.lab.local")]).await;
        let mut request = lab.request_of(&lab.sim.host("esx02.lab.local").bundle());
        request.options.force = true;
        request.options.reconnect = false;
        let report = lab.restore(request).await.unwrap();
        assert_eq!(ended(&report), ("unknown", "needs_reconnect"));
        lab.say_it_went_through("https://vc.elsewhere.local");
        if !is_consented_to {
            lab.host().change_certificate();
        }
        let report = lab.resume(ResumeAction::Reconnect, |_| {}).await.unwrap();
        if is_consented_to {
            let Outcome::NotProven { known, .. } = &report.outcome else { panic!("{report:#?}") };
            assert!(known.iter().any(|known| known.contains("another certificate")), "{known:?}");
            assert_eq!(lab.host().connection_state(), ConnectionState::Connected);
        } else {
            assert_eq!(ended(&report), ("unknown", "host_certificate_changed"), "{report:#?}");
            assert_eq!(lab.host().connection_state(), ConnectionState::Disconnected);
        }
    }
}

/// Nor does it refuse the host's own user in the host's name.
#[tokio::test]
async fn a_host_that_its_vcenter_does_not_see_is_looked_for_at_its_own_address() {
    let (lab, _) = left_away().await;
    lab.say_it_went_through("https://vc.elsewhere.local");
    let with_root = |request: &mut ResumeRequest| request.host_credentials = Some(root("hostkeep-root"));
    let report = lab.resume(ResumeAction::KeepWatching, with_root).await.unwrap();
    let Outcome::Unknown { known, .. } = &report.outcome else { panic!("{report:#?}") };
    assert!(known.iter().all(|known| !known.contains("refuses")), "{known:?}");
}

#[tokio::test]
async fn a_vcenter_that_needs_the_host_reconnected_is_told_so_or_not() {
    let lab = Lab::vcenter(vec![spec(), HostSpec::new("esx02.lab.local")]).await;
    let mut request = lab.request_of(&lab.sim.host("esx02.lab.local").bundle());
    request.options.force = true;
    request.options.reconnect = false;
    let report = lab.restore(request).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "needs_reconnect"));
    assert!(report.next.contains(&Next::Reconnect));
    assert_eq!(lab.host().connection_state(), ConnectionState::Disconnected);
    let plan = lab.plan(&lab.request_of(&lab.host().bundle())).await;
    assert!(codes(&plan, Verdict::Warning).contains(&CheckCode::Unfinished));

    let report = lab.resume(ResumeAction::Reconnect, |_| {}).await.unwrap();
    assert_eq!(report.outcome.code(), "not_proven", "{report:#?}");
    assert_eq!(lab.host().connection_state(), ConnectionState::Connected);
    assert!(!lab.host().in_maintenance_mode());
    let summary = dismiss(&lab.config(), &report.id, now()).unwrap();
    assert!(summary.is_open);
    lab.check_none_open();
    assert_eq!(history(&lab.config()).unwrap().0.len(), 1);
    assert_eq!(dismiss(&lab.config(), &report.id, now()).unwrap_err().code(), "nothing_to_resume");
}

/// A sealed bundle does not show its certificate: nothing is sent to the host until an admin has named it.
#[tokio::test]
async fn a_certificate_that_nobody_knows_is_met_in_the_open() {
    let lab = Lab::direct(HostSpec { bundle: BundleFormat::Sealed, tpm: true, ..spec() }).await;
    let request = lab.request();
    let brought = lab.host().thumbprint();
    lab.sim.change_certificate();
    let request = RestoreRequest { server: lab.login(), ..request };
    let report = lab.restore(request).await.unwrap();
    assert_eq!(ended(&report), ("unknown", "host_certificate_changed"));
    let error = report.outcome.error().unwrap();
    assert!(error.message.contains(&brought), "{error:?}");
    let logins = || lab.sim.requests().iter().filter(|request| request.kind == "Login").count();
    let before = logins();
    let report = lab.resume(ResumeAction::KeepWatching, |request| {
        request.server.connect.trust = Trust::Pinned(vsphere::Thumbprint::sha256(b"the old one"));
    });
    assert_eq!(ended(&report.await.unwrap()), ("unknown", "host_certificate_changed"));
    assert_eq!(logins(), before, "nobody signed in to it");
    let report = lab.resume(ResumeAction::KeepWatching, |request| {
        request.server.connect.trust = Trust::Pinned(vsphere::Thumbprint::sha256(b"the old one"));
        request.certificate = Some(brought.parse().unwrap());
    });
    let report = report.await.unwrap();
    assert_eq!(report.outcome.code(), "not_proven", "{report:#?}");
    assert!(!lab.host().in_maintenance_mode());
}

#[tokio::test]
async fn what_cannot_be_resumed_says_why() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let report = lab.restore(lab.request()).await.unwrap();
    let request = |id: &str, action| ResumeRequest {
        id: id.to_owned(),
        action,
        server: lab.login(),
        host_credentials: None,
        host_port: None,
        certificate: None,
    };
    for (id, action, code) in [
        (report.id.as_str(), ResumeAction::LeaveMaintenanceMode, "nothing_to_resume"),
        ("2099", ResumeAction::KeepWatching, "restore_not_found"),
        ("", ResumeAction::KeepWatching, "restore_not_found"),
    ] {
        let error = resume(request(id, action), lab.context()).await.unwrap_err();
        assert_eq!(error.code(), code);
    }
}
