import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { ArchiveRegular, BranchCompareRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useCanGoBack, useNavigate, useRouter } from "@tanstack/react-router";
import { type ReactNode, type Ref, useCallback, useMemo, useRef, useState } from "react";
import { AddressFilter } from "../../components/AddressFilter";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { Facts } from "../../components/Facts";
import { folded } from "../../components/folded";
import { DataGrid, type GridColumn, type GridHandle } from "../../components/grid/DataGrid";
import { Loading } from "../../components/Loading";
import { Page } from "../../components/Page";
import { Columns, DetailsPane, ListPane, Messages } from "../../components/PageParts";
import { useBarStyles } from "../../components/pageBar";
import { useShortcuts } from "../../components/shortcuts";
import { byteSize, ofTotal, plural, wholeNumber } from "../../components/words";
import { type BundleChoice, type BundleFileRow, type BundleInside, commands, type SealingView } from "../../ipc";
import { FilePane } from "./FilePane";
import { bundleChoice, type InsideSearch, insideSearch, MAX_FILTER } from "./search";
import { filteredSettings, type SettingRow, sectionsOf, settingRows, textOf } from "./settings";
import { FILE_KINDS, LAYERS, noiseWords, sideWords } from "./words";

const useStyles = makeStyles({
  tabs: {
    padding: "0 8px",
    marginBottom: "8px",
    flexShrink: 0,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  section: { flex: "0 1 220px", minWidth: "120px" },
  sealing: { overflowWrap: "anywhere", whiteSpace: "normal" },
  cut: { margin: "0 16px 6px", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: "anywhere",
  },
});

const route = getRouteApi("/inside");

/** What a bundle holds: what its host was configured to do, and its files. */
export function InsidePage(): ReactNode {
  const search = insideSearch(route.useSearch());
  const bundle = bundleChoice(search.record, search.file);
  return bundle === null ? <NothingChosen /> : <Inside bundle={bundle} search={search} />;
}

function NothingChosen() {
  const navigate = useNavigate();
  return (
    <Page title="Inside a bundle">
      <EmptyState
        icon={<ArchiveRegular />}
        title="No bundle is chosen"
        actions={
          <Button appearance="primary" onClick={() => void navigate({ to: "/archive" })}>
            Go to the archive
          </Button>
        }
      >
        Select a bundle in the archive and look inside.
      </EmptyState>
    </Page>
  );
}

function Inside({ bundle, search }: { bundle: BundleChoice; search: InsideSearch }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const inside = useQuery({ queryKey: ["inside", bundle], queryFn: () => commands.lookInside(bundle) });
  const onSearch = useCallback(
    (change: Partial<InsideSearch>) =>
      void navigate({
        to: "/inside",
        search: (old) => insideSearch({ ...old, ...change }),
        replace: true,
      }),
    [navigate],
  );
  const [hasDetails, setDetails] = useState(true);
  const details = { hasDetails, onDetails: setDetails };
  const { history } = useRouter();
  const canGoBack = useCanGoBack();
  const toArchive = () =>
    void navigate({ to: "/archive", search: search.record === undefined ? {} : { record: search.record } });
  useShortcuts({ F5: () => void inside.refetch(), "Alt+ArrowLeft": () => (canGoBack ? history.back() : toArchive()) });
  const actions = (
    <>
      <Button
        size="small"
        appearance="subtle"
        icon={<BranchCompareRegular />}
        onClick={() => void navigate({ to: "/compare", search: { second: search.record, secondFile: search.file } })}
      >
        Compare…
      </Button>
      <Button size="small" appearance="subtle" icon={<ArchiveRegular />} onClick={toArchive}>
        In the archive
      </Button>
    </>
  );
  const error = inside.isError && (
    <Messages>
      <ErrorView error={inside.error} onAgain={() => void inside.refetch()} />
    </Messages>
  );
  if (inside.data === undefined) {
    return (
      <Page title="Inside a bundle" actions={actions}>
        {error || <Loading label="Reading the bundle" />}
      </Page>
    );
  }
  const { side, sealing, unread, settingsCount, files } = inside.data;
  const isFiles = search.tab === "files";
  return (
    <Page title="Inside a bundle" subtitle={sideWords(side)} actions={actions}>
      {error}
      <Sealing sealing={sealing} unread={unread} />
      <TabList
        size="small"
        className={styles.tabs}
        selectedValue={isFiles ? "files" : "settings"}
        onTabSelect={(_, { value }) => onSearch({ tab: value === "files" ? "files" : undefined, text: undefined })}
      >
        <Tab value="settings">Settings {wholeNumber(settingsCount)}</Tab>
        <Tab value="files">Files {wholeNumber(files.length)}</Tab>
      </TabList>
      {isFiles ? (
        <Files bundle={bundle} files={files} search={search} onSearch={onSearch} {...details} />
      ) : (
        <Settings inside={inside.data} search={search} onSearch={onSearch} {...details} />
      )}
    </Page>
  );
}

/** Why there is less to see than one would think. */
function Sealing({ sealing, unread }: { sealing: SealingView; unread: string | null }) {
  const styles = useStyles();
  if (sealing.kind === "open" && unread === null) {
    return null;
  }
  return (
    <Messages>
      <MessageBar intent={sealing.kind === "tpm" ? "info" : "warning"} layout="multiline">
        <MessageBarBody className={styles.sealing}>
          {sealing.kind === "tpm"
            ? "This bundle is sealed by its host's TPM: only that host can read its settings. It can be verified and restored all the same."
            : sealing.kind === "unreadable"
              ? `The content of this bundle cannot be read: ${sealing.reason}. Only its manifest is shown.`
              : `The ${unread} of this bundle cannot be read: most of what its host was configured to do is not shown.`}
        </MessageBarBody>
      </MessageBar>
    </Messages>
  );
}

type PartProps = { search: InsideSearch; onSearch: (change: Partial<InsideSearch>) => void };
/** Whether the pane at the side is open when there is something to tell. */
type DetailsProps = { hasDetails: boolean; onDetails: (hasDetails: boolean) => void };

const SETTING_COLUMNS: readonly GridColumn<SettingRow>[] = [
  { id: "section", title: "Section", width: 150, text: (row) => row.section, sortBy: (row) => row.sectionAt },
  { id: "object", title: "Object", width: 210, text: (row) => row.object },
  { id: "name", title: "Setting", width: 170, isFixed: true, text: (row) => row.name },
  { id: "value", title: "Value", width: 240, grow: true, text: (row) => row.value },
  { id: "file", title: "File", width: 150, isHidden: true, text: (row) => row.sources[0]?.file ?? "" },
  { id: "key", title: "Key", width: 220, isHidden: true, text: (row) => row.sources[0]?.key ?? "" },
];

function Settings({
  inside,
  search,
  onSearch,
  hasDetails,
  onDetails,
}: PartProps & DetailsProps & { inside: BundleInside }) {
  const styles = useStyles();
  const rows = useMemo(() => settingRows(inside.settings), [inside.settings]);
  const sections = useMemo(() => sectionsOf(inside.settings), [inside.settings]);
  const shown = useMemo(() => filteredSettings(rows, search.text, search.section), [rows, search.text, search.section]);
  // A search leads to one setting: that one is told of at once.
  const [selected, setSelected] = useState<ReadonlySet<string>>(() => {
    const [wanted, ...others] = shown.filter((row) => textOf(row) === search.text);
    return new Set(wanted === undefined || others.length > 0 ? [] : [wanted.key]);
  });
  const only = selected.size === 1 ? shown.find((row) => selected.has(row.key)) : undefined;
  const box = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  useShortcuts({
    "Ctrl+F": () => box.current?.focus(),
    "Ctrl+A": () => {
      setSelected(new Set(shown.map(settingKey)));
      grid.current?.focus();
    },
    "Alt+Enter": () => onDetails(only === undefined || !hasDetails),
  });
  return (
    <>
      <FilterBar
        label="Filter settings"
        search={search}
        onSearch={onSearch}
        box={box}
        count={ofTotal(shown.length, rows.length, "setting")}
      >
        <Select
          size="small"
          aria-label="Section"
          className={styles.section}
          value={search.section ?? ""}
          onChange={(_, { value }) => onSearch({ section: value === "" ? undefined : value })}
        >
          <option value="">All sections</option>
          {sections.map(({ section, count }) => (
            <option key={section} value={section}>
              {section} ({wholeNumber(count)})
            </option>
          ))}
        </Select>
      </FilterBar>
      {rows.length < inside.settingsCount && (
        <p className={styles.cut}>
          These are the first {wholeNumber(rows.length)} of {plural(inside.settingsCount, "setting")}. The console
          program shows all of them.
        </p>
      )}
      <Columns>
        <ListPane label="Settings" pane="settings">
          <DataGrid
            name="inside.settings"
            label="Settings"
            rows={shown}
            rowKey={settingKey}
            columns={SETTING_COLUMNS}
            sortedBy="section"
            selected={selected}
            onSelect={setSelected}
            onOpen={() => onDetails(true)}
            handle={grid}
            empty={<EmptyState title="No setting fits the filter" />}
          />
        </ListPane>
        {only !== undefined && hasDetails && (
          <DetailsPane onClose={() => onDetails(false)}>
            <h2 className={styles.title}>{only.object === "" ? only.section : only.object}</h2>
            <Facts
              facts={[
                { term: "Section", value: only.section },
                { term: "Setting", value: only.name },
                { term: "Value", value: only.value === "" ? "(empty)" : only.value, copy: only.value },
              ]}
            />
            {only.sources.map(({ file, key }, index) => (
              <Facts
                key={`${file} ${key}`}
                title={index === 0 ? "Where it stands" : "The same stands in"}
                facts={[
                  { term: "File", value: file },
                  key === "" ? null : { term: "Key", value: key, copy: key, isCode: true },
                ]}
              />
            ))}
          </DetailsPane>
        )}
      </Columns>
    </>
  );
}

const FILE_COLUMNS: readonly GridColumn<BundleFileRow>[] = [
  { id: "path", title: "Path", width: 300, isFixed: true, text: (file) => file.path },
  {
    id: "bytes",
    title: "Size",
    width: 76,
    align: "end",
    text: (file) => byteSize(file.bytes),
    sortBy: (file) => file.bytes,
  },
  { id: "kind", title: "Content", width: 120, text: (file) => FILE_KINDS[file.kind] },
  { id: "layer", title: "In", width: 100, text: (file) => LAYERS[file.layer] },
  { id: "noise", title: "Not compared", width: 180, text: (file) => noiseWords(file.noise) },
];

function Files({
  bundle,
  files,
  search,
  onSearch,
  hasDetails,
  onDetails,
}: PartProps & DetailsProps & { bundle: BundleChoice; files: readonly BundleFileRow[] }) {
  const text = folded(search.text?.trim() ?? "");
  const shown = useMemo(() => files.filter((file) => folded(file.path).includes(text)), [files, text]);
  const chosen = files.find((file) => file.path === search.path && file.layer === search.layer);
  const box = useRef<HTMLInputElement>(null);
  useShortcuts({
    "Ctrl+F": () => box.current?.focus(),
    "Alt+Enter": () => onDetails(chosen === undefined || !hasDetails),
  });
  const choose = (keys: ReadonlySet<string>) => {
    const file = files.find((one) => fileKey(one) === [...keys].at(-1));
    onSearch({ path: file?.path, layer: file?.layer });
  };
  return (
    <>
      <FilterBar
        label="Filter files"
        search={search}
        onSearch={onSearch}
        box={box}
        count={ofTotal(shown.length, files.length, "file")}
      />
      <Columns>
        <ListPane label="Files" pane="files">
          <DataGrid
            name="inside.files"
            label="Files"
            rows={shown}
            rowKey={fileKey}
            columns={FILE_COLUMNS}
            sortedBy="path"
            selected={new Set(chosen === undefined ? [] : [fileKey(chosen)])}
            onSelect={choose}
            onOpen={() => onDetails(true)}
            empty={<EmptyState title="No file fits the filter" />}
          />
        </ListPane>
        {chosen !== undefined && hasDetails && (
          <FilePane key={fileKey(chosen)} bundle={bundle} file={chosen} onClose={() => onDetails(false)} />
        )}
      </Columns>
    </>
  );
}

type FilterBarProps = PartProps & { label: string; box: Ref<HTMLInputElement>; count: string; children?: ReactNode };

function FilterBar({ label, search, onSearch, box, count, children }: FilterBarProps) {
  const styles = useBarStyles();
  return (
    <search className={styles.bar} aria-label="Filters">
      <AddressFilter label={label} maxLength={MAX_FILTER} text={search.text} onSearch={onSearch} box={box} />
      {children}
      <span className={styles.count} role="status">
        {count}
      </span>
    </search>
  );
}

function settingKey(row: SettingRow): string {
  return row.key;
}

function fileKey(file: BundleFileRow): string {
  return `${file.layer}:${file.path}`;
}
