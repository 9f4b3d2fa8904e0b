import { makeStyles, tokens } from "@fluentui/react-components";

export const useSettingsStyles = makeStyles({
  /** Label left, control right; one above the other where there is no room. */
  field: {
    gridTemplateColumns: "minmax(150px, 230px) minmax(0, 1fr)",
    paddingTop: "3px",
    paddingBottom: "3px",
    "@media (max-width: 640px)": { gridTemplateColumns: "minmax(0, 1fr)", "& > *": { gridColumnStart: "1" } },
  },
  row: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "6px", minWidth: 0 },
  path: {
    flexGrow: 1,
    flexBasis: "240px",
    minWidth: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
});
