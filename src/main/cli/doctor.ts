/** `ringfence doctor`: looks at all that a call needs, changes nothing, and says what to do. */
import { skewSentence } from '../../contracts/base/clock-skew';
import type { EffectivePolicy } from '../../contracts/policy/managed-policy';
import { plainText } from '../../contracts/base/plain-text';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { Profile } from '../../contracts/profile/profile';
import { EXIT } from './command-line';
import type { Keys } from '../keys/keys';
import { isUnknownIssuer } from '../providers/http-messages';
import { asJson, type Answer } from './answer';
import type { Check } from './check';
import type { Probe, ProbeOutcome } from './gateway-probe';

/** The Electron that Ringfence is made for and shipped with; older ones run it from source. */
const SHIPPED_ELECTRON = 45;

export interface DoctorPorts {
  readonly versions: { readonly ringfence: string; readonly electron: string; readonly node: string };
  /** Sentences about files that can't be used, or null. */
  readonly profilesNotice: string | null;
  readonly adminLockNotice: string | null;
  readonly profiles: readonly Profile[];
  readonly keys: Pick<Keys, 'ready' | 'keychain' | 'status' | 'inSlot'>;
  /** What the admin's file makes of everybody's policy; null: there is no file. */
  readonly policyFile: EffectivePolicy['file'];
  /** Where it would be. */
  readonly policyPath: string;
  /** The admin's file wants a passphrase, and none was set. */
  readonly passphraseMissing: boolean;
  /** What `ringfence audit verify` answers. */
  readonly auditLog: () => Promise<Answer>;
  readonly sound: () => Promise<Check>;
  readonly probe: Probe;
}

const ok = (name: string, says: string): Check => ({ name, status: 'ok', says, todo: null });
const warn = (name: string, says: string, todo: string): Check => ({ name, status: 'warn', says, todo });
const bad = (name: string, says: string, todo: string): Check => ({ name, status: 'fail', says, todo });

function checkRuntime({ ringfence, electron, node }: DoctorPorts['versions']): Check {
  const says = `Ringfence ${ringfence} on Electron ${electron}, Node ${node}.`;
  if (Number.parseInt(electron, 10) >= SHIPPED_ELECTRON) return ok('Runtime', says);
  return warn(
    'Runtime',
    says,
    `This Electron is for running from source; for daily work take a packaged Ringfence (Electron ${SHIPPED_ELECTRON}).`,
  );
}

async function checkKeychain(keys: DoctorPorts['keys']): Promise<Check> {
  await keys.ready;
  const { available, advice } = keys.keychain();
  if (!available)
    return bad(
      'Keychain',
      'No keychain answers, so no key can be kept.',
      advice ?? 'Sign out, sign in again and retry.',
    );
  return advice === null
    ? ok('Keychain', 'The keychain answers.')
    : warn('Keychain', 'The keychain answers, but not with everything.', advice);
}

function checkPolicy({ policyFile, policyPath, passphraseMissing }: DoctorPorts): Check {
  const name = 'Policy file';
  if (policyFile === null)
    return ok(name, `There is none (${policyPath}): the defaults and each profile's own rules hold.`);
  const [first] = policyFile.problems;
  if (first !== undefined)
    return bad(
      name,
      `${first.sentence}${policyFile.problems.length > 1 ? ` There are ${policyFile.problems.length - 1} more.` : ''}`,
      `Fix ${policyPath}; until then the stricter rules hold.`,
    );
  if (passphraseMissing)
    return warn(
      name,
      `${policyPath} wants an admin passphrase, and none was set.`,
      'Open Ringfence: Settings, Set passphrase. Until then nobody changes keys or profiles.',
    );
  return ok(name, `${policyPath} holds.`);
}

/** The first line says it; the command itself says the rest. */
function checkAuditLog({ exit, out, err }: Answer): Check {
  const name = 'Audit log';
  const [says = ''] = (exit === EXIT.done || exit === EXIT.refused ? out : err).split('\n');
  if (exit === EXIT.done) return ok(name, says);
  if (exit === EXIT.refused) return bad(name, says, 'See which lines, and look for who did it: ringfence audit verify');
  if (exit === EXIT.file) return bad(name, "It can't be read.", says);
  return warn(name, 'Nobody can tell whether it is as it was written.', says);
}

async function checkKey(keys: DoctorPorts['keys'], { id, name }: Profile): Promise<Check> {
  const about = `Key of "${name}"`;
  const held = keys.inSlot(id, 'active');
  if (!held.ok)
    return warn(about, 'No active key was added yet.', `ringfence keys set --profile ${id} --slot active < FILE`);
  const opened = await held.value.open();
  const { former } = keys.status(id);
  if (opened.ok && former !== null)
    return warn(
      about,
      `${held.value.fingerprint} was promoted, and no token of it was accepted yet. ${former.fingerprint} is kept until one is.`,
      `Add ${held.value.fingerprint} at the gateway, or go back: ringfence keys rotate --profile ${id} --back`,
    );
  return opened.ok
    ? ok(about, `The keychain gives out ${held.value.fingerprint}.`)
    : bad(about, `${held.value.fingerprint} is not given out.`, opened.failure.sentence);
}

