import { Button, Link, makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { plural } from "../../components/words";
import type { ServerState } from "../../ipc";
import { ServerDialog } from "../servers/ServerDialog";
import { serversQuery } from "../shell/data";

const useStyles = makeStyles({
  list: {
    display: "flex",
    flexDirection: "column",
    gap: "4px",
    padding: "0 16px 6px",
    maxHeight: "200px",
    overflow: "auto",
    flexShrink: 0,
    fontSize: tokens.fontSizeBase200,
  },
  more: { alignSelf: "flex-start", flexShrink: 0, fontSize: tokens.fontSizeBase200 },
});

type ServerTroublesProps = { states: readonly ServerState[]; isReading: boolean; onRetry: () => void };

/** Servers that could not be read, each with what helps. */
export function ServerTroubles({ states, isReading, onRetry }: ServerTroublesProps) {
  const styles = useStyles();
  const servers = useQuery(serversQuery);
  const [helped, setHelped] = useState<ServerState | null>(null);
  const [isWhole, setWhole] = useState(false);
  const failing = states.filter((state) => state.error !== null).sort((a, b) => urgency(a) - urgency(b));
  const shown = isWhole ? failing : failing.slice(0, 1);
  const server = servers.data?.find((one) => one.name === helped?.name);
  // The dialog may have more to say of a server that is none of them any more.
  if (failing.length === 0 && helped === null) {
    return null;
  }
  return (
    <section aria-label="Servers that could not be read" className={styles.list} tabIndex={isWhole ? 0 : undefined}>
      {shown.map((state) => (
        <ErrorView
          key={state.name}
          error={state.error}
          actions={
            state.remedy === null ? (
              <Button size="small" disabledFocusable={isReading} onClick={onRetry}>
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
      {failing.length > 1 && (
        <Link as="button" className={styles.more} aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show less" : `${plural(failing.length - 1, "more server")} could not be read`}
        </Link>
      )}
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

/** A changed certificate first, then what a password would mend. */
function urgency({ remedy }: ServerState): number {
  return remedy?.kind === "certificate" ? 0 : remedy?.kind === "password" ? 1 : 2;
}
