/** How npm is called here, and its failures in words. */
import { CannotContinue } from './program.mjs';

/** For every npm command here: errors only, and a registry that can't be reached is given up within seconds, not minutes. */
export const NPM_MANNERS = [
  '--no-update-notifier',
  '--loglevel',
  'error',
  '--fetch-retries',
  '2',
  '--fetch-retry-mintimeout',
  '1000',
  '--fetch-retry-maxtimeout',
  '4000',
  '--fetch-timeout',
  '60000',
];

/**
 * @param {import('./child.mjs').Outcome} outcome of a failed npm command
 * @param {string} what was to be fetched
 * @returns {CannotContinue}
 */
export function npmFailure(outcome, what) {
  const text = `${outcome.stderr}\n${outcome.stdout}`;
  if (outcome.startError !== null)
    return new CannotContinue(`npm could not be started (${outcome.startError}): install npm, which comes with Node.`);
  const code = /npm (?:error|ERR!) code (\S+)/.exec(text)?.[1] ?? '';
  if (code === 'ENOSPC' || /ENOSPC|no space left/i.test(text))
    return new CannotContinue(`No space is left on the disk for ${what}: make room, then try again.`);
  if (
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH|FETCH_ERROR|ENOTCACHED)$/.test(
      code,
    )
  ) {
    return new CannotContinue(
      `The npm registry could not be reached for ${what} (${code}): check the network and \`npm config get registry\`, then try again.`,
    );
  }
  if (/^E(401|403|404|5\d\d)$/.test(code))
    return new CannotContinue(
      `The npm registry refused ${what} (${code}): check \`npm config get registry\`, then try again.`,
    );
  if (code === 'EACCES' || code === 'EPERM')
    return new CannotContinue(
      `npm may not write here while fetching ${what} (${code}): run it as the user who owns this folder.`,
    );
  if (code === 'EINTEGRITY')
    return new CannotContinue(`${what} arrived with a wrong checksum and was not used: try again.`);
  const last = text
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('A complete log'))
    .slice(0, 3)
    .join(' ');
  return new CannotContinue(
    `npm could not fetch ${what}: ${last === '' ? `it ended with code ${String(outcome.code)}` : last}`,
  );
}
