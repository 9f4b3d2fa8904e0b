import { type ComponentProps, useEffect, useState } from "react";
import { FilterBox } from "./FilterBox";

const DEBOUNCE_MS = 250;

type AddressFilterProps = Omit<ComponentProps<typeof FilterBox>, "text" | "onText"> & {
  /** As the page's address has it. */
  text: string | undefined;
  /** Must not change from one drawing to the next, or what is typed waits. */
  onSearch: (change: { text: string | undefined }) => void;
};

/** A filter that stands in the page's address. What is typed is searched for when the typing pauses. */
export function AddressFilter({ text, onSearch, ...box }: AddressFilterProps) {
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
  return <FilterBox {...box} text={typed} onText={setTyped} />;
}
