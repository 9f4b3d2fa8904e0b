import { makeStyles, SearchBox } from "@fluentui/react-components";
import type { Ref } from "react";

const useStyles = makeStyles({
  box: { flex: "1 1 116px", minWidth: "110px", maxWidth: "190px" },
});

type FilterBoxProps = {
  /** What is filtered, for those who cannot see it: "Filter hosts". */
  label: string;
  /** What the words are looked for in, where that is not plain. */
  finds?: string;
  text: string;
  maxLength?: number;
  onText: (text: string) => void;
  /** To what is filtered: the arrow down or Enter. */
  onLeave?: () => void;
  box: Ref<HTMLInputElement>;
};

/** The filter of what the page lists. Escape empties it. */
export function FilterBox({ label, finds, text, maxLength, onText, onLeave, box }: FilterBoxProps) {
  const styles = useStyles();
  return (
    <SearchBox
      size="small"
      className={styles.box}
      input={{ ref: box }}
      placeholder="Filter (Ctrl+F)"
      aria-label={label}
      title={finds}
      value={text}
      maxLength={maxLength}
      onChange={(_, { value }) => onText(value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && text !== "") {
          event.preventDefault();
          event.stopPropagation();
          onText("");
        } else if (onLeave !== undefined && (event.key === "ArrowDown" || event.key === "Enter")) {
          event.preventDefault();
          onLeave();
        }
      }}
    />
  );
}
