import { Button } from "@fluentui/react-components";
import { DismissCircleRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { Bar } from "../../components/Bar";
import { ErrorView } from "../../components/ErrorView";
import { Mark } from "../../components/Mark";
import { Page } from "../../components/Page";
import { DateTime } from "../../components/Time";
import { commands, type Job, type RestoreProgress } from "../../ipc";
import { progressOf } from "../shell/jobs";
import { Card } from "./Card";
import { progressSentence, waitingWords } from "./restoreWords";
import { Steps } from "./Steps";
import { useRestoreStyles } from "./styles";
import { useSeconds } from "./useSeconds";

/** A restore that is under way here: what is happening, whether it can still be cancelled. */
export function RestoreProgressPage({ job, restore }: { job: Job; restore: RestoreProgress }) {
  const styles = useRestoreStyles();
  const { head } = job;
  const [error, setError] = useState<unknown>(null);
  const isCancelling = head.state === "cancelling";
  const cancel = () => commands.cancelJob(head.id, null).catch(setError);
  return (
    <Page
      title={head.title}
      subtitle={
        <>
          Started <DateTime iso={head.startedAt} />
        </>
      }
      isScrolling
    >
      <div className={styles.column}>
        <Card title="Now">
          <p className={styles.big} role="status">
            <Mark kind="busy" /> {progressSentence(restore, isCancelling)}
          </p>
          <Waiting restore={restore} />
          <Bar share={progressOf(head)} label={head.title} />
          {restore.wasTold ? (
            <>
              <span className={styles.text}>
                {`It cannot be cancelled any more: ${restore.host} was told to restore the bundle, and nothing can take that back. Hostkeep watches until it is back.`}
              </span>
              <div className={styles.row}>
                <Button icon={<DismissCircleRegular />} disabled>
                  Cancel the restore
                </Button>
                <Button disabledFocusable={isCancelling} onClick={cancel}>
                  Stop watching
                </Button>
              </div>
              <span className={styles.quiet}>
                Without being watched, the restore goes on by itself, and nothing is proven. It can be watched again.
              </span>
            </>
          ) : (
            <>
              <div className={styles.row}>
                <Button icon={<DismissCircleRegular />} disabledFocusable={isCancelling} onClick={cancel}>
                  Cancel the restore
                </Button>
              </div>
              <span className={styles.quiet}>
                Until the host is told to restore, cancelling takes everything back and leaves it as it was found.
              </span>
            </>
          )}
          {error !== null && <ErrorView error={error} />}
        </Card>
        <Steps steps={restore.steps} />
      </div>
    </Page>
  );
}

function Waiting({ restore }: { restore: RestoreProgress }) {
  const styles = useRestoreStyles();
  const words = waitingWords(restore, useSeconds());
  return words === null ? null : <span className={styles.text}>{words}</span>;
}
