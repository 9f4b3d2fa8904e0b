import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { plural } from "../../components/words";
import { type CloseAnswer, commands } from "../../ipc";
import { isRunning, useJobs } from "./jobs";

/** The window was closed while jobs run: what now? */
export function CloseDialog() {
  const isAsked = useJobs((state) => state.closeAsked);
  return isAsked ? <Question /> : null;
}

function Question() {
  const running = useJobs((state) => state.jobs.filter((job) => isRunning(job.head)).length);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const answer = async (choice: CloseAnswer) => {
    setBusy(true);
    try {
      await commands.closeAnswer(choice);
      useJobs.setState({ closeAsked: false });
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && void answer("stay")}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{running === 0 ? "Close Hostkeep?" : `${plural(running, "task")} still running`}</DialogTitle>
          <DialogContent>
            {running === 0
              ? "The tasks that were running have ended meanwhile."
              : "Go on in the background to let them finish: a notification tells when they have. Cancel and quit keeps every bundle that has been saved so far."}
            {error !== null && <ErrorView error={error} />}
          </DialogContent>
          <DialogActions fluid>
            <Button appearance="primary" autoFocus disabled={isBusy} onClick={() => answer("background")}>
              Go on in the background
            </Button>
            <Button disabled={isBusy} onClick={() => answer("cancelAndQuit")}>
              {running === 0 ? "Quit" : "Cancel and quit"}
            </Button>
            <Button disabled={isBusy} onClick={() => answer("stay")}>
              Stay
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
