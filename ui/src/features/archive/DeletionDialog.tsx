import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  ProgressBar,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { useEffect, useMemo, useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { DataGrid, type GridColumn } from "../../components/grid/DataGrid";
import { Modal } from "../../components/Modal";
import { DateTime } from "../../components/Time";
import { wholeNumberIn } from "../../components/wholeNumberIn";
import { byteSize, plural, wholeNumber } from "../../components/words";
import {
  commands,
  type ErrorReport,
  errorReport,
  type Job,
  type JobHead,
  type JobItem,
  type KeptView,
  type PlanView,
  type RecordRow,
} from "../../ipc";
import { isRunning, progressOf, useJobs } from "../shell/jobs";
import { progressWords } from "../shell/jobWords";
import { HOST_COLUMN, recordKey, SIZE_COLUMN, TAKEN_COLUMN, takenMinute } from "./records";
import type { useDeletion } from "./useDeletion";

const useStyles = makeStyles({
  surface: { maxWidth: "680px" },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, minHeight: 0 },
  list: { display: "flex", height: "min(260px, 36vh)", border: `1px solid ${tokens.colorNeutralStroke2}` },
  keep: { width: "120px" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

const REMOVED_COLUMNS: readonly GridColumn<RecordRow>[] = [
  HOST_COLUMN,
  TAKEN_COLUMN,
  SIZE_COLUMN,
  { id: "note", title: "Note", width: 190, grow: true, text: (record) => record.note ?? "" },
];

const KEPT_COLUMNS: readonly GridColumn<KeptView>[] = [
  { id: "host", title: "Host", width: 180, isFixed: true, text: (kept) => kept.record.host },
  {
    id: "takenAt",
    title: "Taken",
    width: 128,
    text: (kept) => TAKEN_COLUMN.text(kept.record),
    sortBy: (kept) => takenMinute(kept.record),
    draw: (kept) => <DateTime iso={kept.record.takenAt} />,
  },
  { id: "because", title: "Kept because", width: 260, grow: true, text: (kept) => kept.because },
];

const LEFT_COLUMNS: readonly GridColumn<JobItem>[] = [
  { id: "host", title: "Host", width: 180, isFixed: true, text: (left) => left.name },
  { id: "reason", title: "Could not go because", width: 300, grow: true, text: (left) => left.error?.message ?? "" },
  { id: "id", title: "Id", width: 120, text: (left) => left.record ?? "" },
];

type DeletionDialogProps = {
  flow: ReturnType<typeof useDeletion>;
  onClose: () => void;
  /** All that was to go is gone. */
  onDeleted: (head: JobHead) => void;
};

/** Shows exactly what would go before anything goes; the last button names the act. */
export function DeletionDialog({ flow, onClose, onDeleted }: DeletionDialogProps) {
  const styles = useStyles();
  const { deletion, kind } = flow;
  if (kind === null) {
    return null;
  }
  const isBusy = deletion.stage === "starting";
  return (
    <Modal isAlert className={styles.surface} onClose={() => isBusy || onClose()}>
      <DialogBody>
        {deletion.stage === "asking" ? (
          <AskPrune onPlan={flow.planPrune} onClose={onClose} />
        ) : deletion.stage === "planning" ? (
          <Planning read={deletion.read} onClose={onClose} />
        ) : deletion.stage === "planned" ? (
          <Planned
            plan={deletion.plan}
            keepLast={flow.keepLast}
            onApply={() => flow.start(deletion.plan)}
            onClose={onClose}
          />
        ) : deletion.stage === "starting" ? (
          <Starting plan={deletion.plan} />
        ) : deletion.stage === "deleting" ? (
          <Deleting id={deletion.job} onClose={onClose} onDeleted={onDeleted} />
        ) : (
          <Failed error={errorReport(deletion.error)} onAgain={flow.planAgain} onClose={onClose} />
        )}
      </DialogBody>
    </Modal>
  );
}

function AskPrune({ onPlan, onClose }: { onPlan: (keepLast: number) => Promise<void>; onClose: () => void }) {
  const styles = useStyles();
  const [text, setText] = useState("30");
  const keepLast = wholeNumberIn(text, 1, 100_000);
  return (
    <form
      style={{ display: "contents" }}
      onSubmit={(event) => {
        event.preventDefault();
        keepLast.value !== null && void onPlan(keepLast.value);
      }}
    >
      <DialogTitle>Prune the archive</DialogTitle>
      <DialogContent className={styles.content}>
        <Field
          label="Keep the newest bundles of each host"
          hint="Pinned bundles and each host's last good one stay in any case."
          validationMessage={keepLast.problem ?? undefined}
        >
          <Input
            className={styles.keep}
            inputMode="numeric"
            autoFocus
            value={text}
            contentAfter="bundles"
            onChange={(_, data) => setText(data.value)}
          />
        </Field>
        <span className={styles.quiet}>Nothing is deleted yet: what will go is shown first.</span>
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" type="submit" disabled={keepLast.value === null}>
          Show what will be deleted
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </DialogActions>
    </form>
  );
}

function Planning({ read, onClose }: { read: number; onClose: () => void }) {
  const styles = useStyles();
  return (
    <>
      <DialogTitle>Looking at what can go</DialogTitle>
      <DialogContent className={styles.content}>
        <ProgressBar aria-label="Reading bundles" />
        <span className={styles.quiet}>
          {read === 0 ? "Reading the archive" : `${plural(read, "bundle")} read`}, so that the last good bundle of each
          host stays. Nothing is deleted yet.
        </span>
      </DialogContent>
      <DialogActions>
        <Button autoFocus onClick={onClose}>
          Cancel
        </Button>
      </DialogActions>
    </>
  );
}

type PlannedProps = { plan: PlanView; keepLast: number | null; onApply: () => void; onClose: () => void };

function Planned({ plan, keepLast, onApply, onClose }: PlannedProps) {
  const styles = useStyles();
  const [tab, setTab] = useState<"removed" | "kept">(plan.removedCount === 0 ? "kept" : "removed");
  const what = plural(plan.removedCount, "bundle");
  return (
    <>
      <DialogTitle>{plan.removedCount === 0 ? "Nothing will be deleted" : `Delete ${what}?`}</DialogTitle>
      <DialogContent className={styles.content}>
        <span>
          {plan.removedCount === 0
            ? keepLast === null
              ? "All that was selected stays."
              : `No host has more than ${plural(keepLast, "bundle")} that may go.`
            : `${what} of ${plural(plan.removedHosts, "host")} (${byteSize(plan.bytes)}) will be deleted for good. ${staysInWords(plan.keptCount, keepLast)}`}
        </span>
        {(plan.removedCount > 0 || plan.kept.length > 0) && (
          <TabList
            size="small"
            selectedValue={tab}
            onTabSelect={(_, { value }) => setTab(value === "kept" ? "kept" : "removed")}
          >
            {plan.removedCount > 0 && <Tab value="removed">{`To be deleted (${wholeNumber(plan.removedCount)})`}</Tab>}
            {plan.kept.length > 0 && <Tab value="kept">{`Kept (${wholeNumber(plan.kept.length)})`}</Tab>}
          </TabList>
        )}
        {tab === "removed" && plan.removedCount > 0 && (
          <div className={styles.list}>
            <PlainGrid
              name="plan.removed"
              label="What will be deleted"
              rows={plan.removed}
              rowKey={recordKey}
              columns={REMOVED_COLUMNS}
            />
          </div>
        )}
        {tab === "kept" && plan.kept.length > 0 && (
          <div className={styles.list}>
            <PlainGrid name="plan.kept" label="What is kept" rows={plan.kept} rowKey={keptKey} columns={KEPT_COLUMNS} />
          </div>
        )}
        {plan.removed.length < plan.removedCount && (
          <span className={styles.quiet}>
            {`The newest ${wholeNumber(plan.removed.length)} of ${what} are listed.`}
          </span>
        )}
      </DialogContent>
      <DialogActions>
        {plan.removedCount > 0 && (
          <Button appearance="primary" onClick={onApply}>
            Delete {what}
          </Button>
        )}
        <Button autoFocus onClick={onClose}>
          {plan.removedCount > 0 ? "Cancel" : "Close"}
        </Button>
      </DialogActions>
    </>
  );
}

/** A plan to delete knows of the hosts that it touches, one to prune of all. */
function staysInWords(count: number, keepLast: number | null): string {
  const stay = `${plural(count, "bundle")} ${keepLast === null ? "of the same hosts " : ""}`;
  return `${stay}${count === 1 ? "stays" : "stay"}${keepLast === null ? "." : " in the archive."}`;
}

function Starting({ plan }: { plan: PlanView }) {
  const styles = useStyles();
  return (
    <>
      <DialogTitle>Delete {plural(plan.removedCount, "bundle")}</DialogTitle>
      <DialogContent className={styles.content}>
        <ProgressBar aria-label="Making sure" />
        <span className={styles.quiet}>Making sure that the archive is still what it was.</span>
      </DialogContent>
    </>
  );
}

type DeletingProps = { id: number; onClose: () => void; onDeleted: (head: JobHead) => void };

/** Follows the job; it goes on without the dialog. */
function Deleting({ id, onClose, onDeleted }: DeletingProps) {
  const job = useJobs((state) => state.jobs.find((one) => one.head.id === id));
  const head = job?.head;
  const isGone = head?.state === "done" && head.failed === 0 && head.error === null;
  useEffect(() => {
    head !== undefined && isGone && onDeleted(head);
  }, [head, isGone, onDeleted]);
  return job === undefined || isRunning(job.head) || isGone ? (
    <UnderWay id={id} head={head} onClose={onClose} />
  ) : (
    <Ended job={job} onClose={onClose} />
  );
}

function UnderWay({ id, head, onClose }: { id: number; head: JobHead | undefined; onClose: () => void }) {
  const styles = useStyles();
  const [error, setError] = useState<unknown>(null);
  return (
    <>
      <DialogTitle>{head === undefined ? "Deleting" : `Deleting ${plural(head.total, "bundle")}`}</DialogTitle>
      <DialogContent className={styles.content}>
        <ProgressBar aria-label="Deleting" value={head === undefined ? undefined : (progressOf(head) ?? undefined)} />
        <span className={styles.quiet}>{head !== undefined && progressWords(head)}</span>
        {error !== null && <ErrorView error={error} />}
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" autoFocus onClick={onClose}>
          Go on in the background
        </Button>
        <Button
          disabled={head?.state !== "running"}
          onClick={() => commands.cancelJob(id, null).catch(setError)}
          title="What is gone stays gone"
        >
          Cancel
        </Button>
      </DialogActions>
    </>
  );
}

/** Not all that was to go is gone. */
function Ended({ job, onClose }: { job: Job; onClose: () => void }) {
  const styles = useStyles();
  const { head } = job;
  const left = useMemo(() => job.items.filter((item) => item.step === "failed"), [job.items]);
  const deleted = `${plural(head.done - head.failed - head.cancelled, "bundle")} deleted, ${byteSize(head.bytes)} freed.`;
  return (
    <>
      <DialogTitle>{endedWords(head)}</DialogTitle>
      <DialogContent className={styles.content}>
        <span>{left.length > 0 ? `${deleted} What could not go is still whole.` : deleted}</span>
        {head.error !== null && <ErrorView error={head.error} intent={head.state === "failed" ? "error" : "warning"} />}
        {left.length > 0 && (
          <div className={styles.list}>
            <PlainGrid
              name="plan.left"
              label="What could not be deleted"
              rows={left}
              rowKey={leftKey}
              columns={LEFT_COLUMNS}
            />
          </div>
        )}
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </>
  );
}

function endedWords(head: JobHead): string {
  if (head.state === "failed") {
    return "Deleting ended in the middle";
  }
  if (head.cancelled > 0) {
    return `${plural(head.cancelled, "bundle")} ${head.cancelled === 1 ? "stays" : "stay"}: deleting was cancelled`;
  }
  return head.failed > 0
    ? `${plural(head.failed, "bundle")} could not be deleted`
    : `${plural(head.done, "bundle")} deleted`;
}

type FailedProps = { error: ErrorReport; onAgain: () => Promise<void>; onClose: () => void };

function Failed({ error, onAgain, onClose }: FailedProps) {
  return (
    <>
      <DialogTitle>Nothing was deleted by this plan</DialogTitle>
      <DialogContent>
        <ErrorView error={error} />
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={() => void onAgain()}>
          Look again
        </Button>
        <Button autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </>
  );
}

type PlainGridProps<Row extends object> = {
  name: string;
  label: string;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  columns: readonly GridColumn<Row>[];
};

/** To look through and to copy from. */
function PlainGrid<Row extends object>({ name, label, rows, rowKey, columns }: PlainGridProps<Row>) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(useMemo(() => new Set<string>(), []));
  return (
    <DataGrid
      name={name}
      label={label}
      rows={rows}
      rowKey={rowKey}
      columns={columns}
      sortedBy="host"
      selected={selected}
      onSelect={setSelected}
    />
  );
}

function keptKey(kept: KeptView): string {
  return kept.record.id;
}

function leftKey(left: JobItem): string {
  return left.record ?? left.name;
}
