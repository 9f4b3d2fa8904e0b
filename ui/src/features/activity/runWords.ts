/** A run in words. Pure. */
import { duration } from "../../components/words";
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

/** When it began; ids of runs begin with that, so it is known even of a report that cannot be read. */
export function startedAtOf(run: RunRow): string | null {
  const [, year, month, day, hours, minutes, seconds] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(run.runId) ?? [];
  return run.startedAt ?? (year === undefined ? null : `${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
}

/** "2.4 s" where a tenth tells something. */
export function secondsInWords(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

/** Null where the report does not say. */
export function secondsOf(run: RunRow): number | null {
  if (run.startedAt === null || run.finishedAt === null) {
    return null;
  }
  const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
