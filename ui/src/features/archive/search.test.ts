import { expect, test } from "vitest";
import { archiveSearch, isFiltered, rangeOf, recordQuery } from "./search";

test("an address that makes sense is taken as it is", () => {
  const search = archiveSearch({
    from: "2026-11-01",
    to: "2026-11-22",
    host: "4c4c4544-0000",
    text: "esx",
    pinned: true,
    record: "aa0000000001",
  });
  expect(search).toEqual({
    from: "2026-11-01",
    to: "2026-11-22",
    host: "4c4c4544-0000",
    text: "esx",
    pinned: true,
    record: "aa0000000001",
  });
  expect(rangeOf(search)).toEqual({ from: "2026-11-01", to: "2026-11-22" });
});

test("what makes none is left out", () => {
  expect(archiveSearch({ from: "2026-11-22", to: "2026-11-01" })).toEqual({});
  expect(archiveSearch({ from: "2026-11-22" })).toEqual({});
  expect(
    archiveSearch({ from: "2026-02-30", to: "2026-03-01", pinned: "yes", newest: 1, host: {}, server: "" }),
  ).toEqual({});
  expect(archiveSearch({ text: "x".repeat(5000) }).text).toHaveLength(200);
  // A search for a build number is a number in an address.
  expect(archiveSearch({ text: 24280767 })).toEqual({ text: "24280767" });
});

test("without filters everything is asked for", () => {
  expect(recordQuery({})).toEqual({
    from: null,
    to: null,
    identity: null,
    server: null,
    search: null,
    pinned: false,
    newest: false,
  });
  expect(isFiltered({ record: "aa" })).toBe(false);
  expect(isFiltered({ record: "aa", newest: true })).toBe(true);
  expect(isFiltered({ server: "vc01" })).toBe(true);
});
