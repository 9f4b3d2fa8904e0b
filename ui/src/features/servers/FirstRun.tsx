import { Button, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { BeakerRegular, PlugConnectedRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { commands } from "../../ipc";

const useStyles = makeStyles({
  root: { height: "100%", overflow: "auto", display: "flex" },
  inner: {
    margin: "auto",
    padding: "24px",
    maxWidth: "520px",
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase600, lineHeight: tokens.lineHeightBase600 },
  text: { margin: 0, color: tokens.colorNeutralForeground2 },
  actions: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS, alignItems: "center" },
  facts: { margin: 0, paddingLeft: "18px", color: tokens.colorNeutralForeground2, "& li": { marginTop: "4px" } },
});

/** Nothing is set up yet: connect to a server, or try the demo. */
export function FirstRun({ onConnect }: { onConnect: () => void }) {
  const styles = useStyles();
  const [isStarting, setStarting] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const tryDemo = async () => {
    setStarting(true);
    try {
      await commands.startDemo();
      window.location.reload();
    } catch (thrown) {
      setError(thrown);
      setStarting(false);
    }
  };
  return (
    <div className={styles.root}>
      <div className={styles.inner}>
        <h1 className={styles.title}>Keep every ESXi host's configuration safe</h1>
        <p className={styles.text}>
          Connect to a vCenter or a single ESXi host to see its hosts and back them up into a dated archive.
        </p>
        {error !== null && <ErrorView error={error} />}
        <div className={styles.actions}>
          <Button
            appearance="primary"
            autoFocus
            icon={<PlugConnectedRegular />}
            disabledFocusable={isStarting}
            onClick={onConnect}
          >
            Connect to a server
          </Button>
          <Button icon={<BeakerRegular />} disabledFocusable={isStarting} onClick={tryDemo}>
            Try the demo
          </Button>
          {isStarting && <Spinner size="tiny" label="Starting the demo" />}
        </div>
        <ul className={styles.facts}>
          <li>Reading hosts and backing them up changes nothing on them.</li>
          <li>The user needs the privileges System.Read and Host.Config.Firmware.</li>
          <li>The demo is a simulated vCenter on this computer. It needs no server and no network.</li>
        </ul>
      </div>
    </div>
  );
}
