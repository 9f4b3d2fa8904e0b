import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useShallow } from "zustand/react/shallow";
import { Bar } from "../../components/Bar";
import { ErrorView } from "../../components/ErrorView";
import { useFocusLeftToGrid } from "../../components/focus";
import { Mark } from "../../components/Mark";
import { timeLeft } from "../../components/words";
import { commands, type JobHead } from "../../ipc";
import { isRunning, progressOf, useJobs } from "../shell/jobs";
import { canCancel, progressWords } from "../shell/jobWords";

const useStyles = makeStyles({
  root: { flexShrink: 0, padding: "0 16px 6px", maxHeight: "30%", overflowY: "auto" },
  title: { margin: "0 0 2px", fontSize: tokens.fontSizeBase200, fontWeight: tokens.fontWeightSemibold },
  job: {
    display: "flex",
    alignItems: "center",
    gap: "8px",
    minHeight: "30px",
    padding: "0 8px",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    marginBottom: "4px",
    fontSize: tokens.fontSizeBase200,
    minWidth: 0,
  },
  name: {
    color: tokens.colorBrandForegroundLink,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    flexShrink: 1,
    minWidth: "80px",
  },
  quiet: { color: tokens.colorNeutralForeground2, whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" },
});

/** What goes on now, above what was. */
export function RunningJobs() {
  const styles = useStyles();
  const running = useJobs(useShallow((state) => state.jobs.map((job) => job.head).filter(isRunning)));
  if (running.length === 0) {
    return null;
  }
  return (
    <section className={styles.root} aria-labelledby="running-jobs">
      <h2 id="running-jobs" className={styles.title}>
        Running now
      </h2>
      {running.map((head) => (
        <RunningJob key={head.id} head={head} />
      ))}
    </section>
  );
}

function RunningJob({ head }: { head: JobHead }) {
  const styles = useStyles();
  useFocusLeftToGrid();
  const [error, setError] = useState<unknown>(null);
  return (
    <>
      <div className={styles.job}>
        <Mark kind="busy" />
        <Link to="/jobs/$job" params={{ job: String(head.id) }} className={styles.name}>
          {head.title}
        </Link>
        <Bar share={progressOf(head)} label={head.title} />
        <span className={styles.quiet}>{progressWords(head)}</span>
        {head.secondsLeft !== null && <span className={styles.quiet}>{timeLeft(head.secondsLeft)}</span>}
        <Button
          size="small"
          disabledFocusable={!canCancel(head)}
          title={head.restore?.wasTold === true ? "The host was told to restore: that cannot be cancelled" : undefined}
          onClick={() => commands.cancelJob(head.id, null).catch(setError)}
        >
          Cancel
        </Button>
      </div>
      {error !== null && <ErrorView error={error} />}
    </>
  );
}
