import { Button, Field } from "@fluentui/react-components";
import { FolderRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { commands, type ErrorReport, errorReport, type Folder } from "../../ipc";
import { useSettingsStyles } from "./styles";
import { refusalInWords } from "./useSetting";

type FolderSettingProps = { label: string; path: string; folder: Folder; hint?: string };

/** A folder to look into. */
export function FolderSetting({ label, path, folder, hint }: FolderSettingProps) {
  const shared = useSettingsStyles();
  const [error, setError] = useState<ErrorReport | null>(null);
  const open = () => {
    setError(null);
    commands.openFolder(folder).catch((thrown) => setError(errorReport(thrown)));
  };
  return (
    <Field
      className={shared.field}
      size="small"
      orientation="horizontal"
      label={label}
      hint={hint}
      validationState={error === null ? "none" : "error"}
      validationMessage={error === null ? undefined : refusalInWords(error)}
    >
      {(control) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would want a legend of its own
        <div role="group" aria-labelledby={control["aria-labelledby"]} className={shared.row}>
          <span className={shared.path}>{path}</span>
          <Button size="small" icon={<FolderRegular />} onClick={open}>
            Open folder
          </Button>
        </div>
      )}
    </Field>
  );
}
