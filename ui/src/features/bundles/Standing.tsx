import { Link, makeStyles } from "@fluentui/react-components";
import { useNavigate } from "@tanstack/react-router";
import { DateTime } from "../../components/Time";
import type { StandingView } from "../../ipc";
import { ChangeMark } from "../compare/ChangeMark";
import { shortStandingWords } from "./words";

const useStyles = makeStyles({
  link: { fontSize: "inherit", textAlign: "start" },
});

/** In a grid: a change stands out, what is as before does not. */
export function StandingCell({ standing, isSealed }: { standing: StandingView | null; isSealed?: boolean | null }) {
  return standing?.kind === "changed" ? <ChangeMark kind="changed" /> : shortStandingWords(standing, isSealed);
}

/** Whether a record's settings are those of the host's bundle before it; a change leads to what changed. */
export function Standing({ record, standing }: { record: string; standing: StandingView }) {
  const styles = useStyles();
  const navigate = useNavigate();
  switch (standing.kind) {
    case "changed":
      return (
        <>
          Changed:{" "}
          <Link
            as="button"
            inline
            className={styles.link}
            onClick={() => void navigate({ to: "/compare", search: { first: standing.previous, second: record } })}
          >
            compare with the bundle before
          </Link>
        </>
      );
    case "unchanged":
      return (
        <>
          Unchanged since <DateTime iso={standing.since} />
        </>
      );
    case "first":
      return "First bundle of this host";
    case "unreadable":
      return "Not readable: the bundle is sealed, or what is in it cannot be read";
    case "unknown":
      return "Not known: this bundle or the one before was not read yet";
  }
}
