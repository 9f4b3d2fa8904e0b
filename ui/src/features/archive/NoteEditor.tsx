import { Button, Field, makeStyles, Textarea, tokens } from "@fluentui/react-components";
import { NoteEditRegular } from "@fluentui/react-icons";
import { useEffect, useRef } from "react";
import { ErrorView } from "../../components/ErrorView";
import { focusAgain } from "../../components/focus";
import { MAX_NOTE } from "../../components/note";
import { useSending } from "../../components/useSending";
import { commands, type RecordRow } from "../../ipc";
import { dropDraft, keepDraft, useDrafts } from "./drafts";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", gap: "4px", paddingTop: "6px", paddingBottom: "6px" },
  shown: { display: "flex", alignItems: "flex-start", gap: "4px" },
  text: {
    flexGrow: 1,
    minWidth: 0,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    userSelect: "text",
    fontSize: tokens.fontSizeBase200,
    lineHeight: "20px",
  },
  none: { color: tokens.colorNeutralForeground3 },
  actions: { display: "flex", gap: "6px" },
});

type NoteEditorProps = {
  record: RecordRow;
  isEditing: boolean;
  onEditing: (isEditing: boolean) => void;
};

/** The note on a bundle, edited where it stands. */
export function NoteEditor({ record, isEditing, onEditing }: NoteEditorProps) {
  const styles = useStyles();
  const edit = useRef<HTMLButtonElement>(null);
  const draft = useDrafts((drafts) => drafts[record.id]);
  const hasForm = isEditing || draft !== undefined;
  useEffect(() => (hasForm ? () => focusAgain(edit.current) : undefined), [hasForm]);
  if (hasForm) {
    const leave = () => {
      dropDraft(record.id);
      onEditing(false);
    };
    return <NoteForm record={record} draft={draft ?? record.note ?? ""} isAsked={isEditing} onDone={leave} />;
  }
  return (
    <div className={styles.root}>
      <div className={styles.shown}>
        <span className={record.note === null ? styles.none : styles.text}>{record.note ?? "No note"}</span>
        <Button ref={edit} size="small" appearance="subtle" icon={<NoteEditRegular />} onClick={() => onEditing(true)}>
          {record.note === null ? "Add note" : "Edit note"}
        </Button>
      </div>
    </div>
  );
}

type NoteFormProps = {
  record: RecordRow;
  draft: string;
  /** Rather than found again as it was left: it takes the focus. */
  isAsked: boolean;
  onDone: () => void;
};

function NoteForm({ record, draft, isAsked, onDone }: NoteFormProps) {
  const styles = useStyles();
  const text = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    isAsked && text.current?.focus();
  }, [isAsked]);
  const { isBusy, error, send } = useSending();
  const isTooLong = draft.trim().length > MAX_NOTE;
  const save = () =>
    send(async () => {
      await commands.noteRecord(record.id, draft.trim() === "" ? null : draft.trim());
      onDone();
    });
  return (
    <form
      className={styles.root}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label="Note"
        size="small"
        validationMessage={isTooLong ? `A note has at most ${MAX_NOTE.toLocaleString("en")} characters.` : undefined}
      >
        <Textarea
          size="small"
          resize="vertical"
          ref={text}
          value={draft}
          readOnly={isBusy}
          onChange={(_, data) => keepDraft(record.id, data.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.stopPropagation();
              // What is being saved may fail.
              isBusy || onDone();
            } else if (event.key === "Enter" && event.ctrlKey && !isTooLong) {
              void save();
            }
          }}
        />
      </Field>
      <div className={styles.actions}>
        <Button size="small" appearance="primary" type="submit" disabled={isTooLong} disabledFocusable={isBusy}>
          Save note
        </Button>
        <Button size="small" disabledFocusable={isBusy} onClick={onDone}>
          Cancel
        </Button>
      </div>
      {error !== null && <ErrorView error={error} isNarrow />}
    </form>
  );
}
