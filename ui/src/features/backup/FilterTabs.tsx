import { makeStyles, Tab, TabList } from "@fluentui/react-components";
import { useMemo } from "react";
import { capital, wholeNumber } from "../../components/words";
import type { JobItem, JobKind } from "../../ipc";
import { ITEM_WORDS } from "../shell/jobWords";
import { fits, type ItemFilter } from "./items";

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
  const tabs = useMemo(() => {
    const count = (filter: ItemFilter) => items.filter((item) => fits(item.step, filter)).length;
    const all: readonly { filter: ItemFilter; label: string; count: number }[] = [
      { filter: "all", label: "All", count: items.length },
      { filter: "underWay", label: "Under way", count: count("underWay") },
      { filter: "failed", label: capital(ITEM_WORDS[kind].bad), count: count("failed") },
      { filter: "good", label: capital(ITEM_WORDS[kind].good), count: count("good") },
      { filter: "cancelled", label: "Cancelled", count: count("cancelled") },
    ];
    return all.filter((tab) => tab.filter !== "cancelled" || tab.count > 0);
  }, [items, kind]);
  return (
    <TabList
      size="small"
      className={styles.tabs}
      aria-label="Show"
      selectedValue={chosen}
      onTabSelect={(_, { value }) => {
        const tab = tabs.find(({ filter }) => filter === value);
        tab !== undefined && onChoose(tab.filter);
      }}
    >
      {tabs.map(({ filter, label, count }) => (
        <Tab key={filter} value={filter}>
          {label} {wholeNumber(count)}
        </Tab>
      ))}
    </TabList>
  );
}
