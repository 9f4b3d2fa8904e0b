import { mergeClasses } from "@fluentui/react-components";
import { type ReactNode, type Ref, useId } from "react";
import { useRestoreStyles } from "./styles";

type CardProps = {
  title: string;
  aside?: ReactNode;
  className?: string;
  /** Of the title, for what is to be gone to when it appears. */
  titleRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
};

/** A part of the checklist. */
export function Card({ title, aside, className, titleRef, children }: CardProps) {
  const styles = useRestoreStyles();
  const id = useId();
  return (
    <section className={mergeClasses(styles.card, className)} aria-labelledby={id}>
      <div className={styles.row}>
        <h2 id={id} ref={titleRef} tabIndex={titleRef === undefined ? undefined : -1} className={styles.title}>
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
