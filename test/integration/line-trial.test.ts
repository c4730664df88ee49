/** [Test connection]'s wire part against the practice gateway: its steps, how each can fail, and that the line in use hears nothing of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Grant } from '../../src/contracts/profile/grant';
import { fail, type Failure, type Result } from '../../src/contracts/base/result';
import { systemClock } from '../../src/renderer/base/clock';
import { createJssipStack } from '../../src/renderer/phone/jssip/jssip-stack';
import { tryLine, type TrialStep } from '../../src/renderer/phone/agent/line-trial';
import { openPracticeFixture, type PracticeFixture } from '../support/servers/practice-fixture';
import { presentingGateway } from '../support/phones/presenting-fixture';
import { tapWebSockets } from '../support/phones/tapped-web-socket';

const TEST_INSTANCE = 'b7a3c0de-0f4b-5a52-9c55-2f3d2f0c8a11';
let fixture: PracticeFixture | null = null;
const inRoom = (): PracticeFixture => {
  if (fixture === null) throw new Error('no test is running');
  return fixture;
};
beforeEach(async () => {
  fixture = await openPracticeFixture();
});
afterEach(async () => {
  await fixture?.leave();
});

interface Tried {
  readonly begun: readonly TrialStep[];
  readonly ended: Readonly<Partial<Record<TrialStep, Result<string>>>>;
  /** What it sent, raw. */
  readonly sent: readonly string[];
}

/** `untilSent`: its OPTIONS leaves only after something of this kind. */
async function tried(
  grant: Grant,
  mainsWord: Failure | null = null,
  during: (step: TrialStep) => void = () => undefined,
  untilSent: RegExp | null = null,
): Promise<Tried> {
  const { WebSocket: Tapped, sockets } = tapWebSockets();
  const isSent = (): boolean =>
    untilSent === null || sockets.some(({ sent }) => sent.some((text) => untilSent.test(text)));
  class Held extends Tapped {
    override send(data: string): void {
      if (!data.startsWith('OPTIONS ') || isSent()) super.send(data);
      else
        void expect
          .poll(isSent, { timeout: 4_000, interval: 10 })
          .toBe(true)
          .then(() => super.send(data));
    }
  }
  const begun: TrialStep[] = [];
  const ended: Partial<Record<TrialStep, Result<string>>> = {};
  const trial = tryLine(
    { ...grant, instanceId: TEST_INSTANCE },
    { WebSocket: Held, createStack: createJssipStack, clock: systemClock, random: Math.random, product: 'Ringfence' },
    {
      onBegin: (step) => void begun.push(step),
      onEnd: (step, outcome) => {
        ended[step] = outcome;
        during(step);
      },
      mainsWord: () => Promise.resolve(mainsWord),
    },
  );
  await trial.done;
  return { begun, ended, sent: sockets.flatMap(({ sent }) => sent) };
}

it('opens, registers, asks and leaves; the line in use stays registered and gets its calls', async () => {
  const line = inRoom().phone('1001');
  const caller = inRoom().phone('1002');
  for (const phone of [line, caller]) {
    phone.agent.start();
    await phone.registered();
  }
  const phases = new Set<string>();
  line.agent.subscribe(() => phases.add(line.agent.snapshot().registration.phase));
  expect(inRoom().gateway().stats().bindings).toBe(2);
  let most = 0;
  const { begun, ended, sent } = await tried(
    inRoom().grant('1001'),
    null,
    (step) => {
      if (step !== 'register') return;
      most = inRoom().gateway().stats().bindings;
      void caller.agent.place('1001');
    },
    /^SIP\/2\.0 486/,
  );
  expect(begun).toEqual(['open', 'register', 'options']);
  expect(ended).toMatchObject({
    open: { ok: true },
    register: { ok: true, value: expect.stringMatching(/^as 1001, for \d+ s$/) as unknown },
    options: { ok: true, value: '200 OK' },
  });
  expect(most).toBe(3);
  // The caller reached the line; the test refused the call for itself alone.
  await line.call('ringing');
  await expect.poll(() => inRoom().gateway().stats().bindings).toBe(2);
  expect([...phases]).toEqual(['registered']);
  // It leaves as it came, and never rang.
  const registers = sent.filter((text) => text.startsWith('REGISTER'));
  expect(registers.map((text) => /expires[=:]\s*0\b/i.test(text))).toEqual([false, true]);
  expect(sent.every((text) => !text.startsWith('REGISTER') || text.includes(TEST_INSTANCE))).toBe(true);
  expect(sent.filter((text) => /^SIP\/2\.0 180/.test(text))).toEqual([]);
  expect(sent.some((text) => text.startsWith('SIP/2.0 486'))).toBe(true);
  expect((await caller.call('ringing')).phase).toBe('ringing');
});

it('with the wrong key ends where the gateway looks at the token: at the upgrade, with the word of main', async () => {
  const grant = inRoom().grant('1001');
  const forged: Grant = {
    ...grant,
    presentation: {
      kind: 'query',
      parameter: 'token',
      token: `${grant.presentation.kind === 'query' ? grant.presentation.token : ''}x`,
    },
  };
  const word = fail('provider-refused', 'The gateway refused the token.', 'open-keys').failure;
  expect(await tried(forged, word)).toMatchObject({ begun: ['open'], ended: { open: { ok: false, failure: word } } });
});

it('without a gateway says so, by its host', async () => {
  const grant = inRoom().grant('1001');
  await inRoom().kill();
  const { ended } = await tried(grant);
  expect(ended).toMatchObject({
    open: {
      failure: { reason: 'gateway-unavailable', sentence: expect.stringContaining(new URL(grant.url).host) as unknown },
    },
  });
  await inRoom().restart();
});

it('against a web server that is none for SIP ends at the first step', async () => {
  const web = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const { begun, ended } = await tried({
    ...inRoom().grant('1001'),
    url: `ws://127.0.0.1:${(web.address() as AddressInfo).port}/`,
  });
  expect([begun, ended.open?.ok]).toEqual([['open'], false]);
  web.close();
});

it('with the password of another realm ends at Register, which names the realms; nothing is answered to it', async () => {
  const server = await presentingGateway({ name: 'digest', presentation: { kind: 'digest', realm: '' } });
  const username = `${Math.floor(Date.now() / 1000) + 300}:1001`;
  const grant: Grant = {
    ...inRoom().grant('1001'),
    url: server.url,
    presentation: { kind: 'digest', realm: 'pbx.example.com', username, password: server.password(username, {}) },
  };
  const { begun, ended } = await tried(grant);
  expect(begun).toEqual(['open', 'register']);
  expect(ended.register).toMatchObject({
    failure: {
      reason: 'provider-refused',
      sentence: `The gateway asks for a password of "${server.domain}"; this line's is for "pbx.example.com" only.`,
    },
  });
  await server.close();
});

it('with the wrong key in its requests ends at Register', async () => {
  const server = await presentingGateway({
    name: 'bearer',
    presentation: { kind: 'bearer', header: 'Authorization', realm: '' },
  });
  const grant: Grant = {
    ...inRoom().grant('1001'),
    url: server.url,
    presentation: {
      kind: 'bearer',
      header: 'Authorization',
      realm: server.domain,
      token: server.token('1001', { key: 'a key of somebody else that is long enough for HS256' }),
    },
  };
  const { begun, ended } = await tried(grant);
  expect(begun).toEqual(['open', 'register']);
  expect(ended.register).toMatchObject({
    failure: { reason: 'provider-refused', sentence: expect.stringContaining('refused the token') as unknown },
  });
  await server.close();
});
