import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { dateTimeAndZone } from "../../components/words";
import type { CertificateView } from "../../ipc";

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "max-content minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalM,
    rowGap: "4px",
    margin: 0,
    "& dt": { color: tokens.colorNeutralForeground2 },
    "& dd": { margin: 0, overflowWrap: "anywhere", userSelect: "text" },
  },
  thumbprint: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  sides: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(280px, 1fr))", gap: tokens.spacingVerticalS },
  side: {
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: "8px 10px",
    "& h3": { margin: "0 0 4px", fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  },
  changed: { border: `1px solid ${tokens.colorStatusDangerBorder1}` },
});

/** What a certificate says of itself, to be compared with what the server's own console shows. */
export function CertificateCard({ certificate }: { certificate: CertificateView }) {
  const styles = useStyles();
  return (
    <dl className={styles.list}>
      <dt>Issued to</dt>
      <dd>{certificate.subject}</dd>
      <dt>Issued by</dt>
      <dd>{certificate.selfSigned ? `${certificate.issuer} (self-signed)` : certificate.issuer}</dd>
      <dt>Valid</dt>
      <dd>{validity(certificate)}</dd>
      <dt>SHA-256</dt>
      <dd className={styles.thumbprint}>{breakable(certificate.sha256)}</dd>
      <dt>SHA-1</dt>
      <dd className={styles.thumbprint}>{breakable(certificate.sha1)}</dd>
    </dl>
  );
}

/** A changed certificate: the one that was accepted and the one that is shown now, side by side. */
export function ChangedCertificate({ certificate, expected }: { certificate: CertificateView; expected: string }) {
  const styles = useStyles();
  return (
    <div className={styles.sides}>
      <section className={styles.side} aria-label="Accepted before">
        <h3>Accepted before</h3>
        <dl className={styles.list}>
          <dt>SHA-256</dt>
          <dd className={styles.thumbprint}>{breakable(expected)}</dd>
        </dl>
      </section>
      <section className={mergeClasses(styles.side, styles.changed)} aria-label="Shown now">
        <h3>Shown now</h3>
        <CertificateCard certificate={certificate} />
      </section>
    </div>
  );
}

function validity({ validFrom, validTo }: CertificateView): string {
  const from = validFrom === null ? "unknown" : dateTimeAndZone(validFrom);
  const to = validTo === null ? "unknown" : dateTimeAndZone(validTo);
  return `${from} to ${to}`;
}

/** A thumbprint may break between its bytes. */
function breakable(thumbprint: string): string {
  return thumbprint.replaceAll(":", ":\u200b");
}
