import { Button, Link, makeStyles, SearchBox, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Bar } from "../../components/Bar";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { Facts } from "../../components/Facts";
import { DataGrid, EXPORT_CSV, type GridColumn, type GridHandle } from "../../components/grid/DataGrid";
import { HostChoice } from "../../components/HostChoice";
import { Page } from "../../components/Page";
import { Columns, DetailsPane, ListPane, Messages } from "../../components/PageParts";
import { useBarStyles } from "../../components/pageBar";
import { SaidBar, useSaid } from "../../components/Said";
import { useShortcuts } from "../../components/shortcuts";
import { dateTime, plural, wholeNumber } from "../../components/words";
import {
  commands,
  errorReport,
  type HitRecord,
  type HitView,
  type SearchProgress,
  type SettingsFound,
  type SettingView,
  searchProgress,
} from "../../ipc";
import { archiveQuery } from "../shell/data";
import { MAX_TEXT, type SettingsSearch, settingsSearch } from "./search";
import { textOf } from "./settings";

const useStyles = makeStyles({
  search: { flex: "1 1 220px", maxWidth: "360px", minWidth: "110px" },
  host: { flex: "0 1 240px", minWidth: "120px" },
  records: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: "22px",
    "& button": { fontSize: "inherit", textAlign: "start", overflowWrap: "anywhere" },
  },
  title: { margin: "6px 0 2px", fontSize: tokens.fontSizeBase200, fontWeight: tokens.fontWeightSemibold },
  name: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: "anywhere",
  },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

const route = getRouteApi("/search");

/** A setting, a value, an address or a file, looked for over many bundles. */
export function SearchPage(): ReactNode {
  const styles = useStyles();
  const barStyles = useBarStyles();
  const navigate = useNavigate();
  const search = settingsSearch(route.useSearch());
  const overview = useQuery(archiveQuery);
  const [typed, setTyped] = useState(search.text ?? "");
  const go = (next: SettingsSearch) => void navigate({ to: "/search", search: settingsSearch(next), replace: true });
  const { found, error, progress, again, cancel, isSearching } = useSearch(search);
  const box = useRef<HTMLInputElement>(null);
  useShortcuts({ "Ctrl+F": () => box.current?.focus(), F5: again });
  const grid = useRef<GridHandle>(null);
  const { said, setSaid, attempt } = useSaid();
  const exportCsv = async () => ((await grid.current?.exportCsv()) ? "The list was saved." : null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    typed.trim() === search.text ? again() : go({ ...search, text: typed.trim() });
  };
  return (
    <Page
      title="Search"
      subtitle={found !== undefined && foundInWords(found)}
      actions={
        <Button
          size="small"
          appearance="subtle"
          icon={EXPORT_CSV.icon}
          disabled={found === undefined || found.hits.length === 0}
          onClick={() => attempt(exportCsv)}
        >
          {EXPORT_CSV.label}
        </Button>
      }
    >
      <search aria-label="Search settings">
        <form className={barStyles.bar} onSubmit={submit}>
          <SearchBox
            size="small"
            className={styles.search}
            input={{ ref: box }}
            placeholder="Setting, value, address or file"
            aria-label="Search settings"
            title="Ctrl+F"
            maxLength={MAX_TEXT}
            value={typed}
            onChange={(_, { value }) => setTyped(value)}
          />
          <HostChoice
            label="Where"
            className={styles.host}
            hosts={overview.data?.hosts ?? []}
            identity={search.host}
            placeholder="Newest bundle of every host"
            isClearable
            onIdentity={(host) => go(settingsSearch({ text: typed.trim(), host }))}
          />
          <Button size="small" type="submit" appearance="primary" disabled={typed.trim() === ""}>
            Search
          </Button>
          {isSearching && (
            <Button size="small" onClick={cancel}>
              Cancel
            </Button>
          )}
        </form>
      </search>
      <Messages>
        <SaidBar said={said} onDismiss={() => setSaid(null)} />
        {isSearching && <Progress progress={progress} />}
        {error !== null && <ErrorView error={error} onAgain={again} />}
        {found !== undefined && found.notSearched[0] !== undefined && (
          <ErrorView
            intent="warning"
            error={{
              ...found.notSearched[0].error,
              message: `${plural(found.notSearched.length, "bundle")} could not be looked through`,
              details: found.notSearched.map(({ host, error: { message } }) => `${host}: ${message}`),
            }}
          />
        )}
      </Messages>
      {found === undefined ? (
        !isSearching &&
        error === null && (
          <EmptyState icon={<SearchRegular />} title="Search what hosts were configured to do">
            Such as an NTP server, a port group, an IP address, an advanced option or a path. Secrets are not found.
          </EmptyState>
        )
      ) : (
        <Hits key={`${search.text} ${search.host}`} hits={found.hits} text={search.text ?? ""} grid={grid} />
      )}
    </Page>
  );
}

/** Searches for what the address says, and again when asked. A search that is no longer wanted is ended. */
function useSearch({ text, host }: SettingsSearch) {
  const [progress, setProgress] = useState<SearchProgress | null>(null);
  const query = useQuery({
    queryKey: ["archive", "search", text, host],
    queryFn: () => {
      setProgress(null);
      return commands.searchSettings({ text: text ?? "", identity: host ?? null }, searchProgress(setProgress));
    },
    enabled: text !== undefined,
    // Reading takes long the first time: not without being asked.
    refetchOnMount: false,
  });
  const cancel = () => void commands.cancelSearch();
  useEffect(() => () => void commands.cancelSearch(), []);
  const error = query.isError && errorReport(query.error).code !== "cancelled" ? query.error : null;
  return {
    found: query.data,
    error,
    progress,
    isSearching: query.isFetching,
    again: () => void query.refetch(),
    cancel,
  };
}

