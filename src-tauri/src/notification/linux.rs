use notify_rust::{Hint, Notification};

/// The desktop finds name and icon by the desktop entry, and may keep what was told when the app has ended.
pub(super) fn sign(notification: &mut Notification) {
    notification.icon("hostkeep-window").hint(Hint::DesktopEntry("Hostkeep".into()));
}
