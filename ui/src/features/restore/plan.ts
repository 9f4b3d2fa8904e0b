/** A plan: what stands in the way, what is to be ticked, what has changed, and the plan as text. Pure. */
import { dateTimeAndZone } from "../../components/words";
import type { CheckView, RestoreChoices, RestorePlanView, VerdictView } from "../../ipc";

export const DEFAULT_CHOICES: RestoreChoices = {
  force: false,
  safetyBackup: true,
  maintenanceTimeoutSeconds: 600,
  evacuatePoweredOff: false,
  vsan: "ensureAccessibility",
  leaveMaintenanceMode: true,
  reconnect: true,
  returnWithinSeconds: 1800,
};

export function checksWith(plan: RestorePlanView, verdict: VerdictView): CheckView[] {
  return plan.checks.filter((check) => check.verdict === verdict);
}

/** "2 things in the way", "3 warnings to be accepted", "Nothing speaks against it". */
export function planInWords(plan: RestorePlanView): string {
  const blockers = checksWith(plan, "blocker").length;
  const warnings = checksWith(plan, "warning").length;
  if (blockers > 0) {
    return blockers === 1
      ? "It cannot be done: 1 thing is in the way"
      : `It cannot be done: ${blockers} things are in the way`;
  }
  if (warnings > 0) {
    return warnings === 1
      ? "It can be done: 1 warning to be accepted"
      : `It can be done: ${warnings} warnings to be accepted`;
  }
  return "It can be done: nothing speaks against it";
}

/** Names of hosts are compared as the shell compares them. */
export function isTyped(typed: string, host: string): boolean {
  return typed.trim().toLowerCase() === host.toLowerCase();
}

/** What keeps the last button from working; null where nothing does. */
export function missing(plan: RestorePlanView, ticked: ReadonlySet<string>, typed: string): string | null {
  if (checksWith(plan, "blocker").length > 0) {
    return "Something is in the way.";
  }
  const open = checksWith(plan, "warning").filter((check) => !ticked.has(check.code)).length;
  if (open > 0) {
    return open === 1 ? "1 warning is not ticked." : `${open} warnings are not ticked.`;
  }
  return isTyped(typed, plan.host.name) ? null : `Type ${plan.host.name} above.`;
}

/** What an admin sees to have changed between two plans for the same host. */
export function planChanges(before: RestorePlanView, now: RestorePlanView): string[] {
  const known = new Map(before.checks.map((check) => [check.code, check]));
  const changes = now.checks
    .filter((check) => {
      const old = known.get(check.code);
      return old?.reason !== check.reason || old.verdict !== check.verdict;
    })
    .map((check) => `${check.about}: ${check.reason}`);
  const steps = (plan: RestorePlanView) => plan.steps.map((step) => step.about).join("\n");
  if (steps(before) !== steps(now)) {
    changes.push("The steps are others than before.");
  }
  if (changes.length === 0 && before.digest !== now.digest) {
    changes.push("The host's own state is another one, such as when it was started.");
  }
  return changes;
}

export function planText(plan: RestorePlanView, server: string, bundle: string): string {
  const words: Record<VerdictView, string> = { blocker: "BLOCKER", warning: "WARNING", fine: "fine" };
  const release = [plan.version, plan.build === null ? null : `build ${plan.build}`].filter((part) => part !== null);
  return [
    `Restore to ${plan.host.name}`,
    `Made ${dateTimeAndZone(plan.madeAt)}`,
    `Release: ${release.join(", ")}`,
    `Through: ${server}`,
    `Bundle: ${bundle}`,
    "",
    ...(["blocker", "warning", "fine"] as const).flatMap((verdict) =>
      checksWith(plan, verdict).map((check) =>
        [`[${words[verdict]}] ${check.about}: ${check.reason}`, check.whatNext]
          .filter((part) => part !== null)
          .join("\n    "),
      ),
    ),
    "",
    "What would be done:",
    ...plan.steps.map((step, index) => `${index + 1}. ${step.about}`),
    "",
    planInWords(plan),
    "",
  ].join("\n");
}
