import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { AddCircleRegular, EditRegular, SubtractCircleRegular } from "@fluentui/react-icons";
import type { ChangeKindView } from "../../ipc";
import { KIND_WORDS } from "./differences";

const useStyles = makeStyles({
  root: {
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase200,
    "& svg": { fontSize: "14px", verticalAlign: "-2px" },
  },
  added: { "& svg": { color: `var(--mark-color, ${tokens.colorStatusSuccessForeground1})` } },
  removed: { "& svg": { color: `var(--mark-color, ${tokens.colorStatusDangerForeground1})` } },
  changed: { "& svg": { color: `var(--mark-color, ${tokens.colorStatusWarningForeground1})` } },
});

/** A sign and a word; the colour of the sign only underlines them. */
export function ChangeMark({ kind }: { kind: ChangeKindView }) {
  const styles = useStyles();
  return (
    <span className={mergeClasses(styles.root, styles[kind])}>
      {ICONS[kind]} {KIND_WORDS[kind]}
    </span>
  );
}

const ICONS = {
  added: <AddCircleRegular aria-hidden />,
  removed: <SubtractCircleRegular aria-hidden />,
  changed: <EditRegular aria-hidden />,
};
