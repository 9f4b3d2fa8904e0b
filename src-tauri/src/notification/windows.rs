use notify_rust::Notification;

/// The id that the installer gives to the shortcut in the Start menu: Windows finds name and icon by it, and shows nothing of an id that it
/// does not know. A program that was not installed has none and speaks under PowerShell's.
const APP_ID: &str = "io.github.hostkeep";

pub(super) fn sign(notification: &mut Notification) {
    if !cfg!(debug_assertions) {
        notification.app_id(APP_ID);
    }
}
