/** What pages are made of: commands, messages, and a list beside what is known of the one that is chosen in it. */

import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { KeyboardEvent, ReactNode } from "react";
import { CloseDetails } from "./CloseDetails";
import { CommandBar, type Commands } from "./commands";
import { useFocusLeftToGrid } from "./focus";
import { useEscapeFromOver } from "./panes";

const useStyles = makeStyles({
  commands: {
    padding: "0 8px 4px",
    flexShrink: 0,
    minWidth: 0,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  messages: {
    display: "flex",
    flexDirection: "column",
    gap: "4px",
    padding: "4px 16px",
    flexShrink: 0,
    maxHeight: "32%",
    overflowY: "auto",
    ":empty": { display: "none" },
  },
  columns: { position: "relative", display: "flex", flexGrow: 1, minHeight: 0, minWidth: 0 },
  list: { display: "flex", flexDirection: "column", flexGrow: 1, flexBasis: 0, minWidth: 0, minHeight: 0 },
  details: {
    width: "min(320px, 45%)",
    flexShrink: 0,
    overflowY: "auto",
    boxSizing: "border-box",
    padding: "4px 12px 12px",
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  close: { float: "right", marginRight: "-8px" },
  over: {
    position: "absolute",
    zIndex: 3,
    top: 0,
    bottom: 0,
    right: 0,
    width: "320px",
    maxWidth: "100%",
    boxShadow: tokens.shadow16,
  },
});

/** A page's commands, above all else. */
export function PageCommands({ label, commands }: { label: string; commands: Commands }) {
  return (
    <div className={useStyles().commands}>
      <CommandBar label={label} commands={commands} />
    </div>
  );
}

/** What a page has to say; however much that is, the list below keeps its room. */
export function Messages({ children }: { children: ReactNode }) {
  return <div className={useStyles().messages}>{children}</div>;
}

export function Columns({ children }: { children: ReactNode }) {
  return <div className={useStyles().columns}>{children}</div>;
}

type ListPaneProps = {
  label: string;
  /** Its name among the panes that F6 goes around. */
  pane: string;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
};

export function ListPane({ label, pane, onKeyDown, children }: ListPaneProps) {
  return (
    <section className={useStyles().list} aria-label={label} data-pane={pane} onKeyDown={onKeyDown}>
      {children}
    </section>
  );
}

type DetailsPaneProps = {
  /** It lies over the list, for lack of room beside it: Esc closes it. */
  isOver?: boolean;
  onClose: () => void;
  children: ReactNode;
};

/** What is known of the one that is chosen in the list. */
export function DetailsPane({ isOver = false, onClose, children }: DetailsPaneProps) {
  const styles = useStyles();
  useFocusLeftToGrid();
  useEscapeFromOver(isOver, onClose);
  return (
    <section
      className={mergeClasses(styles.details, isOver && styles.over)}
      aria-label="Details"
      data-pane="details"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
      tabIndex={0}
    >
      <CloseDetails className={styles.close} onClose={onClose} />
      {children}
    </section>
  );
}
