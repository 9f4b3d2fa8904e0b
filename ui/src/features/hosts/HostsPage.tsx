import { Page } from "../../components/Page";

export function HostsPage() {
  return <Page title="Hosts">{null}</Page>;
}
