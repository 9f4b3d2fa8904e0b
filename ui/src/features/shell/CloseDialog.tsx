import { Button, DialogActions, DialogBody, DialogContent, DialogTitle } from "@fluentui/react-components";
import { useEffect, useRef } from "react";
import { useShallow } from "zustand/react/shallow";
import { ErrorView } from "../../components/ErrorView";
import { Modal } from "../../components/Modal";
import { useSending } from "../../components/useSending";
import { plural } from "../../components/words";
import { type CloseAnswer, commands, type RestoreProgress } from "../../ipc";
import { isRunning, useJobs } from "./jobs";

/** The window was closed while jobs run: what now? */
export function CloseDialog() {
  const isAsked = useJobs((state) => state.closeAsked);
  return isAsked ? <Question /> : null;
}

function Question() {
  const running = useJobs((state) => state.jobs.filter((job) => isRunning(job.head)).length);
  const restoring = useJobs(
    useShallow((state) =>
      state.jobs.flatMap(({ head }) => (isRunning(head) && head.restore !== null ? [head.restore] : [])),
    ),
  );
  const { isBusy, error, send } = useSending();
  const hasEnded = running === 0;
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // What had the focus is gone or means something else now: Enter must not quit.
    hasEnded && stay.current?.focus();
  }, [hasEnded]);
  const answer = (choice: CloseAnswer) =>
    send(async () => {
      await commands.closeAnswer(choice);
      useJobs.setState({ closeAsked: false });
    });
  return (
    <Modal isAlert onClose={() => void answer("stay")}>
      <DialogBody>
        <DialogTitle>{hasEnded ? "Close Hostkeep?" : `${plural(running, "task")} still running`}</DialogTitle>
        <DialogContent>
          {hasEnded
            ? "The tasks that were running have ended meanwhile."
            : "Go on in the background to let them finish: a notification tells when they have. Cancel and quit keeps every bundle that has been saved so far."}
          {restoring.map((restore) => (
            <p key={restore.id}>{closingWords(restore)}</p>
          ))}
          {error !== null && <ErrorView error={error} />}
        </DialogContent>
        <DialogActions fluid>
          {!hasEnded && (
            <Button appearance="primary" autoFocus disabledFocusable={isBusy} onClick={() => answer("background")}>
              Go on in the background
            </Button>
          )}
          <Button disabledFocusable={isBusy} onClick={() => answer("cancelAndQuit")}>
            {hasEnded ? "Quit" : "Cancel and quit"}
          </Button>
          <Button ref={stay} disabledFocusable={isBusy} onClick={() => answer("stay")}>
            Stay
          </Button>
        </DialogActions>
      </DialogBody>
    </Modal>
  );
}

/** What quitting in mid-restore means. */
function closingWords({ host, wasTold }: RestoreProgress): string {
  return wasTold
    ? `${host} was told to restore, and goes on by itself. Without Hostkeep nobody watches whether it comes back, compares it with the bundle, or has it leave maintenance mode; the next start offers to go on.`
    : `The restore of ${host} is cancelled: what was done is taken back first, and the host is left as it was found.`;
}
