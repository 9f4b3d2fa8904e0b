import { expect, test } from "vitest";
import { folded } from "./folded";

test("a filter finds names however they are written", () => {
  for (const [name, typed] of [
    ["İstanbul", "istanbul"],
    ["ISPARTA", "ısparta"],
    ["Zu\u0308rich", "Zürich"],
    ["ＥＳＸ０１", "esx01"],
    ["Hauptstraße", "HAUPTSTRASSE"],
  ] as const) {
    expect(folded(name)).toBe(folded(typed));
  }
  expect(folded("esx01.lab.local")).toBe("esx01.lab.local");
  expect(folded("ホスト01")).toBe("ホスト01");
});
