import { expect, test } from "vitest";
import { hostLabels } from "./hostLabels";

test("hosts of the same name are told apart", () => {
  const hosts = [
    { name: "esx01", identity: "a", server: "vc01", records: 30 },
    { name: "esx01", identity: "b", server: "vc02", records: 1 },
    { name: "esx02", identity: "c", server: "vc02", records: 2 },
  ];
  expect([...hostLabels(hosts).values()]).toEqual(["esx01 (vc01, 30 bundles)", "esx01 (vc02, 1 bundle)", "esx02"]);
});
