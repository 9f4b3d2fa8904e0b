import { makeStyles, tokens } from "@fluentui/react-components";
import { Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { focusNextPane } from "../../components/panes";
import { useShortcuts } from "../../components/shortcuts";
import { CloseDialog } from "./CloseDialog";
import { DemoBanner } from "./DemoBanner";
import { HelpDialogs, type HelpTopic } from "./HelpMenu";
import { Navigation } from "./Navigation";
import { RestoreBars } from "./RestoreBars";
import { StatusBar } from "./StatusBar";
import { TasksPane } from "./TasksPane";
import { resetZoom, restoreZoom, zoomBy } from "./zoom";

const useStyles = makeStyles({
  frame: {
    display: "grid",
    gridTemplateRows: "auto minmax(0, 1fr) auto",
    gridTemplateColumns: "auto minmax(0, 1fr)",
    height: "100%",
    color: tokens.colorNeutralForeground1,
  },
  banner: { gridColumn: "1 / -1" },
  middle: { display: "flex", flexDirection: "column", minHeight: 0, minWidth: 0 },
  page: {
    flexGrow: 1,
    minHeight: 0,
    minWidth: 0,
    backgroundColor: tokens.colorNeutralBackground1,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    borderTopLeftRadius: tokens.borderRadiusLarge,
    overflow: "hidden",
  },
  status: { gridColumn: "1 / -1" },
});

/** Navigation on the left, the page, recent tasks below it, the status bar. */
export function Frame() {
  const styles = useStyles();
  const navigate = useNavigate();
  const [help, setHelp] = useState<HelpTopic | null>(null);
  const tell = (error: unknown) => setHelp({ error });
  useEffect(() => {
    restoreZoom().catch((error) => setHelp({ error }));
  }, []);
  useShortcuts({
    F1: () => setHelp("page"),
    F6: () => focusNextPane(1),
    "Shift+F6": () => focusNextPane(-1),
    "Ctrl+,": () => void navigate({ to: "/settings" }),
    "Ctrl+=": () => void zoomBy(1).catch(tell),
    "Ctrl++": () => void zoomBy(1).catch(tell),
    "Ctrl+-": () => void zoomBy(-1).catch(tell),
    "Ctrl+0": () => void resetZoom().catch(tell),
  });
  return (
    <div className={styles.frame}>
      <div className={styles.banner}>
        <DemoBanner />
        <RestoreBars />
      </div>
      <Navigation onHelp={setHelp} />
      <div className={styles.middle}>
        <main className={styles.page} data-pane="page">
          <Outlet />
        </main>
        <TasksPane />
      </div>
      <div className={styles.status}>
        <StatusBar />
      </div>
      <HelpDialogs topic={help} onClose={() => setHelp(null)} />
      <CloseDialog />
    </div>
  );
}
