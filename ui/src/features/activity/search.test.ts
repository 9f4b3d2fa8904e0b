import { expect, test } from "vitest";
import { activitySearch } from "./search";

test("an address may hold anything", () => {
  expect(activitySearch({ tab: "restores", text: "firmware", incomplete: true })).toEqual({
    tab: "restores",
    text: "firmware",
    incomplete: true,
  });
  expect(activitySearch({ tab: "files", text: {}, incomplete: "yes", other: 1 })).toEqual({});
  expect(activitySearch({ text: 20261122 })).toEqual({ text: "20261122" });
  expect(activitySearch({ text: "x".repeat(5000) }).text).toHaveLength(200);
});
