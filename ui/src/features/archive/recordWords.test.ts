import { expect, test } from "vitest";
import type { RecordRow } from "../../ipc";
import { listInWords, sumInWords } from "./recordWords";

test.each([
  [140, 140, 140, "140 bundles"],
  [1, 1, 1, "1 bundle"],
  [12, 12, 140, "12 of 140 bundles"],
  [0, 0, 140, "0 of 140 bundles"],
  [5000, 75_000, 75_000, "newest 5,000 of 75,000 bundles"],
  [5000, 7431, 75_000, "newest 5,000 of 7,431 bundles that fit"],
])("%d shown of %d found of %d", (shown, found, all, words) => {
  expect(listInWords(shown, found, all)).toBe(words);
});

test("a selection is summed up, each host counted once", () => {
  const record = (identity: string, bytes: number): RecordRow => ({
    id: `${identity}-${bytes}`,
    host: identity,
    identity,
    server: "vc01",
    takenAt: "2026-11-22T22:30:00Z",
    date: "2026-11-22",
    version: "8.0.3",
    build: "24280767",
    bytes,
    note: null,
    runNote: null,
    pinned: false,
    isNewest: true,
    verified: null,
    standing: { kind: "unknown" },
  });
  expect(sumInWords([record("a", 1024), record("a", 2048), record("b", 1024)])).toBe("3 bundles of 2 hosts, 4 KB");
});
