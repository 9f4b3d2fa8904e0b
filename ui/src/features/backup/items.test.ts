import { expect, test } from "vitest";
import type { JobItem } from "../../ipc";
import { bytesWords, failedHosts, filterItems, itemRows, messageOf } from "./items";

const item = (name: string, change: Partial<JobItem> = {}): JobItem => ({
  name,
  server: "vc01",
  host: { server: "vc01", moid: name, name },
  step: "waiting",
  bytes: 0,
  totalBytes: null,
  record: null,
  warnings: [],
  error: null,
  ...change,
});
const REFUSED = { code: "x", message: "the host is not responding", hint: "Look at it.", details: [] };

test("an item that did not change keeps its row", () => {
  const items = [item("a"), item("b")];
  const before = itemRows(items);
  const after = itemRows([items[0] ?? item("a"), item("b", { step: "saved" })]);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});

test("items are filtered by step and text", () => {
  const rows = itemRows([
    item("esx01", { step: "saved" }),
    item("esx02", { step: "failed", error: REFUSED }),
    item("esx03", { step: "packing" }),
    item("esx04"),
  ]);
  const names = (found: typeof rows | readonly (typeof rows)[number][]) => found.map((row) => row.item.name).join(" ");
  expect(filterItems(rows, "all", " ")).toBe(rows);
  expect(names(filterItems(rows, "failed", ""))).toBe("esx02");
  expect(names(filterItems(rows, "good", ""))).toBe("esx01");
  expect(names(filterItems(rows, "underWay", ""))).toBe("esx03");
  expect(names(filterItems(rows, "all", "RESPONDING vc01"))).toBe("esx02");
});

test("only failed hosts that are known are tried again", () => {
  const items = [
    item("a", { step: "failed" }),
    item("b", { step: "failed", host: null }),
    item("c", { step: "saved" }),
  ];
  expect(failedHosts(items).map((host) => host.name)).toEqual(["a"]);
});

test("bytes and messages in words", () => {
  expect(bytesWords(item("a"))).toBe("");
  expect(bytesWords(item("a", { step: "downloading", bytes: 1024, totalBytes: 4096 }))).toBe("1 KB of 4 KB");
  expect(bytesWords(item("a", { step: "saved", bytes: 4096, totalBytes: 4096 }))).toBe("4 KB");
  expect(messageOf(item("a", { error: REFUSED, warnings: ["Slow."] }))).toBe(
    "the host is not responding. Look at it. Slow.",
  );
});
