/** Deleting from the archive: plan, show, apply. Nothing goes that was not shown, and the core holds the plan. */
import { useRef, useState } from "react";
import { commands, type PlanView, planProgress } from "../../ipc";

export type Deletion =
  | { stage: "asking" }
  | { stage: "planning"; read: number }
  | { stage: "planned"; plan: PlanView }
  | { stage: "starting"; plan: PlanView }
  | { stage: "deleting"; job: number }
  | { stage: "failed"; error: unknown };

export type DeletionKind = "delete" | "prune";

/** How the plan that is shown was asked for: to make it again when it no longer holds. */
type Wanted = { kind: "delete"; ids: readonly string[] } | { kind: "prune"; keepLast: number | null };

/** `onBegun` hears of every plan of which the deletion has begun. */
export function useDeletion(onBegun: () => void) {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [deletion, setDeletion] = useState<Deletion>({ stage: "asking" });
  // Answers to what was closed or asked again meanwhile are not listened to.
  const turn = useRef(0);

  const plan = async (what: Wanted) => {
    turn.current += 1;
    const mine = turn.current;
    const set = (next: Deletion) => {
      if (turn.current === mine) {
        setDeletion(next);
      }
    };
    setWanted(what);
    setDeletion({ stage: "planning", read: 0 });
    const progress = planProgress(({ read }) => set({ stage: "planning", read }));
    try {
      const view =
        what.kind === "delete"
          ? await commands.planDelete([...what.ids], progress)
          : await commands.planPrune(what.keepLast ?? 1, progress);
      // The progress' last message may come after the answer.
      progress.onmessage = () => {};
      if (turn.current === mine) {
        setDeletion({ stage: "planned", plan: view });
      } else {
        await commands.dropPlan(view.plan);
      }
    } catch (error) {
      set({ stage: "failed", error });
    }
  };

  return {
    kind: wanted?.kind ?? null,
    keepLast: wanted?.kind === "prune" ? wanted.keepLast : null,
    deletion,
    planDelete: (ids: readonly string[]) => plan({ kind: "delete", ids }),
    askPrune: () => {
      turn.current += 1;
      setWanted({ kind: "prune", keepLast: null });
      setDeletion({ stage: "asking" });
    },
    planPrune: (keepLast: number) => plan({ kind: "prune", keepLast }),
    planAgain: () => (wanted === null ? Promise.resolve() : plan(wanted)),
    start: async (shown: PlanView) => {
      setDeletion({ stage: "starting", plan: shown });
      try {
        const job = await commands.startDeletion(shown.plan);
        setDeletion({ stage: "deleting", job });
        onBegun();
      } catch (error) {
        setDeletion({ stage: "failed", error });
      }
    },
    /** Answers with what could not be told to the core any more. */
    close: async () => {
      turn.current += 1;
      const last = deletion;
      setWanted(null);
      if (last.stage === "planning") {
        await commands.cancelPlan();
      } else if (last.stage === "planned") {
        await commands.dropPlan(last.plan.plan);
      }
    },
  };
}
