//! From the first start to a finished backup without the mouse: keys as the X server sends them.

use crate::lab;
use crate::lab::{PASSWORD, SERVER, TITLE, USER, hosts};

#[tokio::test]
async fn all_can_be_done_by_the_keyboard() {
    let Some(lab) = lab(3).await else { return };
    let window = lab.open().await;
    let (page, keyboard) = (window.page(), lab.desktop.keyboard());
    keyboard.activate(TITLE);
    let focused = async |words: &str| {
        let words = serde_json::Value::from(words);
        let name = "((e) => `${e.getAttribute('aria-label') ?? ''} ${[...(e.labels ?? [])].map((l) => l.innerText)} ${e.innerText}`)";
        window.wait_for(&format!("{name}(document.activeElement).includes({words})")).await;
    };

    focused("Connect to a server").await;
    keyboard.press(&["Return"]);
    focused("Address").await;
    keyboard.type_text(&lab.sim.address().to_string());
    keyboard.press(&["Tab"]);
    focused("User name").await;
    keyboard.type_text(USER);
    keyboard.press(&["Tab"]);
    focused("Password").await;
    keyboard.type_text(PASSWORD);
    keyboard.press(&["Tab", "Tab"]);
    focused("Name in Hostkeep").await;
    keyboard.type_text(SERVER);
    keyboard.press(&["Return"]);

    // What is safe has the focus; to trust takes a step back.
    focused("Cancel").await;
    page.button("Trust and connect").seen().await;
    keyboard.press(&["shift+Tab"]);
    focused("Trust and connect").await;
    keyboard.press(&["Return"]);

    hosts(&window).containing("row", "esx03").seen().await;
    page.containing("dialog", "").gone().await;
    keyboard.press(&["ctrl+f"]);
    focused("Filter hosts").await;
    keyboard.type_text("esx0");
    keyboard.press(&["Down"]);
    focused("esx01").await;
    keyboard.press(&["ctrl+a"]);
    page.button("Back up 3 hosts").seen().await;
    keyboard.press(&["shift+F10"]);
    focused("Back up 3 hosts").await;
    keyboard.press(&["Return"]);
    focused("Note").await;
    keyboard.type_text("by key");
    keyboard.press(&["Return"]);
    page.containing("status", "3 hosts saved").seen().await;
    assert_eq!(lab.bundles().len(), 3);

    keyboard.press(&["ctrl+comma"]);
    page.role("heading", "Settings").seen().await;
    keyboard.press(&["F1"]);
    page.containing("dialog", "").seen().await;
    keyboard.press(&["Escape"]);
    page.containing("dialog", "").gone().await;
    keyboard.press(&["alt+F4"]);
    window.ended().await;
}
