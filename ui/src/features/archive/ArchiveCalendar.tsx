import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ChevronLeftRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { byteSize, plural, wholeNumber } from "../../components/words";
import type { ArchiveDay, ChangedDay } from "../../ipc";
import {
  chooseDay,
  type DayRange,
  dayInWords,
  dayTowards,
  fullness,
  type Month,
  monthsOf,
  wholeMonth,
  yearOf,
  yearsOf,
} from "./calendar";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", minHeight: 0, height: "100%" },
  head: { display: "flex", alignItems: "center", padding: "3px 6px 1px 16px", flexShrink: 0 },
  year: { flexGrow: 1, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: "tabular-nums" },
  months: { overflowY: "auto", minHeight: 0, flexGrow: 1, padding: "0 8px 8px 12px" },
  month: {
    display: "grid",
    gridTemplateColumns: "repeat(7, 1fr)",
    gap: "2px",
    border: 0,
    margin: 0,
    padding: 0,
    minWidth: 0,
  },
  title: {
    gridColumn: "1 / -1",
    justifyContent: "flex-start",
    padding: "0 4px",
    marginTop: "6px",
    height: "24px",
    fontSize: tokens.fontSizeBase200,
  },
  weekday: { textAlign: "center", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase100 },
  day: {
    position: "relative",
    boxSizing: "border-box",
    height: "24px",
    minWidth: 0,
    padding: "1px 1px 3px",
    border: "none",
    borderRadius: tokens.borderRadiusSmall,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase200,
    lineHeight: "20px",
    fontVariantNumeric: "tabular-nums",
    textAlign: "center",
    color: tokens.colorNeutralForeground3,
    backgroundColor: "transparent",
  },
  filled: {
    padding: "0 0 2px",
    // Where colours are forced, it is this that is seen.
    border: "1px solid transparent",
    cursor: "pointer",
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorBrandBackground2,
    "::after": {
      content: '""',
      position: "absolute",
      left: "3px",
      bottom: "1px",
      height: "3px",
      borderRadius: "1px",
      backgroundColor: tokens.colorCompoundBrandBackground,
      "@media (forced-colors: active)": { backgroundColor: "CanvasText" },
    },
    ":hover": { border: `1px solid ${tokens.colorBrandStroke1}` },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-1px" },
  },
  /** A day on which settings changed: a dot above its number's end. */
  changed: {
    "::before": {
      content: '""',
      position: "absolute",
      right: "2px",
      top: "2px",
      width: "5px",
      height: "5px",
      borderRadius: "50%",
      backgroundColor: tokens.colorNeutralForeground1,
      "@media (forced-colors: active)": { backgroundColor: "CanvasText", forcedColorAdjust: "none" },
    },
  },
  legend: {
    flexShrink: 0,
    margin: 0,
    padding: "4px 16px 6px",
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    "::before": {
      content: '""',
      display: "inline-block",
      width: "5px",
      height: "5px",
      marginRight: "6px",
      verticalAlign: "2px",
      borderRadius: "50%",
      backgroundColor: tokens.colorNeutralForeground1,
      "@media (forced-colors: active)": { backgroundColor: "CanvasText", forcedColorAdjust: "none" },
    },
  },
  quarter1: { "::after": { width: "calc(25% - 2px)" } },
  quarter2: { "::after": { width: "calc(50% - 3px)" } },
  quarter3: { "::after": { width: "calc(75% - 4px)" } },
  quarter4: { "::after": { width: "calc(100% - 6px)" } },
  chosen: {
    color: tokens.colorNeutralForegroundOnBrand,
    backgroundColor: tokens.colorBrandBackground,
    fontWeight: tokens.fontWeightSemibold,
    "::after": { backgroundColor: tokens.colorNeutralForegroundOnBrand },
    "::before": { backgroundColor: tokens.colorNeutralForegroundOnBrand },
    "@media (forced-colors: active)": {
      backgroundColor: "Highlight",
      color: "HighlightText",
      forcedColorAdjust: "none",
      "::after": { backgroundColor: "HighlightText" },
      "::before": { backgroundColor: "HighlightText" },
    },
  },
});

type ArchiveCalendarProps = {
  days: readonly ArchiveDay[];
  changed: readonly ChangedDay[];
  range: DayRange | null;
  onRange: (range: DayRange | null) => void;
};

/**
 * A year by its months. Days with bundles are buttons; the bar under a day's number says how full it is beside the
 * fullest of all.
 */
