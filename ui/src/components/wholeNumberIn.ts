export type Parsed = { value: number; problem: null } | { value: null; problem: string };

/** What was typed as a whole number in a range, or what is wrong with it. Pure. */
export function wholeNumberIn(text: string, least: number, most: number): Parsed {
  const range = `Enter a whole number from ${group(least)} to ${group(most)}.`;
  const digits = text.normalize("NFKC").trim();
  if (!/^\d{1,15}$/.test(digits)) {
    return { value: null, problem: range };
  }
  const value = Number(digits);
  return value < least || value > most ? { value: null, problem: range } : { value, problem: null };
}

function group(value: number): string {
  return value.toLocaleString("en");
}
