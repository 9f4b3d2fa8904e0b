import type { ReactElement } from "react";
import { Mark, type MarkKind } from "../../components/Mark";
import { plural, wholeNumber } from "../../components/words";
import type { JobHead, JobKind } from "../../ipc";
import { progressSentence, restoreStateMark, restoreStateWords } from "../restore/restoreWords";

/** "137 saved, 3 failed". */
export function stateWords(head: JobHead): string {
  if (head.restore?.outcome != null) {
    return restoreStateWords(head.restore.outcome);
  }
  switch (head.state) {
    case "running":
    case "cancelling":
      return progressWords(head);
    case "done":
      return outcome(head);
    case "cancelled":
      return `Cancelled: ${outcome(head)}`;
    case "failed":
      return head.error === null ? "Failed" : `Failed: ${head.error.message}`;
  }
}

/** How far a running job is: "21 of 50". */
export function progressWords(head: JobHead): string {
  if (head.restore !== null) {
    return progressSentence(head.restore, head.state === "cancelling");
  }
  if (head.state === "cancelling") {
    return "Cancelling";
  }
  return head.total === 0 ? "Starting" : `${wholeNumber(head.done)} of ${wholeNumber(head.total)}`;
}

/** What a job's items are, and what they are called that ended well or badly. */
export const ITEM_WORDS: Readonly<Record<JobKind, { item: string; good: string; bad: string }>> = {
  backup: { item: "host", good: "saved", bad: "failed" },
  verify: { item: "bundle", good: "good", bad: "not good" },
  delete: { item: "bundle", good: "deleted", bad: "could not go" },
  restore: { item: "step", good: "done", bad: "failed" },
};

/** "3 failed", "1 not good": of bundles, one that is damaged, or of which nothing was seen. */
export function failedWords(head: JobHead): string {
  return `${wholeNumber(head.failed)} ${ITEM_WORDS[head.kind].bad}`;
}

export function stateMark(head: JobHead): MarkKind {
  if (head.restore?.outcome != null) {
    return restoreStateMark(head.restore.outcome);
  }
  switch (head.state) {
    case "running":
    case "cancelling":
      return "busy";
    case "done":
      return head.failed > 0 ? "bad" : head.warnings.length > 0 || head.error !== null ? "warning" : "good";
    case "cancelled":
      return "cancelled";
    case "failed":
      return "bad";
  }
}

export function stateIcon(head: JobHead): ReactElement {
  return <Mark kind={stateMark(head)} />;
}

/** Whether what the job does can still be taken back, or ended. */
export function canCancel(head: JobHead): boolean {
  return head.state === "running" && head.restore?.wasTold !== true;
}

function outcome(head: JobHead): string {
  const words = ITEM_WORDS[head.kind];
  return [
    `${plural(head.done - head.failed - head.cancelled, words.item)} ${words.good}`,
    head.failed > 0 ? failedWords(head) : null,
    head.cancelled > 0 ? `${wholeNumber(head.cancelled)} cancelled` : null,
  ]
    .filter((part) => part !== null)
    .join(", ");
}
