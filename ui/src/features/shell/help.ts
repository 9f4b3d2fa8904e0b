/** What F1 says on each page, and the list of shortcuts. */

type PageHelp = { path: string; title: string; paragraphs: readonly string[] };

const HOSTS: PageHelp = {
  path: "/hosts",
  title: "Hosts",
  paragraphs: [
    "Every ESXi host of your servers, and whether its configuration is safe. Fresh: the last good bundle is recent. Stale: it is older than the settings allow. Failing: the last attempt failed and no good bundle is newer. Never backed up: there is no good bundle. Not supported: the host offers no backup of its configuration.",
    "The counts on top filter the list; a second click takes the filter away. The tree on the left narrows it to a server, datacenter, folder or cluster.",
    "Select hosts with click, Ctrl and Shift, or tick them with Space, and back them up from the toolbar or the context menu. The pane on the right shows a selected host's bundles and what became of each attempt.",
    "F5 signs in to the servers and reads the hosts again.",
  ],
};

export const PAGE_HELP: readonly [PageHelp, ...PageHelp[]] = [
  HOSTS,
  {
    path: "/archive",
    title: "Archive",
    paragraphs: [
      "All bundles, by day and by host. The calendar shows the days on which something was saved; the bar under a day tells how full it is beside the fullest. A click on a day or on a month's name narrows the list, Shift and a click reaches to another day.",
      "Verifying reads a bundle through and compares it with the checksum of the day it was taken.",
      "Deleting and pruning show first exactly what would go. A host's last good bundle and pinned bundles always stay.",
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
