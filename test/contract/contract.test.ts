/**
 * One contract, three servers: what a phone may expect of its gateway, asked of the practice gateway, of Kamailio and of Asterisk in the same words.
 * Where the first two differ, the practice gateway is wrong until shown otherwise. Asterisk is asked for its own duties (server-under-test.ts).
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { callContract } from './call-contract';
import { digestContract } from './digest-contract';
import { handshakeContract } from './handshake-contract';
import { limitsContract } from './limits-contract';
import { phoneContract } from './phone-contract';
import { registrarContract } from './registrar-contract';
import type { Duty, ServerUnderTest } from './server-under-test';
import { serverKinds } from './servers';
import { tollContract } from './toll-contract';
import { welcome, type Visitors } from './visitors';

const kinds = await Promise.all(serverKinds.map(async (kind) => ({ ...kind, missing: await kind.problem() })));

for (const { name, missing, start, duties, numbers } of kinds) {
  describe(name, () => {
    let server: ServerUnderTest | null = null;
    let visitors: Visitors | null = null;
    const fixture = {
      server: (): ServerUnderTest => {
        if (server === null) throw new Error('the server does not run');
        return server;
      },
      visitors: (): Visitors => {
        if (visitors === null) throw new Error('no test is running');
        return visitors;
      },
      has: (duty: Duty): boolean => duties.includes(duty),
      numbers,
    };
    beforeAll(async () => {
      if (missing === null) server = await start();
    });
    beforeEach(({ skip }) => {
      skip(missing !== null, missing ?? '');
      // A connection line without an address is a hold to whoever reads it (RFC 2543).
      visitors = welcome(fixture.server(), { connectionAddress: '127.0.0.1' });
    });
    afterEach(async () => {
      if (visitors === null) return;
      await visitors.leave();
      visitors = null;
      await expect.poll(() => fixture.server().held(), { timeout: 5_000 }).toBe(0);
    });
    afterAll(() => server?.close());

    describe('handshake', () => handshakeContract(fixture));
    if (fixture.has('digest')) describe('digest', () => digestContract(fixture));
    describe('registrar', () => registrarContract(fixture));
    describe('calls', () => callContract(fixture));
    if (fixture.has('call-limits')) {
      describe('limits of calls', () => limitsContract(fixture));
      describe('toll fraud', () => tollContract(fixture));
    }
    describe('two phones', () => phoneContract(fixture));
  });
}
