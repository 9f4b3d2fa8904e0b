//! What can be typed: every option, its help and its limits. It decides nothing.

use std::net::SocketAddrV4;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use hostconfig::settings::{MAX_CONCURRENCY, MAX_STALE_AFTER_DAYS};

use crate::examples::{
    BACKUP_EXAMPLES, BUNDLE_EXAMPLES, DELETE_EXAMPLES, EXAMPLES, HOSTS_EXAMPLES, PRUNE_EXAMPLES,
    RECOVERY_KEY_ABOUT, RESTORE_EXAMPLES, SEARCH_EXAMPLES,
};

const ABOUT: &str = "Back up the configuration of VMware ESXi hosts, and keep it provably good";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "hostkeep", version, about = ABOUT, long_about = None, after_help = EXAMPLES, max_term_width = 110)]
#[command(arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The archive's folder, instead of the one in the settings.
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) archive: Option<PathBuf>,
    /// The folder of settings and logs, instead of the user's own.
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) config_dir: Option<PathBuf>,
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Show what is done in detail; twice for even more.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Save vCenters and ESXi hosts to work with.
    #[command(subcommand, arg_required_else_help = true)]
    Server(ServerCommand),
    /// List the hosts, their state and their last backup.
    #[command(after_help = HOSTS_EXAMPLES)]
    Hosts(HostsArguments),
    /// Back up hosts into the archive.
    #[command(after_help = BACKUP_EXAMPLES)]
    Backup(BackupArguments),
    /// Restore a bundle to a host: shown first, then done, then proven.
    #[command(after_help = RESTORE_EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Restore(Box<RestoreArguments>),
    /// Look at the archive, verify it, pin, remove and take out backups.
    #[command(subcommand, arg_required_else_help = true)]
    Archive(ArchiveCommand),
    /// Look inside a bundle, and compare two.
    #[command(subcommand, arg_required_else_help = true, after_help = BUNDLE_EXAMPLES)]
    Bundle(BundleCommand),
    /// Show the recovery keys of hosts that are sealed by their TPM.
    #[command(subcommand, arg_required_else_help = true, after_help = RECOVERY_KEY_ABOUT)]
    RecoveryKey(RecoveryKeyCommand),
    /// Run a simulated vCenter with ESXi hosts, until Ctrl+C.
    Simulate(SimulateArguments),
    /// Show everything against simulated hosts, in a temporary folder.
    Demo,
    /// Print the script with which a shell completes commands.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecoveryKeyCommand {
    /// List which keys are kept, without the keys themselves.
    List,
    /// Show the keys of a host, the one kept last first.
    Show {
        /// The host: its full name, or a short one that only it has.
        #[arg(value_parser = some_text)]
        host: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    /// Save a server: connects and signs in first, and keeps the password in the keyring.
    Add(ServerAddArguments),
    /// List the saved servers.
    List,
    /// Connect to a saved server and sign in, to see that it works.
    Test {
        /// The server's name.
        name: String,
        /// Read the password from standard input (one line) instead of the keyring.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Remove a saved server and its password; its backups stay.
    Remove {
        /// The server's name.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ServerAddArguments {
    /// A name of your choice.
    pub(crate) name: String,
    /// The address of the vCenter or ESXi host.
    #[arg(long, value_hint = ValueHint::Url)]
    pub(crate) url: String,
    /// Who signs in, such as backup@vsphere.local.
    #[arg(long)]
    pub(crate) user: String,
    /// Read the password from standard input (one line) instead of asking for it.
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Trust the certificate with this SHA-256 thumbprint.
    #[arg(long, value_name = "SHA256")]
    pub(crate) thumbprint: Option<String>,
}

#[derive(Debug, Default, Args)]
pub(crate) struct ConnectArguments {
    /// A saved server.
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    pub(crate) server: Option<String>,
    /// A server that is not saved: the address of a vCenter or an ESXi host.
    #[arg(long, requires = "user", value_hint = ValueHint::Url)]
    pub(crate) url: Option<String>,
    /// Who signs in there, such as backup@vsphere.local.
    #[arg(long, requires = "url")]
    pub(crate) user: Option<String>,
    /// Read the password from standard input (one line) instead of the keyring or a prompt.
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Trust the certificate with this SHA-256 thumbprint.
    #[arg(long, value_name = "SHA256", requires = "url")]
    pub(crate) thumbprint: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct HostsArguments {
    /// Only hosts without a fresh backup; ends with 1 when there is one. For monitoring.
    #[arg(long)]
    pub(crate) check: bool,
    /// A backup that is older counts as stale, instead of the days in the settings (at first 7).
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=MAX_STALE_AFTER_DAYS as i64))]
    pub(crate) stale_after: Option<u32>,
    #[command(flatten, next_help_heading = "Which server (without any of these: all saved ones)")]
    pub(crate) connect: ConnectArguments,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    /// Back up this host only; can be given several times.
    #[arg(long, value_name = "NAME", value_parser = some_text)]
    pub(crate) host: Vec<String>,
    /// Back up the hosts of this cluster, datacenter or folder; can be given several times.
    #[arg(long = "in", value_name = "PLACE", value_parser = some_text)]
    pub(crate) places: Vec<String>,
    /// Back up the hosts in this file: a name on each line, or the first column of a CSV; - is standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) hosts_file: Option<PathBuf>,
    /// Leave this host out; can be given several times.
    #[arg(long, value_name = "NAME", value_parser = some_text)]
    pub(crate) exclude: Vec<String>,
    /// How many hosts at once, instead of the number in the settings (at first 16).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_CONCURRENCY as i64))]
    pub(crate) concurrency: Option<u16>,
    /// The hosts' HTTPS port where a site has moved it, instead of the one in the settings (at first 443).
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) host_port: Option<u16>,
    /// A note to keep with each backup.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    #[command(flatten, next_help_heading = "Which server (without any of these: all saved ones)")]
    pub(crate) connect: ConnectArguments,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that can be typed")]
