//! Tasks: work that goes on after the call that started it has returned.

use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::inventory::Object;
use crate::soap::{SoapFault, Value};
use crate::world::{Server, World};

/// A task. Its number is its place in the list.
pub(crate) struct Task {
    pub(crate) server: Server,
    pub(crate) host: usize,
    pub(crate) state: TaskState,
    method: String,
    description: &'static str,
    progress: Option<i64>,
    error: Option<SoapFault>,
    queued: DateTime<Utc>,
    completed: Option<DateTime<Utc>>,
    user: String,
}

/// `TaskInfo.state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskState {
    Running,
    Success,
    Error,
}

/// Starts a task that concerns a host. `work` runs on its own and decides how the task ends.
pub(crate) fn start<F>(
    world: &Arc<World>,
    server: Server,
    host: usize,
    method: &str,
    what: &'static str,
    user: &str,
    work: F,
) -> Value
where
    F: Future<Output = Result<(), SoapFault>> + Send + 'static,
{
    let index = {
        let mut state = world.state();
        state.tasks.push(Task {
            server,
            host,
            state: TaskState::Running,
            method: method.into(),
            description: what,
            progress: Some(2),
            error: None,
            queued: Utc::now(),
            completed: None,
            user: user.into(),
        });
        state.tasks.len() - 1
    };
    let task = Object::Task(index).moref(world, server);
    let world = Arc::clone(world);
    let stop = world.stop.clone();
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = work => ended,
            () = ended_from_outside(&world, index) => return,
            () = stop.cancelled() => return,
        };
        end(&world, index, ended);
    });
    Value::Ref(task)
}

/// Asks a task to stop. Fails when it has ended already.
pub(crate) fn cancel(world: &World, index: usize) -> Result<(), SoapFault> {
    let running = world.state().tasks.get(index).is_some_and(|task| task.state == TaskState::Running);
    if !running {
        return Err(SoapFault::invalid_state());
    }
    end(world, index, Err(SoapFault::new("RequestCanceled", "The task was canceled by a user.")));
    Ok(())
}

/// The task of a host that still runs.
pub(crate) fn running_on(world: &World, host: usize) -> Option<usize> {
    let state = world.state();
    state.tasks.iter().position(|task| task.host == host && task.state == TaskState::Running)
}

/// The tasks of a host that were started on this server.
pub(crate) fn of_host(world: &World, server: Server, host: usize) -> Vec<usize> {
    let state = world.state();
    let is_of_host = |(_, task): &(usize, &Task)| task.host == host && task.server == server;
    state.tasks.iter().enumerate().filter(is_of_host).map(|(index, _)| index).collect()
}

/// `Task.info`.
pub(crate) fn info(world: &World, index: usize) -> Value {
    let state = world.state();
    let Some(task) = state.tasks.get(index) else { return Value::Unset };
    let reference = Object::Task(index).moref(world, task.server);
    Value::Object(
        "TaskInfo",
        vec![
            ("key", Value::text(&reference.id)),
            ("task", Value::Ref(reference)),
            ("name", Value::text(&task.method)),
            ("descriptionId", Value::text(task.description)),
            ("entity", Value::Ref(Object::Host(task.host).moref(world, task.server))),
            ("entityName", Value::text(world.hosts[task.host].inventory_name())),
            (
                "state",
                Value::Enum(
                    "TaskInfoState",
                    match task.state {
                        TaskState::Running => "running",
                        TaskState::Success => "success",
                        TaskState::Error => "error",
                    },
                ),
            ),
            (
                "cancelled",
                Value::Bool(task.error.as_ref().is_some_and(|error| error.kind == "RequestCanceled")),
            ),
            ("cancelable", Value::Bool(true)),
            ("error", Value::optional(task.error.clone().map(Value::Fault))),
            ("result", Value::Unset),
            ("progress", Value::optional(task.progress.map(Value::Int))),
            (
                "reason",
                Value::Any(Box::new(Value::Object(
                    "TaskReasonUser",
                    vec![("userName", Value::text(&task.user))],
                ))),
            ),
            ("queueTime", Value::Time(task.queued)),
            ("startTime", Value::Time(task.queued)),
            ("completeTime", Value::optional(task.completed.map(Value::Time))),
            ("eventChainId", Value::Int(i64::try_from(index).unwrap_or(0) + 7000)),
        ],
    )
}

async fn ended_from_outside(world: &World, index: usize) {
    let mut changes = world.changed.subscribe();
    while world.state().tasks[index].state == TaskState::Running {
        if changes.changed().await.is_err() {
            return;
        }
    }
}

fn end(world: &World, index: usize, ended: Result<(), SoapFault>) {
    {
        let mut state = world.state();
        let Some(task) = state.tasks.get_mut(index).filter(|task| task.state == TaskState::Running) else {
            return;
        };
        task.state = if ended.is_ok() { TaskState::Success } else { TaskState::Error };
        task.progress = ended.is_ok().then_some(100);
        task.error = ended.err();
        task.completed = Some(Utc::now());
    }
    world.notify();
}
