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
  const plain = /[^ -~]/.test(value) ? value.normalize("NFD").replace(/\p{Mn}/gu, "") : value;
  return padNumbers(plain.toLowerCase());
}

/** Every number as long as any other. No expression with a callback: all hosts have a key before the first is drawn. */
function padNumbers(text: string): string {
  let padded = "";
  let at = 0;
  while (at < text.length) {
    const isNumber = isDigit(text.charCodeAt(at));
    let end = at + 1;
    while (end < text.length && isDigit(text.charCodeAt(end)) === isNumber) {
      end += 1;
    }
    padded += isNumber
      ? text
          .slice(at, end)
          .replace(/^0+(?=\d)/, "")
          .padStart(20, "0")
      : text.slice(at, end);
    at = end;
  }
  return padded;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Ascending. What is missing is handled by the caller: it comes last in both directions. */
export function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === typeof b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return typeof a === "number" ? -1 : 1;
}
