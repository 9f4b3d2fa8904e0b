/** What there is when the page starts, by name: each state that a page can be in. */
import type { AppStart, ErrorReport, HostRow, Job, ServerState, ServerView, SettingsView } from "../ipc/bindings";
import type { ArchiveWorld } from "./archive";
import { type BundleWorld, bundleScenarios } from "./bundles";
import { pageScenarios } from "./pages";
import { type RestoreWorld, restoreScenarios } from "./restore";
import { ago, backupJob, DAY, hostRows, OTHER_SHA256, SHA256, serverState, serverView, UNREACHABLE } from "./world";

export type Scenario = {
  start: AppStart;
  servers: ServerView[];
  states: ServerState[];
  hosts: HostRow[];
  jobs: Job[];
  /** Days of records in the archive. */
  days: number;
  archive?: ArchiveWorld;
  bundles?: BundleWorld;
  restoring?: RestoreWorld;
  /** Runs in the archive; one a day unless told. */
  runs?: number;
  archiveError: ErrorReport | null;
  /** Commands that never answer. */
  hangs: readonly string[];
  /** Commands that fail with this. */
  fails: Readonly<Record<string, ErrorReport>>;
  /** A running backup goes on by itself, so many hosts a tick. */
  isLive: boolean;
};

const SETTINGS: SettingsView = {
  concurrency: 8,
  maxConcurrency: 64,
  hostPort: null,
  staleAfterDays: 7,
  theme: "system",
  timeouts: { connectSeconds: 15, idleSeconds: 60, callSeconds: 120, transferSeconds: 600 },
  selections: [{ name: "Wien, rack 4", hosts: ["esx01.lab.local", "esx02.lab.local", "esx05.lab.local"] }],
  archive: "D:\\Backup\\ESXi",
  isDefaultArchive: false,
  isFixedArchive: false,
  settingsFile: "C:\\Users\\admin\\AppData\\Roaming\\Hostkeep\\settings.json",
  logs: "C:\\Users\\admin\\AppData\\Local\\Hostkeep\\logs",
};

const START: AppStart = { version: "0.1.0", isDemo: false, settings: SETTINGS, servers: 1, platform: "windows" };

const ARCHIVE_MISSING: ErrorReport = {
  code: "archive_missing",
  message: "The archive D:\\Backup\\ESXi cannot be read: the folder does not exist.",
  hint: "Connect the drive, or choose another folder in Settings.",
  details: ["The system cannot find the path specified. (os error 3)"],
};

const SMALL: Scenario = {
  start: START,
  servers: [serverView()],
  states: [serverState()],
  hosts: hostRows(60),
  jobs: [],
  days: 12,
  archiveError: null,
  hangs: [],
  fails: {},
  isLive: false,
};

const EMPTY: Scenario = { ...SMALL, start: { ...START, servers: 0 }, servers: [], states: [], hosts: [], days: 0 };

const LARGE: Scenario = {
  ...SMALL,
  servers: [serverView(), serverView("vc02.lab.local")],
  states: [serverState(), serverState("vc02.lab.local", { readAt: ago(3 * DAY), error: UNREACHABLE })],
  hosts: [...hostRows(1700), ...hostRows(800, "vc02.lab.local")],
};

const SCENARIOS = {
  ...pageScenarios(SMALL),
  ...bundleScenarios(SMALL),
  ...restoreScenarios(SMALL),
  /** 60 hosts, a bit of everything. */
  small: SMALL,
  /** The first run. */
  empty: EMPTY,
  /** A server without hosts and an archive without bundles. */
  noHosts: { ...SMALL, hosts: [], days: 0 },
  /** 2,500 hosts of two servers, of which one is away. */
  large: LARGE,
  /** A backup of all 2,500 hosts goes on. */
  largeRun: { ...LARGE, jobs: [backupJob(1, 2500, 600)], isLive: true },
  /** A backup of 50 hosts stands half-way. */
  run: { ...SMALL, jobs: [backupJob(1, 50, 21)] },
  /** A backup of 50 hosts goes on to its end. */
  liveRun: { ...SMALL, jobs: [backupJob(1, 50, 5)], isLive: true },
  /** A backup that has ended with failures. */
  ended: { ...SMALL, jobs: [backupJob(1, 50, 50)] },
  /** The server that is connected to never answers. */
  silentServer: { ...SMALL, hangs: ["saveServer"] },
  /** Of three servers one has answered; none of the others does. */
  slowServers: {
    ...SMALL,
    servers: ["vc01", "vc02", "vc03"].map((name) => ({ ...serverView(`${name}.lab.local`), remembered: false })),
    states: ["vc01", "vc02", "vc03"].map((name) => serverState(`${name}.lab.local`, { isReading: name !== "vc01" })),
    hangs: ["refreshHosts", "testServer"],
  },
  /** Nothing answers yet. */
  loading: {
    ...SMALL,
    hangs: [
      "listHosts",
      "refreshHosts",
      "archiveOverview",
      "listRecords",
      "listRuns",
      "readRun",
      "hostHistory",
      "listServers",
      "readSettings",
    ],
  },
  /** Everything that can be read fails. */
  failing: {
    ...SMALL,
    fails: Object.fromEntries(
      [
        "listHosts",
        "refreshHosts",
        "archiveOverview",
        "listRecords",
        "listRuns",
        "readRun",
        "hostHistory",
        "startBackup",
        "saveText",
        "exportRun",
      ].map((command) => [command, ARCHIVE_MISSING]),
    ),
  },
  /** The hosts are known, what is kept of them is not. */
  archiveGone: { ...SMALL, archiveError: ARCHIVE_MISSING },
  /** Each server has its own trouble. */
  serverErrors: {
    ...SMALL,
    servers: [serverView(), serverView("vc02.lab.local"), serverView("vc03.lab.local"), serverView("esx-lab.local")],
    states: [
      serverState("vc01.lab.local", {
        error: {
          code: "certificate_changed",
          message: "vc01.lab.local shows another certificate than the one that was accepted.",
          hint: "Nothing was sent. Find out why it changed before accepting the new one.",
          details: [],
        },
        remedy: {
          kind: "certificate",
          expected: OTHER_SHA256,
          certificate: {
            subject: "CN=vc01.lab.local",
            issuer: "CN=CA, DC=vsphere, DC=local",
            validFrom: "2026-11-01T00:00:00Z",
            validTo: "2028-11-01T00:00:00Z",
            sha256: SHA256,
            sha1: "51:0E:5B:7A:61:E4:38:9C:07:D2:64:F5:C8:99:10:3B:AE:20:71:5D",
            selfSigned: false,
          },
        },
      }),
      serverState("vc02.lab.local", { readAt: ago(3 * DAY), error: UNREACHABLE }),
      serverState("vc03.lab.local", {
        readAt: ago(2 * DAY),
        error: {
          code: "password_needed",
          message: "No password is known for backup@vsphere.local at vc03.lab.local.",
          hint: "Enter the password; it can be remembered in the system's keyring.",
          details: [],
        },
        remedy: { kind: "password" },
      }),
      serverState("esx-lab.local"),
    ],
  },
  /** The demo. */
  demo: { ...SMALL, start: { ...START, isDemo: true, settings: { ...SETTINGS, isFixedArchive: true } } },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

export function scenario(name: string): Scenario {
  const found = Object.entries(SCENARIOS).find(([known]) => known === name)?.[1];
  if (found === undefined) {
    throw new Error(`no scenario is called ${name}; there are ${Object.keys(SCENARIOS).join(", ")}`);
  }
  return structuredClone(found);
}
