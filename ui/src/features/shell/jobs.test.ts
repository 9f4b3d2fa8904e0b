import { expect, test } from "vitest";
import type { Job, JobHead, JobItem } from "../../ipc";
import { applyMessage, type JobsState, progressOf } from "./jobs";

const head = (id: number, change: Partial<JobHead> = {}): JobHead => ({
  id,
  kind: "backup",
  title: `Job ${id}`,
  note: null,
  state: "running",
  startedAt: "2026-11-22T10:00:00Z",
  finishedAt: null,
  total: 2,
  done: 0,
  failed: 0,
  cancelled: 0,
  bytes: 0,
  totalBytes: null,
  secondsLeft: null,
  runId: null,
  restore: null,
  error: null,
  warnings: [],
  ...change,
});
const item = (name: string, step: JobItem["step"]): JobItem => ({
  name,
  server: "vc01",
  host: null,
  step,
  bytes: 0,
  totalBytes: null,
  record: null,
  warnings: [],
  error: null,
});
const job = (id: number): Job => ({ head: head(id), items: [item("esx01", "waiting"), item("esx02", "waiting")] });
const EMPTY: JobsState = { isHeard: true, jobs: [], closeAsked: false };

test("a snapshot replaces whatever was known", () => {
  const state = applyMessage({ ...EMPTY, jobs: [job(7)] }, { kind: "snapshot", jobs: [job(1)], closeAsked: true });
  expect(state).toEqual({ isHeard: true, jobs: [job(1)], closeAsked: true });
});

test("changes touch their own jobs and items alone", () => {
  const before = applyMessage(EMPTY, { kind: "snapshot", jobs: [job(1), job(2)], closeAsked: false });
  const after = applyMessage(before, {
    kind: "jobs",
    jobs: [head(2, { done: 1 })],
    items: [{ job: 2, index: 1, item: item("esx02", "saved") }],
  });
  expect(after.jobs[0]).toBe(before.jobs[0]);
  expect(after.jobs[1]?.head.done).toBe(1);
  expect(after.jobs[1]?.items[0]).toBe(before.jobs[1]?.items[0]);
  expect(after.jobs[1]?.items[1]?.step).toBe("saved");
});

test("a new job and its items arrive in one message", () => {
  const after = applyMessage(EMPTY, {
    kind: "jobs",
    jobs: [head(3)],
    items: [
      { job: 3, index: 0, item: item("esx01", "waiting") },
      { job: 3, index: 1, item: item("esx02", "packing") },
    ],
  });
  expect(after.jobs.map((one) => one.head.id)).toEqual([3]);
  expect(after.jobs[0]?.items.map((one) => one.step)).toEqual(["waiting", "packing"]);
});

test("items of a job that was removed meanwhile are dropped", () => {
  const state = applyMessage({ ...EMPTY, jobs: [job(1)] }, { kind: "jobRemoved", job: 1 });
  expect(state.jobs).toEqual([]);
  const late = applyMessage(state, {
    kind: "jobs",
    jobs: [],
    items: [{ job: 1, index: 0, item: item("esx01", "saved") }],
  });
  expect(late.jobs).toEqual([]);
});

test("closing is asked until it is answered", () => {
  expect(applyMessage(EMPTY, { kind: "closeAsked" }).closeAsked).toBe(true);
  expect(applyMessage(EMPTY, { kind: "hostsChanged" })).toBe(EMPTY);
});

test("progress counts bytes where they are known, else items", () => {
  expect(progressOf(head(1, { total: 0 }))).toBeNull();
  expect(progressOf(head(1, { done: 1 }))).toBe(0.5);
  expect(progressOf(head(1, { bytes: 300, totalBytes: 400 }))).toBe(0.75);
  expect(progressOf(head(1, { bytes: 500, totalBytes: 400 }))).toBe(1);
});
