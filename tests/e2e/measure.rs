//! What `cargo xtask bench window` has measured: start, memory and smoothness of the real window, and of an empty one beside
//! it. Prints one document of JSON: seconds, bytes, milliseconds.
#![cfg_attr(not(target_os = "linux"), allow(unused))]
#![allow(missing_docs, clippy::print_stdout, reason = "a program of the developers")]

#[cfg(target_os = "linux")]
mod measuring;

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let programs: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let [window, console, empty] = programs.as_slice() else {
        panic!("usage: measure HOSTKEEP-WINDOW HOSTKEEP EMPTY-WINDOW");
    };
    println!("{}", measuring::measure(window, console, empty).await);
}

#[cfg(not(target_os = "linux"))]
fn main() {
    panic!("the driver of the web view is there on Linux only");
}
