import type { ReactElement } from "react";
import { Mark, type MarkKind } from "../../components/Mark";
import { plural, wholeNumber } from "../../components/words";
import type { JobHead } from "../../ipc";

/** "137 saved, 3 failed". */
export function stateWords(head: JobHead): string {
  switch (head.state) {
    case "running":
      return head.total === 0 ? "Starting" : `${wholeNumber(head.done)} of ${wholeNumber(head.total)}`;
    case "cancelling":
      return "Cancelling";
    case "done":
      return outcome(head);
    case "cancelled":
      return `Cancelled: ${outcome(head)}`;
    case "failed":
      return head.error === null ? "Failed" : `Failed: ${head.error.message}`;
  }
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

function outcome(head: JobHead): string {
  const isVerify = head.kind === "verify";
  const good = plural(
    head.done - head.failed,
    isVerify ? "bundle good" : "host saved",
    isVerify ? "bundles good" : "hosts saved",
  );
  return head.failed === 0 ? good : `${good}, ${wholeNumber(head.failed)} ${isVerify ? "damaged" : "failed"}`;
}
