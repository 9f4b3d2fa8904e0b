import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  CheckmarkCircleFilled,
  CircleRegular,
  ClockRegular,
  DismissCircleFilled,
  ProhibitedRegular,
  SpinnerIosRegular,
  SubtractCircleRegular,
  WarningFilled,
} from "@fluentui/react-icons";

export type MarkKind = "good" | "bad" | "warning" | "old" | "none" | "never" | "cancelled" | "busy" | "waiting";

const useStyles = makeStyles({
  mark: { flexShrink: 0, display: "inline-flex", fontSize: "14px", verticalAlign: "-2px" },
  good: { color: `var(--mark-color, ${tokens.colorStatusSuccessForeground1})` },
  bad: { color: `var(--mark-color, ${tokens.colorStatusDangerForeground1})` },
  warning: { color: `var(--mark-color, ${tokens.colorStatusWarningForeground1})` },
  quiet: { color: `var(--mark-color, ${tokens.colorNeutralForeground3})` },
  busy: { color: `var(--mark-color, ${tokens.colorBrandForeground1})` },
});

/** A sign beside words: its shape tells as much as its colour, and the words tell it too. */
export function Mark({ kind }: { kind: MarkKind }) {
  const styles = useStyles();
  const { icon, tone } = LOOKS[kind];
  return (
    <span className={mergeClasses(styles.mark, styles[tone])} aria-hidden>
      {icon}
    </span>
  );
}

const LOOKS = {
  good: { icon: <CheckmarkCircleFilled />, tone: "good" },
  bad: { icon: <DismissCircleFilled />, tone: "bad" },
  warning: { icon: <WarningFilled />, tone: "warning" },
  old: { icon: <ClockRegular />, tone: "warning" },
  none: { icon: <ProhibitedRegular />, tone: "quiet" },
  never: { icon: <CircleRegular />, tone: "quiet" },
  cancelled: { icon: <SubtractCircleRegular />, tone: "quiet" },
  busy: { icon: <SpinnerIosRegular />, tone: "busy" },
  waiting: { icon: <ClockRegular />, tone: "quiet" },
} as const;
