import {
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons";
import { type ReactNode, useState } from "react";
import { type ErrorReport, errorReport } from "../ipc";
import { useFocusLeftToGrid } from "./focus";
import { useCopy } from "./useCopy";

const useStyles = makeStyles({
  bar: { flexShrink: 0 },
  body: {
    paddingTop: tokens.spacingVerticalXS,
    paddingBottom: tokens.spacingVerticalXS,
    overflowWrap: "anywhere",
    whiteSpace: "normal",
  },
  hint: { display: "block", whiteSpace: "normal" },
  details: {
    marginTop: tokens.spacingVerticalXS,
    marginBottom: 0,
    maxHeight: "160px",
    overflow: "auto",
    whiteSpace: "pre-wrap",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    userSelect: "text",
  },
});

type ErrorViewProps = {
  /** What was thrown: an `ErrorReport`, or anything. */
  error: unknown;
  intent?: "error" | "warning";
  /** What "Try again" does, where that can help. */
  onAgain?: (() => void) | undefined;
  /** Further buttons, such as "Enter password". */
  actions?: ReactNode;
  /** In a pane at the side: the buttons lie below the text. */
  isNarrow?: boolean;
};

/** Every failure in the window is shown by this: what failed, what to do next, details that fold out, copy. */
export function ErrorView({ error, intent = "error", onAgain, actions, isNarrow = false }: ErrorViewProps) {
  const styles = useStyles();
  useFocusLeftToGrid();
  const report = errorReport(error);
  const [isOpen, setOpen] = useState(false);
  const { copy, words } = useCopy(reportText(report));
  return (
    <MessageBar
      intent={intent}
      layout={isNarrow ? "multiline" : "singleline"}
      className={styles.bar}
      politeness="assertive"
    >
      <MessageBarBody className={styles.body}>
        <MessageBarTitle>{report.message}</MessageBarTitle>
        {report.hint !== null && <span className={styles.hint}>{report.hint}</span>}
        {report.details.length > 0 && (
          <Link as="button" inline aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? "Hide details" : "Show details"}
          </Link>
        )}
        {isOpen && (
          // Long details scroll, so they are reached by the keyboard too.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
          <pre className={styles.details} tabIndex={0}>
            {[...report.details, `Code: ${report.code}`].join("\n")}
          </pre>
        )}
      </MessageBarBody>
      <MessageBarActions>
        {actions}
        {onAgain !== undefined && (
          <Button size="small" onClick={onAgain}>
            Try again
          </Button>
        )}
        <Button size="small" icon={<CopyRegular />} onClick={copy}>
          {words("Copy")}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

export function reportText(report: ErrorReport): string {
  return [
    report.message,
    ...(report.hint === null ? [] : [report.hint]),
    ...report.details,
    `Code: ${report.code}`,
  ].join("\n");
}