function Progress({ progress }: { progress: SearchProgress | null }) {
  const styles = useStyles();
  const words =
    progress === null
      ? "Searching"
      : `Reading bundles that were not read before: ${wholeNumber(progress.read)} of ${wholeNumber(progress.total)}`;
  return (
    <>
      <span className={styles.quiet} role="status">
        {words}
      </span>
      <Bar
        share={progress === null || progress.total === 0 ? null : progress.read / progress.total}
        label="Searching"
      />
    </>
  );
}

type HitRow = HitView & { key: string };

const COLUMNS: readonly GridColumn<HitRow>[] = [
  { id: "object", title: "Object", width: 160, text: ({ setting }) => objectWords(setting) },
  { id: "name", title: "Setting", width: 130, isFixed: true, text: ({ setting }) => setting.name },
  { id: "value", title: "Value", width: 230, grow: true, text: ({ setting }) => setting.value },
  { id: "where", title: "Found in", width: 150, text: whereInWords, sortBy: (hit) => -hit.recordsCount },
  { id: "section", title: "Section", width: 140, text: ({ setting }) => setting.section },
  { id: "file", title: "File", width: 150, isHidden: true, text: ({ setting }) => setting.sources[0]?.file ?? "" },
  { id: "key", title: "Key", width: 220, isHidden: true, text: ({ setting }) => setting.sources[0]?.key ?? "" },
];

type HitsProps = { hits: readonly HitView[]; text: string; grid: RefObject<GridHandle | null> };

function Hits({ hits, text, grid }: HitsProps) {
  const rows = useMemo(() => hits.map((hit, index) => ({ ...hit, key: String(index) })), [hits]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(rows.length === 1 ? ["0"] : []));
  const [hasDetails, setDetails] = useState(true);
  const only = selected.size === 1 ? rows.find((row) => selected.has(row.key)) : undefined;
  useShortcuts({
    "Ctrl+A": () => {
      setSelected(new Set(rows.map(hitKey)));
      grid.current?.focus();
    },
    "Alt+Enter": () => setDetails(only === undefined || !hasDetails),
  });
  return (
    <Columns>
      <ListPane label="Found settings" pane="found">
        <DataGrid
          name="search"
          label="Found settings"
          rows={rows}
          rowKey={hitKey}
          columns={COLUMNS}
          sortedBy="where"
          selected={selected}
          onSelect={setSelected}
          onOpen={() => setDetails(true)}
          handle={grid}
          empty={<EmptyState title={`Nothing has "${text}" in it`} />}
        />
      </ListPane>
      {only !== undefined && hasDetails && <HitPane hit={only} onClose={() => setDetails(false)} />}
    </Columns>
  );
}

/** A hit and the bundles that have it; each leads to the setting in it. */
function HitPane({ hit, onClose }: { hit: HitView; onClose: () => void }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const { setting, records, recordsCount } = hit;
  return (
    <DetailsPane onClose={onClose}>
      <h2 className={styles.name}>{objectWords(setting)}</h2>
      <Facts
        facts={[
          { term: "Setting", value: setting.name },
          { term: "Value", value: setting.value === "" ? "(empty)" : setting.value, copy: setting.value },
          ...setting.sources.flatMap(({ file, key }) => [
            { term: "File", value: file },
            key === "" ? null : { term: "Key", value: key, isCode: true },
          ]),
        ]}
      />
      <h3 className={styles.title}>{plural(recordsCount, "bundle")}</h3>
      <ul className={styles.records}>
        {byHost(records).map((record) => (
          <li key={record.id}>
            <Link
              as="button"
              inline
              onClick={() => void navigate({ to: "/inside", search: { record: record.id, text: textOf(setting) } })}
            >
              {record.host}, {dateTime(record.takenAt)}
            </Link>
          </li>
        ))}
      </ul>
      {recordsCount > records.length && (
        <p className={styles.quiet}>And {plural(recordsCount - records.length, "more bundle")}.</p>
      )}
    </DetailsPane>
  );
}

function whereInWords({ records, recordsCount }: HitView): string {
  const hosts = [...new Set(records.map((record) => record.host))];
  const [only] = hosts;
  if (only !== undefined && hosts.length === 1) {
    return recordsCount === 1 ? only : `${only}, ${plural(recordsCount, "bundle")}`;
  }
  return plural(recordsCount, "host");
}

/** By host, newest first. */
function byHost(records: readonly HitRecord[]): HitRecord[] {
  return [...records].sort((a, b) => a.host.localeCompare(b.host) || Date.parse(b.takenAt) - Date.parse(a.takenAt));
}

function objectWords({ object, section }: SettingView): string {
  return object === "" ? section : object;
}

function foundInWords({ found, hits, searched, withoutSettings }: SettingsFound): string {
  const shown = hits.length < found ? `, ${wholeNumber(hits.length)} of them shown` : "";
  const without = withoutSettings > 0 ? `, ${wholeNumber(withoutSettings)} of them sealed or not readable` : "";
  return `${plural(found, "setting")} found${shown}; ${plural(searched, "bundle")} looked through${without}`;
}

function hitKey(row: HitRow): string {
  return row.key;
}
