import { expect, test } from "vitest";
import { hostOf, shortAddress } from "./address";

test.each([
  ["https://vc01.lab.local/", "vc01.lab.local"],
  ["https://vc01.lab.local/sdk", "vc01.lab.local"],
  ["https://10.0.0.5:8443/", "10.0.0.5:8443"],
  ["https://vc01/other/path", "https://vc01/other/path"],
  ["vc01", "vc01"],
])("%s is typed as %s", (address, typed) => {
  expect(shortAddress(address)).toBe(typed);
});

test("a server is named after its host", () => {
  expect(hostOf(" https://10.0.0.5:8443/ ")).toBe("10.0.0.5");
  expect(hostOf("vc01.lab.local")).toBe("vc01.lab.local");
  expect(hostOf("2001:db8::15")).toBe("2001:db8::15");
  expect(hostOf("https://[2001:db8::15]:8443")).toBe("[2001:db8::15]");
  expect(hostOf("https://[2001:db8::15]/")).toBe("[2001:db8::15]");
});
