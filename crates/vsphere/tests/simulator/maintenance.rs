use std::time::Duration;

use vsphere::host_system::{EnterMaintenanceMode, VsanMode, enter_maintenance_mode, exit_maintenance_mode};
use vsphere::task::TaskState;
use vsphere::{Error, FaultKind, Session, inventory};
use vsphere_sim::{FaultRule, HostSpec, SoapFault, What};

use crate::{ended, one_host, sign_in};

async fn enter(session: &Session) -> Result<TaskState, Error> {
    let host = &inventory::read(session).await.unwrap()[0];
    let how = EnterMaintenanceMode {
        timeout: Some(Duration::from_secs(60)),
        evacuate_powered_off: true,
        vsan: Some(VsanMode::EnsureAccessibility),
    };
    let task = enter_maintenance_mode(session, &host.object, how).await?;
    Ok(ended(session, &task).await)
}

#[tokio::test]
async fn a_host_enters_and_leaves_maintenance_mode() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let session = signed_in.session();
    assert_eq!(enter(session).await.unwrap(), TaskState::Success);
    assert!(sim.host("esx01").in_maintenance_mode());

    let host = &inventory::read(session).await.unwrap()[0];
    let task = exit_maintenance_mode(session, &host.object, None).await.unwrap();
    assert_eq!(ended(session, &task).await, TaskState::Success);
    assert!(!sim.host("esx01").in_maintenance_mode());
}

#[tokio::test]
async fn a_task_that_fails_says_why() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    sim.add_fault(FaultRule::soap("EnterMaintenanceMode_Task", What::TaskFault(SoapFault::timed_out())));
    let state = enter(signed_in.session()).await.unwrap();
    let TaskState::Error(fault) = &state else { panic!("{state:?}") };
    assert_eq!(fault.kind, FaultKind::Timedout);
}

#[tokio::test]
async fn a_call_that_changes_a_host_is_never_sent_twice() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    for what in [What::Status(503), What::DropAfterRequest, What::Reset] {
        let before = calls(&sim);
        sim.add_fault(FaultRule::soap("EnterMaintenanceMode_Task", what).once());
        enter(signed_in.session()).await.unwrap_err();
        assert_eq!(calls(&sim) - before, 1);
    }
}

fn calls(sim: &vsphere_sim::Simulator) -> usize {
    sim.requests().iter().filter(|request| request.kind == "EnterMaintenanceMode_Task").count()
}
