import type { Environment } from '../../../contracts/profile/profile';
import { ENVIRONMENT_MESSAGES } from './messages';

/** The environment as a small chip in its colour. */
export function EnvironmentTag({ environment }: { readonly environment: Environment }) {
  return (
    <span className="environment-tag" data-environment={environment}>
      {ENVIRONMENT_MESSAGES[environment]}
    </span>
  );
}
