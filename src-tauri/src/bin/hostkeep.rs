//! Hostkeep on the console.
fn main() -> std::process::ExitCode {
    hostkeep_cli::main()
}
