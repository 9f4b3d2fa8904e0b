/** What can be done with a run's report. */
import { copyText } from "../../components/clipboard";
import { useSaid } from "../../components/Said";
import { commands, type ReportFormat } from "../../ipc";

export function useReportActs() {
  const { said, setSaid, attempt } = useSaid();
  return {
    said,
    setSaid,
    copyReport: (runId: string) =>
      attempt(async () => {
        await copyText(await commands.runText(runId));
        return "The report is on the clipboard.";
      }),
    exportReport: (runId: string, format: ReportFormat) =>
      attempt(async () => ((await commands.exportRun(runId, format)) ? "The report was exported." : null)),
  };
}
