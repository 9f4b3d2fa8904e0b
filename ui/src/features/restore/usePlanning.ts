import { useEffect, useRef, useState } from "react";
import { type BundleChoice, commands, type HostRow, type RestoreChoices, type RestorePlanView } from "../../ipc";
import { planChanges } from "./plan";

type Planning =
  | { kind: "none" }
  | { kind: "looking" }
  | { kind: "failed"; error: unknown }
  | { kind: "made"; plan: RestorePlanView; changes: readonly string[] | null };

const NONE: Planning = { kind: "none" };

/**
 * The plan about one bundle, one host and one choice of options: with another one it is none any more. `look` makes it, and says
 * what has changed since the one `before`.
 */
export function usePlanning(bundle: BundleChoice | null, host: HostRow | undefined, options: RestoreChoices | null) {
  const about = JSON.stringify([bundle, host?.key, options]);
  const [planned, setPlanned] = useState({ about: "", planning: NONE });
  const planning = planned.about === about ? planned.planning : NONE;
  const isLooking = planning.kind === "looking";
  // What is only being looked at ends with the page, and as soon as it is about something else.
  useEffect(() => endPlanning, []);
  useEffect(() => (isLooking ? endPlanning : undefined), [isLooking]);
  // An ended one may answer after the next one was begun.
  const turn = useRef(0);
  const look = async (before: RestorePlanView | null) => {
    if (bundle === null || host === undefined || options === null) {
      return;
    }
    turn.current += 1;
    const mine = turn.current;
    const set = (next: Planning) => turn.current === mine && setPlanned({ about, planning: next });
    set({ kind: "looking" });
    try {
      const plan = await commands.planRestore({ bundle, host: host.host, options });
      set({ kind: "made", plan, changes: before === null ? null : planChanges(before, plan) });
    } catch (error) {
      set({ kind: "failed", error });
    }
  };
  return { about, planning, look };
}

/** Also ends a restore that was consented to and has not begun. */
export function endPlanning(): void {
  commands.cancelRestorePlan().catch(() => null);
}