function unreached(name: string, host: string, code: string): Check {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return bad(
      name,
      `The certificate of ${host} is not valid today (${code}).`,
      "Check this computer's date; if it is right, the gateway's admin has to renew the certificate.",
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return bad(name, `The certificate of ${host} is for another name (${code}).`, 'Check the address in the profile.');
  if (isUnknownIssuer(code))
    return bad(
      name,
      `This computer does not know who issued the certificate of ${host} (${code}).`,
      "If it is your company's own authority, add it to the authorities that this computer trusts.",
    );
  if (/^(?:CERT_|ERR_SSL_|ERR_TLS_|EPROTO$|UNABLE_TO_)/.test(code))
    return bad(
      name,
      `No safe connection to ${host} could be made (${code}).`,
      'Its admin has to look into its TLS settings.',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return bad(
      name,
      `The name of ${host} was not found (${code}).`,
      'Check the address in the profile, and the network.',
    );
  if (code === 'ECONNREFUSED')
    return bad(
      name,
      `Nothing listens at ${host} (${code}).`,
      'Check the port in the profile, and whether the gateway runs.',
    );
  if (code === 'slow')
    return bad(
      name,
      `${host} did not answer within 5 s.`,
      'Check the network and its firewall; a proxy is not used here.',
    );
  return bad(name, `${host} can't be reached (${code}).`, 'Check the network, then try again.');
}

function reached(
  name: string,
  host: string,
  kind: 'gateway' | 'provider',
  { status, aheadMs, tookMs }: Extract<ProbeOutcome, { readonly reached: true }>,
): Check {
  const skew = aheadMs === null ? null : skewSentence(aheadMs);
  if (skew !== null) return bad(name, `${host} answers (${status}), but the clocks differ.`, skew);
  const clocks = aheadMs === null ? '' : '; the clocks agree';
  // Without a token a gateway refuses, and rightly.
  if (kind === 'provider' || status === 101 || status === 401 || status === 403)
    return ok(name, `${host} answers (${status}) in ${tookMs} ms${clocks}.`);
  return warn(
    name,
    `${host} answers ${status} to a WebSocket without a token${clocks}.`,
    status === 404 || (status >= 200 && status < 400)
      ? 'Check the path of the gateway URL in the profile.'
      : 'Look into the log of the gateway.',
  );
}

/** The provider's address without anything that a template adds. */
function providerOrigin({ provider }: Profile): string | null {
  if ('baseUrl' in provider) return new URL(provider.baseUrl).origin;
  return 'url' in provider ? new URL(provider.url).origin : null;
}

async function checkLine(probe: Probe, profile: Profile): Promise<readonly Check[]> {
  const origin = providerOrigin(profile);
  const places = [
    ...(profile.gatewayUrl === '' ? [] : [{ kind: 'gateway', url: profile.gatewayUrl } as const]),
    ...(origin === null ? [] : [{ kind: 'provider', url: origin } as const]),
  ];
  return Promise.all(
    places.map(async ({ kind, url }) => {
      const name = `${kind === 'gateway' ? 'Gateway' : 'Provider'} of "${profile.name}"`;
      const { host } = new URL(url);
      const outcome = await probe(url);
      return outcome.reached ? reached(name, host, kind, outcome) : unreached(name, host, outcome.code);
    }),
  );
}

/** Some at a time: fifty profiles are no reason to knock at one gateway fifty times at once. */
async function inTurn<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 8)
    results.push(...(await Promise.all(items.slice(at, at + 8).map(action))));
  return results;
}

const shown = ({ name, status, says, todo }: Check): string =>
  `${status.padEnd(5)} ${name}: ${says}\n${todo === null ? '' : `      ${todo}\n`}`;

export async function doctor(ports: DoctorPorts, { json }: { readonly json: boolean }): Promise<Answer> {
  // A line feed in a name would draw a check that nobody made.
  const lines = ports.profiles.flatMap((each) =>
    each.id === PRACTICE_PROFILE_ID ? [] : [{ ...each, name: plainText(each.name) }],
  );
  const first = [
    checkRuntime(ports.versions),
    await checkKeychain(ports.keys),
    await ports.sound(),
    checkPolicy(ports),
    checkAuditLog(await ports.auditLog()),
    ...(ports.profilesNotice === null
      ? []
      : [bad('Files', ports.profilesNotice, 'Fix the file and put it back, or import the profiles again.')]),
    ...(ports.adminLockNotice === null
      ? []
      : [
          bad(
            'Files',
            ports.adminLockNotice,
            'An admin passphrase is in the keychain, and still holds. Where none was ever set, remove this file while Ringfence is closed.',
          ),
        ]),
    ...(lines.length === 0
      ? [
          warn(
            'Profiles',
            'There is no line but the Practice line.',
            'Add one in the window, or: ringfence profiles import FILE --apply',
          ),
        ]
      : []),
  ];
  // One keychain, one question at a time: a locked one may show a prompt for each.
  const keyChecks: Check[] = [];
  for (const line of lines) keyChecks.push(await checkKey(ports.keys, line));
  const checks = [...first, ...keyChecks, ...(await inTurn(lines, (line) => checkLine(ports.probe, line))).flat()];
  const failures = checks.filter(({ status }) => status === 'fail').length;
  const warnings = checks.filter(({ status }) => status === 'warn').length;
  const exit = failures === 0 ? EXIT.done : EXIT.refused;
  if (json) return { exit, out: asJson({ ok: failures === 0, checks }), err: '' };
  return {
    exit,
    out: `${checks.map(shown).join('')}${checks.length - failures - warnings} ok, ${warnings} to look at, ${failures} failed\n`,
    err: '',
  };
}
