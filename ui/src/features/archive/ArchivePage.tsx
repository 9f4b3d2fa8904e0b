import { Page } from "../../components/Page";

export function ArchivePage() {
  return <Page title="Archive">{null}</Page>;
}
