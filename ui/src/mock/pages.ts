/** States of the archive's, the activity's and the settings' pages, by name. */
import type { ErrorReport } from "../ipc/bindings";
import { ARCHIVE } from "./archive";
import type { Scenario } from "./scenarios";
import { backupJob, hostRows } from "./world";

export function pageScenarios(small: Scenario) {
  const history: Scenario = { ...small, days: 75 };
  return {
    /** A year of bundles of 60 hosts. */
    history,
    /** More bundles than a list shows. */
    manyRecords: { ...small, hosts: hostRows(2500), days: 4, runs: 500, archive: { ...ARCHIVE, hosts: 2500 } },
    /** Things in the archive's folder that nobody understands. */
    archiveProblems: {
      ...history,
      archive: {
        ...ARCHIVE,
        problems: [
          {
            path: "D:\\Backup\\ESXi\\2026-11-20\\esx07.lab.local\\T233000+0100\\record.json",
            reason: "it is no JSON: EOF while parsing a value at line 1",
          },
          { path: "D:\\Backup\\ESXi\\2026-11-21\\Thumbs.db", reason: "it does not belong into an archive" },
          { path: "D:\\Backup\\ESXi\\copy of 2026-11-01", reason: "its name is no date" },
        ],
      },
    },
    archiveVanished: failing(history, {
      code: "archive_vanished",
      message: "the archive D:\\Backup\\ESXi is gone: its hostkeep-archive.json is not there any more",
      hint: "Connect the drive or the network share that holds the archive, then try again. To start a new archive, choose another folder.",
      details: [],
    }),
    archiveLocked: {
      ...history,
      fails: { noteRecord: LOCKED, pinRecords: LOCKED },
      archive: { ...ARCHIVE, applying: LOCKED },
    },
    /** Two of what is deleted are in use. */
    archiveInUse: { ...history, archive: { ...ARCHIVE, inUse: 2 } },
    /** What is deleted is gone, and cannot be noted. */
    unnotedDeletion: {
      ...history,
      archive: {
        ...ARCHIVE,
        unnoted: {
          code: "not_permitted",
          message: "cannot write C:\\Users\\admin\\AppData\\Roaming\\Hostkeep\\audit.jsonl",
          hint: "Check the file's permissions.",
          details: [],
        },
      },
    },
    /** Deleting takes long. */
    slowDeletion: { ...history, archive: { ...ARCHIVE, isDeletingSlow: true } },
    /** Between plan and act, somebody else added something. */
    archiveStale: {
      ...history,
      archive: {
        ...ARCHIVE,
        applying: {
          code: "plan_stale",
          message: "the archive D:\\Backup\\ESXi changed after the plan was made: other records are there now",
          hint: "Nothing was removed. Make the plan again and look at it.",
          details: [],
        },
      },
    },
    /** Reading bundles takes long. */
    slowPlan: { ...history, archive: { ...ARCHIVE, isSlow: true } },
    /** Runs while another one goes on. */
    activityRunning: { ...history, jobs: [backupJob(1, 50, 21)] },
    settingsRefused: {
      ...small,
      fails: {
        changeSettings: {
          code: "settings_in_use",
          message:
            "the settings C:\\Users\\admin\\AppData\\Roaming\\Hostkeep\\settings.json are being changed by another program",
          hint: "Try again in a moment.",
          details: [],
        },
      },
    },
    settingsUnreadable: {
      ...small,
      fails: {
        readSettings: {
          code: "settings_broken",
          message: "the settings C:\\Users\\admin\\AppData\\Roaming\\Hostkeep\\settings.json are broken: EOF at line 7",
          hint: "Repair the file, or move it away to begin with the defaults.",
          details: [],
        },
      },
    },
    /** No backup can start. */
    retryRefused: { ...history, fails: { startBackup: LOCKED } },
    /** The command line has named the archive. */
    archiveFixed: { ...small, start: { ...small.start, settings: { ...small.start.settings, isFixedArchive: true } } },
  } satisfies Record<string, Scenario>;
}

const LOCKED: ErrorReport = {
  code: "archive_locked",
  message:
    "the archive D:\\Backup\\ESXi is in use by hostkeep backup (ADMIN on JUMP01, process 4711) since 2026-11-22T23:30:00+01:00",
  hint: "Wait until the other run has finished, then try again.",
  details: [],
};

function failing(world: Scenario, error: ErrorReport): Scenario {
  return { ...world, fails: { archiveOverview: error, listRecords: error, listRuns: error, readRun: error } };
}