pub(crate) struct RestoreArguments {
    #[command(subcommand)]
    pub(crate) command: Option<RestoreCommand>,
    /// The host: its full name, or a short one that only it has.
    #[arg(long, value_name = "NAME", required = true, value_parser = some_text)]
    pub(crate) host: Option<String>,
    /// The bundle in this file.
    #[arg(long, value_name = "FILE", required_unless_present = "id", value_hint = ValueHint::FilePath)]
    pub(crate) bundle: Option<PathBuf>,
    /// The bundle of this backup in the archive: its id, or its first characters.
    #[arg(long, value_name = "ID", conflicts_with = "bundle", value_parser = some_text)]
    pub(crate) id: Option<String>,
    /// Only show what would happen, and what speaks against it.
    #[arg(long)]
    pub(crate) plan: bool,
    /// Restore to another hardware or build; neither another release nor a damaged bundle.
    #[arg(long)]
    pub(crate) force: bool,
    /// Accept this warning of the plan; can be given several times.
    #[arg(long, value_name = "WARNING")]
    pub(crate) accept: Vec<String>,
    /// The host's whole name, instead of typing it.
    #[arg(long, value_name = "HOSTNAME")]
    pub(crate) confirm: Option<String>,
    /// Do not back up the host first; there is no way back then.
    #[arg(long)]
    pub(crate) no_safety_backup: bool,
    /// Leave the host in maintenance mode at the end.
    #[arg(long)]
    pub(crate) keep_maintenance_mode: bool,
    /// Give up entering maintenance mode after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) maintenance_timeout: u64,
    /// Have a DRS cluster move powered-off virtual machines too.
    #[arg(long)]
    pub(crate) evacuate_powered_off: bool,
    /// What happens to vSAN data meanwhile.
    #[arg(long, value_name = "MODE", value_enum, default_value = "ensure-accessibility")]
    pub(crate) vsan: VsanArgument,
    /// Do not have the vCenter connect the host again where it has to.
    #[arg(long)]
    pub(crate) no_reconnect: bool,
    /// Stop waiting for the host after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) return_timeout: u64,
    #[command(flatten)]
    pub(crate) own: OwnUserArguments,
    #[command(flatten, next_help_heading = "Which server (may be left out where only one is saved)")]
    pub(crate) connect: ConnectArguments,
}

