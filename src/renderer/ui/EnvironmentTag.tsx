import type { Environment } from '../../contracts/profile';
import { ENVIRONMENT_WORDS } from './sentences';

/** The environment as a small chip in its colour. */
export function EnvironmentTag({ environment }: { readonly environment: Environment }) {
  return (
    <span className="environment-tag" data-environment={environment}>
      {ENVIRONMENT_WORDS[environment]}
    </span>
  );
}
