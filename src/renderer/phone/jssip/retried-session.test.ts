import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AfterDigits } from '../../../contracts/call/after-digits';
import { asMediaStream, FakeStream, FakeTrack } from '../../../../test/support/phones/fake-media';
import { installFakeWebRtc } from '../../../../test/support/phones/fake-peer-connection';
import { createRetriedSession, type InviteRefusal } from './retried-session';
import type { Onward, SessionListener, StackSession } from '../port/sip-stack';

type Ended = Parameters<SessionListener['onEnded']>[0];

interface Invite {
  readonly target: string;
  readonly minSessionS: number | null;
  readonly media: MediaStream;
  readonly did: string[];
  readonly listener: SessionListener;
  /** The far end or the gateway refuses it. */
  readonly refuse: (status: number, contact?: string, minSessionS?: number) => void;
}

let uninstall: () => void = () => undefined;
beforeEach(() => {
  uninstall = installFakeWebRtc();
});
afterEach(() => uninstall());

const facts = (status: number | null, by: Ended['by'] = 'peer'): Ended => ({
  by,
  status,
  phrase: '',
  reason: null,
  trouble: null,
});

function setUp(
  fresh: (target: string) => Promise<boolean> | null = () => null,
  callable: (target: string) => boolean = () => true,
  onward: (target: string) => Onward = (uri) => ({ uri, after: [] }),
) {
  const invites: Invite[] = [];
  const ends: Ended[] = [];
  let answers = 0;
  const retries: (readonly AfterDigits[] | null)[] = [];
  const nothing = (): void => undefined;
  const listener: SessionListener = {
    onProgress: nothing,
    onAnswered: () => (answers += 1),
    onPeerHold: nothing,
    onPeerOffer: nothing,
    onDialogDoubt: nothing,
    onReofferDone: nothing,
    onRetried: (after) => retries.push(after),
    onDigitFailed: nothing,
    onRemoteStream: nothing,
    onIceState: nothing,
    onEnded: (end) => ends.push(end),
  };
  const media = asMediaStream(new FakeStream([new FakeTrack()]));
  const session = createRetriedSession('sip:1002@pbx', media, listener, {
    invite: (target, sound, own, minSessionS) => {
      if (!callable(target)) return 'no-address';
      const did: string[] = [];
      let refusal: InviteRefusal | null = null;
      const note = (what: string) => (): void => void did.push(what);
      const made: StackSession = {
        direction: 'outgoing',
        callId: `call-${invites.length}`,
        answer: note('answer'),
        end: note('end'),
        abandon: note('abandon'),
        setMicrophone: (on) => did.push(`microphone ${String(on)}`),
        replaceTrack: () => {
          did.push('replaceTrack');
          return Promise.resolve();
        },
        reoffer: () => true,
        sendDigit: () => true,
        connection: () => null,
      };
      invites.push({
        target,
        minSessionS,
        media: sound,
        did,
        listener: own,
        refuse: (status, contact, wanted) => {
          refusal = {
            status,
            contacts: contact === undefined ? [] : [contact],
            challenges: [],
            minSessionS: wanted ?? null,
          };
          own.onEnded(facts(status));
        },
      });
      return { session: made, refusal: () => refusal };
    },
    freshToken: fresh,
    follow: (target) => Promise.resolve(onward(target)),
  });
  if (typeof session === 'string') throw new Error(session);
  return { session, invites, ends, answers: () => answers, retries };
}
const at = (invites: readonly Invite[], index: number): Invite => {
  const invite = invites[index];
  if (invite === undefined) throw new Error('no such INVITE');
  return invite;
};
const turn = (): Promise<void> => Promise.resolve();

