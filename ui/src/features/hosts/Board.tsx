import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { HOVERED } from "../../components/highlight";
import { Mark } from "../../components/Mark";
import { wholeNumber } from "../../components/words";
import type { SafetyView } from "../../ipc";
import { SAFETIES, safetyMark, safetyMeaning, safetyWords } from "./hostWords";

const useStyles = makeStyles({
  board: { display: "flex", flexWrap: "wrap", gap: "6px", margin: 0, padding: 0, border: "none", minWidth: 0 },
  tile: {
    display: "flex",
    alignItems: "center",
    gap: "6px",
    height: "32px",
    padding: "0 12px 0 10px",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase300,
    whiteSpace: "nowrap",
    cursor: "default",
    ":hover": HOVERED,
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "1px" },
  },
  pressed: {
    border: `1px solid ${tokens.colorCompoundBrandStroke}`,
    backgroundColor: tokens.colorBrandBackground2,
    "@media (forced-colors: active)": { border: "2px solid Highlight" },
  },
  count: { fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: "tabular-nums" },
  none: { color: `var(--mark-color, ${tokens.colorNeutralForeground3})` },
});

type BoardProps = {
  counts: Record<SafetyView, number>;
  pressed: readonly SafetyView[];
  staleAfterDays: number;
  onChange: (safeties: readonly SafetyView[]) => void;
};

/** Am I safe? Each count is a filter. */
export function Board({ counts, pressed, staleAfterDays, onChange }: BoardProps) {
  const styles = useStyles();
  return (
    <fieldset className={styles.board} aria-label="Hosts by the state of their backup">
      {SAFETIES.map((safety) => {
        const isPressed = pressed.includes(safety);
        // Only while the archive cannot be read is there one.
        if (safety === "unknown" && counts.unknown === 0 && !isPressed) {
          return null;
        }
        return (
          <button
            key={safety}
            type="button"
            aria-pressed={isPressed}
            title={safetyMeaning(safety, staleAfterDays)}
            className={mergeClasses(styles.tile, isPressed && styles.pressed)}
            onClick={() => onChange(isPressed ? pressed.filter((other) => other !== safety) : [...pressed, safety])}
          >
            <Mark kind={safetyMark(safety)} />
            <span className={mergeClasses(styles.count, counts[safety] === 0 && styles.none)}>
              {wholeNumber(counts[safety])}
            </span>
            <span className={mergeClasses(counts[safety] === 0 && styles.none)}>{safetyWords(safety)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
