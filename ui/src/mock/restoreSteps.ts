/** What restores of the mock have in common: their steps, the bundle, the safety backup. */
import type { RestoreStep, StepView } from "../ipc/bindings";
import { ago } from "./world";

export const STEPS: readonly RestoreStep[] = [
  "safetyBackup",
  "enterMaintenanceMode",
  "upload",
  "restore",
  "goDown",
  "return",
  "compare",
  "leaveMaintenanceMode",
];
export const BUNDLE_SHA256 = "9f2c4e7d1b6a8035f4c2d9e7b1a60853c4f7e2d9b6a1083f5c4e7d2b9a601835";
export const SAFETY = "20261123T091500Z-51fa3c07";

export function stepView(step: RestoreStep, state: StepView["state"]): StepView {
  const notes: Partial<Record<RestoreStep, string>> = {
    safetyBackup: `kept as ${SAFETY}`,
    return: state === "begun" ? "not responding" : "up since 2026-11-23 09:19:40 UTC",
  };
  return {
    step,
    state,
    at: state === "notBegun" ? null : ago(60_000),
    note: state === "notBegun" ? null : (notes[step] ?? null),
    percent: step === "enterMaintenanceMode" && state === "begun" ? 40 : null,
    error: null,
  };
}
