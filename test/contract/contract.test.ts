/**
 * One contract, two servers: what a phone may expect of its gateway, asked of the practice gateway and of Kamailio in the same words.
 * Where the two differ, the practice gateway is wrong until shown otherwise.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { callContract } from './call-contract';
import { handshakeContract } from './handshake-contract';
import { limitsContract } from './limits-contract';
import { phoneContract } from './phone-contract';
import { registrarContract } from './registrar-contract';
import type { ServerUnderTest } from './server-under-test';
import { serverKinds } from './servers';
import { welcome, type Visitors } from './visitors';

const kinds = await Promise.all(serverKinds.map(async (kind) => ({ ...kind, missing: await kind.problem() })));

for (const { name, missing, start } of kinds) {
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
    };
    beforeAll(async () => {
      if (missing === null) server = await start();
    });
    beforeEach(({ skip }) => {
      skip(missing !== null, missing ?? '');
      visitors = welcome(fixture.server());
    });
    afterEach(async () => {
      if (visitors === null) return;
      await visitors.leave();
      visitors = null;
      await expect.poll(() => fixture.server().held(), { timeout: 5_000 }).toBe(0);
    });
    afterAll(() => server?.close());

    describe('handshake', () => handshakeContract(fixture));
    describe('registrar', () => registrarContract(fixture));
    describe('calls', () => callContract(fixture));
    describe('limits of calls', () => limitsContract(fixture));
    describe('two phones', () => phoneContract(fixture));
  });
}
