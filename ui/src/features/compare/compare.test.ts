import { expect, test } from "vitest";
import type { ChangeGroup, ChangeView, LineView } from "../../ipc";
import {
  comparedInWords,
  filteredGroups,
  isBackwards,
  secretWords,
  sectionsOfChanges,
  sideBySide,
  sideTitles,
} from "./differences";
import { choiceOf, compareSearch, swapped, withChoice } from "./search";

const change = (name: string, more: Partial<ChangeView> = {}): ChangeView => ({
  name,
  kind: "changed",
  first: "a",
  second: "b",
  secrets: null,
  source: { file: "etc/ntp.conf", key: "server" },
  ...more,
});
const group = (section: string, object: string, ...names: string[]): ChangeGroup => ({
  section,
  object,
  kind: "changed",
  changes: names.map((name) => change(name)),
});

test("an address that cannot be understood is left out", () => {
  expect(compareSearch({ first: 12, second: "", secondFile: -1, tab: "x" })).toEqual({ first: "12" });
  expect(compareSearch({ first: "a", firstFile: 3, secondFile: 4, tab: "files" })).toEqual({
    first: "a",
    secondFile: 4,
    tab: "files",
  });
});

test("a side is chosen, and both change places", () => {
  const search = withChoice({ first: "a" }, "second", { kind: "file", file: 7 });
  expect(search).toEqual({ first: "a", secondFile: 7 });
  expect(swapped(search)).toEqual({ firstFile: 7, second: "a" });
  expect(choiceOf(search, "second")).toEqual({ kind: "file", file: 7 });
  expect(withChoice(search, "second", null)).toEqual({ first: "a" });
});

test("groups of a section stand together, and no more are laid out than asked", () => {
  const groups = [group("A", "x", "1", "2"), group("A", "y", "3"), group("B", "z", "4", "5")];
  const sections = sectionsOfChanges(groups, 4);
  expect(sections.map(({ section, changes }) => [section, changes])).toEqual([
    ["A", 3],
    ["B", 1],
  ]);
  expect(sectionsOfChanges(groups, 2)).toHaveLength(1);
});

test("sides are told apart by what differs: the host, or the day", () => {
  const side = (name: string, takenAt: string | null) => ({
    name,
    takenAt,
    record: null,
    releaseLevel: null,
    uuid: null,
  });
  const day = side("esx01", "2026-11-22T10:00:00");
  expect(sideTitles(day, side("esx01", "2026-11-23T10:00:00"))).toEqual({
    first: "First: 2026-11-22 10:00",
    second: "Second: 2026-11-23 10:00",
  });
  expect(sideTitles(day, side("esx02", null))).toEqual({ first: "First: esx01", second: "Second: esx02" });
  expect(sideTitles(side("a.tgz", null), side("a.tgz", null))).toEqual({ first: "First", second: "Second" });
});

test("the later bundle of a host standing first is noticed, of two hosts there is no order", () => {
  const side = (name: string, takenAt: string | null, uuid: string | null = null) => ({
    name,
    takenAt,
    record: null,
    releaseLevel: null,
    uuid,
  });
  // By time, not by how it is written.
  const [early, late] = ["2026-11-22T10:00:00+02:00", "2026-11-22T09:00:00Z"];
  expect(isBackwards(side("esx01", late), side("esx01", early))).toBe(true);
  expect(isBackwards(side("esx01", early), side("esx01", late))).toBe(false);
  expect(isBackwards(side("esx01", late), side("esx02", early))).toBe(false);
  expect(isBackwards(side("esx01", late, "a"), side("renamed", early, "a"))).toBe(true);
  expect(isBackwards(side("esx01", late), side("esx01", null))).toBe(false);
});

test("what came of a comparison is said in a sentence, and of sealed bundles not too much", () => {
  const side = { name: "esx01", takenAt: null, record: null, releaseLevel: null, uuid: null };
  const none = { first: side, second: side, notCompared: null, isSame: false, groups: [], files: [], leftOut: [] };
  expect(comparedInWords({ ...none, same: 412, changes: 1 })).toBe(
    "1 setting and 0 files differ, 412 settings are alike.",
  );
  expect(comparedInWords({ ...none, isSame: true, same: 1412, changes: 0 })).toBe("All settings are alike: 1,412.");
  expect(comparedInWords({ ...none, notCompared: "sealed", same: 2, changes: 0 })).toBe(
    "In the manifests, 0 settings differ and 2 are alike.",
  );
});

test("a filter looks at names, objects, values and places", () => {
  const groups = [group("Networking", "vmk0", "MTU"), group("Time", "NTP", "Servers")];
  expect(filteredGroups(groups, "ｖｍｋ０").map(({ object }) => object)).toEqual(["vmk0"]);
  expect(filteredGroups(groups, " vmk0 ").map(({ object }) => object)).toEqual(["vmk0"]);
  expect(filteredGroups(groups, "ntp.conf")).toHaveLength(2);
  expect(filteredGroups(groups, "nothing")).toEqual([]);
});

test("what was removed stands beside what came in its place", () => {
  const lines: LineView[] = [
    { kind: "same", text: "a" },
    { kind: "removed", text: "b" },
    { kind: "removed", text: "c" },
    { kind: "added", text: "B" },
    { kind: "same", text: "d" },
    { kind: "added", text: "e" },
  ];
  const told = sideBySide(10, 20, lines).map(({ first, second }) => [
    first === null ? null : `${first.at} ${first.text}`,
    second === null ? null : `${second.at} ${second.text}`,
  ]);
  expect(told).toEqual([
    ["10 a", "20 a"],
    ["11 b", "21 B"],
    ["12 c", null],
    ["13 d", "22 d"],
    [null, "23 e"],
  ]);
});

test("secrets are said to differ or to be alike", () => {
  const hidden = { first: "[redacted: password hash]", second: "[redacted: password hash]" };
  expect(secretWords(change("Password", { ...hidden, secrets: "differ" }))).toBe("What is redacted differs");
  expect(secretWords(change("Password", { ...hidden, secrets: "alike" }))).toBe("What is redacted is alike");
  expect(secretWords(change("MTU"))).toBeNull();
  expect(secretWords(change("MTU", hidden))).toBe("It differs where it is not shown");
});
