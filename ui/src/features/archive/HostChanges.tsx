import { Button, Link, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { dateTime, plural, wholeNumber } from "../../components/words";
import { commands, type HostChangeView } from "../../ipc";

const useStyles = makeStyles({
  title: { margin: "6px 0 3px", fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  list: { listStyleType: "none", margin: 0, padding: 0, fontSize: tokens.fontSizeBase200 },
  change: { padding: "2px 0", lineHeight: tokens.lineHeightBase200 },
  link: { fontSize: "inherit", textAlign: "start" },
  objects: { display: "block", color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
});

/** So many objects are named of one change. */
const NAMED = 4;

/** A host's history as a list of changes, not of files. It is read when asked for: bundles are opened for it. */
export function HostChanges({ identity }: { identity: string }) {
  const styles = useStyles();
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="What changed when">
      <h3 className={styles.title}>What changed when</h3>
      {isOpen ? (
        <Changes identity={identity} />
      ) : (
        <Button size="small" onClick={() => setOpen(true)}>
          Show the host's changes
        </Button>
      )}
    </section>
  );
}

function Changes({ identity }: { identity: string }) {
  const styles = useStyles();
  const changes = useQuery({
    queryKey: ["archive", "changes", identity],
    queryFn: () => commands.hostChanges(identity),
  });
  if (changes.isError) {
    return <ErrorView error={changes.error} isNarrow />;
  }
  if (changes.data === undefined) {
    return <Spinner size="tiny" label="Comparing the host's bundles" />;
  }
  return (
    <ul className={styles.list}>
      {changes.data.map((change) => (
        <li key={change.record} className={styles.change}>
          <ChangeLine change={change} />
        </li>
      ))}
    </ul>
  );
}

function ChangeLine({ change }: { change: HostChangeView }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const { previous, record, takenAt, changes, objects, objectsCount, unreadable } = change;
  if (previous === null) {
    return <>{dateTime(takenAt)}: first bundle</>;
  }
  if (unreadable !== null) {
    return (
      <>
        {dateTime(takenAt)}: not known
        <span className={styles.objects}>{unreadable.message}</span>
      </>
    );
  }
  const named = objects.slice(0, NAMED);
  const more = objectsCount - named.length;
  return (
    <>
      <Link
        as="button"
        inline
        className={styles.link}
        onClick={() => void navigate({ to: "/compare", search: { first: previous, second: record } })}
      >
        {dateTime(takenAt)}: {plural(changes, "setting")}
      </Link>
      <span className={styles.objects}>
        {named.join(", ")}
        {more > 0 && ` and ${wholeNumber(more)} more`}
      </span>
    </>
  );
}
