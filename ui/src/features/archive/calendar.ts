/**
 * A year of the archive as months of weeks, and moving about in it. Pure: days are yyyy-MM-dd, as in the archive's
 * folder names, and nothing here asks which day it is.
 */

export type Month = {
  /** yyyy-MM */
  id: string;
  title: string;
  /** Monday first; null before the first and after the last day. */
  weeks: readonly (readonly (string | null)[])[];
};

export type DayRange = { from: string; to: string };

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** The months of the year that lie between the first and the last day, the newest first. */
export function monthsOf(year: number, first: string, last: string): Month[] {
  const ids = MONTHS.map((_, index) => `${year}-${two(12 - index)}`);
  return ids.filter((id) => id >= first.slice(0, 7) && id <= last.slice(0, 7)).map((id) => month(id));
}

/** The years from the newest to the oldest day: also those in which nothing was saved. */
export function yearsOf(days: readonly string[]): number[] {
  const years = days.map(yearOf);
  if (years.length === 0) {
    return [];
  }
  const oldest = years.reduce((a, b) => Math.min(a, b));
  const newest = years.reduce((a, b) => Math.max(a, b));
  return Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
}

export function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

/** How full a day is beside the fullest: 1 to 4, so that a night with few bundles stands out. */
export function fullness(records: number, most: number): 1 | 2 | 3 | 4 {
  const quarter = Math.ceil((records / Math.max(1, most)) * 4);
  return quarter <= 1 ? 1 : quarter === 2 ? 2 : quarter === 3 ? 3 : 4;
}

/** "Sunday, 22 November 2026" */
export function dayInWords(day: string): string {
  const at = utc(day);
  return `${WEEKDAYS[at.getUTCDay()]}, ${at.getUTCDate()} ${monthTitle(day)}`;
}

/** "November 2026" */
export function monthTitle(day: string): string {
  return `${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

/** "2026-11-22", or "2026-11-01 to 2026-11-22". */
export function rangeInWords(range: DayRange): string {
  return range.from === range.to ? range.from : `${range.from} to ${range.to}`;
}

/** A month from its first to its last day. */
export function wholeMonth(id: string): DayRange {
  return { from: `${id}-01`, to: `${id}-${two(daysIn(id))}` };
}

/** A click on a day: a second one takes the filter away, with Shift the range reaches from where it began to here. */
export function chooseDay(range: DayRange | null, day: string, isExtending: boolean): DayRange | null {
  if (isExtending && range !== null) {
    return day < range.from ? { from: day, to: range.to } : { from: range.from, to: day };
  }
  return range !== null && range.from === day && range.to === day ? null : { from: day, to: day };
}

/** Where a key goes among the days with something on them (ascending), or null when it does not move. */
export function dayTowards(days: readonly string[], from: string, key: string): string | null {
  switch (key) {
    case "ArrowLeft":
      return lastUpTo(days, addDays(from, -1));
    case "ArrowRight":
      return firstFrom(days, addDays(from, 1));
    case "ArrowUp":
      return lastUpTo(days, addDays(from, -7));
    case "ArrowDown":
      return firstFrom(days, addDays(from, 7));
    case "PageUp":
      return lastUpTo(days, addMonths(from, -1));
    case "PageDown":
      return firstFrom(days, addMonths(from, 1));
    case "Home":
      return days[0] ?? null;
    case "End":
      return days.at(-1) ?? null;
    default:
      return null;
  }
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && addDays(text, 0) === text;
}

export function addDays(day: string, count: number): string {
  const at = utc(day);
  at.setUTCDate(at.getUTCDate() + count);
  return iso(at);
}

/** The same day of another month, or that month's last. */
function addMonths(day: string, count: number): string {
  const at = utc(`${day.slice(0, 7)}-01`);
  at.setUTCMonth(at.getUTCMonth() + count);
  const id = iso(at).slice(0, 7);
  return `${id}-${two(Math.min(Number(day.slice(8)), daysIn(id)))}`;
}

function month(id: string): Month {
  const before = (utc(`${id}-01`).getUTCDay() + 6) % 7;
  const count = daysIn(id);
  const weeks = Array.from({ length: Math.ceil((before + count) / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_, weekday) => {
      const day = week * 7 + weekday - before + 1;
      return day < 1 || day > count ? null : `${id}-${two(day)}`;
    }),
  );
  return { id, title: monthTitle(id), weeks };
}

function daysIn(id: string): number {
  return new Date(Date.UTC(Number(id.slice(0, 4)), Number(id.slice(5, 7)), 0)).getUTCDate();
}

function lastUpTo(days: readonly string[], limit: string): string | null {
  return days.findLast((day) => day <= limit) ?? null;
}

function firstFrom(days: readonly string[], limit: string): string | null {
  return days.find((day) => day >= limit) ?? null;
}

function utc(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

function iso(at: Date): string {
  return Number.isNaN(at.getTime()) ? "" : at.toISOString().slice(0, 10);
}

function two(value: number): string {
  return value.toString().padStart(2, "0");
}
