import type { ReactElement } from "react";
import { Mark, type MarkKind } from "../../components/Mark";
import { plural, wholeNumber } from "../../components/words";
import type { Job, JobHead } from "../../ipc";

/** "137 saved, 3 failed". */
export function stateWords(job: Job): string {
  const { head } = job;
  switch (head.state) {
    case "running":
    case "cancelling":
      return progressWords(head);
    case "done":
      return outcome(job);
    case "cancelled":
      return `Cancelled: ${outcome(job)}`;
    case "failed":
      return head.error === null ? "Failed" : `Failed: ${head.error.message}`;
  }
}

/** How far a running job is: "21 of 50". */
export function progressWords(head: JobHead): string {
  if (head.state === "cancelling") {
    return "Cancelling";
  }
  return head.total === 0 ? "Starting" : `${wholeNumber(head.done)} of ${wholeNumber(head.total)}`;
}

export function stateMark(head: JobHead): MarkKind {
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

/** Counted by the items: to the head, a cancelled host is done as well. */
function outcome({ head, items }: Job): string {
  const count = (...steps: string[]) => items.filter((item) => steps.includes(item.step)).length;
  const isVerify = head.kind === "verify";
  const good = count("saved", "good");
  const bad = count("failed", "damaged");
  const cancelled = count("cancelled");
  return [
    isVerify ? plural(good, "bundle good", "bundles good") : plural(good, "host saved", "hosts saved"),
    bad > 0 ? `${wholeNumber(bad)} ${isVerify ? "damaged" : "failed"}` : null,
    cancelled > 0 ? `${wholeNumber(cancelled)} cancelled` : null,
  ]
    .filter((part) => part !== null)
    .join(", ");
}