export function ArchiveCalendar({ days, changed, range, onRange }: ArchiveCalendarProps) {
  const styles = useStyles();
  const root = useRef<HTMLDivElement>(null);
  const known = useMemo(() => new Map(days.map((day) => [day.date, day])), [days]);
  const changes = useMemo(() => new Map(changed.map((day) => [day.date, day.changed])), [changed]);
  const dates = useMemo(() => [...known.keys()].sort(), [known]);
  const most = useMemo(() => days.reduce((top, day) => Math.max(top, day.records), 1), [days]);
  const years = useMemo(() => yearsOf(dates), [dates]);
  const [chosenYear, setYear] = useState<number | null>(range === null ? null : yearOf(range.to));
  const year = chosenYear !== null && years.includes(chosenYear) ? chosenYear : (years[0] ?? null);
  const first = dates[0];
  const last = dates.at(-1);
  const months = useMemo(
    () => (year === null || first === undefined || last === undefined ? [] : monthsOf(year, first, last)),
    [year, first, last],
  );
  const [stop, setStop] = useState<string | undefined>(undefined);
  const ofYear = dates.filter((day) => yearOf(day) === year);
  const tabStop = [stop, range?.to, ofYear.at(-1)].find((day) => day !== undefined && ofYear.includes(day));
  const wantsFocus = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only another year is shown from where its day is
  useLayoutEffect(() => {
    const chosen = tabStop === undefined ? null : cellOf(root.current, tabStop);
    chosen?.closest("fieldset")?.scrollIntoView({ block: "nearest" });
  }, [year]);
  useEffect(() => {
    if (wantsFocus.current && tabStop !== undefined) {
      wantsFocus.current = false;
      cellOf(root.current, tabStop)?.focus();
    }
  });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const from = dayOf(event.target);
    const to = from === null || event.ctrlKey || event.altKey ? null : dayTowards(dates, from, event.key);
    if (to !== null) {
      event.preventDefault();
      wantsFocus.current = true;
      setStop(to);
      setYear(yearOf(to));
    }
  };
  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const day = dayOf(event.target);
    if (day !== null) {
      setStop(day);
      onRange(chooseDay(range, day, event.shiftKey));
    }
  };
  const at = year === null ? -1 : years.indexOf(year);
  const older = years[at + 1];
  const newer = years[at - 1];
  return (
    <div className={styles.root}>
      <div className={styles.head}>
        <span className={styles.year} aria-live="polite">
          {year}
        </span>
        <Button
          size="small"
          appearance="subtle"
          icon={<ChevronLeftRegular />}
          aria-label="Year before"
          disabled={older === undefined}
          onClick={() => older !== undefined && setYear(older)}
        />
        <Button
          size="small"
          appearance="subtle"
          icon={<ChevronRightRegular />}
          aria-label="Year after"
          disabled={newer === undefined}
          onClick={() => newer !== undefined && setYear(newer)}
        />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the clicks and keys are those of the buttons in it */}
      <div ref={root} className={styles.months} onKeyDown={onKeyDown} onClick={onClick}>
        {months.map((month) => (
          <MonthGrid
            key={month.id}
            month={month}
            known={known}
            changes={changes}
            most={most}
            range={range}
            tabStop={tabStop}
            onWhole={() => onRange(isWhole(range, month.id) ? null : wholeMonth(month.id))}
          />
        ))}
      </div>
      {changed.length > 0 && <p className={styles.legend}>Configuration changed</p>}
    </div>
  );
}

type MonthGridProps = {
  month: Month;
  known: ReadonlyMap<string, ArchiveDay>;
  changes: ReadonlyMap<string, number>;
  most: number;
  range: DayRange | null;
  tabStop: string | undefined;
  onWhole: () => void;
};

function MonthGrid({ month, known, changes, most, range, tabStop, onWhole }: MonthGridProps) {
  const styles = useStyles();
  return (
    <fieldset className={styles.month} aria-label={month.title}>
      <Button
        size="small"
        appearance="subtle"
        className={styles.title}
        aria-pressed={isWhole(range, month.id)}
        title={`Show all of ${month.title}`}
        onClick={onWhole}
      >
        {month.title}
      </Button>
      {["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].map((weekday) => (
        <span key={weekday} className={styles.weekday} aria-hidden>
          {weekday}
        </span>
      ))}
      {month.weeks.flat().map((date, index) => {
        if (date === null) {
          // biome-ignore lint/suspicious/noArrayIndexKey: cells of a month do not move
          return <span key={`gap-${index}`} />;
        }
        const day = known.get(date);
        const number = Number(date.slice(8));
        if (day === undefined) {
          return (
            <span key={date} className={styles.day}>
              {number}
            </span>
          );
        }
        const isChosen = range !== null && range.from <= date && date <= range.to;
        const changed = changes.get(date) ?? 0;
        const base = `${dayInWords(date)}: ${plural(day.records, "bundle")} of ${plural(day.hosts, "host")}, ${byteSize(day.bytes)}`;
        const words = changed === 0 ? base : `${base}, configuration changed in ${wholeNumber(changed)}`;
        return (
          <button
            key={date}
            type="button"
            data-day={date}
            tabIndex={date === tabStop ? 0 : -1}
            aria-pressed={isChosen}
            aria-label={words}
            title={words}
            className={mergeClasses(
              styles.day,
              styles.filled,
              styles[`quarter${fullness(day.records, most)}`],
              changed > 0 && styles.changed,
              isChosen && styles.chosen,
            )}
          >
            {number}
          </button>
        );
      })}
    </fieldset>
  );
}

function isWhole(range: DayRange | null, month: string): boolean {
  const whole = wholeMonth(month);
  return range !== null && range.from === whole.from && range.to === whole.to;
}

function dayOf(target: EventTarget): string | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-day]") : null;
  return cell?.dataset.day ?? null;
}

function cellOf(root: HTMLElement | null, day: string): HTMLElement | null {
  return root?.querySelector<HTMLElement>(`[data-day="${day}"]`) ?? null;
}
