import type { ReactNode } from "react";
import { Page } from "../../components/Page";

export function ReportPage(): ReactNode {
  return <Page title="Run">{null}</Page>;
}
