import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  ProgressBar,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { DataGrid, type GridColumn } from "../../components/grid/DataGrid";
import { wholeNumberIn } from "../../components/wholeNumberIn";
import { byteSize, plural, wholeNumber } from "../../components/words";
import {
  type ErrorReport,
  errorReport,
  type KeptView,
  type NotRemovedView,
  type PlanReport,
  type PlanView,
  type RecordRow,
} from "../../ipc";
import { HOST_COLUMN, recordKey, SIZE_COLUMN, TAKEN_COLUMN } from "./records";
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
  { id: "note", title: "Note", width: 190, text: (record) => record.note ?? "" },
];

const KEPT_COLUMNS: readonly GridColumn<KeptView>[] = [
  { id: "host", title: "Host", width: 180, isFixed: true, text: (kept) => kept.record.host },
  {
    id: "takenAt",
    title: "Taken",
    width: 128,
    text: (kept) => TAKEN_COLUMN.text(kept.record),
    sortBy: (kept) => Date.parse(kept.record.takenAt),
  },
  { id: "because", title: "Kept because", width: 260, text: (kept) => kept.because },
];

const LEFT_COLUMNS: readonly GridColumn<NotRemovedView>[] = [
  { id: "host", title: "Host", width: 180, isFixed: true, text: (left) => left.host },
  { id: "reason", title: "Could not go because", width: 300, text: (left) => left.reason },
  { id: "id", title: "Id", width: 120, text: (left) => left.id },
];

type DeletionDialogProps = {
  flow: ReturnType<typeof useDeletion>;
  onClose: () => void;
};

/** Shows exactly what would go before anything goes; the last button names the act. */
export function DeletionDialog({ flow, onClose }: DeletionDialogProps) {
  const styles = useStyles();
  const { deletion, kind } = flow;
  if (kind === null) {
    return null;
  }
  const isBusy = deletion.stage === "applying";
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && !isBusy && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          {deletion.stage === "asking" ? (
            <AskPrune onPlan={flow.planPrune} onClose={onClose} />
          ) : deletion.stage === "planning" ? (
            <Planning read={deletion.read} onClose={onClose} />
          ) : deletion.stage === "planned" ? (
            <Planned
              plan={deletion.plan}
              keepLast={flow.keepLast}
              onApply={() => flow.apply(deletion.plan)}
              onClose={onClose}
            />
          ) : deletion.stage === "applying" ? (
            <Applying plan={deletion.plan} />
          ) : deletion.stage === "done" ? (
            <Done report={deletion.report} onClose={onClose} />
          ) : (
            <Failed error={errorReport(deletion.error)} onAgain={flow.planAgain} onClose={onClose} />
          )}
        </DialogBody>
      </DialogSurface>
    </Dialog>
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

function Applying({ plan }: { plan: PlanView }) {
  const styles = useStyles();
  return (
    <>
      <DialogTitle>Deleting {plural(plan.removedCount, "bundle")}</DialogTitle>
      <DialogContent className={styles.content}>
        <ProgressBar aria-label="Deleting" />
        <span className={styles.quiet}>What has begun is brought to its end. Leave the window open until then.</span>
      </DialogContent>
    </>
  );
}

function Done({ report, onClose }: { report: PlanReport; onClose: () => void }) {
  const styles = useStyles();
  return (
    <>
      <DialogTitle>{`${plural(report.notRemoved.length, "bundle")} could not be deleted`}</DialogTitle>
      <DialogContent className={styles.content}>
        <span>
          {`${plural(report.removed, "bundle")} deleted, ${byteSize(report.bytesFreed)} freed. What could not go is still whole.`}
        </span>
        <div className={styles.list}>
          <PlainGrid
            name="plan.left"
            label="What could not be deleted"
            rows={report.notRemoved}
            rowKey={leftKey}
            columns={LEFT_COLUMNS}
          />
        </div>
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </>
  );
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

function leftKey(left: NotRemovedView): string {
  return left.id;
}
