import { makeStyles, Tab, TabList } from "@fluentui/react-components";
import { useMemo } from "react";
import { wholeNumber } from "../../components/words";
import type { JobItem, JobKind } from "../../ipc";
import { type ItemFilter, isEnd, isFailure } from "./items";

const useStyles = makeStyles({ tabs: { flexShrink: 0 } });

type FilterTabsProps = {
  items: readonly JobItem[];
  kind: JobKind;
  chosen: ItemFilter;
  onChoose: (filter: ItemFilter) => void;
};

/** All, under way, failed, done: with their counts. */
export function FilterTabs({ items, kind, chosen, onChoose }: FilterTabsProps) {
  const styles = useStyles();
  const counts = useMemo(() => {
    const failed = items.filter((item) => isFailure(item.step)).length;
    const ended = items.filter((item) => isEnd(item.step)).length;
    const waiting = items.filter((item) => item.step === "waiting").length;
    return { all: items.length, underWay: items.length - ended - waiting, failed, ended: ended - failed };
  }, [items]);
  const tabs: readonly (readonly [ItemFilter, string])[] = [
    ["all", "All"],
    ["underWay", "Under way"],
    ["failed", kind === "verify" ? "Damaged" : "Failed"],
    ["ended", "Done"],
  ];
  return (
    <TabList
      size="small"
      className={styles.tabs}
      aria-label="Show"
      selectedValue={chosen}
      onTabSelect={(_, { value }) => {
        const tab = tabs.find(([filter]) => filter === value);
        tab !== undefined && onChoose(tab[0]);
      }}
    >
      {tabs.map(([filter, label]) => (
        <Tab key={filter} value={filter}>
          {label} {wholeNumber(counts[filter])}
        </Tab>
      ))}
    </TabList>
  );
}
