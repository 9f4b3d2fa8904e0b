import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  ChevronDownRegular,
  ChevronUpRegular,
  DeleteRegular,
  DismissRegular,
  OpenRegular,
} from "@fluentui/react-icons";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Bar } from "../../components/Bar";
import type { Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { DataGrid, type GridColumn } from "../../components/grid/DataGrid";
import { keep, kept } from "../../components/kept";
import { Age } from "../../components/Time";
import { dateTime, plural } from "../../components/words";
import { commands as ipc, type Job, type JobHead } from "../../ipc";
import { useMedia } from "../../theme";
import { isRunning, progressOf, useJobs } from "./jobs";
import { canCancel, progressWords, stateIcon, stateWords } from "./jobWords";

const useStyles = makeStyles({
  pane: {
    display: "flex",
    flexDirection: "column",
    flexShrink: 0,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  open: { height: "150px", "@media (max-height: 560px)": { height: "34vh" } },
  head: { display: "flex", alignItems: "center", height: "30px", flexShrink: 0, paddingLeft: "8px", gap: "8px" },
  toggle: { fontWeight: tokens.fontWeightSemibold, minWidth: 0, paddingLeft: "4px" },
  count: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

const useCellStyles = makeStyles({
  status: { display: "flex", alignItems: "center", gap: "6px" },
  words: { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" },
  cancel: { flexShrink: 0, marginLeft: "auto", minWidth: "56px", height: "22px", fontSize: "inherit" },
  share: { width: "34px", textAlign: "end", fontVariantNumeric: "tabular-nums" },
});

const KEPT_OPEN = "tasks.isOpen";

const columnsOf = (onError: (error: unknown) => void): readonly GridColumn<Job>[] => [
  { id: "title", title: "Task", width: 250, isFixed: true, text: ({ head }) => head.title },
  {
    id: "state",
    title: "Status",
    width: 260,
    grow: true,
    text: (job) => stateWords(job.head),
    draw: (job) => <Status job={job} onError={onError} />,
  },
  { id: "note", title: "Note", width: 200, text: ({ head }) => head.note ?? "" },
  {
    id: "startedAt",
    title: "Started",
    width: 110,
    text: ({ head }) => dateTime(head.startedAt),
    sortBy: ({ head }) => Date.parse(head.startedAt),
    draw: ({ head }) => <Age iso={head.startedAt} />,
  },
  {
    id: "finishedAt",
    title: "Finished",
    width: 110,
    text: ({ head }) => (head.finishedAt === null ? "" : dateTime(head.finishedAt)),
    sortBy: ({ head }) => (head.finishedAt === null ? null : Date.parse(head.finishedAt)),
    draw: ({ head }) => head.finishedAt !== null && <Age iso={head.finishedAt} />,
  },
];

/** Recent tasks, as in the vSphere Client: what runs, how far it is, cancel; what has ended stays until removed. */
export function TasksPane() {
  const styles = useStyles();
  const jobs = useJobs((state) => state.jobs);
  const isLow = useMedia("(max-height: 520px)");
  const [chosen, setChosen] = useState(() => kept(KEPT_OPEN));
  // Until it is chosen otherwise: open once there is a task, and room beside the page.
  const isOpen = chosen === null ? jobs.length > 0 && !isLow : chosen === "yes";
  const running = jobs.filter((job) => isRunning(job.head)).length;
  const toggle = () => {
    const next = isOpen ? "no" : "yes";
    keep(KEPT_OPEN, next);
    setChosen(next);
  };
  return (
    <section aria-label="Recent tasks" data-pane="tasks" className={mergeClasses(styles.pane, isOpen && styles.open)}>
      <div className={styles.head}>
        <Button
          size="small"
          appearance="transparent"
          className={styles.toggle}
          icon={isOpen ? <ChevronDownRegular /> : <ChevronUpRegular />}
          aria-expanded={isOpen}
          onClick={toggle}
        >
          Recent tasks
        </Button>
        <span className={styles.count}>
          {running > 0 ? `${plural(running, "task")} running` : jobs.length > 0 ? "Nothing is running" : ""}
        </span>
      </div>
      {isOpen && <Tasks jobs={jobs} />}
    </section>
  );
}

function Tasks({ jobs }: { jobs: readonly Job[] }) {
  const navigate = useNavigate();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const columns = useMemo(() => columnsOf(setError), []);
  const chosen = jobs.map((job) => job.head).filter((head) => selected.has(String(head.id)));
  const open = (head: JobHead) => void navigate({ to: "/jobs/$job", params: { job: String(head.id) } });
  const forAll = (which: JobHead[], act: (head: JobHead) => Promise<unknown>) =>
    void Promise.all(which.map(act)).then(() => setError(null), setError);
  const running = chosen.filter(canCancel);
  const ended = chosen.filter((head) => !isRunning(head));
  const commands: Commands = [
    {
      id: "open",
      label: "Open",
      icon: <OpenRegular />,
      shortcut: "Enter",
      disabled: chosen.length !== 1,
      run: () => chosen[0] !== undefined && open(chosen[0]),
    },
    {
      id: "cancel",
      label: "Cancel",
      icon: <DismissRegular />,
      disabled: running.length === 0,
      run: () => forAll(running, (head) => ipc.cancelJob(head.id, null)),
    },
    {
      id: "remove",
      label: "Remove from the list",
      icon: <DeleteRegular />,
      disabled: ended.length === 0,
      run: () => forAll(ended, (head) => ipc.removeJob(head.id)),
    },
  ];
  return (
    <>
      {error !== null && <ErrorView error={error} />}
      <DataGrid
        name="tasks"
        label="Recent tasks"
        rows={jobs}
        rowKey={jobKey}
        columns={columns}
        sortedBy="startedAt"
        isDescending
        selected={selected}
        onSelect={setSelected}
        onOpen={(job) => open(job.head)}
        commands={commands}
        empty={
          <EmptyState title="No tasks yet">Backups, verifications and restores that you start appear here.</EmptyState>
        }
      />
    </>
  );
}

function Status({ job, onError }: { job: Job; onError: (error: unknown) => void }) {
  const { head } = job;
  const styles = useCellStyles();
  const share = progressOf(head);
  return (
    <div className={styles.status}>
      {stateIcon(head)}
      {isRunning(head) && head.state === "running" ? (
        <>
          <Bar share={share} label={head.title} />
          <span className={styles.share}>{share === null ? "" : `${Math.floor(share * 100)} %`}</span>
          <span className={styles.words}>{progressWords(head)}</span>
        </>
      ) : (
        <span className={styles.words}>{stateWords(job.head)}</span>
      )}
      {canCancel(head) && (
        <Button
          size="small"
          className={styles.cancel}
          aria-label={`Cancel: ${head.title}`}
          onClick={() => ipc.cancelJob(head.id, null).catch(onError)}
          onDoubleClick={(event) => event.stopPropagation()}
          // The row would take the key for itself; the click selects the row, which keeps the focus.
          onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && event.stopPropagation()}
        >
          Cancel
        </Button>
      )}
    </div>
  );
}

function jobKey(job: Job): string {
  return String(job.head.id);
}
