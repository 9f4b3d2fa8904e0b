import { Button, Dropdown, makeStyles, Option, ToggleButton, tokens } from "@fluentui/react-components";
import { DismissRegular, PinRegular, TimerRegular } from "@fluentui/react-icons";
import type { ReactNode, Ref } from "react";
import { AddressFilter } from "../../components/AddressFilter";
import { HostChoice } from "../../components/HostChoice";
import type { ArchiveOverview } from "../../ipc";
import { rangeInWords } from "./calendar";
import { type ArchiveSearch, MAX_TEXT, rangeOf } from "./search";

const useStyles = makeStyles({
  row: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "6px",
    padding: "4px 12px 6px",
    flexShrink: 0,
  },
  choice: {
    flexGrow: 1,
    flexBasis: "116px",
    minWidth: 0,
    maxWidth: "200px",
  },
  count: {
    marginLeft: "auto",
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
  },
});

const POPUP = { align: "start", position: "below", autoSize: "height" } as const;

type ArchiveFiltersProps = {
  overview: ArchiveOverview;
  search: ArchiveSearch;
  onSearch: (change: Partial<ArchiveSearch>) => void;
  filterBox: Ref<HTMLInputElement>;
  /** How much is shown. */
  children: ReactNode;
};

export function ArchiveFilters({ overview, search, onSearch, filterBox, children }: ArchiveFiltersProps) {
  const styles = useStyles();
  const range = rangeOf(search);
  return (
    <search className={styles.row} aria-label="Filters">
      <AddressFilter
        label="Filter bundles"
        finds="Name, version, build, note or id"
        maxLength={MAX_TEXT}
        text={search.text}
        onSearch={onSearch}
        box={filterBox}
      />
      <HostChoice
        label="Host"
        className={styles.choice}
        hosts={overview.hosts}
        identity={search.host}
        placeholder="All hosts"
        isClearable
        onIdentity={(host) => onSearch({ host })}
      />
      {(overview.servers.length > 1 || search.server !== undefined) && (
        <Dropdown
          size="small"
          className={styles.choice}
          positioning={POPUP}
          aria-label="Server"
          value={search.server ?? "All servers"}
          selectedOptions={[search.server ?? ""]}
          onOptionSelect={(_, { optionValue }) => onSearch({ server: optionValue === "" ? undefined : optionValue })}
        >
          <Option value="">All servers</Option>
          {overview.servers.map((server) => (
            <Option key={server} value={server}>
              {server}
            </Option>
          ))}
        </Dropdown>
      )}
      <ToggleButton
        size="small"
        appearance="subtle"
        icon={<PinRegular />}
        checked={search.pinned === true}
        onClick={() => onSearch({ pinned: search.pinned === true ? undefined : true })}
      >
        Pinned
      </ToggleButton>
      <ToggleButton
        size="small"
        appearance="subtle"
        icon={<TimerRegular />}
        title="Only the newest bundle of each host"
        checked={search.newest === true}
        onClick={() => onSearch({ newest: search.newest === true ? undefined : true })}
      >
        Newest
      </ToggleButton>
      {range !== null && (
        <Button
          size="small"
          appearance="outline"
          icon={<DismissRegular />}
          iconPosition="after"
          title="Show all days"
          onClick={() => onSearch({ from: undefined, to: undefined })}
        >
          {rangeInWords(range)}
        </Button>
      )}
      <span className={styles.count} role="status">
        {children}
      </span>
    </search>
  );
}
