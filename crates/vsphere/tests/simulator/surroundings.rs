use vsphere::host_system::{EnterMaintenanceMode, Reconnect, enter_maintenance_mode, reconnect};
use vsphere::task::{self, TaskState};
use vsphere::{Drs, FaultKind, Surroundings, inventory, read_surroundings};
use vsphere_sim::{ConnectionState, FaultRule, HostSpec, Options, SimHost, Simulator, What};

use crate::{ended, one_host, sign_in};

async fn surroundings(sim: &Simulator) -> Surroundings {
    let signed_in = sign_in(sim).await;
    let host = inventory::read(signed_in.session()).await.unwrap().remove(0);
    read_surroundings(signed_in.session(), &host.object).await.unwrap()
}

#[tokio::test]
async fn what_a_host_is_part_of_is_read() {
    let plain = HostSpec::new("esx01");
    let standalone = surroundings(&one_host(plain.clone()).await).await;
    let none = Surroundings {
        powered_on: Some(vec![]),
        vsan: Some(false),
        distributed_switches: Some(vec![]),
        ..Surroundings::default()
    };
    assert_eq!(standalone, none);

    let busy = HostSpec {
        powered_on_vms: 2,
        cluster: Some("Test".into()),
        vsan: true,
        distributed_switches: vec!["DSwitch".into()],
        ..plain
    };
    for (drs, expect) in [(true, Drs::Automatic), (false, Drs::Off)] {
        let found = surroundings(&one_host(HostSpec { drs, ..busy.clone() }).await).await;
        let expect = Surroundings {
            powered_on: Some(vec!["vm-1-0".into(), "vm-1-1".into()]),
            in_cluster: true,
            drs: expect,
            vsan: Some(true),
            distributed_switches: Some(vec!["DSwitch".into()]),
        };
        assert_eq!(found, expect);
    }
    let direct = Options { hosts: vec![busy], ..Options::esxi() };
    let found = surroundings(&Simulator::start(direct).await.unwrap()).await;
    assert_eq!(
        (found.in_cluster, found.drs, found.powered_on.map(|on| on.len())),
        (false, Drs::Off, Some(2))
    );
}

/// An account that may see hosts only: no sign that nothing runs on them.
#[tokio::test]
async fn machines_that_are_not_shown_are_not_none() {
    for unreadable in ["vm", "VirtualMachine.runtime"] {
        let hosts = vec![HostSpec { powered_on_vms: 2, ..HostSpec::new("esx01") }];
        let options = Options { hosts, unreadable: vec![unreadable.into()], ..Options::default() };
        let sim = Simulator::start(options).await.unwrap();
        assert_eq!(surroundings(&sim).await.powered_on, None, "{unreadable}");
    }
}

#[tokio::test]
async fn a_task_that_was_lost_is_found_and_cancelled() {
    let sim = one_host(HostSpec { powered_on_vms: 1, ..HostSpec::new("esx01") }).await;
    let signed_in = sign_in(&sim).await;
    let session = signed_in.session();
    let host = inventory::read(session).await.unwrap().remove(0).object;
    let kind = "HostSystem.enterMaintenanceMode";
    assert_eq!(task::under_way(session, &host, kind).await.unwrap(), []);
    sim.add_fault(FaultRule::soap("EnterMaintenanceMode_Task", What::DropAfterRequest));
    enter_maintenance_mode(session, &host, EnterMaintenanceMode::default()).await.unwrap_err();
    let lost = task::under_way(session, &host, kind).await.unwrap().remove(0);
    task::cancel(session, &lost).await.unwrap();
    let TaskState::Error(fault) = task::state(session, &lost).await.unwrap() else { panic!("it goes on") };
    assert_eq!(fault.kind, FaultKind::RequestCanceled);
    assert_eq!(task::under_way(session, &host, kind).await.unwrap(), []);
    assert!(!sim.host("esx01").in_maintenance_mode());
}

#[tokio::test]
async fn a_host_is_reconnected_with_the_certificate_that_it_shows_and_no_other() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let session = signed_in.session();
    let host = inventory::read(session).await.unwrap().remove(0).object;
    let esx01: SimHost = sim.host("esx01");
    let before = esx01.thumbprint_sha1();
    esx01.change_certificate();
    esx01.set_connection_state(ConnectionState::Disconnected);
    for (thumbprint, expect) in [(before, false), (esx01.thumbprint_sha1(), true)] {
        let thumbprint = vsphere::Thumbprint::reported(&thumbprint);
        let task = reconnect(session, &host, &Reconnect { thumbprint, credentials: None }).await.unwrap();
        let state = ended(session, &task).await;
        assert_eq!(state == TaskState::Success, expect, "{state:?}");
    }
    assert_eq!(esx01.connection_state(), ConnectionState::Connected);
}
