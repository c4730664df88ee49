/** Sound before the answer, from one phone or from several that ring: what the agent hears, then and after the answer. */
import { expect, test } from '../support/app/app';
import { joinOddLine } from '../support/app/odd-line';
import { callCard, press } from '../support/app/phone-driver';
import { CalledPhone } from '../support/phones/called-phone';
import { answerTo } from '../support/phones/gateway-words';
import { waitForTone } from '../support/sound/audio-probe';
import { watchConnections } from '../support/sound/call-stats';
import { bodyOf } from '../../src/renderer/phone/wire/sip-body';

const FIRST_HZ = 440;
const SECOND_HZ = 700;

interface Play {
  readonly name: string;
  /** What comes after the first phone's 183: whose description, under whose tag. */
  readonly early: { readonly sound: 'first' | 'second'; readonly tag: string } | null;
  readonly thenHeard: number;
  readonly answer: { readonly sound: 'first' | 'second'; readonly tag: string };
  readonly atLast: number;
}
const PLAYS: readonly Play[] = [
  {
    name: 'a phone that rings and then has its sound from elsewhere is heard from there',
    early: { sound: 'second', tag: 'one' },
    thenHeard: SECOND_HZ,
    answer: { sound: 'second', tag: 'one' },
    atLast: SECOND_HZ,
  },
  {
    name: 'of two phones that ring the first one is heard, and it answers',
    early: { sound: 'second', tag: 'two' },
    thenHeard: FIRST_HZ,
    answer: { sound: 'first', tag: 'one' },
    atLast: FIRST_HZ,
  },
  {
    name: 'of two phones that ring the first one is heard, and the other one once it answers',
    early: { sound: 'second', tag: 'two' },
    thenHeard: FIRST_HZ,
    answer: { sound: 'second', tag: 'two' },
    atLast: SECOND_HZ,
  },
  {
    name: 'a phone that said nothing before is heard once it answers',
    early: null,
    thenHeard: FIRST_HZ,
    answer: { sound: 'second', tag: 'two' },
    atLast: SECOND_HZ,
  },
];

for (const { name, early, thenHeard, answer, atLast } of PLAYS)
  test(name, async ({ launch, keyring }) => {
    const { page, gateway, calls } = await joinOddLine(await launch({ bus: keyring.bus }));
    const phones: CalledPhone[] = [];
    try {
      await watchConnections(page);
      const invite = await calls('1002', () => []);
      const answerAt = async (hz: number): Promise<CalledPhone> => {
        const phone = await CalledPhone.answer(bodyOf(invite));
        phones.push(phone);
        void phone.opened().then(() => phone.playTone(hz));
        return phone;
      };
      const first = await answerAt(FIRST_HZ);
      const second = await answerAt(SECOND_HZ);
      const parts = ({ sound, tag }: Play['answer']) => ({
        toTag: tag,
        body: (sound === 'first' ? first : second).sdp,
        headers: [`Contact: <sip:${tag}@192.0.2.7>`],
      });
      await gateway.send(answerTo(invite, '183 Session Progress', parts({ sound: 'first', tag: 'one' })));
      await waitForTone(page, FIRST_HZ);
      if (early !== null) await gateway.send(answerTo(invite, '183 Session Progress', parts(early)));
      await waitForTone(page, thenHeard);
      await gateway.send(answerTo(invite, '200 OK', parts(answer)));
      await expect(callCard(page, 'active')).toBeVisible();
      await waitForTone(page, atLast);
      await press(page, 'end');
      const bye = await gateway.next((text) => text.startsWith('BYE '), 'BYE');
      expect(bye.split('\r\n')[0]).toBe(`BYE sip:${answer.tag}@192.0.2.7 SIP/2.0`);
    } finally {
      for (const phone of phones) phone.close();
      await gateway.close();
    }
  });
