import { makeStyles, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  track: {
    height: "4px",
    flexGrow: 1,
    minWidth: "40px",
    borderRadius: "2px",
    overflow: "hidden",
    backgroundColor: tokens.colorNeutralStroke2,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  done: {
    height: "100%",
    width: "100%",
    transformOrigin: "0 0",
    transform: "scaleX(var(--share))",
    backgroundColor: tokens.colorCompoundBrandBackground,
    "@media (forced-colors: active)": { backgroundColor: "Highlight" },
  },
});

/** A thin progress bar of two elements: cheap enough for every row. `share` is 0 to 1, null for not known yet. */
export function Bar({ share, label }: { share: number | null; label: string }) {
  const styles = useStyles();
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      className={styles.track}
    >
      <div className={styles.done} style={{ "--share": (share ?? 0).toFixed(3) }} />
    </div>
  );
}
