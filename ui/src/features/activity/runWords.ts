/** A run in words. Pure. */
import type { RunRow } from "../../ipc";

/** What became of a run, in a few words. */
export function runInWords(run: RunRow): string {
  if (run.error !== null) {
    return "The report cannot be read";
  }
  const parts = [
    run.failed > 0 ? `${run.failed} failed` : null,
    run.cancelled > 0 ? `${run.cancelled} cancelled` : null,
  ].filter((part) => part !== null);
  if (parts.length > 0) {
    return parts.join(", ");
  }
  return run.isComplete ? "All saved" : "A server was not reached";
}

export type RunMark = "good" | "bad" | "warning" | "cancelled";

export function runMark(run: RunRow): RunMark {
  if (run.error !== null || run.failed > 0) {
    return "bad";
  }
  return run.cancelled > 0 ? "cancelled" : run.isComplete ? "good" : "warning";
}

/** Null where the report does not say. */
export function secondsOf(run: RunRow): number | null {
  if (run.startedAt === null || run.finishedAt === null) {
    return null;
  }
  const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
