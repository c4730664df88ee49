import type { Environment } from '../../../contracts/profile/profile';
import { environmentNote } from './messages';

/** That a call is none of production's. */
export function EnvironmentNote({ environment }: { readonly environment: Environment }) {
  const note = environmentNote(environment);
  if (note === null) return null;
  return (
    <p className="environment-note" data-environment={environment}>
      {note}
    </p>
  );
}
