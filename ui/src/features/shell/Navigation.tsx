import { makeStyles, mergeClasses, Tooltip, tokens } from "@fluentui/react-components";
import {
  ArchiveFilled,
  ArchiveRegular,
  BranchCompareFilled,
  BranchCompareRegular,
  CalendarClockFilled,
  CalendarClockRegular,
  HistoryFilled,
  HistoryRegular,
  SearchFilled,
  SearchRegular,
  ServerFilled,
  ServerRegular,
  SettingsFilled,
  SettingsRegular,
} from "@fluentui/react-icons";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { HOVERED, SELECTED } from "../../components/highlight";
import { useMedia } from "../../theme";
import { HelpMenu, type HelpTopic } from "./HelpMenu";
import { useLastSearch } from "./lastSearch";

type NavTarget = {
  to: "/hosts" | "/archive" | "/compare" | "/search" | "/activity" | "/schedules" | "/settings";
  label: string;
  icon: ReactElement;
  filled: ReactElement;
};

const PAGES: readonly NavTarget[] = [
  { to: "/hosts", label: "Hosts", icon: <ServerRegular />, filled: <ServerFilled /> },
  { to: "/archive", label: "Archive", icon: <ArchiveRegular />, filled: <ArchiveFilled /> },
  { to: "/compare", label: "Compare", icon: <BranchCompareRegular />, filled: <BranchCompareFilled /> },
  { to: "/search", label: "Search", icon: <SearchRegular />, filled: <SearchFilled /> },
  { to: "/activity", label: "Activity", icon: <HistoryRegular />, filled: <HistoryFilled /> },
  { to: "/schedules", label: "Schedules", icon: <CalendarClockRegular />, filled: <CalendarClockFilled /> },
];
const SETTINGS: NavTarget = {
  to: "/settings",
  label: "Settings",
  icon: <SettingsRegular />,
  filled: <SettingsFilled />,
};

export const useNavStyles = makeStyles({
  nav: {
    display: "flex",
    flexDirection: "column",
    width: "156px",
    boxSizing: "border-box",
    padding: "6px 6px 4px",
    gap: "2px",
    minHeight: 0,
    overflowY: "auto",
    overflowX: "hidden",
  },
  narrow: { width: "48px" },
  space: { flexGrow: 1 },
  item: {
    position: "relative",
    display: "flex",
    alignItems: "center",
    gap: "10px",
    flexShrink: 0,
    height: "32px",
    width: "100%",
    boxSizing: "border-box",
    padding: "0 8px",
    border: "none",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: "transparent",
    color: tokens.colorNeutralForeground2,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    textAlign: "start",
    textDecorationLine: "none",
    cursor: "default",
    ":hover": HOVERED,
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
    "& svg": { fontSize: "20px", width: "20px", height: "20px", flexShrink: 0 },
  },
  current: {
    ...SELECTED,
    fontWeight: tokens.fontWeightSemibold,
    "& svg": { color: `var(--mark-color, ${tokens.colorBrandForeground1})` },
    "@media (forced-colors: active)": { outline: "1px solid Highlight", outlineOffset: "-1px" },
    "::before": {
      content: '""',
      position: "absolute",
      left: 0,
      top: "8px",
      bottom: "8px",
      width: "3px",
      borderRadius: "2px",
      backgroundColor: `var(--mark-color, ${tokens.colorCompoundBrandBackground})`,
    },
  },
});

/** The window's pages. In a narrow window, and when zoomed in, the words give way to tooltips. */
export function Navigation({ onHelp }: { onHelp: (topic: HelpTopic) => void }) {
  const styles = useNavStyles();
  const isNarrow = useMedia("(max-width: 900px)");
  return (
    <nav aria-label="Pages" data-pane="navigation" className={mergeClasses(styles.nav, isNarrow && styles.narrow)}>
      {PAGES.map((page) => (
        <NavLink key={page.to} target={page} isNarrow={isNarrow} />
      ))}
      <div className={styles.space} />
      <HelpMenu isNarrow={isNarrow} onTopic={onHelp} />
      <NavLink target={SETTINGS} isNarrow={isNarrow} />
    </nav>
  );
}

function NavLink({ target, isNarrow }: { target: NavTarget; isNarrow: boolean }) {
  const styles = useNavStyles();
  const search = useLastSearch(target.to);
  const link = (
    <Link
      to={target.to}
      search={search}
      activeOptions={{ includeSearch: false }}
      className={styles.item}
      activeProps={{ className: mergeClasses(styles.item, styles.current), "aria-current": "page" }}
      aria-label={target.label}
    >
      {({ isActive }) => (
        <>
          {isActive ? target.filled : target.icon}
          {!isNarrow && <span>{target.label}</span>}
        </>
      )}
    </Link>
  );
  return isNarrow ? (
    <Tooltip content={target.label} relationship="label" positioning="after">
      {link}
    </Tooltip>
  ) : (
    link
  );
}
