import { expect, test } from "vitest";
import { wholeNumberIn } from "./wholeNumberIn";

test.each([
  ["7", 7],
  [" 3650 ", 3650],
  ["007", 7],
])("%j is %d", (text, value) => {
  expect(wholeNumberIn(text, 1, 3650)).toEqual({ value, problem: null });
});

test.each(["", "0", "3651", "-1", "1.5", "1e3", "seven", "9".repeat(40), "1,000"])("%j is refused", (text) => {
  expect(wholeNumberIn(text, 1, 3650)).toEqual({
    value: null,
    problem: "Enter a whole number from 1 to 3,650.",
  });
});

test("digits in full width, as a Japanese keyboard writes them, are digits", () => {
  expect(wholeNumberIn("３０", 1, 256)).toEqual({ value: 30, problem: null });
});
