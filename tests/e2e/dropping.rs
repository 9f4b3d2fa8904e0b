//! Dropping files on the window: another program's, by the pointer, as the X server sends it.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

use gtk::prelude::*;
use serde_json::json;

use crate::lab;
use crate::lab::{Lab, TITLE, hosts};

/// The title of the window that files are dragged from.
const SOURCE: &str = "Drag from here";
/// Where that program learns what is dragged.
const DRAGGED: &str = "HOSTKEEP_TEST_DRAGGED";

#[tokio::test]
async fn a_bundle_that_is_dropped_leads_to_its_host_and_a_folder_is_refused() {
    let Some(lab) = lab(2).await else { return };
    let window = lab.open_connected().await;
    let page = window.page();
    hosts(&window).containing("row", "esx02").seen().await;
    let file = lab.desktop.folder("bundles").join("configBundle of esx02.tgz");
    fs::write(&file, lab.sim.host("esx02.lab.local").bundle()).unwrap();

    drop_on_window(&lab, file.parent().unwrap());
    page.text("Drop one bundle, a .tgz file, to restore it.").seen().await;
    page.button("Dismiss").click().await;

    drop_on_window(&lab, &file);
    page.role("heading", "Restore esx02.lab.local").seen().await;
    page.text("configBundle of esx02.tgz").seen().await;
    page.text("The bundle is of this hardware.").seen().await;
    let address = window.run("return location.hash", json!([])).await;
    assert_eq!(address, "#/restore?file=1", "the page knows a number, no path");
    window.end().await;
}

/// From a window of another program, which is ended then.
fn drop_on_window(lab: &Lab, dragged: &Path) {
    let keyboard = lab.desktop.keyboard();
    let mut program = source(lab, dragged.as_os_str());
    let from = keyboard.activate(SOURCE);
    keyboard.place(&from, 0, 0);
    keyboard.drag((&from, 30, 30), (&keyboard.find(TITLE), 600, 600));
    program.kill().unwrap();
    program.wait().unwrap();
}

/// This very program, at the test below.
fn source(lab: &Lab, dragged: &OsStr) -> Child {
    let mut program = lab.desktop.command(&std::env::current_exe().unwrap());
    program.args(["--ignored", "--exact", "dropping::a_window_to_drag_from"]).env(DRAGGED, dragged);
    program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
#[ignore = "a program of its own, which the test above starts"]
fn a_window_to_drag_from() {
    let dragged = std::env::var_os(DRAGGED).expect("what is dragged");
    gtk::init().unwrap();
    let uri = gtk::glib::filename_to_uri(dragged, None).unwrap();
    let area = gtk::EventBox::new();
    area.drag_source_set(gtk::gdk::ModifierType::BUTTON1_MASK, &[], gtk::gdk::DragAction::COPY);
    area.drag_source_add_uri_targets();
    area.connect_drag_data_get(move |_, _, data, _, _| {
        assert!(data.set_uris(&[&uri]));
    });
    let window = gtk::Window::new(gtk::WindowType::Toplevel);
    window.set_title(SOURCE);
    window.set_default_size(100, 80);
    window.add(&area);
    window.show_all();
    gtk::main();
}
