import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  SearchBox,
  Spinner,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { ArrowClockwiseRegular, ArrowDownloadRegular, CopyRegular } from "@fluentui/react-icons";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { copyText } from "../../components/clipboard";
import { CommandBar, type Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { DataGrid, type GridColumn, type GridHandle } from "../../components/grid/DataGrid";
import { Mark, type MarkKind } from "../../components/Mark";
import { Page } from "../../components/Page";
import { useShortcuts } from "../../components/shortcuts";
import { DateTime } from "../../components/Time";
import { byteSize, duration, ofTotal, plural } from "../../components/words";
import {
  type HostReportView,
  type HostRow,
  commands as ipc,
  type ReportFormat,
  type ResultView,
  type RunView,
} from "../../ipc";
import { hostsQuery } from "../shell/data";

const useStyles = makeStyles({
  summary: { display: "flex", flexDirection: "column", gap: "6px", padding: "0 16px 8px", flexShrink: 0 },
  state: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "14px", rowGap: "2px" },
  quiet: { color: tokens.colorNeutralForeground2 },
  troubles: { display: "flex", flexDirection: "column", gap: "4px", maxHeight: "132px", overflow: "auto" },
  bar: { display: "flex", alignItems: "center", gap: "8px", padding: "0 16px 6px", flexShrink: 0, minWidth: 0 },
  commands: { flexGrow: 1, minWidth: "40px", display: "flex", overflow: "hidden" },
  tabs: { flexShrink: 0 },
  filter: { width: "180px", minWidth: "110px", flexShrink: 1 },
  count: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    minWidth: "84px",
    textAlign: "end",
  },
  grid: {
    display: "flex",
    flexGrow: 1,
    minHeight: "120px",
    minWidth: 0,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

type Row = { index: number; host: HostReportView };

const COLUMNS: readonly GridColumn<Row>[] = [
  { id: "name", title: "Host", width: 200, isFixed: true, text: ({ host }) => host.name },
  {
    id: "result",
    title: "Result",
    width: 110,
    text: ({ host }) => resultWords(host.result),
    sortBy: ({ host }) => ["failed", "cancelled", "saved"].indexOf(host.result),
    draw: ({ host }) => (
      <>
        <Mark kind={resultMark(host)} /> {resultWords(host.result)}
      </>
    ),
  },
  {
    id: "bytes",
    title: "Size",
    width: 80,
    align: "end",
    text: ({ host }) => (host.bytes === 0 ? "" : byteSize(host.bytes)),
    sortBy: ({ host }) => (host.bytes === 0 ? null : host.bytes),
  },
  {
    id: "seconds",
    title: "Took",
    width: 80,
    align: "end",
    text: ({ host }) =>
      host.seconds === null ? "" : host.seconds < 10 ? `${host.seconds.toFixed(1)} s` : duration(host.seconds),
    sortBy: ({ host }) => host.seconds,
  },
  { id: "message", title: "Message", width: 460, text: ({ host }) => messageOf(host) },
  { id: "server", title: "Server", width: 150, text: ({ host }) => host.server ?? "" },
  { id: "record", title: "Record", width: 320, isHidden: true, text: ({ host }) => host.record ?? "" },
];

const runQuery = (runId: string) => queryOptions({ queryKey: ["runs", runId], queryFn: () => ipc.readRun(runId) });

/** The report of a run, as the archive keeps it: what became of each host. */
export function RunPage() {
  const { runId } = useParams({ from: "/runs/$runId" });
  const run = useQuery(runQuery(runId));
  if (run.isPending) {
    return (
      <Page title="Report">
        <EmptyState title="Reading the report">
          <Spinner size="tiny" />
        </EmptyState>
      </Page>
    );
  }
  const failure = run.isError ? run.error : run.data.row.error;
  if (failure !== null || run.data === undefined) {
    return (
      <Page title="Report" isScrolling>
        <ErrorView
          error={failure}
          actions={
            <Button size="small" onClick={() => run.refetch()}>
              Try again
            </Button>
          }
        />
      </Page>
    );
  }
  return <Report key={runId} run={run.data} />;
}

function Report({ run }: { run: RunView }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const hosts = useQuery(hostsQuery);
  const grid = useRef<GridHandle>(null);
  const filterBox = useRef<HTMLInputElement>(null);
  const [result, setResult] = useState<ResultView | "all">("all");
  const [typed, setTyped] = useState("");
  const text = useDeferredValue(typed);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [copied, setCopied] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { row } = run;
  const rows = useMemo(() => run.hosts.map((host, index) => ({ index, host })), [run.hosts]);
  const shown = useMemo(() => filterRows(rows, result, text), [rows, result, text]);
  const failed = useMemo(() => knownHosts(run.hosts, hosts.data?.hosts ?? []), [run.hosts, hosts.data]);

  const attempt = (act: () => Promise<unknown>) => {
    setError(null);
    act().catch(setError);
  };
  const exportAs = (format: ReportFormat) => attempt(() => ipc.exportRun(row.runId, format));
  const retry = async () => {
    const job = await ipc.startBackup({ hosts: failed.map((host) => host.host), note: row.note });
    await navigate({ to: "/jobs/$job", params: { job: String(job) } });
  };
  const commands: Commands = [
    {
      id: "copy",
      label: copied ? "Copied" : "Copy report",
      icon: <CopyRegular />,
      run: () =>
        attempt(() =>
          ipc
            .runText(row.runId)
            .then(copyText)
            .then(() => setCopied(true)),
        ),
    },
    {
      id: "retry",
      label: failed.length === 0 ? "Back up the failed again" : `Back up the ${failed.length} failed again`,
      icon: <ArrowClockwiseRegular />,
      disabled: failed.length === 0,
      run: () => attempt(retry),
    },
  ];
  useShortcuts({
    "Ctrl+F": () => filterBox.current?.focus(),
    "Ctrl+A": () => {
      setSelected(new Set(shown.map(rowKey)));
      grid.current?.focus();
    },
  });

  const tabs: readonly (readonly [ResultView | "all", string])[] = [
    ["all", `All ${row.hosts}`],
    ["saved", `Saved ${row.saved}`],
    ["failed", `Failed ${row.failed}`],
    ["cancelled", `Cancelled ${row.cancelled}`],
  ];
  const troubles = run.servers.filter((server) => server.error !== null);
  return (
    <Page
      title="Report"
      subtitle={
        <>
          {row.startedAt !== null && <DateTime iso={row.startedAt} />}
          {row.note !== null && ` · ${row.note}`}
        </>
      }
    >
      <div className={styles.summary}>
        <div className={styles.state}>
          <span>
            <Mark kind="good" /> {plural(row.saved, "host")} saved
          </span>
          {row.failed > 0 && (
            <span>
              <Mark kind="bad" /> {row.failed} failed
            </span>
          )}
          {row.cancelled > 0 && (
            <span>
              <Mark kind="cancelled" /> {row.cancelled} cancelled
            </span>
          )}
          <span className={styles.quiet}>
            {[took(run), byteSize(row.bytes), row.servers.join(", ")].filter(Boolean).join(" · ")}
          </span>
        </div>
        {(troubles.length > 0 || run.warnings.length > 0) && (
          <div className={styles.troubles}>
            {troubles.map((server) => (
              <ErrorView key={server.name} error={server.error} />
            ))}
            {run.warnings.map((warning) => (
              <ErrorView
                key={warning}
                intent="warning"
                error={{ code: "warning", message: warning, hint: null, details: [] }}
              />
            ))}
          </div>
        )}
        {error !== null && <ErrorView error={error} />}
      </div>
      <div className={styles.bar}>
        <div className={styles.commands}>
          <CommandBar commands={commands} label="Commands for the report" />
        </div>
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button size="small" appearance="subtle" icon={<ArrowDownloadRegular />}>
              Export
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItem onClick={() => exportAs("text")}>Text</MenuItem>
              <MenuItem onClick={() => exportAs("csv")}>CSV</MenuItem>
              <MenuItem onClick={() => exportAs("json")}>JSON</MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
        <TabList
          size="small"
          className={styles.tabs}
          aria-label="Show"
          selectedValue={result}
          onTabSelect={(_, { value }) => {
            const tab = tabs.find(([one]) => one === value);
            tab !== undefined && setResult(tab[0]);
          }}
        >
          {tabs.map(([value, label]) => (
            <Tab key={value} value={value}>
              {label}
            </Tab>
          ))}
        </TabList>
        <SearchBox
          ref={filterBox}
          size="small"
          className={styles.filter}
          placeholder="Filter (Ctrl+F)"
          aria-label="Filter"
          value={typed}
          onChange={(_, { value }) => setTyped(value)}
        />
        <span className={styles.count} role="status">
          {ofTotal(shown.length, rows.length, "host")}
        </span>
      </div>
      <div className={styles.grid} data-pane="grid">
        <DataGrid
          handle={grid}
          name="run"
          label="Hosts of the run"
          rows={shown}
          rowKey={rowKey}
          columns={COLUMNS}
          sortedBy="name"
          selected={selected}
          onSelect={setSelected}
          empty={<EmptyState title={rows.length === 0 ? "The run reached no host" : "Nothing matches the filter"} />}
        />
      </div>
    </Page>
  );
}

function filterRows(rows: readonly Row[], result: ResultView | "all", text: string): readonly Row[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return rows.filter(
    ({ host }) =>
      (result === "all" || host.result === result) &&
      words.every((word) => `${host.name}\n${host.server ?? ""}\n${messageOf(host)}`.toLowerCase().includes(word)),
  );
}

/** The hosts that failed, as the inventory knows them now: only those can be backed up again. */
function knownHosts(reports: readonly HostReportView[], hosts: readonly HostRow[]): HostRow[] {
  const failed = new Set(
    reports.flatMap((report) => (report.result === "failed" ? [`${report.server ?? ""}\n${report.name}`] : [])),
  );
  return hosts.filter(({ host }) => failed.has(`${host.server}\n${host.name}`));
}

function took({ row }: RunView): string {
  if (row.startedAt === null || row.finishedAt === null) {
    return "";
  }
  return `took ${duration((Date.parse(row.finishedAt) - Date.parse(row.startedAt)) / 1000)}`;
}

function messageOf(host: HostReportView): string {
  return [host.error?.message, host.error?.hint, ...host.warnings].filter((part) => part != null).join(" ");
}

function resultWords(result: ResultView): string {
  switch (result) {
    case "saved":
      return "Saved";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Cancelled";
  }
}

function resultMark(host: HostReportView): MarkKind {
  switch (host.result) {
    case "saved":
      return host.warnings.length > 0 ? "warning" : "good";
    case "failed":
      return "bad";
    case "cancelled":
      return "cancelled";
  }
}

function rowKey(row: Row): string {
  return String(row.index);
}
