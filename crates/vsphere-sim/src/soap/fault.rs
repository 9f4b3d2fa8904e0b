//! vSphere faults as data.

use super::value::{Moref, Value};

/// A vSphere fault of any type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoapFault {
    /// The type without the trailing `Fault` of its element, such as `NoPermission`.
    pub kind: String,
    /// The message (`faultstring`).
    pub message: String,
    /// The fault's own fields, in order.
    pub fields: Vec<(String, FaultField)>,
}

/// A field of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultField {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A reference to a managed object: its type and id.
    Reference(String, String),
}

impl SoapFault {
    /// A fault without fields.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> SoapFault {
        SoapFault { kind: kind.into(), message: message.into(), fields: Vec::new() }
    }

    /// With a text field.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Into<String>) -> SoapFault {
        self.fields.push((name.into(), FaultField::Text(value.into())));
        self
    }

    /// With a number.
    #[must_use]
    pub fn int(mut self, name: &str, value: i64) -> SoapFault {
        self.fields.push((name.into(), FaultField::Int(value)));
        self
    }

    /// With a reference to a managed object.
    #[must_use]
    pub fn reference(mut self, name: &str, kind: &str, id: impl Into<String>) -> SoapFault {
        self.fields.push((name.into(), FaultField::Reference(kind.into(), id.into())));
        self
    }

    /// `NoPermission` on an object.
    pub fn no_permission(kind: &str, id: impl Into<String>, privilege: &str) -> SoapFault {
        SoapFault::new("NoPermission", "Permission to perform this operation was denied.")
            .reference("object", kind, id)
            .text("privilegeId", privilege)
    }

    /// `NotAuthenticated`.
    pub fn not_authenticated(kind: &str, id: impl Into<String>) -> SoapFault {
        SoapFault::new("NotAuthenticated", "The session is not authenticated.")
            .reference("object", kind, id)
            .text("privilegeId", "System.View")
    }

    /// `InvalidLogin`.
    pub fn invalid_login() -> SoapFault {
        SoapFault::new("InvalidLogin", "Cannot complete login due to an incorrect user name or password.")
    }

    /// `PasswordExpired`, a subclass of `InvalidLogin`.
    pub fn password_expired() -> SoapFault {
        SoapFault::new("PasswordExpired", "The password of the user account has expired.")
    }

    /// `HostNotConnected`.
    pub fn host_not_connected() -> SoapFault {
        SoapFault::new(
            "HostNotConnected",
            "Unable to communicate with the remote host, since it is disconnected.",
        )
    }

    /// `HostNotReachable`.
    pub fn host_not_reachable() -> SoapFault {
        SoapFault::new("HostNotReachable", "The specified host could not be reached.")
    }

    /// `HostCommunication`.
    pub fn host_communication() -> SoapFault {
        SoapFault::new("HostCommunication", "A communication error occurred with the host.")
    }

    /// `NotSupported`.
    pub fn not_supported() -> SoapFault {
        SoapFault::new("NotSupported", "The operation is not supported on the object.")
    }

    /// `RestrictedVersion`, as a free licence answers to writes.
    pub fn restricted_version() -> SoapFault {
        SoapFault::new(
            "RestrictedVersion",
            "Current license or ESXi version prohibits execution of the requested operation.",
        )
    }

    /// `TaskInProgress` with the task in the way.
    pub fn task_in_progress(task: impl Into<String>) -> SoapFault {
        SoapFault::new(
            "TaskInProgress",
            "The operation is not allowed in the current state: another task is in progress.",
        )
        .reference("task", "Task", task)
    }

    /// `InvalidState`.
    pub fn invalid_state() -> SoapFault {
        SoapFault::new("InvalidState", "The operation is not allowed in the current state.")
    }

    /// `Timedout`.
    pub fn timed_out() -> SoapFault {
        SoapFault::new("Timedout", "Operation timed out.")
    }

    /// `InvalidArgument` that names the property at fault.
    pub fn invalid_argument(property: impl Into<String>) -> SoapFault {
        let property = property.into();
        SoapFault::new("InvalidArgument", format!("A specified parameter was not correct: {property}"))
            .text("invalidProperty", property)
    }

    /// `InvalidProperty`: the object's type has no such property (in the version spoken).
    pub fn invalid_property(name: impl Into<String>) -> SoapFault {
        SoapFault::new("InvalidProperty", "").text("name", name)
    }

    /// `ManagedObjectNotFound`.
    pub fn object_not_found(kind: &str, id: impl Into<String>) -> SoapFault {
        let id = id.into();
        SoapFault::new(
            "ManagedObjectNotFound",
            format!(
                "The object 'vim.{kind}:{id}' has already been deleted or has not been completely created"
            ),
        )
        .reference("obj", kind, id)
    }

    /// `MethodNotFound`: the object has no such method.
    pub fn method_not_found(kind: &str, id: impl Into<String>, method: &str) -> SoapFault {
        SoapFault::new("MethodNotFound", format!("Method vim.{kind}.{method} not found"))
            .reference("receiver", kind, id)
            .text("method", method)
    }

    /// `InvalidRequest`: what came can't be understood.
    pub fn invalid_request(message: impl Into<String>) -> SoapFault {
        SoapFault::new("InvalidRequest", message)
    }

    /// The fault's fields as XML.
    pub(crate) fn write_fields(&self, xsi: &str, out: &mut String) {
        for (name, field) in &self.fields {
            let value = match field {
                FaultField::Text(text) => Value::text(text),
                FaultField::Int(number) => Value::Int(*number),
                FaultField::Reference(kind, id) => Value::Ref(Moref::new(kind.clone(), id.clone())),
            };
            value.write(name, false, xsi, out);
        }
    }
}
