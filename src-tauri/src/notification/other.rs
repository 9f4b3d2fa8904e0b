use notify_rust::Notification;

/// The system knows who speaks.
pub(super) fn sign(_notification: &mut Notification) {}
