import { Page } from "../../components/Page";

export function ActivityPage() {
  return <Page title="Activity">{null}</Page>;
}
