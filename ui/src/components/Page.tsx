import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { type ReactNode, useEffect } from "react";
import { focusAgain } from "./focus";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", height: "100%", minHeight: 0, minWidth: 0 },
  head: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXS,
    padding: "10px 16px 6px",
    flexShrink: 0,
    minWidth: 0,
  },
  // Where the focus lands when the page before had it: there is nothing to be done with it there, so no ring.
  title: { margin: 0, fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500, outlineStyle: "none" },
  subtitle: { color: tokens.colorNeutralForeground2, flexGrow: 1, minWidth: 0 },
  // A window too low for what a page cannot do without scrolls it.
  body: { flexGrow: 1, minHeight: 0, minWidth: 0, display: "flex", flexDirection: "column", overflow: "auto" },
  scrolling: { padding: "4px 16px 16px", display: "block" },
});

type PageProps = {
  title: string;
  /** Beside the title: what is shown and how old it is. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  /** A page of forms and text scrolls as a whole; a page with a grid does not. */
  isScrolling?: boolean;
  children: ReactNode;
};

/** Where pages were shown so far. */
const addresses = new Set<string>();

/** A page's heading above its content. The focus that the page before has lost lands here. */
export function Page({ title, subtitle, actions, isScrolling = false, children }: PageProps) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} - Hostkeep`;
    return () => {
      document.title = "Hostkeep";
    };
  }, [title]);
  useEffect(() => {
    addresses.add(window.location.hash);
    // Nobody has gone to the page that the window starts with.
    addresses.size > 1 && focusAgain(null);
  }, []);
  return (
    <div className={styles.root}>
      <div className={styles.head}>
        <Text as="h1" weight="semibold" className={styles.title} tabIndex={-1}>
          {title}
        </Text>
        <div className={styles.subtitle}>{subtitle}</div>
        {actions}
      </div>
      <div className={mergeClasses(styles.body, isScrolling && styles.scrolling)}>{children}</div>
    </div>
  );
}
