/** A job's items as rows, and in words. Pure. */
import { folded } from "../../components/folded";
import type { MarkKind } from "../../components/Mark";
import { byteSize, sentences, withoutName } from "../../components/words";
import type { HostRef, JobItem, Step } from "../../ipc";

export type ItemRow = { index: number; item: JobItem };
export type ItemFilter = "all" | "underWay" | "failed" | "good" | "cancelled";

/** An item that did not change keeps its row, so that a tick draws nothing else. */
const rowOf = new WeakMap<JobItem, ItemRow>();

export function itemRows(items: readonly JobItem[]): ItemRow[] {
  return items.map((item, index) => {
    let row = rowOf.get(item);
    if (row?.index !== index) {
      row = { index, item };
      rowOf.set(item, row);
    }
    return row;
  });
}

export function isEnd(step: Step): boolean {
  return step !== "waiting" && step !== "packing" && step !== "downloading";
}

export function isFailure(step: Step): boolean {
  return step === "failed" || step === "damaged";
}

export function filterItems(rows: readonly ItemRow[], filter: ItemFilter, text: string): readonly ItemRow[] {
  const words = folded(text)
    .split(/\s+/)
    .filter((word) => word !== "");
  return filter === "all" && words.length === 0
    ? rows
    : rows.filter(({ item }) => fits(item.step, filter) && hasWords(item, words));
}

function hasWords(item: JobItem, words: readonly string[]): boolean {
  const text = folded(`${item.name}\n${item.server ?? ""}\n${messageOf(item)}`);
  return words.every((word) => text.includes(word));
}

export function fits(step: Step, filter: ItemFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "underWay":
      return !isEnd(step) && step !== "waiting";
    case "failed":
      return isFailure(step);
    case "good":
      return step === "saved" || step === "good" || step === "deleted";
    case "cancelled":
      return step === "cancelled";
  }
}

/** The hosts to try again. Names that fit no host have none. */
export function failedHosts(items: readonly JobItem[]): HostRef[] {
  return items.flatMap((item) => (item.step === "failed" && item.host !== null ? [item.host] : []));
}

export function stepWords(step: Step): string {
  switch (step) {
    case "waiting":
      return "Waiting";
    case "packing":
      return "Packing";
    case "downloading":
      return "Downloading";
    case "saved":
      return "Saved";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Cancelled";
    case "good":
      return "Good";
    case "damaged":
      return "Damaged";
    case "deleted":
      return "Deleted";
  }
}

export function stepMark(step: Step): MarkKind {
  switch (step) {
    case "waiting":
      return "waiting";
    case "packing":
    case "downloading":
      return "busy";
    case "saved":
    case "good":
    case "deleted":
      return "good";
    case "failed":
    case "damaged":
      return "bad";
    case "cancelled":
      return "cancelled";
  }
}

/** What sorts steps: what needs attention and what is under way first. */
export function stepOrder(step: Step): number {
  return ["failed", "damaged", "downloading", "packing", "waiting", "cancelled", "saved", "good", "deleted"].indexOf(
    step,
  );
}

/** "48 KB of 96 KB", "96 KB", "". */
export function bytesWords(item: JobItem): string {
  if (item.bytes === 0 && item.totalBytes === null) {
    return "";
  }
  return isEnd(item.step) || item.totalBytes === null
    ? byteSize(item.bytes)
    : `${byteSize(item.bytes)} of ${byteSize(item.totalBytes)}`;
}

export function messageOf(item: JobItem): string {
  return sentences(
    item.error === null ? null : withoutName(item.error.message, item.name),
    item.error?.hint,
    ...item.warnings,
  );
}
