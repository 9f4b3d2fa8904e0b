//! What is refused before anything is done to the host.

use hostconfig::restore::{BundleSource, RestoreError, Verdict};
use hostconfig::{Error, restore};
use vsphere_sim::{ConnectionState, FaultRule, HostSpec, SoapFault, What};

use super::*;

#[tokio::test]
async fn what_stands_in_the_way_is_told_before_and_nothing_is_done() {
    let cluster = || HostSpec { cluster: Some("Test".into()), powered_on_vms: 2, ..spec() };
    let cases = [
        (HostSpec { powered_on_vms: 1, ..spec() }, CheckCode::PoweredOnVms),
        (HostSpec { drs: false, ..cluster() }, CheckCode::PoweredOnVms),
        (HostSpec { connection: ConnectionState::Disconnected, ..spec() }, CheckCode::Connection),
        (HostSpec { connection: ConnectionState::Standby, ..spec() }, CheckCode::Connection),
        (HostSpec { firmware_system: false, ..spec() }, CheckCode::FirmwareSystem),
    ];
    for (host, code) in cases {
        let lab = Lab::vcenter(vec![host]).await;
        let request = lab.request();
        let plan = lab.plan(&request).await;
        assert!(!plan.is_possible() && codes(&plan, Verdict::Blocker).contains(&code), "{plan:#?}");
        let error = apply(request, consent(&plan), lab.context()).await.unwrap_err();
        assert_eq!(error.code(), "restore_blocked", "{error}");
        lab.check_untouched();
        assert_eq!(lab.sim.open_sessions(), 0);
        assert!(
            !lab.config().restores().join("x").exists()
                && restore::history(&lab.config()).unwrap().0.is_empty()
        );
    }
}

#[tokio::test]
async fn what_an_admin_should_know_is_a_warning_to_be_accepted() {
    let host = HostSpec {
        cluster: Some("Test".into()),
        powered_on_vms: 2,
        vsan: true,
        distributed_switches: vec!["DSwitch".into()],
        lockdown: true,
        ..spec()
    };
    let lab = Lab::vcenter(vec![host]).await;
    let request = lab.request();
    let plan = lab.plan(&request).await;
    let expect = [
        CheckCode::Build,
        CheckCode::PoweredOnVms,
        CheckCode::Vsan,
        CheckCode::DistributedSwitches,
        CheckCode::Lockdown,
        CheckCode::RootPassword,
    ];
    assert_eq!(codes(&plan, Verdict::Warning), expect);
    let mut partly = consent(&plan);
    partly.accepted.retain(|code| *code != CheckCode::Vsan);
    let Error::Restore(error) = apply(request, partly, lab.context()).await.unwrap_err() else { panic!() };
    assert!(
        matches!(&*error, RestoreError::NotAccepted { codes, .. } if *codes == [CheckCode::Vsan]),
        "{error:?}"
    );
    lab.check_untouched();
}

#[tokio::test]
async fn a_vcenter_that_is_passed_by_is_a_warning() {
    let Options { kind, user, .. } = Options::esxi();
    for (managed_by, verdict) in [(None, Verdict::Fine), (Some("10.0.0.5".to_owned()), Verdict::Warning)] {
        let user = user.clone();
        let lab = Lab::with(Options { kind, user, managed_by, hosts: vec![spec()], ..options() }).await;
        let plan = lab.plan(&lab.request()).await;
        let check = plan.checks.iter().find(|check| check.code == CheckCode::ManagedBy).unwrap();
        assert_eq!(check.verdict, verdict);
        assert_eq!(check.reason.contains("10.0.0.5"), verdict == Verdict::Warning, "{}", check.reason);
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_may_be_of_an_open_restore() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let request = lab.request();
    std::fs::create_dir_all(lab.config().restores()).unwrap();
    std::fs::write(lab.config().restores().join("x.jsonl"), "rubbish\n").unwrap();
    let plan = lab.plan(&request).await;
    let check = plan.checks.iter().find(|check| check.code == CheckCode::Unfinished).unwrap();
    assert_eq!(check.verdict, Verdict::Warning);
    assert!(check.reason.contains("x.jsonl cannot be read"), "{}", check.reason);
}

#[tokio::test]
async fn consent_is_to_this_plan_and_this_host() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let request = lab.request();
    let plan = lab.plan(&request).await;
    assert_eq!(lab.plan(&request).await, plan, "nothing in it changes by itself");
    let typed = Consent { host_name: "esx01".into(), ..consent(&plan) };
    let error = apply(request.clone(), typed, lab.context()).await.unwrap_err();
    assert_eq!(error.code(), "restore_not_confirmed");
    let mut other = request.clone();
    other.options.leave_maintenance_mode = false;
    let error = apply(other, consent(&plan), lab.context()).await.unwrap_err();
    assert_eq!(error.code(), "restore_plan_changed");
    lab.host().set_lockdown(true);
    let error = apply(request.clone(), consent(&plan), lab.context()).await.unwrap_err();
    assert_eq!(error.code(), "restore_plan_changed");
    lab.host().set_lockdown(false);
    std::fs::write(lab.folder.path().join("configBundle.tgz"), lab.host().bundle()).unwrap();
    let error = apply(request, consent(&plan), lab.context()).await.unwrap_err();
    assert_eq!(error.code(), "restore_plan_changed", "the file is another one");
    lab.check_untouched();
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test]
async fn a_bundle_that_is_none_is_told_before_anything_is_asked() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let bundle = lab.host().bundle();
    for (bytes, code) in [
        (&b""[..], "bundle_empty"),
        (b"<html>", "bundle_not_gzip"),
        (&bundle[..bundle.len() / 2], "bundle_cut_off"),
    ] {
        let error = plan(&lab.request_of(bytes), &lab.context()).await.unwrap_err();
        assert_eq!(error.code(), code);
    }
    let missing = BundleSource::File(lab.folder.path().join("missing.tgz"));
    let request = RestoreRequest { bundle: missing, ..lab.request_of(b"") };
    assert_eq!(plan(&request, &lab.context()).await.unwrap_err().code(), "file_missing");
    assert_eq!(lab.sim.requests(), []);
}

