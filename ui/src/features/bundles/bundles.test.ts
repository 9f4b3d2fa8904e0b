import { expect, test } from "vitest";
import type { RecordRow, SettingView, StandingView } from "../../ipc";
import { recordRow } from "../../mock/world";
import { bundleChoice, insideOf, insideSearch, recordBefore, settingsSearch } from "./search";
import { filteredSettings, sectionsOf, settingRows, textOf } from "./settings";
import { recordChoiceWords, shortStandingWords, sizesInWords, standingWords } from "./words";

const setting = (section: string, object: string, name: string, value: string): SettingView => ({
  section,
  object,
  name,
  value,
  sources: [{ file: "etc/vmware/esx.conf", key: `/${name}` }],
});

test("an address that cannot be understood is left out", () => {
  expect(insideSearch({ record: "", file: 1.5, tab: "x", text: 7, path: {}, layer: "state" })).toEqual({ text: "7" });
  expect(insideSearch({ record: "a", file: 3 })).toEqual({ record: "a" });
  expect(insideSearch({ file: 3, tab: "files", path: "etc/ntp.conf", layer: "elsewhere" })).toEqual({
    file: 3,
    tab: "files",
    path: "etc/ntp.conf",
    layer: "local",
  });
  expect(settingsSearch({ text: "x".repeat(1000), host: null })).toEqual({ text: "x".repeat(200) });
});

test("a bundle is a record or a file, and its page is found again", () => {
  expect(bundleChoice(undefined, undefined)).toBeNull();
  expect(insideOf(null)).toEqual({});
  for (const search of [{ record: "a" }, { file: 2 }]) {
    expect(insideOf(bundleChoice(search.record, search.file))).toEqual(search);
  }
});

test("the bundle before is the same host's last one that is older", () => {
  const at = (host: string, takenAt: string): RecordRow => ({
    ...recordRow(0, 0),
    id: `${host} ${takenAt}`,
    host,
    takenAt,
  });
  const records = [
    at("esx01", "2026-11-23T00:00:00Z"),
    at("ESX01", "2026-11-21T00:00:00Z"),
    at("esx01", "2026-11-20T00:00:00Z"),
    at("esx02", "2026-11-22T00:00:00Z"),
  ];
  const before = (index: number) => {
    const record = records[index];
    return record === undefined ? undefined : recordBefore(records, record)?.id;
  };
  expect(before(0)).toBe("ESX01 2026-11-21T00:00:00Z");
  expect(before(2)).toBeUndefined();
});

test("settings are filtered by section, and by words, values and places in any case", () => {
  const settings = [
    setting("Networking", "vmk0", "MTU", "9000"),
    setting("Networking", "vmk1", "MTU", "1500"),
    setting("Syslog", "", "Remote host", "udp://LOG.lab.local"),
  ];
  const rows = settingRows(settings);
  const found = (text?: string, section?: string) => filteredSettings(rows, text, section).map(({ key }) => key);
  expect(sectionsOf(settings)).toEqual([
    { section: "Networking", count: 2 },
    { section: "Syslog", count: 1 },
  ]);
  expect(found()).toEqual(["0", "1", "2"]);
  expect(found("mtu", "Networking")).toEqual(["0", "1"]);
  expect(found(" log.LAB ")).toEqual(["2"]);
  expect(found("esx.conf /mtu")).toEqual(["0", "1"]);
  expect(found("9000", "Syslog")).toEqual([]);
  expect(found("９０００")).toEqual(["0"]);
});

test("what a search leads to is found by its own text", () => {
  const rows = settingRows([setting("Networking", "vmk1", "MTU", "1500"), setting("Syslog", "", "Remote host", "")]);
  for (const row of rows) {
    expect(filteredSettings(rows, textOf(row), undefined)).toEqual([row]);
  }
});

test("how settings stand is said in words", () => {
  expect(standingWords(null)).toBe("");
  expect(standingWords({ kind: "unknown" })).toBe("");
  const unchanged: StandingView = { kind: "unchanged", since: "2026-11-16T14:08:00" };
  expect(standingWords(unchanged)).toBe("Unchanged since 2026-11-16");
  expect(shortStandingWords(unchanged)).toBe("Since 2026-11-16");
  expect(standingWords({ kind: "unreadable" })).toBe("Not readable");
  expect(shortStandingWords({ kind: "unreadable" }, true)).toBe("Sealed by TPM");
  const record: RecordRow = {
    ...recordRow(0, 0),
    takenAt: "2026-11-22T23:30:00",
    version: "8.0.3",
    build: "24280767",
    standing: { kind: "changed", previous: "a" },
    note: null,
    runNote: "Nightly",
  };
  expect(recordChoiceWords(record)).toBe("2026-11-22 23:30 · 8.0.3 build 24280767 · changed · Nightly");
  expect(sizesInWords(96, 118)).toBe("96 B → 118 B");
  expect(sizesInWords(null, 118)).toBe("118 B");
});
