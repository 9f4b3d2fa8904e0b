import { Button, MessageBar, MessageBarBody, makeStyles, Tab, TabList } from "@fluentui/react-components";
import { ArchiveRegular, ArrowLeftRegular, ArrowUndoRegular, PanelRightRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import type { Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { FilterBox } from "../../components/FilterBox";
import { folded } from "../../components/folded";
import { DataGrid, type GridColumn, type GridHandle } from "../../components/grid/DataGrid";
import { Loading } from "../../components/Loading";
import { Mark } from "../../components/Mark";
import { Page } from "../../components/Page";
import { Columns, DetailsPane, ListPane, Messages, PageCommands } from "../../components/PageParts";
import { useFiltersStyles } from "../../components/pageBar";
import { SaidBar } from "../../components/Said";
import { useShortcuts } from "../../components/shortcuts";
import {
  byteSize,
  dateTime,
  dateTimeAndZone,
  ofTotal,
  plural,
  sentences,
  wholeNumber,
  withoutName,
} from "../../components/words";
import type { HostReportView, ResultView, RunRow, RunView } from "../../ipc";
import { useMedia } from "../../theme";
import { StandingCell } from "../bundles/Standing";
import { standingWords } from "../bundles/words";
import { useLastSearch } from "../shell/lastSearch";
import { HostReport, resultMark, resultWords } from "./HostReport";
import { RetryDialog } from "./RetryDialog";
import { reportCommands } from "./reportCommands";
import { reportQuery } from "./reportQuery";
import { runInWords, runMark, secondsInWords, secondsOf } from "./runWords";
import { useReportActs } from "./useReportActs";

const useStyles = makeStyles({
  warnings: { flexShrink: 0 },
  list: { margin: 0, paddingLeft: "16px" },
});

const route = getRouteApi("/activity/$runId");

/** What became of each host of a run. */
export function ReportPage(): ReactNode {
  const { runId } = route.useParams();
  const navigate = useNavigate();
  const run = useQuery(reportQuery(runId));
  const search = useLastSearch("/activity");
  const back = () => void navigate({ to: "/activity", search });
  const backButton = (
    <Button size="small" appearance="subtle" icon={<ArrowLeftRegular />} onClick={back}>
      All runs
    </Button>
  );
  useShortcuts({ "Alt+ArrowLeft": back, F5: () => void run.refetch() });
  const error = run.isError && (
    <Messages>
      <ErrorView error={run.error} onAgain={() => void run.refetch()} />
    </Messages>
  );
  if (run.data === undefined) {
    return (
      <Page title="Report of a run" actions={backButton}>
        {error || <Loading label="Reading the report" />}
      </Page>
    );
  }
  const { row } = run.data;
  return (
    <Page title={`Run of ${dateTime(row.startedAt ?? "")}`} subtitle={<Subtitle row={row} />} actions={backButton}>
      {error}
      <Report key={runId} run={run.data} />
    </Page>
  );
}

/** A host of the report, by its place in it: names may occur twice. */
export type Reported = HostReportView & { key: string };

const COLUMNS: readonly GridColumn<Reported>[] = [
  { id: "name", title: "Host", width: 190, isFixed: true, text: (host) => host.name },
  {
    id: "result",
    title: "Outcome",
    width: 124,
    text: resultWords,
    draw: (host) => (
      <>
        <Mark kind={resultMark(host)} /> {resultWords(host)}
      </>
    ),
  },
  {
    id: "reason",
    title: "Reason or warning",
    width: 340,
    grow: true,
    text: (host) => (host.error === null ? sentences(...host.warnings) : withoutName(host.error.message, host.name)),
  },
  {
    id: "standing",
    title: "Configuration",
    width: 120,
    text: ({ settings }) => standingWords(settings),
    draw: ({ settings }) => <StandingCell standing={settings} />,
  },
  {
    id: "bytes",
    title: "Size",
    width: 78,
    align: "end",
    text: (host) => (host.result === "saved" ? byteSize(host.bytes) : ""),
    sortBy: (host) => (host.result === "saved" ? host.bytes : null),
  },
  {
    id: "seconds",
    title: "Duration",
    width: 84,
    align: "end",
    text: (host) => (host.seconds === null ? "" : secondsInWords(host.seconds)),
    sortBy: (host) => host.seconds,
  },
  { id: "server", title: "Server", width: 150, text: (host) => host.server ?? "" },
];

type Shown = "all" | ResultView;

function Report({ run }: { run: RunView }) {
  const styles = useFiltersStyles();
  const navigate = useNavigate();
  const { row } = run;
  const rows = useMemo(() => run.hosts.map((host, index): Reported => ({ ...host, key: String(index) })), [run.hosts]);
  const [shown, setShown] = useState<Shown>(row.failed > 0 ? "failed" : "all");
  const [text, setText] = useState("");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isRetrying, setRetrying] = useState(false);
  const isWide = useMedia("(min-width: 1180px)");
  const hasRoom = useMedia("(min-width: 820px)");
  const [wantsDetails, setWantsDetails] = useState<boolean | null>(null);
  const hasDetails = wantsDetails ?? isWide;
  const filterBox = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  const { said, setSaid, ...acts } = useReportActs();
  const toggleDetails = () => setWantsDetails(!hasDetails);

  const wanted = folded(text.trim());
  const found = useMemo(
    () => rows.filter((host) => (shown === "all" || host.result === shown) && fits(host, wanted)),
    [rows, shown, wanted],
  );
  useShortcuts({
    "Ctrl+F": () => filterBox.current?.focus(),
    "Ctrl+A": () => {
      setSelected(new Set(found.map(reportedKey)));
      grid.current?.focus();
    },
    "Alt+Enter": toggleDetails,
  });
  const chosen = found.filter((host) => selected.has(host.key));
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const record = only?.record ?? null;
  const showRecord = (id: string) => void navigate({ to: "/archive", search: { record: id } });
  const commands: Commands = [
    ...reportCommands(row, { ...acts, retry: () => setRetrying(true) }),
    "divider",
    {
      id: "record",
      label: "Show in the archive",
      icon: <ArchiveRegular />,
      disabled: record === null,
      run: () => record !== null && showRecord(record),
    },
    {
      id: "restore",
      label: "Restore…",
      icon: <ArrowUndoRegular />,
      disabled: record === null,
      run: () => record !== null && void navigate({ to: "/restore", search: { record } }),
    },
    {
      id: "details",
      label: hasDetails ? "Hide details" : "Show details",
      icon: <PanelRightRegular />,
      shortcut: "Alt+Enter",
      run: toggleDetails,
    },
  ];
  return (
    <>
      <PageCommands label="Report commands" commands={commands} />
      <Messages>
        <SaidBar said={said} onDismiss={() => setSaid(null)} />
        {run.servers.map((server) => server.error !== null && <ErrorView key={server.name} error={server.error} />)}
        {run.warnings.length > 0 && <Warnings warnings={[...new Set(run.warnings)]} />}
      </Messages>
      <Columns>
        <ListPane label="Hosts of the run" pane="hosts">
          <div className={styles.filters}>
            <FilterBox
              box={filterBox}
              label="Filter hosts"
              finds="Host, server or reason"
              text={text}
              onText={setText}
              onLeave={() => grid.current?.focus()}
            />
            <TabList
              size="small"
              aria-label="Outcome"
              selectedValue={shown}
              onTabSelect={(_, { value }) => setShown(shownOf(value))}
            >
              <Tab value="all">{`All ${wholeNumber(rows.length)}`}</Tab>
              <Tab value="saved">{`Saved ${wholeNumber(row.saved)}`}</Tab>
              <Tab value="failed">{`Failed ${wholeNumber(row.failed)}`}</Tab>
              {row.cancelled > 0 && <Tab value="cancelled">{`Cancelled ${wholeNumber(row.cancelled)}`}</Tab>}
            </TabList>
            <span className={styles.count} role="status">
              {ofTotal(found.length, rows.length, "host")}
            </span>
          </div>
          <DataGrid
            name="report"
            label="Hosts of the run"
            rows={found}
            rowKey={reportedKey}
            columns={COLUMNS}
            sortedBy="name"
            selected={selected}
            onSelect={setSelected}
            onOpen={() => hasDetails || toggleDetails()}
            commands={commands}
            handle={grid}
            empty={
              <EmptyState
                title={rows.length === 0 ? "No host was reached in this run" : "No host fits the filters"}
                actions={
                  rows.length > 0 && (
                    <Button
                      onClick={() => {
                        setShown("all");
                        setText("");
                      }}
                    >
                      Show all hosts
                    </Button>
                  )
                }
              />
            }
          />
        </ListPane>
        {hasDetails && (
          <DetailsPane isOver={!hasRoom} onClose={toggleDetails}>
            <HostReport hosts={chosen} onShowRecord={showRecord} />
          </DetailsPane>
        )}
      </Columns>
      {isRetrying && <RetryDialog runId={row.runId} onClose={() => setRetrying(false)} />}
    </>
  );
}

function Subtitle({ row }: { row: RunRow }) {
  const seconds = secondsOf(row);
  return (
    <span title={row.startedAt === null ? undefined : dateTimeAndZone(row.startedAt)}>
      <Mark kind={runMark(row)} />{" "}
      {[
        runInWords(row),
        plural(row.hosts, "host"),
        byteSize(row.bytes),
        seconds === null ? null : secondsInWords(seconds),
        row.servers.length === 0 ? null : row.servers.join(", "),
        row.note,
      ]
        .filter((part) => part !== null)
        .join(" · ")}
    </span>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  const styles = useStyles();
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.warnings}>
      <MessageBarBody>
        {warnings.length === 1 ? (
          warnings[0]
        ) : (
          <ul className={styles.list}>
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        )}
      </MessageBarBody>
    </MessageBar>
  );
}

function shownOf(value: unknown): Shown {
  return value === "saved" || value === "failed" || value === "cancelled" ? value : "all";
}

function fits(host: Reported, text: string): boolean {
  const texts = [host.name, host.server ?? "", host.error?.message ?? "", ...host.warnings];
  return text === "" || texts.some((one) => folded(one).includes(text));
}

function reportedKey(host: Reported): string {
  return host.key;
}
