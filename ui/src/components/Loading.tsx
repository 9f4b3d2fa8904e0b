import { makeStyles, Spinner } from "@fluentui/react-components";

const useStyles = makeStyles({
  root: { display: "flex", alignItems: "center", justifyContent: "center", height: "100%", minHeight: "80px" },
});

/** Where content will be, while it is read: says what is being done. */
export function Loading({ label }: { label: string }) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <Spinner size="tiny" labelPosition="after" label={label} />
    </div>
  );
}
