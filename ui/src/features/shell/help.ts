/** What F1 says on each page, and the list of shortcuts. */

type PageHelp = { path: string; title: string; paragraphs: readonly string[] };

const HOSTS: PageHelp = {
  path: "/hosts",
  title: "Hosts",
  paragraphs: [
    "Every ESXi host of your servers, and whether its configuration is safe. Fresh: the last good bundle is recent. Stale: it is older than the settings allow. Failing: the last attempt failed and no good bundle is newer. Never backed up: there is no good bundle. Not supported: the host offers no backup of its configuration.",
    "The counts on top filter the list; a second click takes the filter away. The tree on the left narrows it to a server, datacenter, folder or cluster, and its context menu backs up all hosts of one.",
    "Select hosts with click, Ctrl and Shift, or tick them with Space, and back them up from the toolbar or the context menu. The pane on the right shows a selected host's bundles and what became of each attempt.",
    "Configuration tells whether what a host is configured to do changed with its last bundle, or since when it has not. The last bundle can be looked into, and those of two selected hosts can be compared, from the context menu.",
    "A host that is sealed by its TPM needs its recovery key once its mainboard has been replaced. Backups keep the keys in this computer's keyring; hostkeep recovery-key show prints them.",
    "F5 signs in to the servers and reads the hosts again.",
  ],
};

export const PAGE_HELP: readonly [PageHelp, ...PageHelp[]] = [
  HOSTS,
  {
    path: "/archive",
    title: "Archive",
    paragraphs: [
      "All bundles, by day and by host. The calendar shows the days on which something was saved; the bar under a day tells how full it is beside the fullest. A click on a day or on a month's name narrows the list, Shift and a click reaches to another day. A dot marks a day on which the settings of a host changed.",
      "Look inside shows what a bundle holds. Compare shows how two selected bundles differ, or a selected one from the host's bundle before it. The details tell what changed when, and what is proven of the bundle.",
      "Verifying reads a bundle through and compares it with the checksum of the day it was taken.",
      "Deleting and pruning show first exactly what would go. A host's last good bundle and pinned bundles always stay.",
    ],
  },
  {
    path: "/inside",
    title: "Inside a bundle",
    paragraphs: [
      "What the host was configured to do, in the words of the vSphere Client, and the files of the bundle. What Hostkeep has no words for is under Other keys and Files. Select a setting to see the file and the key that it stands in.",
      "Passwords, keys and other secrets are not shown: a mark stands in their place. They are in the bundle and are restored with it.",
      "A bundle of a host with a TPM may be sealed: only that host can read it.",
    ],
  },
  {
    path: "/compare",
    title: "Compare",
    paragraphs: [
      "How the second bundle differs from the first: two of one host, two hosts, or a file and a bundle of the archive. Settings come first, then files with their lines side by side.",
      "Secrets are not shown; it is told whether they differ. What changes at every backup without anyone having changed a setting is not counted.",
      "The comparison can be exported as text, as a web page or as JSON.",
    ],
  },
  {
    path: "/search",
    title: "Search",
    paragraphs: [
      "Finds a setting, a value, an address or a file in the newest bundle of every host, or in all bundles of one host. The first search reads the bundles, later ones only new ones.",
      "Select what was found to see the bundles that have it; each leads to the setting in it.",
      "Secrets are not found, nor is what is in a bundle that is sealed by its host's TPM.",
    ],
  },
  {
    path: "/activity/",
    title: "Report of a run",
    paragraphs: [
      "What became of each host, and why. The failed ones can be backed up again. The report can be copied, and exported as text, CSV or JSON.",
    ],
  },
  {
    path: "/activity",
    title: "Activity",
    paragraphs: [
      "Every run that the archive knows of, whether it was started here, by the console program or by a schedule. Open one to see what became of each host.",
    ],
  },
  {
    path: "/restores/",
    title: "A restore",
    paragraphs: [
      "What is happening to the host, step by step; and at the end what is proven, what differs from the bundle, and what can be done now. Until the host is told to restore, everything can be cancelled and is taken back. After that, the restore is only watched.",
      "A restore that was interrupted can be gone on with from here: keep watching, have the host leave maintenance mode, or undo by restoring the safety backup.",
    ],
  },
  {
    path: "/restore",
    title: "Restore a bundle",
    paragraphs: [
      "Choose a bundle and the host that it goes to: the one with the bundle's hardware UUID is proposed. The plan signs in and looks at everything; nothing is changed by it.",
      "What is in the way has to be cleared first. Each warning is ticked by itself. The last button works once the host's name has been typed.",
      "Keep the host's own console at hand, and root's password of the day when the bundle was taken.",
    ],
  },
  {
    path: "/schedules",
    title: "Schedules",
    paragraphs: [
      "The console program backs up the same servers into the same archive, unattended, and the system's own scheduler starts it. This page writes the commands that tell it so; nothing is changed before you run them.",
      "A task finds the passwords of the user that it runs as. For a service account, save the servers once as that user.",
    ],
  },
  {
    path: "/settings",
    title: "Settings",
    paragraphs: [
      "The servers that hosts are read from, where the archive is, how many hosts are backed up at once, how long to wait for an answer, and how the window looks.",
    ],
  },
  {
    path: "/jobs",
    title: "A run in progress",
    paragraphs: [
      "What each host is at: waiting, packing its configuration, downloading the bundle, saved. One host's failure does not stop the others.",
      "Cancel one host or all of them: bundles that have been saved stay in the archive, and of the others nothing is left there.",
    ],
  },
];

export const SHORTCUTS: readonly (readonly [string, string])[] = [
  ["F1", "Help for this page"],
  ["F5", "Refresh"],
  ["F6, Shift+F6", "Next, previous pane"],
  ["Ctrl+F", "Filter"],
  ["Ctrl+A", "Select all that is shown"],
  ["Ctrl+C", "Copy the selected rows as tab-separated text"],
  ["Space", "Select or deselect the row"],
  ["Shift+arrows, Ctrl+arrows", "Extend the selection, move without selecting"],
  ["Enter", "Open"],
  ["Alt+Enter", "Details"],
  ["Shift+F10, Menu", "Commands for the selection"],
  ["Delete", "Remove, after asking"],
  ["Esc", "Close; clear the filter or the selection"],
  ["Shift+arrows, Ctrl+arrows", "On a column header: resize, move the column"],
  ["Ctrl+,", "Settings"],
  ["Ctrl+=, Ctrl+-, Ctrl+0", "Zoom in, out, reset"],
];
