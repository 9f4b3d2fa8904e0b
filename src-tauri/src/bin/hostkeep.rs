//! Hostkeep on the console.

/// glibc gives each thread a heap of its own, of which most stays unused; this is one for all, configured in .cargo/config.toml.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static HEAP: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    hostkeep_cli::main()
}
