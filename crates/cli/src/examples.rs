//! What follows the options on a help page: what its words mean, and examples. At most 80 columns.

pub(crate) const RESTORE_EXAMPLES: &str = "\
Without --confirm the plan is shown and the host's name asked for on a terminal.
Nothing is done to the host before that. The bundle goes straight to the host:
this computer must reach it on TCP 443.

Examples:
  hostkeep restore --server prod --host esx01 --id 3f2a --plan
  hostkeep restore --server prod --host esx01 --id 3f2a
  hostkeep restore --server prod --host esx01 --bundle configBundle.tgz
      --accept root_password --accept build --confirm esx01.lab.local
  hostkeep restore list
  hostkeep restore resume 20261122T223000Z

Exit codes:
  0  restored and proven             4  restored or begun, but not proven
  1  nothing was restored            5  failed, and the host is left changed";

pub(crate) const EXAMPLES: &str = "\
Examples:
  hostkeep demo                            try everything; nothing is needed
  hostkeep server add prod --url vcsa.lab.local --user backup@vsphere.local
  hostkeep backup                          every host of every saved server
  hostkeep backup --host esx01             only this one
  hostkeep archive list --host esx01       what is kept of it
  hostkeep archive changes --host esx01    what was changed on it, and when
  hostkeep archive verify                  prove that all of it is good
  hostkeep archive prune --keep-last 30 --dry-run

Exit codes:
  0  ok              2  wrong usage         11  archive in use
  1  failed          3  some hosts failed   12  credentials
  4  not proven      5  host left changed   13  certificate not trusted
  130  cancelled     (4 and 5: see hostkeep restore --help)";

pub(crate) const RECOVERY_KEY_ABOUT: &str = "\
Once the mainboard or the TPM of such a host has been replaced, it asks for its
recovery key, and no backup of it is of use without. Every backup keeps the
keys that it does not know yet, in the keyring of the user that it runs as,
unless it is given its password on standard input. Keep a copy where the loss of
this computer does not reach it.";

pub(crate) const HOSTS_EXAMPLES: &str = "\
A host is fresh, stale, failing (the last attempt failed, and there is no newer
backup), never backed up, or not supported: it cannot pack its configuration.

Examples:
  hostkeep hosts
  hostkeep hosts --check --stale-after 2";

pub(crate) const BACKUP_EXAMPLES: &str = "\
Host names can be short (esx01), full (esx01.lab.local) or patterns with * and
?. The bundles come straight from each host: this computer must reach every
host on TCP 443. Exit code 3 means that some hosts failed and all others are
saved.

Examples:
  hostkeep backup
  hostkeep backup --in Frankfurt/Production --in Edge
  hostkeep backup --exclude 'esx-lab*' --note \"before the upgrade\"
  hostkeep backup --server prod --hosts-file hosts.csv --concurrency 8
  Get-Content pw.txt | hostkeep backup --url esx01 --user root --password-stdin";

pub(crate) const PRUNE_EXAMPLES: &str = "\
Of each host the newest N backups stay, and always one that verifies: where
none of the newest is good, older ones stay too. Pinned backups stay and do not
count.

Examples:
  hostkeep archive prune --keep-last 30 --dry-run
  hostkeep archive prune --keep-last 30";

pub(crate) const DELETE_EXAMPLES: &str = "\
A pinned backup stays, and so does a host's last one that verifies. Exit code 1
means that something stayed.

Examples:
  hostkeep archive delete 3f2a 91bc --dry-run
  hostkeep archive delete 3f2a 91bc";

pub(crate) const BUNDLE_EXAMPLES: &str = "\
A bundle is a file, or the id of a backup in the archive (its first characters
will do). Passwords, keys and other secrets are never shown; where they differ,
that is said. A bundle that is sealed by its host's TPM can be read by that
host only.

Examples:
  hostkeep bundle show 3f2a
  hostkeep bundle settings configBundle-esx01.tgz --filter vSwitch0
  hostkeep bundle cat 3f2a etc/vmware/esx.conf
  hostkeep bundle diff 3f2a 91bc
  hostkeep bundle diff 3f2a 91bc --html > changes.html";

pub(crate) const SEARCH_EXAMPLES: &str = "\
What was looked through once is kept in an index, without secrets, in the
configuration folder.

Examples:
  hostkeep archive search ntp1.lab.local
  hostkeep archive search \"VLAN 207\" --host esx01";
