import { SearchBox } from "@fluentui/react-components";
import { type Ref, useEffect, useState } from "react";

const DEBOUNCE_MS = 250;

type TextFilterProps = {
  label: string;
  placeholder: string;
  title: string;
  className: string;
  maxLength: number;
  /** As the page's address has it. */
  text: string | undefined;
  /** Must not change from one drawing to the next, or what is typed waits. */
  onSearch: (change: { text: string | undefined }) => void;
  box: Ref<HTMLInputElement>;
};

/** A filter that stands in the page's address. What is typed is searched for when the typing pauses. */
export function TextFilter({ label, placeholder, title, className, maxLength, text, onSearch, box }: TextFilterProps) {
  const [typed, setTyped] = useState(text ?? "");
  const [sent, setSent] = useState(text);
  const [known, setKnown] = useState(text);
  if (known !== text) {
    setKnown(text);
    // Changed by somebody else: what is typed meanwhile stays.
    text !== sent && setTyped(text ?? "");
  }
  const wanted = typed.trim() === "" ? undefined : typed;
  useEffect(() => {
    if (wanted === text) {
      return;
    }
    const timer = setTimeout(() => {
      setSent(wanted);
      onSearch({ text: wanted });
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [wanted, text, onSearch]);
  return (
    <SearchBox
      size="small"
      className={className}
      input={{ ref: box }}
      placeholder={placeholder}
      aria-label={label}
      title={title}
      value={typed}
      maxLength={maxLength}
      onChange={(_, data) => setTyped(data.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && typed !== "") {
          event.stopPropagation();
          setTyped("");
        }
      }}
    />
  );
}
