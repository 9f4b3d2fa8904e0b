import { expect, test } from "vitest";
import {
  age,
  byteSize,
  dateTime,
  dateTimeAndZone,
  duration,
  ofTotal,
  plural,
  readInWords,
  timeLeft,
  withoutName,
} from "./words";

const NOW = Date.parse("2026-11-22T12:00:00Z");

test.each([
  ["2026-11-22T11:59:30Z", "just now"],
  ["2026-11-22T12:00:20Z", "just now"],
  ["2026-11-22T11:59:00Z", "1 min ago"],
  ["2026-11-22T09:00:00Z", "3 h ago"],
  ["2026-11-20T12:00:00Z", "2 d ago"],
  ["2026-09-01T12:00:00Z", "2 months ago"],
  ["2020-11-22T12:00:00Z", "6 years ago"],
  ["2026-11-22T15:00:00Z", "in 3 h"],
  ["nonsense", "–"],
])("the age of %s is %s", (iso, words) => {
  expect(age(iso, NOW)).toBe(words);
});

test("what was read is as old as the oldest of it, and a server that never was is not left out", () => {
  const [old, fresh] = ["2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z"];
  expect(readInWords([fresh, old], NOW)).toBe("read 2 d ago");
  expect(readInWords([fresh, null, null], NOW)).toBe("read just now, 2 servers not yet");
  expect(readInWords([null], NOW)).toBe("not read yet");
});

test("a message does not begin with the name that stands beside it", () => {
  expect(withoutName("esx01: the share is full", "esx01")).toBe("The share is full");
  expect(withoutName("esx01 is not responding", "esx01")).toBe("Not responding");
  expect(withoutName("esx01 was not tried: the disk is full", "esx01")).toBe("Not tried: the disk is full");
  expect(withoutName("esx01 cannot be reached", "esx01")).toBe("The host cannot be reached");
  expect(withoutName("esx010 is not responding", "esx01")).toBe("esx010 is not responding");
  expect(withoutName("the bundle of esx01 is not sound", "esx01")).toBe("the bundle of esx01 is not sound");
});

test("dates are local and the long form names the zone", () => {
  const at = new Date(2026, 10, 2, 3, 4, 5);
  expect(dateTime(at.toISOString())).toBe("2026-11-02 03:04");
  expect(dateTimeAndZone(at.toISOString())).toMatch(/^2026-11-02 03:04:05 \(UTC[+-]\d\d:\d\d\)$/);
  expect(dateTime("")).toBe("–");
  expect(dateTimeAndZone("x")).toBe("–");
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KB"],
  [1536, "1.5 KB"],
  [114_688, "112 KB"],
  [1_258_291, "1.2 MB"],
  [5 * 1024 ** 4, "5 TB"],
])("%d bytes are %s", (bytes, words) => {
  expect(byteSize(bytes)).toBe(words);
});

test("counts", () => {
  expect(plural(1, "host")).toBe("1 host");
  expect(plural(0, "host")).toBe("0 hosts");
  expect(plural(2500, "host")).toBe("2,500 hosts");
  expect(plural(2, "entry", "entries")).toBe("2 entries");
  expect(ofTotal(12, 140, "host")).toBe("12 of 140 hosts");
  expect(ofTotal(140, 140, "host")).toBe("140 hosts");
});

test.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [190, "3 min 10 s"],
  [7500, "2 h 5 min"],
  [7200, "2 h"],
])("%d seconds last %s", (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test("time left is coarse", () => {
  expect(timeLeft(3)).toBe("a few seconds left");
  expect(timeLeft(41)).toBe("about 50 s left");
  expect(timeLeft(130)).toBe("about 3 min left");
  expect(timeLeft(7300)).toBe("about 2 h left");
});
