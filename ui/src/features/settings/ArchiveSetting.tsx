import { Button, Field, makeStyles } from "@fluentui/react-components";
import { FolderOpenRegular, FolderRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { plural } from "../../components/words";
import { type ArchiveChosen, commands, type SettingsView } from "../../ipc";
import { useSettingsStyles } from "./styles";

const useStyles = makeStyles({
  buttons: { display: "flex", flexWrap: "wrap", gap: "6px" },
});

type Outcome = { kind: "chosen"; chosen: ArchiveChosen } | { kind: "refused"; error: unknown };

/** Where bundles are kept. The folder is chosen in the native dialog: the page names no path. */
export function ArchiveSetting({ settings, isDemo }: { settings: SettingsView; isDemo: boolean }) {
  const styles = useStyles();
  const shared = useSettingsStyles();
  const [isChoosing, setChoosing] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const choose = async () => {
    setChoosing(true);
    setOutcome(null);
    try {
      const chosen = await commands.chooseArchive();
      chosen !== null && setOutcome({ kind: "chosen", chosen });
    } catch (error) {
      setOutcome({ kind: "refused", error });
    } finally {
      setChoosing(false);
    }
  };
  const open = () => {
    setOutcome(null);
    commands.openFolder("archive").catch((error) => setOutcome({ kind: "refused", error }));
  };
  return (
    <>
      <Field
        className={shared.field}
        size="small"
        orientation="horizontal"
        label="Folder"
        hint={
          isDemo
            ? "The demo has an archive of its own, which goes when you leave the demo."
            : settings.isFixedArchive
              ? "Hostkeep was started with this folder. Start it without --archive to choose another one."
              : settings.isDefaultArchive
                ? "This is the folder unless another one is chosen. A share or a disk of its own outlives this computer."
                : "Bundles that are in the folder that was used before stay there."
        }
        validationState={outcome?.kind === "chosen" ? "success" : "none"}
        validationMessage={outcome?.kind === "chosen" ? chosenInWords(outcome.chosen) : undefined}
      >
        {/* A group, so that the label is that of all that is in it. */}
        {(control) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset would want a legend of its own
          <div role="group" aria-labelledby={control["aria-labelledby"]} className={shared.row}>
            <span className={shared.path}>{settings.archive}</span>
            <span className={styles.buttons}>
              <Button
                size="small"
                icon={<FolderOpenRegular />}
                disabled={settings.isFixedArchive}
                disabledFocusable={isChoosing}
                onClick={() => void choose()}
              >
                Choose…
              </Button>
              <Button size="small" icon={<FolderRegular />} onClick={open}>
                Open folder
              </Button>
            </span>
          </div>
        )}
      </Field>
      {outcome?.kind === "refused" && <ErrorView error={outcome.error} />}
    </>
  );
}

function chosenInWords({ path, records, created }: ArchiveChosen): string {
  return created
    ? `A new archive was made in ${path}.`
    : `${path} is the archive now. It holds ${plural(records, "bundle")}.`;
}
