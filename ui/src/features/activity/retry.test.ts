import { expect, test } from "vitest";
import type { HostReportView, HostRow, RunRow, RunView } from "../../ipc";
import { failedHosts } from "./retry";
import { runInWords, runMark, secondsInWords, secondsOf, startedAtOf } from "./runWords";

const row: RunRow = {
  runId: "run-1",
  startedAt: "2026-11-22T23:30:00+01:00",
  finishedAt: "2026-11-22T23:33:10+01:00",
  note: null,
  servers: ["vc01"],
  hosts: 2,
  saved: 2,
  failed: 0,
  cancelled: 0,
  bytes: 1,
  isComplete: true,
  error: null,
};

const report = (name: string, server: string | null, result: HostReportView["result"]): HostReportView => ({
  name,
  server,
  result,
  record: null,
  bytes: 0,
  settings: null,
  seconds: null,
  warnings: [],
  error: null,
});
const known = (name: string, server: string): HostRow => ({
  key: `${server}/${name}`,
  host: { server, moid: `host-of-${server}`, name },
  identity: name,
  path: [],
  datacenter: null,
  cluster: null,
  connection: "connected",
  inMaintenanceMode: null,
  uuid: null,
  vendor: null,
  model: null,
  version: null,
  build: null,
  address: null,
  lockdown: null,
  sealedByTpm: null,
  recoveryKeyKeptAt: null,
  bootTime: null,
  safety: "failing",
  lastGood: null,
  lastAttempt: null,
});
const run = (...hosts: HostReportView[]): RunView => ({ row, hosts, servers: [], warnings: [] });

test("the failed ones are found on their own server, and nothing else is tried again", () => {
  const retry = failedHosts(
    run(report("esx01", "vc01", "failed"), report("esx02", "vc01", "saved"), report("esx03", "vc01", "cancelled")),
    [known("ESX01", "vc02"), known("ESX01", "vc01"), known("esx02", "vc01"), known("esx03", "vc01")],
  );
  expect(retry).toEqual({ hosts: [{ server: "vc01", moid: "host-of-vc01", name: "ESX01" }], gone: [] });
});

test("a host that moved to another server, or is no more, is told and not guessed", () => {
  const retry = failedHosts(run(report("esx01", "vc01", "failed"), report("esx09", "vc01", "failed")), [
    known("esx01", "vc02"),
  ]);
  expect(retry).toEqual({ hosts: [], gone: ["esx01", "esx09"] });
});

test("a name without a server is tried again where it fits one host alone", () => {
  const reports = run(report("esx01", null, "failed"));
  expect(failedHosts(reports, [known("esx01", "vc01")]).hosts).toHaveLength(1);
  expect(failedHosts(reports, [known("esx01", "vc01"), known("esx01", "vc02")])).toEqual({
    hosts: [],
    gone: ["esx01"],
  });
});

test.each([
  [{}, "All saved", "good"],
  [{ failed: 3, isComplete: false }, "3 failed", "bad"],
  [{ failed: 1, cancelled: 2, isComplete: false }, "1 failed, 2 cancelled", "bad"],
  [{ cancelled: 2, isComplete: false }, "2 cancelled", "cancelled"],
  [{ isComplete: false }, "A server was not reached", "warning"],
  [
    { error: { code: "run_unreadable", message: "", hint: null, details: [] }, isComplete: false },
    "The report cannot be read",
    "bad",
  ],
] satisfies [Partial<RunRow>, string, string][])("a run of %j is called %s", (change, words, mark) => {
  expect(runInWords({ ...row, ...change })).toBe(words);
  expect(runMark({ ...row, ...change })).toBe(mark);
});

test("a run whose report cannot be read began when its id says", () => {
  expect(startedAtOf(row)).toBe(row.startedAt);
  expect(startedAtOf({ ...row, runId: "20261116T223000Z-5a1cbeef", startedAt: null })).toBe("2026-11-16T22:30:00Z");
  expect(startedAtOf({ ...row, startedAt: null })).toBeNull();
});

test("how long it took", () => {
  expect(secondsInWords(2.44)).toBe("2.4 s");
  expect(secondsInWords(190)).toBe("3 min 10 s");
  expect(secondsOf(row)).toBe(190);
  expect(secondsOf({ ...row, finishedAt: null })).toBeNull();
  // The clock was set back meanwhile.
  expect(secondsOf({ ...row, finishedAt: "2026-11-22T23:00:00+01:00" })).toBeNull();
});
