/** Restores in words: what each step is, how a restore stands, its report as text. Pure. */
import type { MarkKind } from "../../components/Mark";
import { capital, dateTimeAndZone, duration, sentences } from "../../components/words";
import type {
  NextView,
  RestoreProgress,
  RestoreState,
  RestoreStep,
  RestoreView,
  StepStateView,
  StepView,
} from "../../ipc";

export function stepWords(step: RestoreStep): string {
  switch (step) {
    case "safetyBackup":
      return "Safety backup";
    case "enterMaintenanceMode":
      return "Enter maintenance mode";
    case "upload":
      return "Send the bundle";
    case "restore":
      return "Restore";
    case "goDown":
      return "Host goes down";
    case "return":
      return "Host comes back";
    case "compare":
      return "Compare with the bundle";
    case "leaveMaintenanceMode":
      return "Leave maintenance mode";
  }
}

/** After this there is no way back but another restore. */
export function isFinal(step: RestoreStep): boolean {
  return step === "restore";
}

/** What can be taken back of a step, as the page to print has it. */
export function takenBackWords(step: RestoreStep): string {
  switch (step) {
    case "safetyBackup":
      return "Nothing to take back";
    case "enterMaintenanceMode":
      return "Can be taken back";
    case "restore":
      return "Cannot be taken back";
    case "goDown":
    case "return":
    case "compare":
      return "Only watched";
    case "upload":
    case "leaveMaintenanceMode":
      return "";
  }
}

export function stepStateWords(state: StepStateView): string {
  switch (state) {
    case "notBegun":
      return "Not begun";
    case "begun":
      return "Under way";
    case "done":
      return "Done";
    case "skipped":
      return "Skipped";
    case "failed":
      return "Failed";
  }
}

export function stepStateMark(state: StepStateView): MarkKind {
  switch (state) {
    case "notBegun":
      return "never";
    case "begun":
      return "busy";
    case "done":
      return "good";
    case "skipped":
      return "cancelled";
    case "failed":
      return "bad";
  }
}

/** How a restore stands, in a few words. */
export function restoreStateWords(state: RestoreState): string {
  switch (state) {
    case "underWay":
      return "Under way";
    case "interrupted":
      return "Interrupted";
    case "proven":
      return "Restored, proven";
    case "notProven":
      return "Restored, not all proven";
    case "nothingChanged":
      return "Nothing restored";
    case "leftChanged":
      return "Host left changed";
    case "unknown":
      return "Nobody knows yet";
  }
}

export function restoreStateMark(state: RestoreState): MarkKind {
  switch (state) {
    case "underWay":
      return "busy";
    case "proven":
      return "good";
    case "nothingChanged":
      return "cancelled";
    case "notProven":
    case "interrupted":
      return "warning";
    case "leftChanged":
    case "unknown":
      return "bad";
  }
}

/** What came of it, as the first thing that is read. */
export function outcomeWords(state: RestoreState, host: string): string {
  switch (state) {
    case "underWay":
      return `A restore of ${host} is under way`;
    case "interrupted":
      return `The restore of ${host} was interrupted`;
    case "proven":
      return `${host} was restored, and that is proven`;
    case "notProven":
      return `${host} was restored, but not everything is proven`;
    case "nothingChanged":
      return `Nothing was restored: ${host} is as it was found`;
    case "leftChanged":
      return `The restore failed, and ${host} is left changed`;
    case "unknown":
      return `Nobody knows yet what came of the restore of ${host}`;
  }
}

/** Where a restore stands, in a sentence that needs no list beside it. */
export function progressSentence(restore: RestoreProgress, isCancelling: boolean): string {
  const { host } = restore;
  if (isCancelling) {
    return restore.wasTold ? `The watching of ${host} is being ended` : `What was done to ${host} is being taken back`;
  }
  const now = restore.steps.findLast((step) => step.state === "begun")?.step;
  switch (now) {
    case undefined:
      return `The restore of ${host} goes on`;
    case "safetyBackup":
      return `${host} is backed up as it is`;
    case "enterMaintenanceMode":
      return `${host} is entering maintenance mode`;
    case "upload":
      return `The bundle is sent to ${host}`;
    case "restore":
      return `${host} is told to restore the bundle`;
    case "goDown":
      return `${host} was told to restore, and is going down`;
    case "return":
      return `${host} is restarting`;
    case "compare":
      return `${host} is back, and is compared with the bundle`;
    case "leaveMaintenanceMode":
      return `${host} is leaving maintenance mode`;
  }
}

/** "Waiting for 1 min 10 s; given up after 30 min." Null while nothing is waited for. */
export function waitingWords(restore: RestoreProgress, now: number): string | null {
  const now_ = restore.steps.findLast((step) => step.state === "begun")?.step;
  if (restore.watchingSince === null || (now_ !== "goDown" && now_ !== "return")) {
    return null;
  }
  const seconds = (now - Date.parse(restore.watchingSince)) / 1000;
  return `Waiting for ${duration(seconds)}; given up after ${duration(restore.returnWithinSeconds)}.`;
}

export function nextWords(next: NextView): string {
  switch (next.kind) {
    case "keepWatching":
      return "Keep watching";
    case "reconnect":
      return "Connect it again and keep watching";
    case "leaveMaintenanceMode":
      return "Leave maintenance mode";
    case "undo":
      return "Undo: restore the safety backup…";
    case "dismiss":
      return "It is looked after";
  }
}

/** What the core notes, as a sentence; a name at its beginning stays as it is. */
export function noteWords(note: string): string {
  return /^[a-z]+[ ,]/.test(note) || /^[a-z]+$/.test(note) ? capital(note) : note;
}

/** The report as text, for the clipboard and for a file. */
export function restoreText(restore: RestoreView): string {
  const { row, comparison } = restore;
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `- ${line}`)];
  const facts: (string | null)[] = [
    `${outcomeWords(row.state, row.host)}.`,
    "",
    `Restore: ${row.id}`,
    `Host: ${row.host}`,
    `Through: ${row.server} (${restore.serverAddress}) as ${restore.serverUser}`,
    `Begun: ${dateTimeAndZone(row.startedAt)} by ${restore.begunBy}`,
    restore.finishedAt === null ? null : `Ended: ${dateTimeAndZone(restore.finishedAt)}`,
    `Bundle: ${restore.record ?? restore.bundle}`,
    `SHA-256 of the bundle: ${restore.bundleSha256}`,
    restore.safetyBackup === null ? null : `Safety backup: ${restore.safetyBackup}`,
    "",
    row.known,
    restore.left,
    restore.error === null ? null : sentences(restore.error.message, restore.error.hint),
  ];
  return [
    ...facts.filter((line) => line !== null),
    ...list("Known", restore.facts),
    ...list("Not proven", restore.open),
    ...list("Warnings", restore.warnings),
    ...(comparison === null
      ? []
      : [
          ...list("Compared with the bundle", [
            `${comparison.same} files and settings are alike`,
            `${comparison.leftOut} that change at every backup were left out`,
          ]),
          ...list("Different", comparison.different),
          ...list("Only in the bundle", comparison.onlyBundle),
          ...list("Only on the host", comparison.onlyHost),
        ]),
    ...list("Steps", restore.steps.map(stepText)),
    "",
  ].join("\n");
}

function stepText(step: StepView): string {
  const at = step.at === null ? "" : `${dateTimeAndZone(step.at)} `;
  return `${at}${stepWords(step.step)}: ${stepStateWords(step.state).toLowerCase()}${step.note === null ? "" : ` (${step.note})`}`;
}
