use std::time::Duration;

use vsphere::host_system::{EnterMaintenanceMode, VsanMode, enter_maintenance_mode, exit_maintenance_mode};
use vsphere::task::{self, TaskState};
use vsphere::{Error, FaultKind, Session, inventory};
use vsphere_sim::{FaultRule, HostSpec, SoapFault, What};

use crate::{one_host, sign_in};

const POLL: Duration = Duration::from_millis(5);

async fn enter(session: &Session) -> Result<Vec<TaskState>, Error> {
    let host = &inventory::read(session).await.unwrap()[0];
    let how = EnterMaintenanceMode {
        timeout: Some(Duration::from_secs(60)),
        evacuate_powered_off: true,
        vsan: Some(VsanMode::EnsureAccessibility),
    };
    let task = enter_maintenance_mode(session, &host.object, how).await?;
    let mut seen = Vec::new();
    task::wait(session, &task, "EnterMaintenanceMode_Task", POLL, |state| seen.push(state.clone())).await?;
    Ok(seen)
}

#[tokio::test]
async fn a_host_enters_and_leaves_maintenance_mode() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    let session = signed_in.session();
    let seen = enter(session).await.unwrap();
    assert_eq!(seen.last(), Some(&TaskState::Success));
    assert!(sim.host("esx01").in_maintenance_mode());

    let host = &inventory::read(session).await.unwrap()[0];
    let task = exit_maintenance_mode(session, &host.object, None).await.unwrap();
    task::wait(session, &task, "ExitMaintenanceMode_Task", POLL, |_| {}).await.unwrap();
    assert!(!sim.host("esx01").in_maintenance_mode());
}

#[tokio::test]
async fn a_task_that_fails_is_a_fault_of_its_operation() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    sim.add_fault(FaultRule::soap("EnterMaintenanceMode_Task", What::TaskFault(SoapFault::timed_out())));
    let error = enter(signed_in.session()).await.unwrap_err();
    let Error::Fault { operation, fault, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*operation, &fault.kind), ("EnterMaintenanceMode_Task", &FaultKind::Timedout));
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
