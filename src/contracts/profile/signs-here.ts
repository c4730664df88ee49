/** Whose keys they are. Apart from the providers' schemas, for the window's first screen asks too and is loaded without them. */
import type { ProviderConfig } from './provider';

/** True where Ringfence itself computes with the key, so that an admin chooses it; elsewhere the system that it belongs to issues it, and it only says who we are. */
export const signsHere = ({ kind }: Pick<ProviderConfig, 'kind'>): boolean =>
  kind === 'local-jwt' || kind === 'ephemeral-credentials';
