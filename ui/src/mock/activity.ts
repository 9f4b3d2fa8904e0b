/** The runs' part of the shell: one a night, of which some went wrong in their own way. */
import type { HostReportView, RunView } from "../ipc/bindings";
import type { Handlers } from "./ipc";
import type { Scenario } from "./scenarios";
import { REFUSED, runView, UNREACHABLE } from "./world";

export function activityHandlers(world: Scenario) {
  const hosts = Math.min(world.hosts.length, 2500);
  const runs = Array.from({ length: world.runs ?? world.days }, (_, day) => runOf(hosts, day));
  const find = (runId: string) => {
    const run = runs.find((one) => one.row.runId === runId);
    if (run === undefined || run.row.error !== null) {
      throw (
        run?.row.error ?? {
          code: "run_unreadable",
          message: `the report of run ${runId} cannot be read: it is not there`,
          hint: null,
          details: [],
        }
      );
    }
    return run;
  };
  return {
    listRuns: () => runs.map((run) => run.row),
    readRun: find,
    runText: (runId) => `Hostkeep run ${runId}\n${find(runId).row.saved} hosts saved\n`,
    exportRun: (runId) => find(runId) !== undefined,
  } satisfies Partial<Handlers>;
}

function runOf(hosts: number, day: number): RunView {
  const run = runView(hosts, day, day === 0 ? Math.min(3, hosts - 1) : 0);
  switch (day) {
    case 0:
      return {
        ...run,
        warnings: ["The report of the run before could not be removed: access denied."],
      };
    case 2:
      return cancelled(run);
    case 4:
      return {
        ...run,
        row: { ...run.row, servers: ["vc01.lab.local", "vc02.lab.local"], isComplete: false },
        servers: [...run.servers, { name: "vc02.lab.local", hosts: 0, error: UNREACHABLE }],
      };
    case 6:
      return {
        ...run,
        row: {
          ...run.row,
          runId: "20261116T223000Z-5a1c",
          startedAt: null,
          finishedAt: null,
          note: null,
          servers: [],
          hosts: 0,
          saved: 0,
          bytes: 0,
          isComplete: false,
          error: {
            code: "run_unreadable",
            message: "the report of run 20261116T223000Z-5a1c cannot be read: EOF while parsing a value at line 1",
            hint: null,
            details: [],
          },
        },
      };
    case 8:
      return manyFailed(run);
    default:
      return run;
  }
}

function cancelled(run: RunView): RunView {
  const kept = Math.ceil(run.hosts.length / 8);
  const hosts = run.hosts.map(
    (host, index): HostReportView =>
      index < kept
        ? host
        : { ...host, result: "cancelled", record: null, bytes: 0, settings: null, seconds: null, warnings: [] },
  );
  const left = run.hosts.length - kept;
  return {
    ...run,
    hosts,
    row: { ...run.row, saved: kept, cancelled: left, bytes: kept * 98_304, isComplete: false },
  };
}

/** Every second host, each for another reason, one of them with a very long name. */
function manyFailed(run: RunView): RunView {
  const reasons = [
    "the host is not responding",
    "no connection to the host: connection refused",
    "the host's certificate is not the one that its vCenter knows",
  ];
  const hosts = run.hosts.map((host, index): HostReportView => {
    if (index % 2 === 1) {
      return host;
    }
    const name = index === 0 ? `${"esx-with-a-very-long-name-".repeat(5)}.lab.local` : host.name;
    return {
      ...host,
      name,
      result: "failed",
      record: null,
      bytes: 0,
      settings: null,
      seconds: null,
      error: { ...REFUSED, message: `${name}: ${reasons[index % reasons.length]}` },
    };
  });
  const failed = hosts.filter((host) => host.result === "failed").length;
  return {
    ...run,
    hosts,
    row: { ...run.row, failed, saved: hosts.length - failed, isComplete: false },
  };
}
