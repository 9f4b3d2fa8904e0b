use std::time::Duration;

use vsphere_sim::{FaultRule, HostSpec, Options, SoapFault, What};

use crate::client::{Client, between, vcenter};

fn standalone(powered_on_vms: usize) -> Options {
    let spec = HostSpec { powered_on_vms, ..HostSpec::new("esx01.lab.local") };
    Options { hosts: vec![spec], task_time: Duration::ZERO, ..Options::default() }
}

fn clustered(powered_on_vms: usize) -> Options {
    let mut options = standalone(powered_on_vms);
    options.hosts[0].cluster = Some("Production".into());
    options
}

async fn start(client: &Client, method: &str, timeout: i32) -> Result<String, String> {
    let this = ("HostSystem".to_string(), "host-1001".to_string());
    let reply = client.call(method, &this, &format!("<timeout>{timeout}</timeout>")).await;
    match reply.fault() {
        Some(fault) => Err(fault.into()),
        None => Ok(reply.returned().into()),
    }
}

/// How a task ends, found out by `WaitForUpdatesEx`.
async fn end(client: &Client, task: &str) -> String {
    let collector = client.reference("propertyCollector").await;
    let spec = format!(
        "<spec><propSet><type>Task</type><all>false</all><pathSet>info.state</pathSet><pathSet>info.error</pathSet></propSet>\
         <objectSet><obj type=\"Task\">{task}</obj></objectSet></spec><partialUpdates>false</partialUpdates>"
    );
    let filter = client.call("CreateFilter", &collector, &spec).await.returned().to_string();
    let mut version = String::new();
    loop {
        let arguments =
            format!("<version>{version}</version><options><maxWaitSeconds>10</maxWaitSeconds></options>");
        let reply = client.call("WaitForUpdatesEx", &collector, &arguments).await;
        version = reply.text("version").unwrap_or_else(|| panic!("{}", reply.body)).to_string();
        let state = if reply.body.contains(">success<") {
            "success"
        } else if let Some(fault) = between(&reply.body, "<fault xsi:type=\"", "\"") {
            fault
        } else {
            continue;
        };
        let destroyed = client.call("DestroyPropertyFilter", &("PropertyFilter".into(), filter), "").await;
        assert_eq!(destroyed.fault(), None);
        return state.into();
    }
}

#[tokio::test]
async fn maintenance_mode_is_entered_and_left() {
    let (simulator, client) = vcenter(clustered(3)).await;
    let host = &simulator.hosts()[0];
    let task = start(&client, "EnterMaintenanceMode_Task", 0).await.unwrap();
    assert_eq!(end(&client, &task).await, "success");
    assert!(host.in_maintenance_mode());
    let reply = client.property("HostSystem", "host-1001", "runtime.inMaintenanceMode").await;
    assert_eq!(reply.text("val"), Some("true"));
    let again = start(&client, "EnterMaintenanceMode_Task", 0).await.unwrap();
    assert_eq!(end(&client, &again).await, "InvalidState");
    let task = start(&client, "ExitMaintenanceMode_Task", 0).await.unwrap();
    assert_eq!(end(&client, &task).await, "success");
    assert!(!host.in_maintenance_mode());
    let again = start(&client, "ExitMaintenanceMode_Task", 0).await.unwrap();
    assert_eq!(end(&client, &again).await, "InvalidState");
}

#[tokio::test]
async fn nobody_moves_the_vms_of_a_standalone_host() {
    let (simulator, client) = vcenter(standalone(2)).await;
    let host = &simulator.hosts()[0];
    let task = start(&client, "EnterMaintenanceMode_Task", 1).await.unwrap();
    assert_eq!(start(&client, "EnterMaintenanceMode_Task", 1).await, Err("TaskInProgress".into()));
    assert_eq!(end(&client, &task).await, "Timedout");
    assert!(!host.in_maintenance_mode());

    let task = start(&client, "EnterMaintenanceMode_Task", 0).await.unwrap();
    host.set_powered_on_vms(0);
    assert_eq!(end(&client, &task).await, "success", "once they are off");
}

#[tokio::test]
async fn a_task_can_be_cancelled() {
    let (simulator, client) = vcenter(standalone(1)).await;
    let task = start(&client, "EnterMaintenanceMode_Task", 0).await.unwrap();
    let this = ("Task".to_string(), task.clone());
    assert_eq!(client.call("CancelTask", &this, "").await.fault(), None);
    assert_eq!(end(&client, &task).await, "RequestCanceled");
    assert_eq!(client.call("CancelTask", &this, "").await.fault(), Some("InvalidState"));
    simulator.hosts()[0].set_powered_on_vms(0);
    let task = start(&client, "EnterMaintenanceMode_Task", 0).await.unwrap();
    assert_eq!(end(&client, &task).await, "success", "the cancelled one did not do it");
}

#[tokio::test]
async fn a_rule_can_fail_the_task_instead_of_the_call() {
    let (simulator, client) = vcenter(clustered(0)).await;
    let rule = FaultRule::soap("EnterMaintenanceMode_Task", What::TaskFault(SoapFault::timed_out())).once();
    simulator.add_fault(rule);
    let task = start(&client, "EnterMaintenanceMode_Task", 0).await.unwrap();
    assert_eq!(end(&client, &task).await, "Timedout");
    let task = start(&client, "EnterMaintenanceMode_Task", 0).await.unwrap();
    assert_eq!(end(&client, &task).await, "success");
}
