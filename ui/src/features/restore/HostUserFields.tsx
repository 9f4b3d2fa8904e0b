import { Field, Input } from "@fluentui/react-components";

type HostUserFieldsProps = {
  user: string;
  password: string;
  /** What the user is for. */
  hint?: string;
  className?: string;
  onUser: (user: string) => void;
  onPassword: (password: string) => void;
};

/** The host's own user, such as root. */
export function HostUserFields({ user, password, hint, className, onUser, onPassword }: HostUserFieldsProps) {
  return (
    <>
      <Field label="Host's user" className={className} hint={hint}>
        <Input value={user} autoComplete="off" onChange={(_, { value }) => onUser(value)} />
      </Field>
      <Field
        label="Host's password"
        className={className}
        hint="Leave it empty for the one that is remembered of this user"
      >
        <Input type="password" value={password} autoComplete="off" onChange={(_, { value }) => onPassword(value)} />
      </Field>
    </>
  );
}
