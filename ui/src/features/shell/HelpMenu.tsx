import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import {
  ClipboardTextLtrRegular,
  FolderRegular,
  InfoRegular,
  KeyboardRegular,
  QuestionCircleRegular,
} from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { copyText } from "../../components/clipboard";
import { ErrorView } from "../../components/ErrorView";
import { Modal } from "../../components/Modal";
import { useCopy } from "../../components/useCopy";
import { commands, type Folder } from "../../ipc";
import { startQuery } from "./data";
import { PAGE_HELP, SHORTCUTS } from "./help";
import { useNavStyles } from "./Navigation";

export type HelpTopic = "page" | "shortcuts" | "about" | "copied" | { error: unknown };

const useStyles = makeStyles({
  keys: {
    display: "grid",
    gridTemplateColumns: "max-content 1fr",
    columnGap: tokens.spacingHorizontalL,
    rowGap: "4px",
    margin: 0,
    "& dd": { margin: 0 },
  },
  pair: { display: "contents" },
  key: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  about: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
});

export function HelpMenu({ isNarrow, onTopic }: { isNarrow: boolean; onTopic: (topic: HelpTopic) => void }) {
  const styles = useNavStyles();
  const open = (folder: Folder) => commands.openFolder(folder).catch((error) => onTopic({ error }));
  const copy = () =>
    commands
      .diagnostics()
      .then(copyText)
      .then(
        () => onTopic("copied"),
        (error) => onTopic({ error }),
      );
  return (
    <Menu positioning="after-bottom">
      <MenuTrigger disableButtonEnhancement>
        <button type="button" className={styles.item} aria-label="Help" title={isNarrow ? "Help" : undefined}>
          <QuestionCircleRegular />
          {!isNarrow && <span>Help</span>}
        </button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<QuestionCircleRegular />} secondaryContent="F1" onClick={() => onTopic("page")}>
            Help for this page
          </MenuItem>
          <MenuItem icon={<KeyboardRegular />} onClick={() => onTopic("shortcuts")}>
            Keyboard shortcuts
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<FolderRegular />} onClick={() => open("logs")}>
            Open logs folder
          </MenuItem>
          <MenuItem icon={<FolderRegular />} onClick={() => open("archive")}>
            Open archive folder
          </MenuItem>
          <MenuItem icon={<FolderRegular />} onClick={() => open("settings")}>
            Open settings folder
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<ClipboardTextLtrRegular />} onClick={copy}>
            Copy diagnostic information
          </MenuItem>
          <MenuItem icon={<InfoRegular />} onClick={() => onTopic("about")}>
            About Hostkeep
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function HelpDialogs({ topic, onClose }: { topic: HelpTopic | null; onClose: () => void }) {
  if (topic === null) {
    return null;
  }
  return (
    <Modal onClose={onClose}>
      <DialogBody>
        <Content topic={topic} />
        <DialogActions>
          <Button appearance="primary" autoFocus onClick={onClose}>
            Close
          </Button>
        </DialogActions>
      </DialogBody>
    </Modal>
  );
}

function Content({ topic }: { topic: HelpTopic }) {
  if (typeof topic === "object") {
    return (
      <>
        <DialogTitle>That did not work</DialogTitle>
        <DialogContent>
          <ErrorView error={topic.error} />
        </DialogContent>
      </>
    );
  }
  switch (topic) {
    case "page":
      return <PageHelp />;
    case "shortcuts":
      return <Shortcuts />;
    case "about":
      return <About />;
    case "copied":
      return (
        <>
          <DialogTitle>Diagnostic information copied</DialogTitle>
          <DialogContent>
            Versions, settings and what happened last are on the clipboard, without passwords and without the names of
            servers and hosts.
          </DialogContent>
        </>
      );
  }
}

function PageHelp() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const help = PAGE_HELP.find((page) => path.startsWith(page.path)) ?? PAGE_HELP[0];
  return (
    <>
      <DialogTitle>{help.title}</DialogTitle>
      <DialogContent tabIndex={0}>
        {help.paragraphs.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </DialogContent>
    </>
  );
}

function Shortcuts() {
  const styles = useStyles();
  return (
    <>
      <DialogTitle>Keyboard shortcuts</DialogTitle>
      <DialogContent tabIndex={0}>
        <dl className={styles.keys}>
          {SHORTCUTS.map(([keys, what]) => (
            <div key={keys} className={styles.pair}>
              <dt className={styles.key}>{keys}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </DialogContent>
    </>
  );
}

function About() {
  const styles = useStyles();
  const start = useQuery(startQuery);
  const version = start.data?.version ?? "";
  const { copy, words } = useCopy(version);
  return (
    <>
      <DialogTitle>About Hostkeep</DialogTitle>
      <DialogContent className={styles.about}>
        <span>
          Hostkeep {version}{" "}
          <Button size="small" appearance="subtle" onClick={copy}>
            {words("Copy version")}
          </Button>
        </span>
        <span>Backs up, reads, compares and restores the configuration of VMware ESXi hosts.</span>
        <span>Free software under the Apache License 2.0 or the MIT License, at your option.</span>
      </DialogContent>
    </>
  );
}
