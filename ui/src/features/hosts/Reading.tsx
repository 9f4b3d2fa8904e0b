import { Button, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { useNow } from "../../components/useNow";
import { capital, plural, readInWords } from "../../components/words";
import { commands, type HostsView } from "../../ipc";

const useStyles = makeStyles({
  root: { display: "inline-flex", alignItems: "center", gap: "6px", fontSize: tokens.fontSizeBase200 },
  cancel: { minWidth: 0, fontWeight: tokens.fontWeightRegular },
});

/** How old what is shown is, or how far the reading of it anew has come. */
export function Reading({ view, isReading }: { view: HostsView; isReading: boolean }) {
  const styles = useStyles();
  const now = useNow();
  const times = view.servers.map((server) => server.readAt);
  return (
    <span className={styles.root}>
      <span role="status">
        {isReading ? (
          <Spinner size="extra-tiny" labelPosition="after" label={progress(view)} />
        ) : (
          // How old it grows is not told.
          <span aria-live="off">{capital(readInWords(times, now))}</span>
        )}
      </span>
      {isReading && (
        <Button
          className={styles.cancel}
          size="small"
          appearance="subtle"
          aria-label="Cancel the reading"
          onClick={() => void commands.cancelRefresh()}
        >
          Cancel
        </Button>
      )}
    </span>
  );
}

function progress({ servers }: HostsView): string {
  const done = servers.filter((server) => !server.isReading).length;
  const all = plural(servers.length, "server");
  // None has begun that this page has heard of.
  return done === servers.length || done === 0 ? `Reading ${all}` : `Reading: ${done} of ${all}`;
}
