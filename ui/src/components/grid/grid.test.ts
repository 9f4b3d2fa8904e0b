import { expect, test, vi } from "vitest";
import { initialLayout, sortRows } from "./columns";
import { mergeOrder, parse, readLayout } from "./layout";
import { compareKeys, type SortValue, sortKey } from "./natural";
import { aimAt, clickRow, moveTo, type Selection, toggleAll, toggleRow } from "./selection";
import { commaSeparated, csvName, tabSeparated } from "./text";

function sorted(values: SortValue[]) {
  return values.toSorted((a, b) => compareKeys(sortKey(a) ?? "", sortKey(b) ?? ""));
}

test("names, addresses and builds sort by their numbers", () => {
  expect(sorted(["esx10", "esx2", "ESX1"])).toEqual(["ESX1", "esx2", "esx10"]);
  expect(sorted(["10.0.0.10", "10.0.0.9", "9.1.1.1"])).toEqual(["9.1.1.1", "10.0.0.9", "10.0.0.10"]);
  expect(sorted(["24280767", "8294253"])).toEqual(["8294253", "24280767"]);
  expect(sorted(["esx007", "esx7a", "esx6"])).toEqual(["esx6", "esx007", "esx7a"]);
  expect(sorted(["été", "etc", "fin"])).toEqual(["etc", "été", "fin"]);
  expect(sorted([10, 9, 100])).toEqual([9, 10, 100]);
  expect(sorted([true, false])).toEqual([false, true]);
});

test("nothing has no key", () => {
  expect(sortKey(null)).toBeNull();
  expect(sortKey("")).toBeNull();
});

test("rows without a key come last in both directions, equal ones stay in their order", () => {
  const rows = [{ id: 1 }, { id: 2, key: "b" }, { id: 3, key: "a" }, { id: 4 }, { id: 5, key: "a" }];
  const ids = (isDescending: boolean) => sortRows(rows, (row) => row.key, isDescending).map((row) => row.id);
  expect(ids(false)).toEqual([3, 5, 2, 1, 4]);
  expect(ids(true)).toEqual([2, 3, 5, 1, 4]);
});

const KEYS = ["a", "b", "c", "d"];
const NONE: Selection = { selected: new Set(), anchor: null, active: null };
const PLAIN = { shift: false, ctrl: false };
const SHIFT = { shift: true, ctrl: false };
const CTRL = { shift: false, ctrl: true };
const names = (selection: Selection) => [...selection.selected].sort().join("");

test("clicks select as in Explorer", () => {
  const one = clickRow(NONE, KEYS, "b", PLAIN);
  expect(names(one)).toBe("b");
  expect(names(clickRow(one, KEYS, "d", SHIFT))).toBe("bcd");
  expect(names(clickRow(clickRow(one, KEYS, "d", SHIFT), KEYS, "a", SHIFT))).toBe("ab");
  const two = clickRow(one, KEYS, "d", CTRL);
  expect(names(two)).toBe("bd");
  expect(names(clickRow(two, KEYS, "b", CTRL))).toBe("d");
  expect(names(clickRow(two, KEYS, "a", { shift: true, ctrl: true }))).toBe("abcd");
});

test("arrows move, with Ctrl the focus alone, with Shift the range", () => {
  const at = moveTo(NONE, KEYS, "b", PLAIN);
  expect(moveTo(at, KEYS, "c", CTRL)).toEqual({ selected: new Set("b"), anchor: "b", active: "c" });
  expect(names(moveTo(at, KEYS, "c", SHIFT))).toBe("bc");
});

test("ticks, all and right clicks", () => {
  expect(names(toggleRow(toggleRow(NONE, "a"), "c"))).toBe("ac");
  expect(names(toggleAll(NONE, KEYS))).toBe("abcd");
  expect(names(toggleAll(toggleAll(NONE, KEYS), KEYS))).toBe("");
  const two = toggleRow(toggleRow(NONE, "a"), "c");
  expect(names(aimAt(two, "a"))).toBe("ac");
  expect(names(aimAt(two, "d"))).toBe("d");
});

const COLUMNS = [
  { title: "Name", text: (row: string[]) => row[0] ?? "" },
  { title: "Note", text: (row: string[]) => row[1] ?? "" },
];

test("text for other programs", () => {
  const rows = [
    ["esx01", "a\tb\nc"],
    ['say "x", y', "=cmd()"],
  ];
  expect(tabSeparated(COLUMNS, rows)).toBe('Name\tNote\r\nesx01\ta b c\r\nsay "x", y\t=cmd()');
  expect(commaSeparated(COLUMNS, rows)).toBe('Name,Note\r\nesx01,"a\tb\nc"\r\n"say ""x"", y",\'=cmd()\r\n');
});

test("a list's file is named after it and the day", () => {
  const now = new Date(2026, 2, 1);
  expect(csvName("Found settings", now)).toBe("found-settings-2026-03-01.csv");
  expect(csvName("Backup of 3 hosts…", now)).toBe("backup-of-3-hosts-2026-03-01.csv");
  expect(csvName("主机", now)).toBe("list-2026-03-01.csv");
});

test("a remembered layout may be anything", () => {
  expect(parse(null)).toEqual({});
  expect(parse("{")).toEqual({});
  expect(parse("[1]")).toEqual({});
  expect(
    parse(
      '{"sorting":[{"id":"name","desc":true},7],"columnSizing":{"a":120,"b":"wide","c":-1},"columnOrder":["b",3],"columnVisibility":{"a":false,"b":"no"}}',
    ),
  ).toEqual({
    sorting: [{ id: "name", desc: true }],
    columnSizing: { a: 120 },
    columnOrder: ["b"],
    columnVisibility: { a: false },
  });
});

test("a column that is new since then comes where it belongs", () => {
  expect(mergeOrder(["c", "a", "gone"], ["a", "b", "c", "d"])).toEqual(["c", "d", "a", "b"]);
  expect(mergeOrder([], ["a", "b"])).toEqual(["a", "b"]);
});

test("a layout of an older version neither leaves rows unsorted nor hides what they are known by", () => {
  const text = () => "";
  const columns = [
    { id: "name", title: "Name", width: 100, isFixed: true, text },
    { id: "size", title: "Size", width: 100, text },
  ];
  const kept = (layout: object) => {
    vi.stubGlobal("localStorage", { getItem: () => JSON.stringify(layout) });
    return readLayout("hosts", columns, initialLayout(columns, "name", false));
  };
  expect(kept({ sorting: [{ id: "gone", desc: true }] }).sorting).toEqual([{ id: "name", desc: false }]);
  expect(kept({ sorting: [{ id: "size", desc: true }] }).sorting).toEqual([{ id: "size", desc: true }]);
  expect(kept({ columnVisibility: { name: false, size: false } }).columnVisibility).toEqual({
    name: true,
    size: false,
  });
  vi.unstubAllGlobals();
});
