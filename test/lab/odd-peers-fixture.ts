/** A lab with odd peers for one test file: SIPp plays a scenario of sipp/, the engine's real code is on the other side. */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Call } from '../../src/contracts/call/call';
import { welcome, type Visitors } from '../contract/visitors';
import type { TestPhone } from '../support/phones/phone';
import { wireScriptOf } from '../support/phones/wire-script';
import type { Lab } from './lab';
import { setUpLab } from './lab-fixture';
import type { Sipp, SippOptions } from './sipp';

export interface OddPeersRoom {
  readonly lab: () => Lab;
  readonly visitors: () => Visitors;
  /** Plays `scenario`; `open` fills in what it leaves open as %name% (SIPp's own keywords are not allowed everywhere). */
  readonly play: (scenario: string, options: SippOptions, open?: Readonly<Record<string, string>>) => Promise<Sipp>;
  /** A peer that waits for our call, under a name of its own. */
  readonly peer: (
    scenario: string,
    options?: Partial<SippOptions>,
    open?: Readonly<Record<string, string>>,
  ) => Promise<Sipp>;
}

/** Call once at the top of the file. Where there can be no lab, its tests are skipped. After each test no media session may be left. */
export function setUpOddPeers(): OddPeersRoom {
  const lab = setUpLab();
  let visiting: Visitors | null = null;
  const visitors = (): Visitors => {
    if (visiting === null) throw new Error('no test is running');
    return visiting;
  };
  beforeEach(() => {
    visiting = welcome(lab());
  });
  afterEach(async () => {
    if (visiting === null) return;
    await visiting.leave();
    visiting = null;
    await expect.poll(() => lab().mediaSessions(), { timeout: 5_000 }).toBe(0);
  });
  const play: OddPeersRoom['play'] = async (scenario, options, open = {}) => {
    const text = await readFile(new URL(`sipp/${scenario}.xml`, import.meta.url), 'utf8');
    const path = join(lab().folder, `${scenario}-${randomUUID()}.xml`);
    await writeFile(
      path,
      text.replace(/%(\w+)%/g, (whole, name: string) => open[name] ?? whole),
    );
    return await lab().sipp(path, options);
  };
  return {
    lab,
    visitors,
    play,
    peer: (scenario, options = {}, open = {}) =>
      play(scenario, { role: 'uas', user: `odd${visitors().user()}`, ...options }, open),
  };
}

/** Dials the peer; answers with the call's id. */
export async function place(phone: TestPhone, { uri }: Pick<Sipp, 'uri'>): Promise<string> {
  const placed = await phone.agent.place(uri);
  if (!placed.ok) throw new Error(placed.failure.sentence);
  return placed.value;
}

/** SIPp's own verdict, with what it complained about. */
export async function verdict({ done }: Sipp): Promise<string> {
  const { ok, code, errors } = await done;
  return ok ? 'as the scenario says' : `exit code ${code ?? 'none'}: ${errors.slice(0, 2_000)}`;
}

/** The peer saw what its scenario expects. */
export async function wentWell(sipp: Sipp): Promise<void> {
  expect(await verdict(sipp)).toBe('as the scenario says');
}

/** Every description that came to the phone is WebRTC's, every one that came to the peer is plain RTP. */
export async function eachSpeaksItsOwn(phone: TestPhone, sipp: Sipp): Promise<void> {
  const heard = phone.trace
    .filter(({ direction, text }) => direction === 'in' && text.includes('m=audio'))
    .map(({ text }) => text);
  expect(heard.length).toBeGreaterThan(0);
  for (const text of heard) expect(text).toMatch(/m=audio \d+ UDP\/TLS\/RTP\/SAVPF [\s\S]*a=fingerprint:/);
  const atPeer = (await sipp.messages())
    .split(/^-{20,}.*$/m)
    .filter((text) => text.includes('message received') && text.includes('m=audio'));
  expect(atPeer.length).toBeGreaterThan(0);
  for (const text of atPeer) expect(text).toMatch(/m=audio \d+ RTP\/AVP /);
}

/** The call's part of the wire. */
export function story(phone: TestPhone): string[] {
  return wireScriptOf(phone).filter((line) => !line.endsWith('REGISTER'));
}

/** How often it has this line. */
export function count(phone: TestPhone, line: string): number {
  return story(phone).filter((one) => one === line).length;
}

/** Hangs up; the call ends by it. */
export async function hangUp(phone: TestPhone, id: string): Promise<void> {
  phone.agent.act(id, { verb: 'end' });
  expect(await phone.call('ended')).toMatchObject({ cause: 'hung-up' });
}

/** The phases of the newest call from now on, each once; grows. */
export function phasesOf(phone: TestPhone): readonly Call['phase'][] {
  const phases: Call['phase'][] = [];
  phone.agent.subscribe(() => {
    const phase = phone.agent.snapshot().calls.at(-1)?.phase;
    if (phase !== undefined && phases.at(-1) !== phase) phases.push(phase);
  });
  return phases;
}
