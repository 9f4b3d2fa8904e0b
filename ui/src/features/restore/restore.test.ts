import { expect, test } from "vitest";
import type { CheckView, RestorePlanView, RestoreProgress, RestoreStep, StepView } from "../../ipc";
import { restored } from "../../mock/restored";
import { choicesOf, choiceWords, draftOf } from "./choices";
import { DEFAULT_CHOICES, isTyped, missing, planChanges, planInWords, planText } from "./plan";
import { noteWords, progressSentence, restoreText, waitingWords } from "./restoreWords";
import { restoreSearch } from "./search";

const check = (code: string, verdict: CheckView["verdict"], reason = `about ${code}`): CheckView => ({
  code,
  verdict,
  about: code,
  reason,
  whatNext: null,
});
const plan = (checks: CheckView[], digest = "d1"): RestorePlanView => ({
  plan: 1,
  digest,
  host: { server: "vc01", moid: "host-1", name: "esx01.lab.local" },
  version: "8.0.3",
  build: "24022510",
  addresses: ["10.0.0.1"],
  bringsAddress: null,
  checks,
  steps: [{ step: "upload", about: "Send the bundle." }],
  madeAt: "2026-11-23T10:00:00Z",
});

test("the last button works only when nothing is in the way, all is ticked and the name is typed", () => {
  const warned = plan([check("a", "fine"), check("b", "warning"), check("c", "warning")]);
  expect(missing(plan([check("a", "blocker")]), new Set(["a"]), "esx01.lab.local")).toBe("Something is in the way.");
  expect(missing(warned, new Set(), "esx01.lab.local")).toBe("2 warnings are not ticked.");
  expect(missing(warned, new Set(["b", "a"]), "esx01.lab.local")).toBe("1 warning is not ticked.");
  expect(missing(warned, new Set(["b", "c"]), "esx01")).toBe("Type esx01.lab.local above.");
  expect(missing(warned, new Set(["b", "c"]), " ESX01.lab.local ")).toBeNull();
  expect(missing(plan([]), new Set(), "")).toBe("Type esx01.lab.local above.");
});

test("the short name is not the name", () => {
  expect(isTyped("esx01", "esx01.lab.local")).toBe(false);
  expect(isTyped("", "esx01.lab.local")).toBe(false);
  expect(isTyped("Esx01.Lab.Local", "esx01.lab.local")).toBe(true);
});

test("a plan in words counts what is in the way before what is to be accepted", () => {
  expect(planInWords(plan([check("a", "blocker"), check("b", "warning")]))).toContain("1 thing is in the way");
  expect(planInWords(plan([check("a", "warning"), check("b", "warning")]))).toContain("2 warnings");
  expect(planInWords(plan([check("a", "fine")]))).toContain("nothing speaks against it");
});

test("what has changed between two plans is named", () => {
  const before = plan([check("a", "fine"), check("b", "warning")]);
  expect(planChanges(before, before)).toEqual([]);
  expect(planChanges(before, plan([check("a", "blocker"), check("b", "warning")], "d2"))).toEqual(["a: about a"]);
  expect(planChanges(before, plan([check("a", "fine"), check("b", "warning", "other")], "d2"))).toEqual(["b: other"]);
  expect(planChanges(before, { ...before, steps: [], digest: "d2" })).toEqual(["The steps are others than before."]);
  expect(planChanges(before, { ...before, digest: "d2" })).toHaveLength(1);
});

test("a plan as text has every check, blockers first, and every step", () => {
  const text = planText(plan([check("a", "fine"), check("b", "blocker"), check("c", "warning")]), "vc01", "r1");
  expect(text.split("\n").filter((line) => line.startsWith("["))).toEqual([
    "[BLOCKER] b: about b",
    "[WARNING] c: about c",
    "[fine] a: about a",
  ]);
  expect(text).toContain("1. Send the bundle.");
});

const step = (name: RestoreStep, state: StepView["state"]): StepView => ({
  step: name,
  state,
  at: null,
  note: null,
  percent: null,
  error: null,
});
const progress = (steps: StepView[], change: Partial<RestoreProgress> = {}): RestoreProgress => ({
  id: "r",
  host: "esx01",
  steps,
  wasTold: false,
  watchingSince: null,
  returnWithinSeconds: 1800,
  outcome: null,
  ...change,
});

test("what is under way is said in a sentence", () => {
  expect(progressSentence(progress([step("safetyBackup", "done"), step("upload", "begun")]), false)).toBe(
    "The bundle is sent to esx01",
  );
  expect(progressSentence(progress([step("upload", "begun")]), true)).toContain("is being taken back");
  expect(progressSentence(progress([step("return", "begun")], { wasTold: true }), true)).toContain("watching");
});

test("waiting is told only while the host is away, with the deadline", () => {
  const since = "2026-11-23T10:00:00Z";
  const now = Date.parse(since) + 70_000;
  const away = progress([step("goDown", "done"), step("return", "begun")], { watchingSince: since });
  expect(waitingWords(away, now)).toBe("Waiting for 1 min 10 s; given up after 30 min.");
  expect(waitingWords({ ...away, steps: [step("compare", "begun")] }, now)).toBeNull();
  expect(waitingWords({ ...away, watchingSince: null }, now)).toBeNull();
});

test("a note begins as sentences do, and a name as it is", () => {
  expect(["kept as 1a2b", "alike", "esx01.lab.local is back", "no answer came"].map(noteWords)).toEqual([
    "Kept as 1a2b",
    "Alike",
    "esx01.lab.local is back",
    "No answer came",
  ]);
});

test("a report as text names what is not proven and where the way back is", () => {
  const text = restoreText(restored("notProven"));
  expect(text).toMatch(/^esx01\.lab\.local was restored, but not everything is proven\./);
  expect(text).toContain("Not proven:\n- 25 files");
  expect(text).toContain("Safety backup: 2026");
  expect(text).toContain("Only on the host:\n- etc/chrony.conf");
});

test("addresses are taken only as far as they are understood", () => {
  expect(restoreSearch({ record: "a", file: 3, host: "vc/host-1", own: true, other: 1 })).toEqual({
    record: "a",
    host: "vc/host-1",
    own: true,
  });
  expect(restoreSearch({ file: 3 })).toEqual({ file: 3 });
  expect(restoreSearch({ file: -1, record: "", own: "yes" })).toEqual({});
});

test("waits are whole minutes of at most a day, and nothing else is restored with", () => {
  const draft = draftOf(DEFAULT_CHOICES);
  expect(choicesOf(draft)).toEqual(DEFAULT_CHOICES);
  expect(choicesOf({ ...draft, returnMinutes: " 1440 " })).toEqual({ ...DEFAULT_CHOICES, returnWithinSeconds: 86_400 });
  for (const minutes of ["0", "1441", "1.5", "", "x"]) {
    expect(choicesOf({ ...draft, returnMinutes: minutes })).toBeNull();
    expect(choicesOf({ ...draft, maintenanceMinutes: minutes })).toBeNull();
  }
});

test("options say what is unusual", () => {
  expect(choiceWords(DEFAULT_CHOICES)).toBe(
    "Safety backup first, 10 min to enter maintenance mode, 30 min to come back, leaves maintenance mode at the end, without force.",
  );
  expect(choiceWords({ ...DEFAULT_CHOICES, safetyBackup: false, force: true })).toMatch(
    /^No safety backup.*with force\.$/,
  );
});