describe('a call of several INVITEs', () => {
  it('follows a redirect, and is one call that ends once', async () => {
    const { session, invites, ends, retries } = setUp();
    session.setMicrophone(false);
    at(invites, 0).refuse(302, '<sip:1003@pbx>');
    await turn();
    expect(invites.map(({ target }) => target)).toEqual(['sip:1002@pbx', 'sip:1003@pbx']);
    expect([at(invites, 1).did, session.callId, ends]).toEqual([['microphone false'], 'call-1', []]);
    expect(retries).toEqual([[]]);
    at(invites, 1).refuse(486);
    expect(ends).toEqual([facts(486)]);
  });
  it('takes one fresh token, and the second refusal ends it', async () => {
    const asked: string[] = [];
    const { invites, ends, retries } = setUp((target) => {
      asked.push(target);
      return Promise.resolve(true);
    });
    at(invites, 0).refuse(401);
    expect([invites.length, ends]).toEqual([1, []]);
    await turn();
    expect(invites.map(({ target }) => target)).toEqual(['sip:1002@pbx', 'sip:1002@pbx']);
    // The same number: its digits stay as they are.
    expect(retries).toEqual([null]);
    at(invites, 1).refuse(401);
    expect([asked, invites.length, ends]).toEqual([['sip:1002@pbx'], 2, [facts(401)]]);
  });
  it('takes the session interval that a 422 asks for, three times at most', () => {
    const { invites, ends } = setUp();
    for (const [index, wanted] of [2_000, 2_400, 3_600, 7_200].entries())
      at(invites, index).refuse(422, undefined, wanted);
    expect(invites.map(({ target, minSessionS }) => [target, minSessionS])).toEqual(
      [null, 2_000, 2_400, 3_600].map((minSessionS) => ['sip:1002@pbx', minSessionS]),
    );
    expect(ends).toEqual([facts(422)]);
  });
  it('ends with a 422 that asks for nothing more', () => {
    for (const wanted of [undefined, 1_000]) {
      const { invites, ends } = setUp();
      at(invites, 0).refuse(422, undefined, 2_000);
      at(invites, 1).refuse(422, undefined, wanted);
      expect([invites.length, ends]).toEqual([2, [facts(422)]]);
    }
  });
  it('ends as it was refused when there is no other token', async () => {
    const { invites, ends } = setUp(() => Promise.resolve(false));
    at(invites, 0).refuse(401);
    await turn();
    expect([invites.length, ends]).toEqual([1, [facts(401)]]);
  });
  it('can be given up while the token is minted', async () => {
    for (const [how, expected] of [
      ['end', { by: 'us', trouble: null }],
      ['abandon', { by: 'system', trouble: 'transport' }],
    ] as const) {
      const { session, invites, ends } = setUp(() => Promise.resolve(true));
      at(invites, 0).refuse(401);
      session[how](603);
      await turn();
      expect([invites.length, ends]).toEqual([1, [{ status: null, phrase: '', reason: null, ...expected }]]);
    }
  });
  it('speaks into the microphone that was chosen meanwhile', async () => {
    const { session, invites } = setUp(() => Promise.resolve(true));
    at(invites, 0).refuse(401);
    const [other] = asMediaStream(new FakeStream([new FakeTrack('Headset')])).getTracks();
    if (other === undefined) expect.unreachable();
    await session.replaceTrack(other);
    await turn();
    expect(at(invites, 0).did).toEqual([]);
    expect(at(invites, 1).media.getTracks()).toEqual([other]);
  });
  it.each<[string, Ended]>([
    ['we cancelled', facts(487, 'us')],
    ['something broke', facts(null, 'system')],
  ])('is not tried again when %s', (_what, end) => {
    const { invites, ends } = setUp(() => Promise.resolve(true));
    at(invites, 0).listener.onEnded(end);
    expect([invites.length, ends]).toEqual([1, [end]]);
  });
  it('is not tried again once it was answered', () => {
    const { invites, ends, answers } = setUp(() => Promise.resolve(true));
    at(invites, 0).listener.onAnswered();
    at(invites, 0).refuse(302, '<sip:1003@pbx>');
    expect([answers(), invites.length, ends]).toEqual([1, 1, [facts(302)]]);
  });
  it('does not go where the rules of the line do not let it, and says so', async () => {
    const sentence = 'This line may not call numbers that match "+1900*".';
    const { invites, ends } = setUp(undefined, undefined, (uri) =>
      uri.startsWith('sip:+1900') ? { refused: 'forbidden', sentence } : { uri, after: [] },
    );
    at(invites, 0).refuse(302, '<sip:+19001234567@pbx>');
    await turn();
    expect([invites.length, ends]).toEqual([1, [{ ...facts(302), reason: sentence, trouble: 'rule' }]]);
  });
  it('goes to the address that a number becomes, with the digits behind it', async () => {
    const after: readonly AfterDigits[] = [{ digits: '45', when: 'ask', waitS: 0 }];
    const { invites, retries } = setUp(undefined, undefined, () => ({ uri: 'sip:+254722000001@pbx', after }));
    at(invites, 0).refuse(302, '<tel:+254722000001;ext=45>');
    await turn();
    expect([at(invites, 1).target, retries]).toEqual(['sip:+254722000001@pbx', [after]]);
  });
  it('passes over what can not be read, and ends with the reason when nothing else is left', async () => {
    const readable: Onward = { uri: 'sip:1003@pbx', after: [] };
    const { invites, ends } = setUp(undefined, undefined, (uri) =>
      uri === 'sip:1003@pbx' ? readable : { refused: 'unreadable', sentence: `"${uri}" can't be called.` },
    );
    at(invites, 0).refuse(302, '<tel:+00>, <tel:+000>;q=0.8, <sip:1003@pbx>;q=0.5');
    await expect.poll(() => invites.map(({ target }) => target)).toEqual(['sip:1002@pbx', 'sip:1003@pbx']);
    at(invites, 1).refuse(302, '<tel:+0000>');
    await expect.poll(() => ends).toEqual([{ ...facts(302), reason: '"tel:+0000" can\'t be called.' }]);
    expect(invites).toHaveLength(2);
  });
  it('can be given up while the rules are asked', async () => {
    const { session, invites, ends } = setUp();
    at(invites, 0).refuse(302, '<sip:1003@pbx>');
    session.end(603);
    await turn();
    expect([invites.length, ends]).toEqual([1, [{ ...facts(null, 'us') }]]);
  });
  it('ends as it was refused when the new target can not be called', async () => {
    const { invites, ends } = setUp(undefined, (target) => target.includes('1002'));
    at(invites, 0).refuse(302, '<sip:1003@pbx>');
    await turn();
    expect([invites.length, ends]).toEqual([1, [facts(302)]]);
  });
});
