//! What `cargo xtask screenshots` has taken: every page of the real window on the demo, in light and dark, at two sizes.
#![cfg_attr(not(target_os = "linux"), allow(unused))]
#![allow(missing_docs, clippy::print_stdout, reason = "a program of the developers")]

#[cfg(target_os = "linux")]
mod photographs;

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let [window, folder] = arguments.as_slice() else {
        panic!("usage: photograph HOSTKEEP-WINDOW FOLDER");
    };
    for taken in photographs::take(window, folder).await {
        println!("{taken}");
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    panic!("the driver of the web view is there on Linux only");
}
