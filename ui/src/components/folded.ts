/** As filters compare: "istanbul" finds "İstanbul", and "esx" what is written in full width. Pure. */
export function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toUpperCase()
    .toLowerCase();
}
