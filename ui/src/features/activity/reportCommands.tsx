/** The commands for a run's report: the same in the list of runs and on the report's own page. */
import { ArrowExportRegular, ArrowRepeatAllRegular, CopyRegular } from "@fluentui/react-icons";
import type { Command } from "../../components/commands";
import type { ReportFormat, RunRow } from "../../ipc";

type ReportActs = {
  copyReport: (runId: string) => void;
  exportReport: (runId: string, format: ReportFormat) => void;
  retry: (runId: string) => void;
};

export function reportCommands(run: RunRow | undefined, acts: ReportActs): Command[] {
  const runId = run?.error === null ? run.runId : null;
  const withRun = (act: (runId: string) => void) => () => runId !== null && act(runId);
  return [
    {
      id: "retry",
      label: "Retry failed…",
      icon: <ArrowRepeatAllRegular />,
      disabled: runId === null || run?.failed === 0,
      run: withRun(acts.retry),
    },
    {
      id: "copyReport",
      label: "Copy report",
      icon: <CopyRegular />,
      disabled: runId === null,
      run: withRun(acts.copyReport),
    },
    {
      id: "text",
      label: "Export report as text…",
      icon: <ArrowExportRegular />,
      disabled: runId === null,
      run: withRun((id) => acts.exportReport(id, "text")),
    },
    {
      id: "csv",
      label: "Export report as CSV…",
      icon: <ArrowExportRegular />,
      disabled: runId === null,
      run: withRun((id) => acts.exportReport(id, "csv")),
    },
    {
      id: "json",
      label: "Export report as JSON…",
      icon: <ArrowExportRegular />,
      disabled: runId === null,
      run: withRun((id) => acts.exportReport(id, "json")),
    },
  ];
}
