import "react";

declare module "react" {
  // Custom properties: a grid hands its column widths to its rows by them.
  interface CSSProperties {
    [name: `--${string}`]: string | undefined;
  }
}
