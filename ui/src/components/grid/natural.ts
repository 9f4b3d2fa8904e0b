/** Sorting as people read: esx2 before esx10, 10.0.0.9 before 10.0.0.10, build 8294253 before 24280767. */

export type SortValue = string | number | boolean | null;

/** A key that sorts right by plain comparison, so that thousands of rows can be sorted again on every change. */
export function sortKey(value: SortValue): string | number | null {
  if (typeof value === "boolean") {
    return value ? 1 : 0;
  }
  if (typeof value !== "string") {
    return value;
  }
  if (value === "") {
    return null;
  }
  return value
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, "").padStart(20, "0"));
}

/** Ascending. What is missing is handled by the caller: it comes last in both directions. */
export function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === typeof b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return typeof a === "number" ? -1 : 1;
}