#[tokio::test]
async fn a_host_that_is_another_one_by_now_is_gone() {
    let lab = Lab::vcenter(vec![spec()]).await;
    let mut request = lab.request();
    request.host.name = "esx99.lab.local".into();
    assert_eq!(plan(&request, &lab.context()).await.unwrap_err().code(), "host_gone");
    request.host.moid = "host-9999".into();
    assert_eq!(plan(&request, &lab.context()).await.unwrap_err().code(), "host_gone");
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test]
async fn a_host_is_found_by_its_name() {
    let lab = Lab::vcenter(vec![spec(), HostSpec::new("esx02.lab.local")]).await;
    let found = restore::find_host(lab.login(), "ESX02", &lab.cancel).await.unwrap();
    assert_eq!(
        (found.name.as_str(), found.moid),
        ("esx02.lab.local", lab.sim.host("esx02.lab.local").moid())
    );
    let error = restore::find_host(lab.login(), "esx03", &lab.cancel).await.unwrap_err();
    assert_eq!(error.code(), "unknown_host");
}

/// What a host refuses is taken back: it leaves maintenance mode again.
#[tokio::test]
async fn what_the_server_refuses_is_taken_back() {
    let fault = |method: &str, fault: SoapFault| FaultRule::soap(method, What::Fault(fault));
    let no_permission = || SoapFault::no_permission("HostSystem", "host-1001", "Host.Config.Maintenance");
    let cases = [
        (fault("BackupFirmwareConfiguration", SoapFault::host_communication()), "safety_backup_failed"),
        (fault("EnterMaintenanceMode_Task", no_permission()), "no_permission"),
        (
            FaultRule::soap("EnterMaintenanceMode_Task", What::TaskFault(SoapFault::timed_out())),
            "maintenance_timed_out",
        ),
        (
            FaultRule::soap("EnterMaintenanceMode_Task", What::TaskFault(SoapFault::invalid_state())),
            "invalid_state",
        ),
        (fault("QueryFirmwareConfigUploadURL", SoapFault::restricted_version()), "free_licence"),
        (FaultRule::put(What::Redirect("http://elsewhere/".into())), "redirected"),
        (FaultRule::put(What::Status(500)), "http_status"),
        (fault("RestoreFirmwareConfiguration", SoapFault::invalid_state()), "invalid_state"),
        (
            fault("RestoreFirmwareConfiguration", SoapFault::new("InvalidBundle", "It is bad.")),
            "invalid_bundle",
        ),
        (
            fault("RestoreFirmwareConfiguration", SoapFault::new("MismatchedBundle", "No.")),
            "mismatched_bundle",
        ),
        (fault("RestoreFirmwareConfiguration", SoapFault::new("FileFault", "No.")), "file_fault"),
    ];
    for (rule, code) in cases {
        let lab = Lab::vcenter(vec![spec()]).await;
        lab.sim.add_fault(rule.once());
        let report = lab.restore(lab.request()).await.unwrap();
        assert_eq!(ended(&report), ("nothing_changed", code), "{report:#?}");
        lab.check_untouched();
        assert_eq!(report.next, []);
        assert_eq!(lab.sim.open_sessions(), 0);
    }
}

#[tokio::test]
async fn one_restore_of_a_host_at_a_time() {
    let lab = Lab::with(Options { hosts: vec![spec()], restore_reboot: AWAY, ..options() }).await;
    let request = lab.request();
    let first = {
        let (plan, context) = (lab.plan(&request).await, lab.context());
        tokio::spawn(apply(request.clone(), consent(&plan), context))
    };
    while lab.host().times_restored() == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let (restores, _) = restore::history(&lab.config()).unwrap();
    assert!(restores[0].is_under_way && restores[0].next.is_empty(), "{restores:#?}");
    assert_eq!(unfinished(&lab.config()).unwrap(), (vec![], vec![]));
    let plan = lab.plan(&request).await;
    assert!(codes(&plan, Verdict::Blocker).contains(&CheckCode::UnderWay), "{plan:#?}");
    let error = apply(request, consent(&plan), lab.context()).await.unwrap_err();
    assert_eq!(error.code(), "restore_under_way");
    lab.host().set_connection_state(ConnectionState::Connected);
    assert_eq!(first.await.unwrap().unwrap().outcome, Outcome::Proven);
}
