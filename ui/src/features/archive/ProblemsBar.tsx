import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";
import { DataGrid, type GridColumn } from "../../components/grid/DataGrid";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { plural } from "../../components/words";
import type { ArchiveProblem } from "../../ipc";

const useStyles = makeStyles({
  surface: { maxWidth: "860px" },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  list: { display: "flex", height: "min(300px, 40vh)", border: `1px solid ${tokens.colorNeutralStroke2}` },
});

const COLUMNS: readonly GridColumn<ArchiveProblem>[] = [
  { id: "reason", title: "What is wrong", width: 320, isFixed: true, text: (problem) => problem.reason },
  { id: "path", title: "Where", width: 460, grow: true, text: (problem) => problem.path },
];

/** What in the archive's folder cannot be understood. It is left alone; the rest of the archive is as good as ever. */
export function ProblemsBar({ problems }: { problems: readonly ArchiveProblem[] }) {
  const styles = useStyles();
  const [dismissed, setDismissed] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  if (problems.length === 0 || problems.length === dismissed) {
    return null;
  }
  const words = `${plural(problems.length, "thing")} in the archive's folder cannot be understood`;
  return (
    <>
      <Notice
        intent="warning"
        onDismiss={() => setDismissed(problems.length)}
        actions={
          <Button size="small" onClick={() => setOpen(true)}>
            Show
          </Button>
        }
      >
        {words}. Nothing is done to {problems.length === 1 ? "it" : "them"}.
      </Notice>
      {isOpen && (
        <Modal className={styles.surface} onClose={() => setOpen(false)}>
          <DialogBody>
            <DialogTitle>{words}</DialogTitle>
            <DialogContent className={styles.content}>
              <span>
                All other bundles are listed as usual. Look at each of these, and repair or remove it by hand.
              </span>
              <div className={styles.list}>
                <DataGrid
                  name="archive.problems"
                  label="What cannot be understood"
                  rows={problems}
                  rowKey={problemKey}
                  columns={COLUMNS}
                  sortedBy="path"
                  selected={selected}
                  onSelect={setSelected}
                />
              </div>
            </DialogContent>
            <DialogActions>
              <Button appearance="primary" autoFocus onClick={() => setOpen(false)}>
                Close
              </Button>
            </DialogActions>
          </DialogBody>
        </Modal>
      )}
    </>
  );
}

function problemKey(problem: ArchiveProblem): string {
  return `${problem.path}\n${problem.reason}`;
}
