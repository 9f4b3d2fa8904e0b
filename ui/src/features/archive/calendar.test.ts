import { expect, test } from "vitest";
import {
  addDays,
  chooseDay,
  dayInWords,
  dayTowards,
  fullness,
  isDay,
  monthsOf,
  rangeInWords,
  wholeMonth,
  yearsOf,
} from "./calendar";

test("a month is whole weeks from Monday on", () => {
  const [november] = monthsOf(2026, "2026-11-03", "2026-11-23");
  expect(november?.title).toBe("November 2026");
  // The first of November 2026 is a Sunday.
  expect(november?.weeks[0]).toEqual([null, null, null, null, null, null, "2026-11-01"]);
  expect(november?.weeks.at(-1)).toEqual(["2026-11-30", null, null, null, null, null, null]);
  expect(november?.weeks.flat().filter((day) => day !== null)).toHaveLength(30);
});

test("February has 29 days in leap years, and a month that begins on Monday has no gap before it", () => {
  expect(monthsOf(2028, "2028-02-01", "2028-02-29")[0]?.weeks.flat()).toContain("2028-02-29");
  expect(monthsOf(2026, "2026-06-10", "2026-06-10")[0]?.weeks[0]?.[0]).toBe("2026-06-01");
});

test("a year shows the months between the first and the last day alone", () => {
  expect(monthsOf(2026, "2026-09-30", "2026-11-02").map((month) => month.id)).toEqual([
    "2026-11",
    "2026-10",
    "2026-09",
  ]);
  expect(monthsOf(2025, "2024-05-01", "2026-11-02")).toHaveLength(12);
});

test("years without bundles between two others are there", () => {
  expect(yearsOf(["2023-01-01", "2026-11-22"])).toEqual([2026, 2025, 2024, 2023]);
  expect(yearsOf([])).toEqual([]);
});

test.each([
  [1, 2500, 1],
  [625, 2500, 1],
  [626, 2500, 2],
  [1875, 2500, 3],
  [1876, 2500, 4],
  [2500, 2500, 4],
  [1, 1, 4],
])("%d of at most %d is quarter %d", (records, most, quarter) => {
  expect(fullness(records, most)).toBe(quarter);
});

test("days and ranges in words", () => {
  expect(dayInWords("2026-11-22")).toBe("Sunday, 22 November 2026");
  expect(rangeInWords({ from: "2026-11-22", to: "2026-11-22" })).toBe("2026-11-22");
  expect(rangeInWords(wholeMonth("2026-02"))).toBe("2026-02-01 to 2026-02-28");
});

test("a click chooses a day, a second one lets it go, Shift reaches to it from either side", () => {
  const day = chooseDay(null, "2026-11-10", false);
  expect(day).toEqual({ from: "2026-11-10", to: "2026-11-10" });
  expect(chooseDay(day, "2026-11-10", false)).toBeNull();
  expect(chooseDay(day, "2026-11-12", true)).toEqual({ from: "2026-11-10", to: "2026-11-12" });
  expect(chooseDay(day, "2026-11-02", true)).toEqual({ from: "2026-11-02", to: "2026-11-10" });
  expect(chooseDay(null, "2026-11-02", true)).toEqual({ from: "2026-11-02", to: "2026-11-02" });
});

test("keys go to the nearest day with something on it", () => {
  const days = ["2025-12-30", "2026-11-01", "2026-11-02", "2026-11-15", "2026-11-20"];
  const go = (from: string, key: string) => dayTowards(days, from, key);
  expect(go("2026-11-02", "ArrowRight")).toBe("2026-11-15");
  expect(go("2026-11-15", "ArrowLeft")).toBe("2026-11-02");
  expect(go("2026-11-02", "ArrowDown")).toBe("2026-11-15");
  expect(go("2026-11-20", "ArrowUp")).toBe("2026-11-02");
  expect(go("2026-11-20", "PageUp")).toBe("2025-12-30");
  expect(go("2026-11-20", "PageDown")).toBeNull();
  expect(go("2026-11-20", "Home")).toBe("2025-12-30");
  expect(go("2026-11-01", "End")).toBe("2026-11-20");
  expect(go("2026-11-20", "ArrowRight")).toBeNull();
  expect(go("2026-11-20", "x")).toBeNull();
});

test("only real days are days", () => {
  expect(isDay("2026-11-22")).toBe(true);
  expect(isDay("2026-02-30")).toBe(false);
  expect(isDay("yesterday")).toBe(false);
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
});
