/**
 * Every way to present a token, against servers that check it: the practice gateway and the lab's Kamailio. Each story says where the
 * token (or password) was; everywhere else it was not.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { replyTo } from '../../src/gateway/sip-reply';
import { labProblem } from '../lab/lab';
import {
  digestPlaces,
  openPresentingFixture,
  presentingGateway,
  presentingKamailio,
  secretPlaces,
  WAYS,
  type PresentingPhone,
  type PresentingFixture,
  type PresentingServer,
} from '../support/phones/presenting-fixture';
import { wireScriptOf } from '../support/phones/wire-script';

const OTHER_KEY = 'a key of somebody else that is long enough for HS256';
const problem = await labProblem();
const servers = [
  { name: 'the practice gateway', missing: null, start: presentingGateway },
  { name: problem === null ? 'Kamailio' : `Kamailio (${problem})`, missing: problem, start: presentingKamailio },
] as const;

/** Where each presentation has the secret when a line registers, calls, holds and leaves. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  query: ['query'],
  subprotocol: ['subprotocol'],
  bearer: ['REGISTER Authorization', 'INVITE Authorization'],
  'bearer in a header of its own': ['REGISTER X-Own-Token', 'INVITE X-Own-Token'],
  digest: [],
  'main-injected': [],
};

const registered = async (phone: PresentingPhone): Promise<PresentingPhone> => {
  phone.agent.start();
  await phone.registered();
  return phone;
};
const place = async (phone: PresentingPhone, target: string): Promise<string> => {
  const placed = await phone.agent.place(target);
  if (!placed.ok) throw new Error(placed.failure.sentence);
  return placed.value;
};
const shown = (phone: PresentingPhone): string =>
  JSON.stringify([phone.trace, phone.events, phone.agent.snapshot(), phone.marks]);
const lines = (phone: PresentingPhone, of: RegExp): string[] => wireScriptOf(phone).filter((line) => of.test(line));
const until = (moment: number): Promise<void> => expect.poll(() => Date.now() > moment, { timeout: 5_000 }).toBe(true);

for (const { name: serverName, missing, start } of servers) {
  describe.skipIf(missing !== null)(serverName, () => {
    describe.each(WAYS)('$name', (way) => {
      const { name, presentation } = way;
      const inRequests = presentation.kind === 'bearer' || presentation.kind === 'digest';
      let server: PresentingServer | null = null;
      let fixture: PresentingFixture | null = null;
      const inRoom = (): PresentingFixture => {
        if (fixture === null) throw new Error('no test is running');
        return fixture;
      };
      beforeAll(async () => {
        server = await start(way);
      });
      beforeEach(() => {
        if (server === null) throw new Error('the server does not run');
        fixture = openPresentingFixture(server, way);
      });
      afterEach(async () => {
        await fixture?.leave();
        expect(server?.strays() ?? 0).toBe(0);
      });
      afterAll(() => server?.close());

      it('registers, calls, holds, hangs up and leaves; the secret is where it belongs', async () => {
        const [asha, kamau] = [await registered(inRoom().phone()), await registered(inRoom().phone())];
        const hers = await place(asha, kamau.user);
        const { id: his } = await kamau.call('ringing');
        await kamau.agent.act(his, { verb: 'answer' });
        await Promise.all([asha.call('active'), kamau.call('active')]);
        asha.agent.act(hers, { verb: 'hold' });
        await kamau.call('held');
        await expect.poll(() => lines(asha, /^> ACK/).length).toBe(presentation.kind === 'digest' ? 3 : 2);
        asha.agent.act(hers, { verb: 'end' });
        await kamau.call('ended');
        await asha.agent.stop();
        await kamau.agent.stop();

        expect(secretPlaces(asha)).toEqual(PLACES[name]);
        expect(secretPlaces(kamau)).toEqual((PLACES[name] ?? []).filter((one) => !one.startsWith('INVITE')));
        expect([asha, kamau].map(digestPlaces)).toEqual(
          presentation.kind === 'digest' ? [['REGISTER', 'INVITE'], ['REGISTER']] : [[], []],
        );
        expect(asha.sockets.map(({ protocols }) => protocols[0])).toEqual(['sip']);
        for (const phone of [asha, kamau])
          for (const secret of phone.secrets) expect(shown(phone)).not.toContain(secret);
      });

      it('renews: the registration stays, over the same flow where requests carry the token', async () => {
        const asha = await registered(inRoom().phone());
        const phases = new Set<string>();
        asha.agent.subscribe(() => phases.add(asha.agent.snapshot().registration.phase));
        const registers = lines(asha, /^< 200 REGISTER/).length;
        asha.renewNow();
        await expect.poll(() => lines(asha, /^< 200 REGISTER/).length).toBe(registers + 1);
        expect([...phases]).toEqual(['registered']);
        expect(asha.sockets.length).toBe(inRequests ? 1 : 2);
        if (presentation.kind === 'bearer') {
          const [first = '', second = ''] = asha.secrets;
          const carriers = asha.sockets[0]?.sent.filter((text) => text.startsWith('REGISTER')) ?? [];
          expect(carriers.map((text) => [text.includes(first), text.includes(second)])).toEqual([
            [true, false],
            [false, true],
          ]);
        }
      });

      it('one token that is expired: another one is minted, and the line registers', async () => {
        const asha = await registered(inRoom().phone((count) => ({ lifeS: count === 0 ? -10 : 300 })));
        expect(asha.grantsGiven()).toBe(2);
        expect(asha.sockets.length).toBe(inRequests ? 1 : 2);
        expect(asha.events.map(({ kind }) => kind)).not.toContain('token-refused');
      });

      it('the key of somebody else: one more try, then the reason, and no hammering', async () => {
        const asha = inRoom().phone(() => ({ key: OTHER_KEY }));
        asha.agent.start();
        const { registration } = await asha.until(
          (snapshot) =>
            snapshot.registration.phase === 'waiting' && (inRequests || snapshot.registration.attempt === 2),
        );
        if (registration.phase !== 'waiting') expect.unreachable();
        expect(asha.grantsGiven()).toBe(2);
        expect(asha.sockets.length).toBe(inRequests ? 1 : 2);
        expect(registration.sentence).toMatch(
          inRequests
            ? /^The gateway refused the (?:token|password): check the key/
            : /^No connection to the phone system\. Ask your admin/,
        );
        if (!inRequests) return;
        expect(registration.problem).toBe('token-refused');
        expect(registration.retryAt - Date.now()).toBeGreaterThan(20_000);
        // Digest asks first, then tries.
        expect(lines(asha, /^> REGISTER/).length).toBe(presentation.kind === 'digest' ? 4 : 2);
      });

      if (inRequests) {
        it('a call with a token that ended meanwhile: another one is minted, and the agent sees one call', async () => {
          const kamau = await registered(inRoom().phone());
          // Tokens end on whole seconds; one that is made late in a second may have less than a second to register for.
          await until(Math.ceil(Date.now() / 1_000) * 1_000);
          const asha = await registered(inRoom().phone((count) => ({ lifeS: count === 0 ? 2 : 300 })));
          const cards = new Set<string>();
          asha.agent.subscribe(() =>
            asha.agent.snapshot().calls.forEach(({ id, phase }) => cards.add(phase === 'ended' ? 'ended' : id)),
          );
          // Servers count in whole seconds.
          await until((asha.agent.snapshot().grant?.expiresAt ?? 0) + 1_000);
          const hers = await place(asha, kamau.user);
          await kamau.agent.act((await kamau.call('ringing')).id, { verb: 'answer' });
          await Promise.all([asha.call('active'), kamau.call('active')]);
          expect([...cards]).toEqual([hers]);
          expect(asha.secrets.length).toBe(2);
          expect(lines(asha, /INVITE$/)).toEqual(
            presentation.kind === 'digest'
              ? [
                  '> INVITE',
                  '< 407 INVITE',
                  '> INVITE',
                  '< 407 INVITE',
                  '> INVITE',
                  '< 407 INVITE',
                  '> INVITE',
                  '< 180 INVITE',
                  '< 200 INVITE',
                ]
              : ['> INVITE', '< 401 INVITE', '> INVITE', '< 180 INVITE', '< 200 INVITE'],
          );
          asha.agent.act(hers, { verb: 'end' });
          expect(await kamau.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
          expect(secretPlaces(asha)).toEqual(PLACES[name]);
        });
      }

      it('a call to another domain is refused, and the secret stays at home', async () => {
        const asha = await registered(inRoom().phone());
        await place(asha, 'sip:9@elsewhere.example');
        expect(await asha.call('ended')).toMatchObject({
          cause: expect.stringMatching(/refused|not-found/) as unknown,
        });
        expect(lines(asha, /^> INVITE/).length).toBeLessThanOrEqual(presentation.kind === 'digest' ? 2 : 1);
        expect(secretPlaces(asha)).toEqual((PLACES[name] ?? []).filter((one) => !one.startsWith('INVITE')));
        expect(asha.grantsGiven()).toBe(1);
      });

      if (presentation.kind === 'bearer') {
        it('redirected: followed within the same call, with the token at home and without it abroad', async () => {
          const [asha, kamau] = [await registered(inRoom().phone()), await registered(inRoom().phone())];
          const moved = await inRoom().client();
          const redirected = async (contact: string): Promise<void> => {
            moved.send(
              replyTo(await moved.nextRequest('INVITE'), 302, { headers: [{ name: 'Contact', value: contact }] }),
            );
          };
          const hers = await Promise.all([
            place(asha, moved.user),
            redirected(`<sip:${kamau.user}@${server?.domain ?? ''}>`),
          ]).then(([id]) => id);
          await kamau.agent.act((await kamau.call('ringing')).id, { verb: 'answer' });
          expect(await asha.call('active')).toMatchObject({ id: hers, peer: { user: moved.user } });
          expect(lines(asha, /INVITE$/).filter((line) => !line.includes('180'))).toEqual([
            '> INVITE',
            '< 302 INVITE',
            '> INVITE',
            '< 200 INVITE',
          ]);
          asha.agent.act(hers, { verb: 'end' });
          await kamau.call('ended');
          await asha.call('ended');

          await Promise.all([place(asha, moved.user), redirected('<sip:9@elsewhere.example>')]);
          await expect.poll(() => asha.agent.snapshot().calls.at(-1)?.phase).toBe('ended');
          const invites = asha.sockets.flatMap(({ sent }) =>
            sent.filter((text) => text.startsWith('INVITE') && !/^To:.*;tag=/im.test(text)),
          );
          expect(
            invites.map((text) => [/@([^ ;]+)/.exec(text)?.[1], asha.secrets.some((secret) => text.includes(secret))]),
          ).toEqual([
            [server?.domain, true],
            [server?.domain, true],
            [server?.domain, true],
            ['elsewhere.example', false],
          ]);
          expect(asha.grantsGiven()).toBe(1);
        });
      }
    });
  });
}
