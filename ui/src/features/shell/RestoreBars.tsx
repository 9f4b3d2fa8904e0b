import { Button, Link, MessageBar, MessageBarActions, MessageBarBody, makeStyles } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { ErrorView } from "../../components/ErrorView";
import { plural } from "../../components/words";
import { restoresQuery } from "../restore/data";
import { outcomeWords } from "../restore/restoreWords";
import { useDropped } from "./dropped";

const useStyles = makeStyles({
  bars: {
    display: "flex",
    flexDirection: "column",
    gap: "4px",
    padding: "4px 12px",
    maxHeight: "30vh",
    overflowY: "auto",
    ":empty": { display: "none" },
  },
  body: { overflowWrap: "anywhere", whiteSpace: "normal" },
});

/** Above every page: restores that are left to be looked after, and what was dropped on the window. */
export function RestoreBars() {
  const styles = useStyles();
  return (
    <section className={styles.bars} aria-label="Restores" data-pane="restores">
      <OpenRestores />
      <Dropped />
    </section>
  );
}

function OpenRestores() {
  const styles = useStyles();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const restores = useQuery(restoresQuery);
  const all = restores.data?.restores ?? [];
  const open = all.filter(
    (restore) => restore.isOpen && restore.state !== "underWay" && path !== `/restores/${restore.id}`,
  );
  const first = open[0];
  const unreadable = restores.data?.unreadable ?? [];
  return (
    <>
      {restores.isError && <ErrorView error={restores.error} />}
      {first !== undefined && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody className={styles.body}>
            {`${outcomeWords(first.state, first.host)}. `}
            {open.length > 1 && `${plural(open.length - 1, "more restore is", "more restores are")} open. `}
            It is left to be looked after.
          </MessageBarBody>
          <MessageBarActions>
            <Button
              size="small"
              onClick={() => void navigate({ to: "/restores/$id", params: { id: first.id } })}
            >{`See what can be done for ${first.host}`}</Button>
            {open.length > 1 && (
              <Link as="button" onClick={() => void navigate({ to: "/activity", search: { tab: "restores" } })}>
                See all
              </Link>
            )}
          </MessageBarActions>
        </MessageBar>
      )}
      {unreadable.map((journal) => (
        <ErrorView
          key={journal.path}
          error={{
            code: "journal_unreadable",
            message: `The journal ${journal.path} of a restore cannot be read: ${journal.reason}`,
            hint: "The file was left as it is. Look at the host in the vSphere Client: it may be in maintenance mode.",
            details: [],
          }}
        />
      ))}
    </>
  );
}

/** A bundle that was dropped leads to its plan; anything else is told. */
function Dropped() {
  const navigate = useNavigate();
  const dropped = useDropped((state) => state.dropped);
  const file = dropped?.kind === "bundleDropped" ? dropped.file : null;
  useEffect(() => {
    if (file === null) {
      return;
    }
    useDropped.setState({ dropped: null });
    // Nothing acts behind an open dialog.
    if (document.querySelector('[aria-modal="true"]') === null) {
      void navigate({ to: "/restore", search: { file } });
    }
  }, [file, navigate]);
  return dropped?.kind !== "dropRefused" ? null : (
    <ErrorView
      error={dropped.error}
      actions={
        <Button size="small" onClick={() => useDropped.setState({ dropped: null })}>
          Dismiss
        </Button>
      }
    />
  );
}
