import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import type { ServerState } from "../../ipc";
import { ServerDialog } from "../servers/ServerDialog";
import { serversQuery } from "../shell/data";

const useStyles = makeStyles({
  list: {
    display: "flex",
    flexDirection: "column",
    gap: "4px",
    padding: "0 16px 6px",
    maxHeight: "132px",
    overflow: "auto",
    flexShrink: 0,
    fontSize: tokens.fontSizeBase200,
  },
});

/** Servers that could not be read, each with what helps. */
export function ServerTroubles({ states, onRetry }: { states: readonly ServerState[]; onRetry: () => void }) {
  const styles = useStyles();
  const servers = useQuery(serversQuery);
  const [helped, setHelped] = useState<ServerState | null>(null);
  const failing = states.filter((state) => state.error !== null);
  const server = servers.data?.find((one) => one.name === helped?.name);
  if (failing.length === 0) {
    return null;
  }
  return (
    <section
      aria-label="Servers that could not be read"
      className={styles.list}
      tabIndex={failing.length > 2 ? 0 : undefined}
    >
      {failing.map((state) => (
        <ErrorView
          key={state.name}
          error={state.error}
          actions={
            state.remedy === null ? (
              <Button size="small" onClick={onRetry}>
                Try again
              </Button>
            ) : (
              <Button size="small" onClick={() => setHelped(state)}>
                {state.remedy.kind === "password" ? "Enter password" : "Show certificate"}
              </Button>
            )
          }
        />
      ))}
      {helped?.remedy != null && server !== undefined && (
        <ServerDialog
          server={server}
          ask={
            helped.remedy.kind === "password"
              ? { kind: "password" }
              : {
                  kind: "certificate",
                  outcome: {
                    kind: "notTrusted",
                    certificate: helped.remedy.certificate,
                    expected: helped.remedy.expected,
                  },
                }
          }
          onClose={() => setHelped(null)}
          onSaved={onRetry}
        />
      )}
    </section>
  );
}
