import { type GriffelStyle, tokens } from "@fluentui/react-components";

/**
 * Rows, nodes and tiles under the pointer or selected. High contrast turns their ground around, so that the writing on
 * it, and the marks, must turn as well.
 */
export const HOVERED: GriffelStyle = {
  backgroundColor: tokens.colorSubtleBackgroundHover,
  color: tokens.colorNeutralForeground1Hover,
  "--mark-color": "var(--markOnHighlight)",
};

export const SELECTED: GriffelStyle = {
  backgroundColor: tokens.colorSubtleBackgroundSelected,
  color: tokens.colorNeutralForeground1Selected,
  "--mark-color": "var(--markOnHighlight)",
};
