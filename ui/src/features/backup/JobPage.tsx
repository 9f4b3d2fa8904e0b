import { Button, makeStyles, tokens } from "@fluentui/react-components";
import {
  ArrowClockwiseRegular,
  DismissCircleRegular,
  DismissRegular,
  DocumentTextRegular,
} from "@fluentui/react-icons";
import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { Bar } from "../../components/Bar";
import { CommandBar, type Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { FilterBox } from "../../components/FilterBox";
import { DataGrid, type GridColumn, type GridHandle } from "../../components/grid/DataGrid";
import { Loading } from "../../components/Loading";
import { Mark } from "../../components/Mark";
import { Page } from "../../components/Page";
import { useBarStyles } from "../../components/pageBar";
import { useShortcuts } from "../../components/shortcuts";
import { DateTime } from "../../components/Time";
import { byteSize, ofTotal, plural, sentences, timeLeft, wholeNumber } from "../../components/words";
import { commands as ipc, type Job, type JobHead } from "../../ipc";
import { isRunning, progressOf, useJobs } from "../shell/jobs";
import { failedWords, ITEM_WORDS, stateIcon, stateWords } from "../shell/jobWords";
import { FilterTabs } from "./FilterTabs";
import {
  bytesWords,
  failedHosts,
  filterItems,
  type ItemFilter,
  type ItemRow,
  isEnd,
  itemRows,
  messageOf,
  stepMark,
  stepOrder,
  stepWords,
} from "./items";

const useStyles = makeStyles({
  summary: {
    display: "flex",
    flexDirection: "column",
    gap: "6px",
    padding: "0 16px 8px",
    flexShrink: 0,
  },
  state: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "12px", rowGap: "2px" },
  quiet: { color: tokens.colorNeutralForeground2 },
  progress: { display: "flex", alignItems: "center", gap: "10px" },
  percent: { fontVariantNumeric: "tabular-nums", minWidth: "40px", textAlign: "end" },
  grid: {
    display: "flex",
    flex: "1 1 0",
    minHeight: "160px",
    minWidth: 0,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

const useCellStyles = makeStyles({
  bytes: { display: "flex", alignItems: "center", gap: "6px" },
});

const COLUMNS: readonly GridColumn<ItemRow>[] = [
  { id: "name", title: "Host", width: 200, isFixed: true, text: ({ item }) => item.name },
  {
    id: "step",
    title: "Step",
    width: 120,
    text: ({ item }) => stepWords(item.step),
    sortBy: ({ item }) => stepOrder(item.step),
    draw: ({ item }) => (
      <>
        <Mark kind={stepMark(item.step)} /> {stepWords(item.step)}
      </>
    ),
  },
  {
    id: "bytes",
    title: "Bytes",
    width: 190,
    text: ({ item }) => bytesWords(item),
    sortBy: ({ item }) => (item.bytes === 0 ? null : item.bytes),
    draw: ({ item }) => <Bytes row={item} />,
  },
  {
    id: "message",
    title: "Message",
    width: 320,
    grow: true,
    text: ({ item }) => messageOf(item),
  },
  { id: "server", title: "Server", width: 150, text: ({ item }) => item.server ?? "" },
  { id: "record", title: "Record", width: 320, isHidden: true, text: ({ item }) => item.record ?? "" },
];

/** A job as a page: what each host is at, how far it is as a whole, cancel, try again. */
export function JobPage() {
  const { job: id } = useParams({ from: "/jobs/$job" });
  const job = useJobs((state) => state.jobs.find((one) => String(one.head.id) === id));
  const isHeard = useJobs((state) => state.isHeard);
  if (!isHeard) {
    return <Page title="Task">{null}</Page>;
  }
  if (job === undefined) {
    return (
      <Page title="Task">
        <EmptyState title="This task is not in the list any more">
          What became of every run is under <Link to="/activity">Activity</Link>.
        </EmptyState>
      </Page>
    );
  }
  if (job.head.restore !== null) {
    return <Navigate to="/restores/$id" params={{ id: job.head.restore.id }} replace />;
  }
  return <JobView key={job.head.id} job={job} />;
}

function JobView({ job }: { job: Job }) {
  const styles = useStyles();
  const bar = useBarStyles();
  const navigate = useNavigate();
  const { head } = job;
  const running = isRunning(head);
  const grid = useRef<GridHandle>(null);
  const filterBox = useRef<HTMLInputElement>(null);
  const [filter, setFilter] = useState<ItemFilter>("all");
  const [typed, setTyped] = useState("");
  const text = useDeferredValue(typed);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const [isRetrying, setRetrying] = useState(false);
  const rows = useMemo(() => itemRows(job.items), [job.items]);
  const shown = useMemo(() => filterItems(rows, filter, text), [rows, filter, text]);
  const cancellable = shown.filter((row) => selected.has(rowKey(row)) && !isEnd(row.item.step));
  const failed = useMemo(() => failedHosts(job.items), [job.items]);
  const showAll = () => {
    setFilter("all");
    setTyped("");
  };
  const attempt = (act: () => Promise<unknown>) => {
    setError(null);
    act().catch(setError);
  };
  const retry = async () => {
    setRetrying(true);
    try {
      const next = await ipc.startBackup({ hosts: failed, note: head.note });
      await navigate({ to: "/jobs/$job", params: { job: String(next) } });
    } finally {
      setRetrying(false);
    }
  };
  const rowCommands: Commands = [
    {
      id: "cancelItems",
      label: cancellable.length === 0 ? "Cancel selected" : `Cancel ${plural(cancellable.length, "host")}`,
      icon: <DismissRegular />,
      disabled: !running || cancellable.length === 0,
      run: () => attempt(() => Promise.all(cancellable.map((row) => ipc.cancelJob(head.id, row.index)))),
    },
  ];
  const commands: Commands = [
    ...(head.runId === null
      ? []
      : [
          {
            id: "report",
            label: "Open report",
            icon: <DocumentTextRegular />,
            isPrimary: true,
            run: () => void navigate({ to: "/activity/$runId", params: { runId: head.runId ?? "" } }),
          },
        ]),
    ...(running
      ? [
          {
            id: "cancel",
            label: head.kind === "backup" ? "Cancel the run" : "Cancel",
            icon: <DismissCircleRegular />,
            isBusy: head.state === "cancelling",
            run: () => attempt(() => ipc.cancelJob(head.id, null)),
          },
        ]
      : []),
    ...(head.kind === "backup" ? rowCommands : []),
    ...(head.kind === "backup"
      ? [
          {
            id: "retry",
            label: failed.length === 0 ? "Retry the failed" : `Retry the ${wholeNumber(failed.length)} failed`,
            icon: <ArrowClockwiseRegular />,
            disabled: running || failed.length === 0,
            isBusy: isRetrying,
            run: () => attempt(retry),
          },
        ]
      : []),
  ];
  useShortcuts({
    "Ctrl+F": () => filterBox.current?.focus(),
    "Ctrl+A": () => {
      setSelected(new Set(shown.map(rowKey)));
      grid.current?.focus();
    },
  });

  return (
    <Page
      title={head.title}
      subtitle={
        <>
          Started <DateTime iso={head.startedAt} />
          {head.note !== null && ` · ${head.note}`}
        </>
      }
    >
      <Summary job={head} error={error} />
      <div className={bar.bar}>
        <div className={bar.commands}>
          <CommandBar commands={commands} label="Commands for the task" />
        </div>
        <FilterTabs items={job.items} kind={head.kind} chosen={filter} onChoose={setFilter} />
        <FilterBox
          box={filterBox}
          label={`Filter ${ITEM_WORDS[head.kind].item}s`}
          text={typed}
          onText={setTyped}
          onLeave={() => grid.current?.focus()}
        />
        <span className={bar.count} role="status">
          {ofTotal(shown.length, rows.length, ITEM_WORDS[head.kind].item)}
        </span>
      </div>
      <div className={styles.grid} data-pane="grid">
        <DataGrid
          handle={grid}
          name={`job.${head.kind}`}
          label={head.title}
          rows={shown}
          rowKey={rowKey}
          columns={COLUMNS}
          sortedBy="name"
          selected={selected}
          onSelect={setSelected}
          commands={head.kind === "backup" ? rowCommands : []}
          empty={
            rows.length > 0 ? (
              <NothingFits onAll={showAll} />
            ) : running ? (
              <Loading label="Signing in and reading the inventory" />
            ) : (
              <EmptyState title="Nothing was done" />
            )
          }
        />
      </div>
    </Page>
  );
}

/** How far the job is as a whole, what went wrong with it, and with what was done to it here. */
function Summary({ job, error }: { job: JobHead; error: unknown }) {
  const styles = useStyles();
  const share = progressOf(job);
  const running = isRunning(job);
  return (
    <div className={styles.summary}>
      {/* How it ended is told; each tick before that would be read out, up to ten a second. */}
      <div className={styles.state} role="status" aria-live={running ? "off" : "polite"}>
        <span>
          {stateIcon(job)} {stateWords(job)}
        </span>
        {running && job.failed > 0 && (
          <span>
            <Mark kind="bad" /> {failedWords(job)}
          </span>
        )}
        {job.bytes > 0 && <span className={styles.quiet}>{byteSize(job.bytes)}</span>}
        {running && job.secondsLeft !== null && <span className={styles.quiet}>{timeLeft(job.secondsLeft)}</span>}
      </div>
      {running && (
        <div className={styles.progress}>
          <Bar share={share} label={job.title} />
          <span className={styles.percent}>{share === null ? "" : `${Math.floor(share * 100)} %`}</span>
        </div>
      )}
      {job.error !== null && <ErrorView error={job.error} />}
      {job.warnings.length > 0 && (
        <ErrorView
          intent="warning"
          error={{ code: "warning", message: sentences(...job.warnings), hint: null, details: [] }}
        />
      )}
      {error !== null && <ErrorView error={error} />}
    </div>
  );
}

function NothingFits({ onAll }: { onAll: () => void }) {
  return <EmptyState title="Nothing matches the filter" actions={<Button onClick={onAll}>Show all</Button>} />;
}

function Bytes({ row }: { row: ItemRow["item"] }) {
  const styles = useCellStyles();
  if (row.step !== "downloading") {
    return bytesWords(row);
  }
  const share = row.totalBytes === null || row.totalBytes === 0 ? null : Math.min(1, row.bytes / row.totalBytes);
  return (
    <span className={styles.bytes}>
      <span>{bytesWords(row)}</span>
      <Bar share={share} label={`Progress of ${row.name}`} />
    </span>
  );
}

function rowKey(row: ItemRow): string {
  return String(row.index);
}
