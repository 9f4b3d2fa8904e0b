import { makeStyles, tokens } from "@fluentui/react-components";

/** The pages of a restore read from top to bottom, like a checklist. */
export const useRestoreStyles = makeStyles({
  column: { display: "flex", flexDirection: "column", gap: "10px", maxWidth: "860px", minWidth: 0 },
  card: {
    display: "flex",
    flexDirection: "column",
    gap: "6px",
    padding: "10px 14px 12px",
    minWidth: 0,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  title: {
    margin: 0,
    scrollMarginTop: "14px",
    outlineStyle: "none",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  form: { display: "flex", flexDirection: "column", gap: "8px", minWidth: 0 },
  row: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "8px", minWidth: 0 },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "6px" },
  item: { display: "flex", gap: "8px", minWidth: 0, overflowWrap: "anywhere" },
  text: { flexGrow: 1, minWidth: 0, overflowWrap: "anywhere", userSelect: "text" },
  strong: { fontWeight: tokens.fontWeightSemibold },
  hint: { display: "block", color: tokens.colorNeutralForeground2 },
  bullets: { margin: "2px 0 0", paddingLeft: "18px", overflowWrap: "anywhere", userSelect: "text" },
  columns: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(260px, 1fr))", gap: "8px 20px" },
  field: { maxWidth: "360px", minWidth: 0 },
  big: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: "anywhere",
  },
});
