import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { ArrowExportRegular, ArrowSwapRegular, BranchCompareRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useRef, useState } from "react";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { FilterBox } from "../../components/FilterBox";
import { Loading } from "../../components/Loading";
import { Mark } from "../../components/Mark";
import { Page } from "../../components/Page";
import { SaidBar, useSaid } from "../../components/Said";
import { useShortcuts } from "../../components/shortcuts";
import { ofTotal, plural, wholeNumber } from "../../components/words";
import { type BundleChoice, type BundleComparison, type ComparisonFormat, commands } from "../../ipc";
import { comparedInWords, countChanges, filteredGroups, isBackwards, sideTitles } from "./differences";
import { FileChanges } from "./FileChanges";
import { SettingChanges } from "./SettingChanges";
import { SidePart } from "./SidePart";
import { type CompareSearch, choiceOf, compareSearch, type SideName, swapped, withChoice } from "./search";

const useStyles = makeStyles({
  sides: { display: "flex", flexWrap: "wrap", gap: "8px", minWidth: 0, paddingBottom: "8px" },
  bars: { display: "flex", flexDirection: "column", gap: "4px", paddingBottom: "6px", ":empty": { display: "none" } },
  summary: { display: "flex", alignItems: "center", gap: "6px", margin: "2px 0 6px", overflowWrap: "anywhere" },
  tabs: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "4px 12px",
    marginBottom: "4px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  tabList: { marginRight: "auto" },
  body: { overflowWrap: "anywhere", whiteSpace: "normal" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

const route = getRouteApi("/compare");

/** How two bundles differ: settings first, files second. */
export function ComparePage(): ReactNode {
  const styles = useStyles();
  const navigate = useNavigate();
  const search = compareSearch(route.useSearch());
  const go = (next: CompareSearch) => void navigate({ to: "/compare", search: next, replace: true });
  const [first, second] = [choiceOf(search, "first"), choiceOf(search, "second")];
  const { said, setSaid, attempt } = useSaid();
  const comparison = useQuery({
    queryKey: ["compare", first, second],
    queryFn: () => (first === null || second === null ? null : commands.compareBundles(first, second)),
    enabled: first !== null && second !== null,
  });
  useShortcuts({ F5: () => void comparison.refetch() });
  const save = (format: ComparisonFormat) =>
    attempt(async () => {
      const isSaved = first !== null && second !== null && (await commands.exportComparison(first, second, format));
      return isSaved ? "The comparison was saved." : null;
    });
  const sidePart = (side: SideName, title: string, bundle: BundleChoice | null) => (
    <SidePart
      title={title}
      bundle={bundle}
      side={comparison.data?.[side]}
      onBundle={(next) => go(withChoice(search, side, next))}
      onError={(error) => setSaid({ error })}
    />
  );
  return (
    <Page
      title="Compare"
      isScrolling
      actions={
        <>
          <Button
            size="small"
            appearance="subtle"
            icon={<ArrowSwapRegular />}
            disabled={first === null && second === null}
            onClick={() => go(swapped(search))}
          >
            Swap
          </Button>
          <ExportMenu isDisabled={comparison.data == null} onFormat={save} />
        </>
      }
    >
      <div className={styles.sides}>
        {sidePart("first", "First bundle", first)}
        {sidePart("second", "Second bundle", second)}
      </div>
      <div className={styles.bars}>
        <SaidBar said={said} onDismiss={() => setSaid(null)} />
        {comparison.isError && <ErrorView error={comparison.error} onAgain={() => void comparison.refetch()} />}
      </div>
      {first === null || second === null ? (
        <EmptyState icon={<BranchCompareRegular />} title="Choose two bundles">
          Two of one host show what was changed, two hosts how they differ. A file can be compared as well.
        </EmptyState>
      ) : comparison.data == null ? (
        !comparison.isError && <Loading label="Comparing the bundles" />
      ) : (
        <Differences comparison={comparison.data} search={search} onSearch={go} />
      )}
    </Page>
  );
}

function ExportMenu({ isDisabled, onFormat }: { isDisabled: boolean; onFormat: (format: ComparisonFormat) => void }) {
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button size="small" appearance="subtle" icon={<ArrowExportRegular />} disabled={isDisabled}>
          Export…
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => onFormat("text")}>Text…</MenuItem>
          <MenuItem onClick={() => onFormat("html")}>Web page (HTML)…</MenuItem>
          <MenuItem onClick={() => onFormat("json")}>JSON…</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

type DifferencesProps = {
  comparison: BundleComparison;
  search: CompareSearch;
  onSearch: (search: CompareSearch) => void;
};

function Differences({ comparison, search, onSearch }: DifferencesProps) {
  const styles = useStyles();
  const { first, second, notCompared, isSame, changes, groups, files, leftOut } = comparison;
  const [text, setText] = useState("");
  const titles = sideTitles(first, second);
  const sent = countChanges(groups);
  const shown = filteredGroups(groups, text);
  const isFiles = search.tab === "files";
  const box = useRef<HTMLInputElement>(null);
  useShortcuts({ "Ctrl+F": () => box.current?.focus() });
  return (
    <>
      {notCompared !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody className={styles.body}>Only the manifests were compared: {notCompared}.</MessageBarBody>
        </MessageBar>
      )}
      {isBackwards(first, second) && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody className={styles.body}>
            The first bundle is the newer one, so what was removed since is called added. Swap them to read what was
            changed.
          </MessageBarBody>
        </MessageBar>
      )}
      <p className={styles.summary} role="status">
        {isSame && <Mark kind="good" />} {comparedInWords(comparison)}
      </p>
      <div className={styles.tabs}>
        <TabList
          className={styles.tabList}
          size="small"
          selectedValue={isFiles ? "files" : "settings"}
          onTabSelect={(_, { value }) =>
            onSearch(compareSearch({ ...search, tab: value === "files" ? "files" : undefined }))
          }
        >
          <Tab value="settings">Settings {wholeNumber(changes)}</Tab>
          <Tab value="files">Files {wholeNumber(files.length)}</Tab>
        </TabList>
        {!isFiles && groups.length > 0 && (
          <>
            <FilterBox box={box} label="Filter differences" text={text} maxLength={200} onText={setText} />
            <span className={styles.quiet}>{ofTotal(countChanges(shown), sent, "setting")}</span>
          </>
        )}
      </div>
      {isFiles ? (
        <FileChanges files={files} leftOut={leftOut} titles={titles} />
      ) : groups.length === 0 ? (
        <p className={styles.quiet}>
          {notCompared === null ? "No setting differs." : "Nothing differs in the manifests."}
        </p>
      ) : shown.length === 0 ? (
        <p className={styles.quiet}>No difference fits the filter.</p>
      ) : (
        <SettingChanges groups={shown} titles={titles} />
      )}
      {!isFiles && sent < changes && (
        <p className={styles.quiet}>
          These are the first {wholeNumber(sent)} of {plural(changes, "setting")} that differ. The export has all of
          them.
        </p>
      )}
    </>
  );
}
