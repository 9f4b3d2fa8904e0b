import { makeStyles, tokens } from "@fluentui/react-components";

/** The row above a grid: commands on the left, filters and the count on the right; in a narrow window they wrap. */
export const useBarStyles = makeStyles({
  bar: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: "8px",
    rowGap: "4px",
    padding: "2px 16px 6px",
    flexShrink: 0,
    minWidth: 0,
  },
  commands: { flex: "1 1 240px", minWidth: 0, display: "flex", overflow: "hidden" },
  count: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    minWidth: "60px",
    textAlign: "end",
  },
});

/** The filters of a list that lies below its page's commands, the count at the end of their row. */
export const useFiltersStyles = makeStyles({
  filters: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "6px",
    padding: "4px 16px 6px",
    flexShrink: 0,
  },
  count: { marginLeft: "auto", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});