#[derive(Debug, Args)]
pub(crate) struct OwnUserArguments {
    /// A user of the host itself, where it takes the bundle from nobody else.
    #[arg(long, value_name = "USER")]
    pub(crate) host_user: Option<String>,
    /// Read that user's password from standard input: the next line, after the server's.
    #[arg(long, requires = "host_user")]
    pub(crate) host_password_stdin: bool,
    /// Keep that password in the keyring for the next time.
    #[arg(long, requires = "host_user")]
    pub(crate) remember_host_password: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VsanArgument {
    /// Every object stays accessible.
    EnsureAccessibility,
    /// All of it is moved to other hosts.
    EvacuateAllData,
    /// It stays where it is.
    NoAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RestoreCommand {
    /// List the restores that were begun, where they stand, and what can be done.
    List,
    /// Go on with a restore that was left: keep watching the host.
    Resume(ResumeArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ResumeArguments {
    /// The restore's id, or its first characters.
    #[arg(value_parser = some_text)]
    pub(crate) id: String,
    /// Only have the host leave maintenance mode.
    #[arg(long, conflicts_with_all = ["reconnect", "dismiss"])]
    pub(crate) leave_maintenance_mode: bool,
    /// Have the vCenter connect the host again.
    #[arg(long, conflicts_with = "dismiss")]
    pub(crate) reconnect: bool,
    /// Only note that it has been looked after.
    #[arg(long)]
    pub(crate) dismiss: bool,
    /// Trust the host's certificate with this SHA-256 thumbprint, as its own console shows it.
    #[arg(long, value_name = "SHA256")]
    pub(crate) trust_host: Option<String>,
    #[command(flatten)]
    pub(crate) own: OwnUserArguments,
    #[command(flatten, next_help_heading = "Which server (without any of these: the one of the restore)")]
    pub(crate) connect: ConnectArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ArchiveCommand {
    /// List the backups, newest first.
    List {
        /// Only of this host: its full name, its short name, or a pattern with * and ?.
        #[arg(long, value_name = "NAME", value_parser = some_text)]
        host: Option<String>,
    },
    /// Show everything that is known of one backup.
    Show {
        /// The backup's id, or its first characters.
        #[arg(value_parser = some_text)]
        id: String,
    },
    /// Read bundles through and prove that they are what was taken; without an id, all of them.
    Verify {
        /// Ids of backups, or their first characters.
        #[arg(value_name = "ID", value_parser = some_text)]
        ids: Vec<String>,
    },
    /// Remove old backups.
    #[command(after_help = PRUNE_EXAMPLES)]
    Prune {
        /// How many backups of each host stay.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        keep_last: u32,
        /// Only show what would go.
        #[arg(long)]
        dry_run: bool,
        /// Remove without a question, which is asked on a terminal only.
        #[arg(long, conflicts_with = "dry_run")]
        yes: bool,
    },
    /// Remove the backups that you name.
    #[command(after_help = DELETE_EXAMPLES)]
    Delete {
        /// Ids of backups, or their first characters.
        #[arg(value_name = "ID", required = true, value_parser = some_text)]
        ids: Vec<String>,
        /// Only show what would go.
        #[arg(long)]
        dry_run: bool,
        /// Remove without a question, which is asked on a terminal only.
        #[arg(long, conflicts_with = "dry_run")]
        yes: bool,
    },
    /// Pin a backup: it is never removed.
    Pin {
        /// The backup's id, or its first characters.
        #[arg(value_parser = some_text)]
        id: String,
    },
    /// Unpin a backup: it can be removed again.
    Unpin {
        /// The backup's id, or its first characters.
        #[arg(value_parser = some_text)]
        id: String,
    },
    /// Put a note on a backup.
    Note {
        /// The backup's id, or its first characters.
        #[arg(value_parser = some_text)]
        id: String,
        /// The note, in the place of what was there; "" removes it.
        text: String,
    },
    /// List what was changed on hosts, and when.
    Changes {
        /// Only of this host: its full name, its short name, or a pattern with * and ?.
        #[arg(long, value_name = "NAME", value_parser = some_text)]
        host: Option<String>,
    },
    /// Look for a setting, a value, an address or a file name in the newest bundle of every host.
    #[command(after_help = SEARCH_EXAMPLES)]
    Search {
        /// What to look for, in any case.
        text: String,
        /// In all bundles of this host: its full name, its short name, or a pattern with * and ?.
        #[arg(long, value_name = "NAME", value_parser = some_text)]
        host: Option<String>,
        /// In all bundles of all hosts.
        #[arg(long, conflicts_with = "host")]
        all: bool,
    },
    /// Copy a bundle out of the archive, byte for byte.
    Export {
        /// The backup's id, or its first characters.
        #[arg(value_parser = some_text)]
        id: String,
        /// The file to write, or a folder.
        #[arg(value_hint = ValueHint::AnyPath)]
        file: PathBuf,
        /// Replace the file where there is one.
        #[arg(long)]
        overwrite: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    /// Show whose a bundle is and what it holds.
    Show {
        /// A bundle file, or the id of a backup.
        #[arg(value_hint = ValueHint::FilePath)]
        bundle: String,
    },
    /// List the files in a bundle.
    Files {
        /// A bundle file, or the id of a backup.
        #[arg(value_hint = ValueHint::FilePath)]
        bundle: String,
    },
    /// Print a file in a bundle, without its secrets.
    Cat {
        /// A bundle file, or the id of a backup.
        #[arg(value_hint = ValueHint::FilePath)]
        bundle: String,
        /// The file's path in it, such as etc/vmware/esx.conf.
        path: String,
    },
    /// List what the host was configured to do.
    Settings {
        /// A bundle file, or the id of a backup.
        #[arg(value_hint = ValueHint::FilePath)]
        bundle: String,
        /// Only settings that have this in their section, object, name or value.
        #[arg(long, value_name = "TEXT")]
        filter: Option<String>,
    },
    /// Compare two bundles: settings first, files second.
    Diff {
        /// A bundle file, or the id of a backup.
        #[arg(value_hint = ValueHint::FilePath)]
        first: String,
        /// The one to compare it with.
        #[arg(value_hint = ValueHint::FilePath)]
        second: String,
        /// Only settings, no files.
        #[arg(long)]
        settings_only: bool,
        /// Print the comparison as an HTML page.
        #[arg(long, conflicts_with = "json")]
        html: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// How many hosts there are.
    #[arg(long, value_name = "N", default_value = "12", value_parser = clap::value_parser!(u32).range(1..=2500))]
    pub(crate) hosts: u32,
    /// Where the vCenter listens, such as 127.0.0.1:8989; the hosts take the loopback addresses that follow.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddrV4>,
    /// Make all hosts alike, and name them by their addresses.
    #[arg(long)]
    pub(crate) uniform: bool,
    /// How many milliseconds a host takes to pack its bundle.
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u64).range(..=600_000))]
    pub(crate) backup_ms: u64,
    /// Pad bundles to about this many bytes; all hosts have the same content then.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64 * 1024 * 1024))]
    pub(crate) bundle_bytes: Option<u32>,
    /// Be one ESXi host that is connected to directly, not a vCenter.
    #[arg(long, conflicts_with_all = ["hosts", "uniform"])]
    pub(crate) esxi: bool,
}

/// A name or an id; what a script left empty would mean another host, or any.
fn some_text(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("it is empty") } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
