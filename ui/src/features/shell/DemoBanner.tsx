import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { BeakerRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { commands } from "../../ipc";
import { startQuery } from "./data";

const useStyles = makeStyles({
  banner: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minHeight: "28px",
    padding: "2px 12px",
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
    fontSize: tokens.fontSizeBase200,
    "& svg": { flexShrink: 0, fontSize: "16px" },
  },
  text: { flexGrow: 1 },
});

/** While the demo runs: nothing of it is real, and one click leaves it. */
export function DemoBanner() {
  const styles = useStyles();
  const start = useQuery(startQuery);
  const [error, setError] = useState<unknown>(null);
  if (start.data?.isDemo !== true) {
    return null;
  }
  const leave = () =>
    commands.leaveDemo().then(
      () => window.location.reload(),
      (thrown) => setError(thrown),
    );
  return (
    <section aria-label="Demo" data-pane="banner">
      <div className={styles.banner}>
        <BeakerRegular />
        <span className={styles.text}>Demo: a simulated vCenter, with an archive and settings of its own.</span>
        <Button size="small" appearance="outline" onClick={leave}>
          Leave the demo
        </Button>
      </div>
      {error !== null && <ErrorView error={error} />}
    </section>
  );
}
