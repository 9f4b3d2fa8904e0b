//! Dropping files on the window: another program's, by the pointer, as the X server sends it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use gtk::glib::ControlFlow;
use gtk::prelude::*;
use serde_json::json;
use throwaway_desktop::until;

use crate::lab;
use crate::lab::{Lab, TITLE, hosts};

/// The title of the window that files are dragged from.
const SOURCE: &str = "Drag from here";
/// Where that program learns what is dragged.
const DRAGGED: &str = "HOSTKEEP_TEST_DRAGGED";
/// What that program tells once the window under the pointer would take it,
const TAKEN: &str = "taken";
/// and once the window has it.
const ENDED: &str = "ended";

#[tokio::test]
async fn a_bundle_that_is_dropped_leads_to_its_host_and_a_folder_is_refused() {
    let Some(lab) = lab(2).await else { return };
    let window = lab.open_connected().await;
    let page = window.page();
    hosts(&window).containing("row", "esx02").seen().await;
    let file = lab.desktop.folder("bundles").join("configBundle of esx02.tgz");
    fs::write(&file, lab.sim.host("esx02.lab.local").bundle()).unwrap();

    drop_on_window(&lab, file.parent().unwrap()).await;
    page.text("Drop one bundle, a .tgz file, to restore it.").seen().await;
    page.button("Dismiss").click().await;

    drop_on_window(&lab, &file).await;
    page.role("heading", "Restore esx02.lab.local").seen().await;
    page.text("configBundle of esx02.tgz").seen().await;
    page.text("The bundle is of this hardware.").seen().await;
    let address = window.run("return location.hash", json!([])).await;
    assert_eq!(address, "#/restore?file=1", "the page knows a number, no path");
    window.end().await;
}

/// From a window of another program, which is ended then. It tells how far it is: a drop that comes before the window has
/// said that it takes one is none, and what is dropped is fetched from that program.
async fn drop_on_window(lab: &Lab, dragged: &Path) {
    let keyboard = lab.desktop.keyboard();
    let told = lab.desktop.folder("dragged").join("told.txt");
    let mut program = source(lab, dragged.as_os_str(), File::create(&told).unwrap());
    let from = keyboard.activate(SOURCE);
    keyboard.place(&from, 0, 0);
    keyboard.drag((&from, 30, 30), (&keyboard.find(TITLE), 600, 600));
    let tells = async |line: &str| {
        let told = fs::read_to_string(&told).unwrap();
        if told.lines().any(|told| told == line) { Ok(()) } else { Err(told) }
    };
    until("a window that takes it", async || {
        keyboard.wobble();
        tells(TAKEN).await
    })
    .await;
    keyboard.drop();
    until("what was dropped, fetched", async || tells(ENDED).await).await;
    program.kill().unwrap();
    program.wait().unwrap();
}

/// This very program, at the test below.
fn source(lab: &Lab, dragged: &OsStr, told: File) -> Child {
    let mut program = lab.desktop.command(&std::env::current_exe().unwrap());
    program.args(["--ignored", "--exact", "--nocapture", "dropping::a_window_to_drag_from"]);
    program.env(DRAGGED, dragged).stdout(told).stderr(Stdio::null()).spawn().unwrap()
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
    area.connect_drag_begin(|_, drag| {
        let drag = drag.clone();
        gtk::glib::timeout_add_local(Duration::from_millis(10), move || {
            if drag.selected_action().is_empty() {
                return ControlFlow::Continue;
            }
            println!("{TAKEN}");
            ControlFlow::Break
        });
    });
    area.connect_drag_data_get(move |_, _, data, _, _| {
        assert!(data.set_uris(&[&uri]));
    });
    area.connect_drag_end(|_, _| println!("{ENDED}"));
    let window = gtk::Window::new(gtk::WindowType::Toplevel);
    window.set_title(SOURCE);
    window.set_default_size(100, 80);
    window.add(&area);
    window.show_all();
    gtk::main();
}
