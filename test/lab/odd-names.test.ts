/** A caller's name that is not UTF-8: Kamailio passes such a message on in a binary frame (RFC 7118 section 4.2). */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { setUpOddPeers, wentWell } from './odd-peers-fixture';

const { lab, visitors } = setUpOddPeers();

it.each([
  ['latin1', 'Müller', 'M\xfcller'],
  ['utf8', 'Zoë Çelik 大', 'Zoë Çelik 大'],
] as const)('a name in %s rings as %s', async (encoding, shown, written) => {
  const asha = await visitors().phone();
  const scenario = await readFile(new URL('sipp/caller.xml', import.meta.url), 'utf8');
  const path = join(lab().folder, `odd-name-${encoding}.xml`);
  await writeFile(
    path,
    scenario
      .replace('encoding="UTF-8"', encoding === 'latin1' ? 'encoding="ISO-8859-1"' : 'encoding="UTF-8"')
      .replaceAll('From: <sip:caller@', `From: "${written}" <sip:caller@`),
    encoding,
  );
  const sipp = await lab().sipp(path, { role: 'uac', target: asha.user });
  const { id, peer } = await asha.call('ringing');
  expect(peer.displayName).toBe(shown);
  await asha.agent.act(id, { verb: 'answer' });
  await asha.call('active');
  expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  await wentWell(sipp);
});
