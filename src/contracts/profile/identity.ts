/** The parts of a SIP identity, `user@domain[:port]` (RFC 3261 section 19.1.1). */
export interface IdentityParts {
  /** Before the last `@`; empty without one. */
  readonly user: string;
  /** Behind it, with its port, as it was written. */
  readonly domain: string;
  /** The domain without its port, in lower case. */
  readonly host: string;
}

export function identityParts(identity: string): IdentityParts {
  const at = identity.lastIndexOf('@');
  const domain = identity.slice(at + 1);
  return { user: identity.slice(0, Math.max(at, 0)), domain, host: domain.replace(/:\d+$/, '').toLowerCase() };
}
