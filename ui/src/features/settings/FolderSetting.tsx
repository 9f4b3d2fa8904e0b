import { Button, Field } from "@fluentui/react-components";
import { FolderRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { commands, type Folder } from "../../ipc";
import { useSettingsStyles } from "./styles";

type FolderSettingProps = { label: string; path: string; folder: Folder; hint?: string };

/** A folder to look into. */
export function FolderSetting({ label, path, folder, hint }: FolderSettingProps) {
  const shared = useSettingsStyles();
  const [error, setError] = useState<unknown>(null);
  const open = () => {
    setError(null);
    commands.openFolder(folder).catch(setError);
  };
  return (
    <>
      <Field className={shared.field} size="small" orientation="horizontal" label={label} hint={hint}>
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
      {error !== null && <ErrorView error={error} />}
    </>
  );
}
